//! `nsrun publish`, `unpublish` and `port`: published ports of a run that is there.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::output::{print, print_done, print_json};
use super::run::warn;
use super::{find_whole_run, operand, place, status};
use crate::apply::{self, firewall};
use crate::cli::Args;
use crate::error::{Error, Result};
use crate::facts::{Joined, Lease, Network, Run, Status};
use crate::kernel::Kernel;
use crate::kernel::named::open_process;
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
    let found = find(&mut kernel, operand(args, 0)?)?;
    let (network, joined, owner) = lead(&mut kernel, &found)?;
    plan::check_ports(&network, &asked)?;
    if !network.publishes {
        apply::send(&mut kernel, &plan::mark_publishing(&network))?;
    }
    found.run.into_iter().for_each(status::note_ports);
    let publisher = Publisher::new(&network, joined.lease, owner);
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
    warn(&firewall::restore(&mut kernel, &[&network])?);
    warn(&in_the_way(&mut kernel, &network, &[]));
    print_done(&lines(&ports))?;
    Ok(0)
}

/// Warnings about rules of others that stop what is on the way to a network. Of one that was made by
/// these sends they were given with its plan.
pub(super) fn in_the_way(
    kernel: &mut Kernel,
    network: &Network,
    made: &[Vec<Step>],
) -> Vec<String> {
    let makes =
        |step: &Step| matches!(step, Step::AddRules(own, _) if own.number == network.number);
    match made.iter().flatten().any(makes) {
        true => Vec::new(),
        // All else is done: what cannot be found out is not told.
        false => firewall::warnings(kernel, network).unwrap_or_default(),
    }
}

/// Leases of links that a run was given after it began.
pub(super) fn connected(run: Run, known: &[Lease]) -> Vec<Lease> {
    let links = Kernel::open().and_then(|mut kernel| kernel.links(None)).unwrap_or_default();
    let own = links.iter().filter(|link| link.alias.as_deref().and_then(Run::parse) == Some(run));
    own.filter_map(|link| Lease::parse(&link.name)).filter(|own| !known.contains(own)).collect()
}

/// Takes back the ports of a run that began without a link on this host, which has ended. The links
/// that it was given go with its namespace: some are there, some are not any more.
pub(super) fn release_given(run: &str) -> Result<()> {
    let mut kernel = Kernel::open()?;
    let alias = Some(Status::of_connected(&format!("run \"{run}\"")));
    let links = kernel.links(None)?.into_iter().filter(|link| link.alias == alias);
    let leases: Vec<Lease> = links.filter_map(|link| Lease::parse(&link.name)).collect();
    firewall::release(None, Run::NOBODY, &leases, &[])?;
    firewall::sweep_all(&mut kernel).map(drop)
}

pub(super) fn unpublish(args: &Args) -> Result<u8> {
    let asked = specs(args)?;
    let mut kernel = Kernel::open()?;
    let name = operand(args, 0)?;
    let found = find(&mut kernel, name)?;
    let (network, joined, owner) = lead(&mut kernel, &found)?;
    if let Some(port) = asked.iter().find(|port| !joined.ports.contains(port)) {
        let list: Vec<String> = joined.ports.iter().map(ToString::to_string).collect();
        return Err(Error::new(format!("cannot unpublish \"{port}\" of {}", found.title))
            .because(match &list[..] {
                [] => "it has no published ports".into(),
                _ => format!("it has only {}", list.join(", ")),
            })
            .hint("write it as nsrun port prints it"));
    }
    let publisher = Publisher::new(&network, joined.lease, owner);
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
    let found = find(&mut Kernel::open()?, operand(args, 0)?)?;
    let ports: Vec<Publication> = found
        .links
        .iter()
        .flat_map(|links| &links.joined)
        .flat_map(|joined| joined.ports.iter().copied())
        .collect();
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

/// What ports lead to.
struct Found {
    /// How to call it: `run "web"`.
    title: String,
    /// The run that was meant, if one was.
    run: Option<Run>,
    /// Its links on this host, if it has any.
    links: Option<Status>,
}

/// A run, or whatever else can be connected. A run that began without a link on this host has only
/// those that it was given, which belong to nobody.
fn find(kernel: &mut Kernel, target: &str) -> Result<Found> {
    let (title, run, namespace) = match find_whole_run(kernel, target) {
        Ok(status) => {
            let title = format!("run \"{}\"", status.title());
            let run = status.run;
            if status.namespace_id.is_some() {
                return Ok(Found { title, run, links: Some(status) });
            }
            (title, run, run.and_then(|run| open_process(run.pid).ok()))
        }
        Err(error) => match place::find(kernel, target) {
            Ok(found) => (found.title, None, Some(found.namespace)),
            Err(_) => return Err(error),
        },
    };
    let id = namespace.map(|file| kernel.id_of(&file)).transpose()?.flatten();
    let links = id.map(|id| kernel.run_within(id)).transpose()?.flatten();
    Ok(Found { title, run, links })
}

/// Where its ports lead, and whose they are.
fn lead(kernel: &mut Kernel, found: &Found) -> Result<(Network, Joined, Run)> {
    let networks = kernel.networks()?;
    let cannot = || Error::new(format!("cannot publish ports of {}", found.title));
    let own = |joined: &Joined| {
        let network = networks.iter().find(|one| one.number == joined.lease.network);
        network.filter(|network| network.is_routed()).cloned()
    };
    let joined = found.links.iter().flat_map(|links| &links.joined);
    let place = joined.into_iter().find_map(|joined| Some((own(joined)?, joined.clone())));
    match (place, found.links.as_ref().and_then(Status::owner)) {
        (Some((network, joined)), Some(owner)) => Ok((network, joined, owner)),
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
