//! `nsrun publish`, `unpublish` and `port`: published ports of a run that is there.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::output::{print, print_done, print_json};
use super::{find_whole_run, operand, status};
use crate::apply::{self, firewall};
use crate::cli::Args;
use crate::error::{Error, Result};
use crate::facts::{Joined, Lease, Network, Run, Status};
use crate::kernel::Kernel;
use crate::plan::firewall::Publisher;
use crate::plan::{self, Step};
use crate::spec::{Publication, check_overlaps};

/// Reads what is to be published.
pub(super) fn publications<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Publication>> {
    let ports: Vec<Publication> = texts.into_iter().map(str::parse).collect::<Result<_>>()?;
    check_overlaps(&ports)?;
    Ok(ports)
}

pub(super) fn publish(args: &Args) -> Result<u8> {
    let asked = specs(args)?;
    let mut kernel = Kernel::open()?;
    let status = find_whole_run(&mut kernel, operand(args, 0)?)?;
    let (network, joined, run) = place(&mut kernel, &status)?;
    plan::check_ports(&network, &asked)?;
    if !network.publishes {
        apply::send(&mut kernel, &plan::mark_publishing(&network))?;
    }
    status::note_ports(run);
    let publisher = Publisher::new(&network, joined.lease, run);
    // Of this run but not noted on its link: left by one who was killed in between.
    let is_noted = |port: &Publication| joined.ports.iter().any(|own| own.overlaps(port));
    let each = asked.iter().flat_map(|port| port.each());
    let unnoted: Vec<Publication> = each.filter(|port| !is_noted(port)).collect();
    firewall::unpublish(&mut kernel, &publisher, &unnoted)?;
    let ports = firewall::publish(&mut kernel, &publisher, &asked)?;
    let records = plan::record_ports(&network, joined.lease, &ports);
    if let Err(error) = apply::send(&mut kernel, &records) {
        // The run has ended meanwhile, and its nsrun did not know of these; or no answer came.
        firewall::unpublish(&mut kernel, &publisher, &ports)?;
        forget(&mut kernel, &joined, &ports)?;
        return Err(error);
    }
    print_done(&lines(&ports))?;
    Ok(0)
}

/// Leases of links that a run was given after it began.
pub(super) fn connected(run: Run, known: &[Lease]) -> Vec<Lease> {
    let links = Kernel::open().and_then(|mut kernel| kernel.links(None)).unwrap_or_default();
    let own = links.iter().filter(|link| link.alias.as_deref().and_then(Run::parse) == Some(run));
    own.filter_map(|link| Lease::parse(&link.name)).filter(|own| !known.contains(own)).collect()
}

pub(super) fn unpublish(args: &Args) -> Result<u8> {
    let asked = specs(args)?;
    let mut kernel = Kernel::open()?;
    let name = operand(args, 0)?;
    let status = find_whole_run(&mut kernel, name)?;
    let (network, joined, run) = place(&mut kernel, &status)?;
    if let Some(port) = asked.iter().find(|port| !joined.ports.contains(port)) {
        let list: Vec<String> = joined.ports.iter().map(ToString::to_string).collect();
        return Err(Error::new(format!("cannot unpublish \"{port}\" of run \"{name}\""))
            .because(match &list[..] {
                [] => "it has no published ports".into(),
                _ => format!("it has only {}", list.join(", ")),
            })
            .hint("write it as nsrun port prints it"));
    }
    let publisher = Publisher::new(&network, joined.lease, run);
    firewall::unpublish(&mut kernel, &publisher, &asked)?;
    // There is no way back.
    forget(&mut kernel, &joined, &asked).or_else(|_| forget(&mut kernel, &joined, &asked))?;
    Ok(0)
}

/// Has a member's link say no more that ports lead there.
fn forget(kernel: &mut Kernel, joined: &Joined, ports: &[Publication]) -> Result<()> {
    let name = |port: &Publication| Step::RemoveName {
        link: joined.lease.to_string(),
        index: joined.link_index,
        name: Joined::port_altname(joined.lease, &port.to_string()),
    };
    apply::send(kernel, &ports.iter().map(name).collect::<Vec<_>>())
}

pub(super) fn port(args: &Args) -> Result<u8> {
    let status = find_whole_run(&mut Kernel::open()?, operand(args, 0)?)?;
    let ports: Vec<Publication> =
        status.joined.iter().flat_map(|joined| joined.ports.iter().copied()).collect();
    if args.flag("json") {
        print_json(&ports.iter().map(json).collect())?;
    } else {
        print(&lines(&ports))?;
    }
    Ok(0)
}

fn specs(args: &Args) -> Result<Vec<Publication>> {
    let texts = (1..args.operands().len()).map(|n| operand(args, n));
    publications(texts.collect::<Result<Vec<_>>>()?)
}

/// Where the ports of a run lead.
fn place(kernel: &mut Kernel, status: &Status) -> Result<(Network, Joined, Run)> {
    let networks = kernel.networks()?;
    let cannot = || Error::new(format!("cannot publish ports of run \"{}\"", status.title()));
    let own = |joined: &Joined| {
        let network = networks.iter().find(|one| one.number == joined.lease.network);
        network.filter(|network| network.is_routed()).cloned()
    };
    let found = status.joined.iter().find_map(|joined| Some((own(joined)?, joined.clone())));
    match (found, status.run) {
        (Some((network, joined)), Some(run)) => Ok((network, joined, run)),
        (None, _) => {
            Err(cannot()
                .because("it is on no network that leads out and has firewall rules of nsrun"))
        }
        (_, None) => Err(cannot().because("it is just starting").hint("try again")),
    }
}

/// Published ports, one a line, as they are typed.
fn lines(ports: &[Publication]) -> String {
    let mut out = String::new();
    for port in ports {
        out.push_str(&format!("{port}\n"));
    }
    out
}

/// A publication as JSON. Address null: all of this host's.
pub(super) fn json(port: &Publication) -> Value {
    json!({
        "host_address": port.host.as_ref().map(IpAddr::to_string),
        "host_port": port.first,
        "port": port.to,
        "count": port.count,
        "protocol": port.protocol.to_string(),
    })
}
