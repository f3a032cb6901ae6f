//! `nsrun network list` and `inspect`: what networks there are, and who is on them.

use serde_json::{Value, json};

use super::{find, members};
use crate::cli::Args;
use crate::commands::inspect::text;
use crate::commands::operand;
use crate::commands::output::{print, print_json};
use crate::commands::ps::table;
use crate::error::Result;
use crate::facts::{Network, Status};
use crate::kernel::Kernel;

const HEADINGS: [&str; 6] = ["NAME", "DRIVER", "SUBNET", "GATEWAY", "LINK", "MEMBERS"];

pub(in crate::commands) fn list(args: &Args) -> Result<u8> {
    let mut kernel = Kernel::open()?;
    let (networks, runs) = (kernel.networks()?, kernel.runs()?);
    let networks: Vec<Network> = networks.into_iter().filter(|network| network.complete).collect();
    if args.flag("json") {
        let all = networks.iter().map(|network| json(network, &members(&runs, network)));
        print_json(&all.collect())?;
        return Ok(0);
    }
    let mut rows = vec![HEADINGS.map(String::from)];
    for network in &networks {
        rows.push([
            network.name.clone(),
            network.options.driver.to_string(),
            network.gateway.trunc().to_string(),
            network.gateway.addr().to_string(),
            network.bridge.clone(),
            members(&runs, network).len().to_string(),
        ]);
    }
    print(&table(&rows))?;
    Ok(0)
}

pub(in crate::commands) fn inspect(args: &Args) -> Result<u8> {
    let mut kernel = Kernel::open()?;
    let network = find(&mut kernel, operand(args, 0)?)?;
    let runs = kernel.runs()?;
    let value = json(&network, &members(&runs, &network));
    if args.flag("json") {
        print_json(&value)?;
    } else {
        print(&text(&value))?;
    }
    Ok(0)
}

fn json(network: &Network, members: &[&Status]) -> Value {
    let options = &network.options;
    let member = |status: &&Status| {
        let own = status.joined.iter().find(|joined| joined.lease.network == network.number);
        let address = own.and_then(|joined| joined.address);
        let address6 = own.and_then(|joined| network.address6(joined.lease));
        json!({
            "name": status.title(),
            "pid": status.run.map(|run| run.pid),
            "address": address.map(|(address, _)| address.to_string()),
            "address6": address6.map(|address| address.addr().to_string()),
            "host_link": own.map(|joined| joined.lease.to_string()),
        })
    };
    json!({
        "name": network.name,
        "driver": options.driver.to_string(),
        "link": network.bridge,
        "subnet": network.gateway.trunc().to_string(),
        "gateway": network.gateway.addr().to_string(),
        "subnet6": options.gateway6.map(|gateway| gateway.trunc().to_string()),
        "gateway6": options.gateway6.map(|gateway| gateway.addr().to_string()),
        "range": options.range.map(|range| range.to_string()),
        "exclude": options.exclude.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "mtu": network.mtu,
        "internal": options.internal,
        "isolated": options.isolated,
        "unmanaged": options.unmanaged,
        "uplink": options.uplink,
        "parent": options.parent,
        "mode": options.driver.mode(),
        "members": members.iter().map(member).collect::<Vec<_>>(),
    })
}
