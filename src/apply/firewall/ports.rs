//! Publishing ports: taken in one transaction, or refused naming who has them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::Ipv4Net;
use nl::socket::Refusal;

use super::{TRIES, busy, commit, refused, removal, request, whole};
use crate::apply::NEEDS_NET_ADMIN;
use crate::error::{Error, Result};
use crate::facts::{HolderState, Lease, Run};
use crate::kernel::process::cmd_pid;
use crate::kernel::{Kernel, listener};
use crate::plan::firewall::set::{
    ADDRESS_PORTS4, ADDRESS_PORTS6, Element, PORTS4, PORTS6, SINGLE4, SINGLE6, Set, Value,
};
use crate::plan::firewall::{self, Change, Owner, Publisher, TABLE};
use crate::spec::{Protocol, Publication};
use crate::sys::Errno;
use crate::sys::port::{Bound, bind_port};

/// Publishes ports, all or none; as they are, with free ones chosen where any would do.
///
/// # Errors
/// A port is taken, by another run or by a process of this host, or the kernel refused; nothing
/// was changed.
pub fn publish(
    kernel: &mut Kernel,
    publisher: &Publisher,
    ports: &[Publication],
) -> Result<Vec<Publication>> {
    refuse_broadcast(kernel, ports)?;
    for _ in 0..TRIES {
        // Bound until the ports are taken, so that two that take any do not take the same.
        let (chosen, _bound) = choose(publisher, ports)?;
        for &port in &chosen {
            check_other_maps(kernel, publisher, port)?;
        }
        let changes = firewall::publish(publisher, &chosen);
        let refusals = take(kernel, &changes).inspect_err(|_| {
            // Whether they are there is unknown; taking back what is not is harmless.
            let _ = request::unpublish(kernel, publisher, &chosen);
        })?;
        match refusals.first() {
            None => {
                // The ports are there, whether or not old flows could be found.
                let _ = forget_flows(kernel, &chosen);
                return Ok(chosen);
            }
            Some(refusal) if refusal.errno == Errno::ERESTART as i32 => {}
            Some(refusal) if refusal.errno == Errno::EEXIST as i32 => {
                for (&port, asked) in chosen.iter().zip(ports) {
                    free(kernel, publisher, port, asked.first == 0)?;
                }
            }
            Some(refusal) => return Err(refused(&changes, refusal)),
        }
    }
    Err(busy("publish ports"))
}

/// Adds ports to the firewall; the refusals.
fn take(kernel: &mut Kernel, changes: &[Change]) -> Result<Vec<Refusal>> {
    let refusals = commit(kernel.netfilter()?, None, changes)?;
    if refusals.first().is_none_or(|refusal| refusal.errno != Errno::ENOENT as i32) {
        return Ok(refusals);
    }
    // Somebody flushed the ruleset: it comes back with all that was in it.
    let there = kernel.netfilter()?.table_comment(TABLE)?.is_some();
    let (generation, changes) = whole(kernel, there, None, changes)?;
    commit(kernel.netfilter()?, generation, &changes)
}

/// Refuses ports of broadcast addresses, which can be bound although no packet to them is for this
/// host alone.
fn refuse_broadcast(kernel: &mut Kernel, ports: &[Publication]) -> Result<()> {
    let single = |port: &&Publication| port.host.is_some_and(|host| !host.is_loopback());
    if !ports.iter().any(|port| single(&port)) {
        return Ok(());
    }
    let own = kernel.addresses(None)?;
    let broadcast = |&(_, address, len): &(u32, IpAddr, u8)| match address {
        IpAddr::V4(v4) if len < 31 => Some(IpAddr::V4(Ipv4Net::new(v4, len).ok()?.broadcast())),
        _ => None,
    };
    let all: Vec<IpAddr> = own.iter().filter_map(broadcast).collect();
    match ports.iter().find(|port| port.host.is_some_and(|host| all.contains(&host))) {
        None => Ok(()),
        Some(port) => Err(Error::usage(format!("cannot publish \"{port}\""))
            .because("that address means all hosts of a subnet")
            .hint("ip address, or nsrun ip address, shows those of this host")),
    }
}

/// Forgets what the kernel remembers of UDP flows to the ports: as long as a client goes on sending
/// they would lead where they led before. Connections of TCP and SCTP begin anew.
fn forget_flows(kernel: &mut Kernel, ports: &[Publication]) -> Result<()> {
    let udp: Vec<&Publication> =
        ports.iter().filter(|port| port.protocol == Protocol::Udp).collect();
    if udp.is_empty() {
        return Ok(());
    }
    let own: Vec<IpAddr> =
        kernel.addresses(None)?.into_iter().map(|(_, address, _)| address).collect();
    let leads = |to: IpAddr, number: u16| {
        let is_it = |port: &&Publication| {
            let host = match port.host {
                Some(host) if !host.is_unspecified() => host == to,
                _ => own.contains(&to),
            };
            host && (port.first..=port.last()).contains(&number)
        };
        udp.iter().any(is_it)
    };
    kernel.netfilter()?.forget_flows(Protocol::Udp.number(), leads)
}

/// Checks that no process of this host has the ports, and chooses free ones where any would do.
fn choose(publisher: &Publisher, ports: &[Publication]) -> Result<(Vec<Publication>, Vec<Bound>)> {
    let (mut chosen, mut bound) = (Vec::new(), Vec::new());
    for &asked in ports {
        let mut port = asked;
        let mut addresses = host_addresses(publisher, port).into_iter();
        if port.first == 0
            && let Some(address) = addresses.next()
            && let Some(own) = hold(port, address)?
        {
            port.first = own.port;
            bound.push(own);
        }
        for address in addresses {
            for one in port.each() {
                hold(one, address)?;
            }
        }
        chosen.push(port);
    }
    Ok((chosen, bound))
}

/// The addresses of this host to bind for a publication.
fn host_addresses(publisher: &Publisher, port: Publication) -> Vec<IpAddr> {
    let any6 = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    match port.host {
        Some(address) => vec![address],
        None if publisher.address6.is_some() => vec![Ipv4Addr::UNSPECIFIED.into(), any6],
        None => vec![Ipv4Addr::UNSPECIFIED.into()],
    }
}

/// Binds a port for a moment; `None` where the kernel lacks the protocol, so that nobody has it.
fn hold(port: Publication, address: IpAddr) -> Result<Option<Bound>> {
    match bind_port(port.protocol.number(), address, port.first) {
        Ok(bound) => Ok(Some(bound)),
        Err(Errno::EPROTONOSUPPORT | Errno::EAFNOSUPPORT | Errno::ESOCKTNOSUPPORT)
            if port.first != 0 =>
        {
            Ok(None)
        }
        Err(errno) => {
            let error = Error::new(format!("cannot publish port {}", name(port)));
            Err(match errno {
                Errno::EADDRINUSE => {
                    let by = match listener(&port.protocol.to_string(), port.first) {
                        Some(by) => format!("process {} ({}) has it", by.pid, by.name),
                        None => "a process of this host has it".into(),
                    };
                    error.because(by).hint("choose another port, or end that process")
                }
                Errno::EADDRNOTAVAIL => error
                    .because(format!("this host has no address {address}"))
                    .hint("ip address, or nsrun ip address, shows those it has"),
                Errno::EACCES => error.because(errno.desc()).hint(NEEDS_NET_ADMIN),
                Errno::EPROTONOSUPPORT | Errno::ESOCKTNOSUPPORT
                    if port.protocol == Protocol::Sctp =>
                {
                    error.because(errno.desc()).hint(
                        "the kernel lacks SCTP (CONFIG_IP_SCTP, module sctp), by which free ports \
                         are found: give one",
                    )
                }
                other => error.because(other.desc()),
            })
        }
    }
}

/// A port of this host, for people.
fn name(port: Publication) -> String {
    let Publication { host, first, protocol, .. } = port;
    match host {
        Some(IpAddr::V6(host)) => format!("[{host}]:{first}/{protocol}"),
        Some(IpAddr::V4(host)) => format!("{host}:{first}/{protocol}"),
        None => format!("{first}/{protocol}"),
    }
}

/// A port of all addresses and the same port of one address are keys of different maps, which
/// do not lock each other.
fn check_other_maps(kernel: &mut Kernel, publisher: &Publisher, ports: Publication) -> Result<()> {
    let mut wanted = Vec::new();
    for (claim, hint) in publisher.elements(ports) {
        let (any, single): (&'static Set, &'static Set) = match claim.set.name.ends_with('4') {
            true => (&PORTS4, &SINGLE4),
            false => (&PORTS6, &SINGLE6),
        };
        wanted.push(match hint {
            Some(hint) => Element::of(any, hint.key),
            None => Element::of(single, claim.key),
        });
    }
    let mut taken = Vec::new();
    for found in removal::look_up_all(kernel, &wanted)? {
        let map: &'static Set = match found.set.name {
            name if name == SINGLE4.name => &ADDRESS_PORTS4,
            name if name == SINGLE6.name => &ADDRESS_PORTS6,
            _ => {
                taken.push(found);
                continue;
            }
        };
        let mut others = removal::elements(kernel.netfilter()?, map)?;
        others.retain(|other| other.key.get(1..) == Some(&found.key[..]));
        taken.append(&mut others);
    }
    refuse_taken(kernel, ports, &taken)
}

/// Frees those of the ports whose runs are gone. With `any` those that others have are all the
/// same.
fn free(kernel: &mut Kernel, publisher: &Publisher, ports: Publication, any: bool) -> Result<()> {
    let elements = publisher.elements(ports);
    let claims: Vec<Element> = elements.into_iter().map(|(claim, _)| claim).collect();
    let taken = removal::look_up_all(kernel, &claims)?;
    match refuse_taken(kernel, ports, &taken) {
        Err(_) if any => Ok(()),
        other => other,
    }
}

/// Refuses ports that runs have; those of runs that are gone are taken away.
fn refuse_taken(kernel: &mut Kernel, ports: Publication, taken: &[Element]) -> Result<()> {
    let mut gone: Vec<Owner> = Vec::new();
    for element in taken {
        let owner = element.comment.as_deref().and_then(Owner::parse);
        if owner.is_some_and(|owner| gone.contains(&owner)) {
            continue;
        }
        let by = match owner {
            None => "somebody added it to the firewall by hand".into(),
            Some(owner) => match holder(kernel, owner)? {
                Some(title) if owner.is(Run::NOBODY) => format!("{title} has it"),
                Some(title) => {
                    // The name is on another of its links, if not on this one.
                    let run = kernel.run_of(owner.pid.cast_unsigned())?;
                    let title = run.map_or(title, |run| run.title());
                    let pid = cmd_pid(owner.pid).unwrap_or(owner.pid);
                    format!("run \"{title}\" has it (process {pid})")
                }
                None => {
                    gone.push(owner);
                    continue;
                }
            },
        };
        // Of a range the port that is taken.
        let number = element.key.iter().find_map(|value| match value {
            Value::Port(number) => Some(*number),
            _ => None,
        });
        let port = Publication { first: number.unwrap_or(ports.first), ..ports };
        return Err(Error::new(format!("cannot publish port {}", name(port)))
            .because(by)
            .hint("choose another port, or end that run with \"nsrun stop\""));
    }
    gone.into_iter().try_for_each(|owner| removal::remove_of(kernel, taken, owner))
}

/// What the owner of a port is called; `None` when it is gone.
pub(super) fn holder(kernel: &mut Kernel, owner: Owner) -> Result<Option<String>> {
    let lease: Lease = owner.lease;
    let Some(holder) = kernel.holder(&lease.to_string())? else { return Ok(None) };
    let Some(status) = holder.status else { return Ok(None) };
    let same = match status.owner() {
        Some(run) => owner.is(run),
        // It is between its claim and its description.
        None => true,
    };
    Ok((same && holder.state == HolderState::Alive).then(|| status.title()))
}
