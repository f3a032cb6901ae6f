//! `nsrun publish`, `unpublish` and `port`: published ports of a run that is there.

use std::fs::File;
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
use crate::kernel::named::{identity, open_process};
use crate::plan::firewall::Publisher;
use crate::plan::{self, Plan, Step};
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
    let networks = kernel.networks()?;
    let mut warnings = Vec::new();
    let (network, joined) = lead(&mut kernel, &found, &networks, &mut warnings)?;
    let publisher = Publisher::new(network, joined.lease, found.owner()?);
    plan::check_ports(network, &asked)?;
    warn(&firewall::restore(&mut kernel, &[network])?);
    if !network.publishes {
        apply::send(&mut kernel, &plan::mark_publishing(network))?;
    }
    found.run().into_iter().for_each(status::note_ports);
    // Of this run but not noted on its link: left by one who was killed in between.
    let is_noted = |port: &Publication| joined.ports.iter().any(|own| own.overlaps(port));
    let mut unnoted = Vec::new();
    asked.iter().for_each(|port| unnoted.extend(port.each()));
    unnoted.retain(|port| !is_noted(port));
    firewall::unpublish(&mut kernel, &publisher, &unnoted)?;
    let ports = firewall::publish(&mut kernel, &publisher, &asked)?;
    let records = plan::record_ports(network, joined.lease, &ports);
    if let Err(error) = apply::send(&mut kernel, &records) {
        // The run has ended meanwhile, and its nsrun did not know of these; or no answer came.
        firewall::unpublish(&mut kernel, &publisher, &ports)?;
        forget(&mut kernel, joined, &ports)?;
        return Err(error);
    }
    warn(&warnings);
    warn(&in_the_way(&mut kernel, network, &[]));
    print_done(&lines(&ports))?;
    Ok(0)
}

/// Whether these sends make the rules of a network.
fn makes(sends: &[Vec<Step>], network: &Network) -> bool {
    let is_it =
        |step: &Step| matches!(step, Step::AddRules(own, _) if own.number == network.number);
    sends.iter().flatten().any(is_it)
}

/// Warnings about rules of others that stop what is on the way to a network. They are looked through
/// whole for one that these sends make.
pub(super) fn in_the_way(
    kernel: &mut Kernel,
    network: &Network,
    sends: &[Vec<Step>],
) -> Vec<String> {
    let most = if makes(sends, network) { None } else { firewall::FEW };
    // All else is done: what cannot be found out is not told.
    firewall::warnings(kernel, network, most).unwrap_or_default()
}

/// The same of networks that a run makes, and of the one that its ports lead to.
pub(super) fn in_the_way_of(plan: &Plan, kernel: &mut Kernel) -> Vec<String> {
    let led = plan.ports.as_ref().map(|asked| asked.member);
    let mut told = Vec::new();
    for (n, member) in plan.members.iter().enumerate() {
        if led == Some(n) || makes(&plan.network, &member.network) {
            told.extend(in_the_way(kernel, &member.network, &plan.network));
        }
    }
    told
}

/// Leases of links that a run was given after it began.
pub(super) fn connected(run: Run, known: &[Lease]) -> Vec<Lease> {
    let is_own = |alias: &str| Run::parse(alias) == Some(run);
    let own = Kernel::open().and_then(|mut kernel| described(&mut kernel, &is_own));
    let mut own = own.unwrap_or_default();
    own.retain(|lease| !known.contains(lease));
    own
}

/// Leases of links on this host that have such a description.
fn described(kernel: &mut Kernel, is_it: &dyn Fn(&str) -> bool) -> Result<Vec<Lease>> {
    let mut links = kernel.links(None)?;
    links.retain(|link| link.alias.as_deref().is_some_and(is_it));
    Ok(links.iter().filter_map(|link| Lease::parse(&link.name)).collect())
}

/// Takes back the ports of a run that began without a link on this host, which has ended. The links
/// that it was given go with its namespace: some are there, some are not any more.
pub(super) fn release_given(run: &str) -> Result<()> {
    let mut kernel = Kernel::open()?;
    let text = Status::of_connected(&format!("run \"{run}\""));
    let leases = described(&mut kernel, &|alias| alias == text)?;
    firewall::release(None, Run::NOBODY, &leases, &[])?;
    firewall::sweep_all(&mut kernel).map(drop)
}

pub(super) fn unpublish(args: &Args) -> Result<u8> {
    let asked = specs(args)?;
    let mut kernel = Kernel::open()?;
    let name = operand(args, 0)?;
    let found = find(&mut kernel, name)?;
    let all = found.ports();
    if let Some(port) = asked.iter().find(|port| !all.contains(port)) {
        let list: Vec<String> = all.iter().map(ToString::to_string).collect();
        return Err(Error::new(format!("cannot unpublish \"{port}\" of {}", found.title))
            .because(match &list[..] {
                [] => "it has no published ports".into(),
                _ => format!("it has only {}", list.join(", ")),
            })
            .hint("write it as nsrun port prints it"));
    }
    let (networks, owner) = (kernel.networks()?, found.owner()?);
    for joined in found.joined() {
        let mut own = asked.clone();
        own.retain(|port| joined.ports.contains(port));
        if own.is_empty() {
            continue;
        }
        let Some(network) = network_of(&networks, joined) else {
            return Err(found.cannot("their network is gone"));
        };
        let publisher = Publisher::new(network, joined.lease, owner);
        firewall::unpublish(&mut kernel, &publisher, &own)?;
        // There is no way back.
        forget(&mut kernel, joined, &own).or_else(|_| forget(&mut kernel, joined, &own))?;
    }
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
    let ports = found.ports();
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
    /// Its network namespace, where that can be opened.
    namespace: Option<File>,
    /// Its links on this host, if it has any.
    links: Option<Status>,
}

impl Found {
    fn joined(&self) -> &[Joined] {
        self.links.as_ref().map_or(&[], |links| &links.joined)
    }

    fn ports(&self) -> Vec<Publication> {
        let mut all = Vec::new();
        self.joined().iter().for_each(|joined| all.extend_from_slice(&joined.ports));
        all
    }

    /// The run at whose end its ports end, if it is one's.
    fn run(&self) -> Option<Run> {
        let unlinked = || place::unlinked(identity(self.namespace.as_ref()?).ok()?)?.run;
        self.links.as_ref().and_then(|links| links.run).or_else(unlinked)
    }

    /// Whose its ports are.
    fn owner(&self) -> Result<Run> {
        self.links
            .as_ref()
            .and_then(Status::owner)
            .ok_or_else(|| self.cannot("it is just starting").hint("try again"))
    }

    fn cannot(&self, why: &str) -> Error {
        Error::new(format!("cannot publish ports of {}", self.title)).because(why)
    }
}

/// A run, or whatever else can be connected. A run that began without a link on this host has only
/// those that it was given, which belong to nobody.
fn find(kernel: &mut Kernel, target: &str) -> Result<Found> {
    let (title, namespace) = match find_whole_run(kernel, target) {
        Ok(status) => {
            let title = format!("run \"{}\"", status.title());
            let namespace = status.run.and_then(|run| open_process(run.pid).ok());
            if status.namespace_id.is_some() {
                return Ok(Found { title, namespace, links: Some(status) });
            }
            (title, namespace)
        }
        Err(error) => match place::find(kernel, target) {
            Ok(found) => (found.title, Some(found.namespace)),
            Err(_) => return Err(error),
        },
    };
    let id = namespace.as_ref().map(|file| kernel.id_of(file)).transpose()?.flatten();
    let links = id.map(|id| kernel.run_within(id)).transpose()?.flatten();
    Ok(Found { title, namespace, links })
}

/// Where its ports lead.
fn lead<'a>(
    kernel: &mut Kernel,
    found: &'a Found,
    networks: &'a [Network],
    warnings: &mut Vec<String>,
) -> Result<(&'a Network, &'a Joined)> {
    let default = match &found.namespace {
        Some(file) => Kernel::open_in(file)?.default_link()?,
        None => None,
    };
    let mut ways = Vec::new();
    for joined in found.joined() {
        let Some(network) = network_of(networks, joined) else { continue };
        let end = kernel.numbered_link(joined.link_index)?;
        let inside = end.and_then(|end| end.link_index);
        ways.push((network, inside.is_some() && inside == default));
    }
    let led = plan::lead(&ways, warnings).and_then(|(_, network)| {
        let is_its = |joined: &&Joined| joined.lease.network == network.number;
        Some((network, found.joined().iter().find(is_its)?))
    });
    led.ok_or_else(|| {
        found.cannot("it is on no network that leads out and has firewall rules of nsrun")
    })
}

fn network_of<'a>(networks: &'a [Network], joined: &Joined) -> Option<&'a Network> {
    networks.iter().find(|network| network.number == joined.lease.network)
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
