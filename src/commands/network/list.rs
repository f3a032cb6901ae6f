//! `nsrun network list` and `inspect`: what networks there are, and who is on them.

use serde_json::{Value, json};

use super::{find, members};
use crate::cli::Args;
use crate::commands::inspect::text;
use crate::commands::output::{print, print_json};
use crate::commands::ps::table;
use crate::commands::run::warn;
use crate::commands::{declared, operand};
use crate::error::Result;
use crate::facts::{Network, Status};
use crate::kernel::Kernel;
use crate::kernel::process::cmd_pid;
use crate::spec::{NewNetwork, Source};

const HEADINGS: [&str; 6] = ["NAME", "DRIVER", "SUBNET", "GATEWAY", "LINK", "MEMBERS"];

pub(in crate::commands) fn list(args: &Args) -> Result<u8> {
    let mut kernel = Kernel::open()?;
    let (networks, runs) = (kernel.networks()?, kernel.runs()?);
    let networks: Vec<Network> = networks.into_iter().filter(|network| network.complete).collect();
    let mut warnings = Vec::new();
    let mut declared = declared::all(&mut warnings);
    declared.retain(|new| networks.iter().all(|network| network.name != new.name));
    warn(&warnings);
    if args.flag("json") {
        let made = networks.iter().map(|network| json(network, &members(&runs, network)));
        print_json(&made.chain(declared.iter().map(json_of_declared)).collect())?;
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
    let open = |what: Option<String>| what.unwrap_or_else(|| "-".into());
    for new in &declared {
        rows.push([
            new.name.clone(),
            new.driver.to_string(),
            open(new.subnet.map(|subnet| subnet.trunc().to_string())),
            open(new.gateway.map(|gateway| gateway.to_string())),
            open(new.bridge.clone()),
            "declared".into(),
        ]);
    }
    print(&table(&rows))?;
    Ok(0)
}

pub(in crate::commands) fn inspect(args: &Args) -> Result<u8> {
    let mut kernel = Kernel::open()?;
    let name = operand(args, 0)?;
    let value = match find(&mut kernel, name) {
        Ok(network) => json(&network, &members(&kernel.runs()?, &network)),
        Err(error) => match declared::declared(name)? {
            Some(new) => json_of_declared(&new),
            None => return Err(error),
        },
    };
    if args.flag("json") {
        print_json(&value)?;
    } else {
        print(&text(&value))?;
    }
    Ok(0)
}

/// A network that is declared in a file, and made when it is first joined.
fn json_of_declared(new: &NewNetwork) -> Value {
    let mut value = described(new);
    value["declared"] = declared::path(&new.name).into();
    value
}

fn json(network: &Network, members: &[&Status]) -> Value {
    let options = &network.options;
    let member = |status: &&Status| {
        let own = status.joined.iter().find(|joined| joined.lease.network == network.number);
        let address = own.and_then(|joined| joined.address);
        let address6 = own.and_then(|joined| network.address6(joined.lease));
        json!({
            "name": status.title(),
            "pid": status.run.and_then(|run| cmd_pid(run.pid)),
            "address": address.map(|(address, _)| address.to_string()),
            "address6": address6.map(|address| address.addr().to_string()),
            "host_link": own.map(|joined| joined.lease.to_string()),
        })
    };
    let mut value = described(&NewNetwork {
        name: network.name.clone(),
        driver: options.driver,
        bridge: Some(network.bridge.clone()),
        subnet: Some(network.gateway),
        gateway: Some(network.gateway.addr()),
        subnet6: options.gateway6,
        range: options.range,
        exclude: options.exclude.clone(),
        mtu: Some(network.mtu),
        internal: options.internal,
        isolated: options.isolated,
        open: options.open,
        source: options.source,
        unmanaged: options.unmanaged,
        uplink: options.uplink.clone(),
        parent: options.parent.clone(),
        mode: options.driver.mode(),
        ..NewNetwork::default()
    });
    value["gateway6"] = options.gateway6.map(|gateway| gateway.addr().to_string()).into();
    value["members"] = members.iter().map(member).collect();
    value
}

/// What is said of every network.
fn described(new: &NewNetwork) -> Value {
    let on_lan = new.parent.is_some() || new.uplink.is_some();
    let masquerades = !new.internal && !new.unmanaged && !on_lan;
    let snat = match new.source {
        Source::Fixed(address) => Some(address.to_string()),
        _ => None,
    };
    json!({
        "name": new.name,
        "declared": null,
        "driver": new.driver.to_string(),
        "link": new.bridge,
        "subnet": new.subnet.map(|subnet| subnet.trunc().to_string()),
        "gateway": new.gateway.map(|gateway| gateway.to_string()),
        "subnet6": new.subnet6.map(|subnet| subnet.trunc().to_string()),
        "gateway6": null,
        "range": new.range.map(|range| range.to_string()),
        "exclude": new.exclude.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "mtu": new.mtu,
        "internal": new.internal,
        "isolated": new.isolated,
        "open": new.open,
        "snat": snat,
        "masquerade": masquerades && new.source == Source::Masquerade,
        "unmanaged": new.unmanaged,
        "uplink": new.uplink,
        "parent": new.parent,
        "vlan": new.vlan,
        "mode": new.mode,
        "members": [],
    })
}
