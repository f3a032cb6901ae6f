//! `nsrun network rm` and `prune`: remove networks that nobody uses.

use std::io::{self, Write};

use super::{find, members};
use crate::apply;
use crate::cli::Args;
use crate::commands::attach::Vlan;
use crate::commands::{LENT, operand, run::warn};
use crate::error::{Error, Result};
use crate::facts::{Holder, HolderState, Network, Status};
use crate::kernel::{Kernel, Lock};
use crate::plan::Step;

pub(in crate::commands) fn remove(args: &Args) -> Result<u8> {
    let lock = Lock::networks();
    let mut kernel = Kernel::open()?;
    apply::firewall::sweep_rules(&mut kernel)?;
    let mut networks = Vec::new();
    // All are looked at before the first is removed.
    let runs = kernel.runs()?;
    if lock.is_some() {
        // Under the lock an unfinished one was left by a process that was killed.
        for network in kernel.networks()?.iter().filter(|network| !network.complete) {
            if users(&mut kernel, &runs, network)?.is_empty() {
                delete(&mut kernel, network)?;
            }
        }
    }
    for n in 0..args.operands().len() {
        let network = find(&mut kernel, operand(args, n)?)?;
        refuse_used(&network, &users(&mut kernel, &runs, &network)?)?;
        networks.push(network);
    }
    for network in &networks {
        refuse_used(network, &delete(&mut kernel, network)?)?;
    }
    say_what_stays(&mut kernel)?;
    Ok(0)
}

fn refuse_used(network: &Network, users: &[String]) -> Result<()> {
    if users.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!("cannot remove network \"{}\"", network.name))
        .because(format!("it is used by {}", users.join(", ")))
        .hint("end them (nsrun stop), or disconnect them"))
}

pub(in crate::commands) fn prune(_: &Args) -> Result<u8> {
    let _lock = Lock::networks();
    let mut kernel = Kernel::open()?;
    apply::firewall::sweep_rules(&mut kernel)?;
    let (networks, runs) = (kernel.networks()?, kernel.runs()?);
    for network in networks {
        if users(&mut kernel, &runs, &network)?.is_empty()
            && delete(&mut kernel, &network)?.is_empty()
        {
            // An unfinished one, left by a process that was killed, has no name yet.
            let _ = writeln!(
                io::stdout(),
                "{}",
                if network.complete { &network.name } else { &network.bridge }
            );
        }
    }
    say_what_stays(&mut kernel)?;
    Ok(0)
}

/// Says what the last network leaves.
fn say_what_stays(kernel: &mut Kernel) -> Result<()> {
    if apply::firewall::is_lent(kernel)? {
        warn(&[format!(
            "this host goes on to route IPv6, but not between its other links: {LENT}"
        )]);
    }
    Ok(())
}

/// Deletes a network, unless somebody joined it in this moment: its name goes first, without which
/// nobody can join it, and then it is seen who did before. Returns those; with any it stays.
fn delete(kernel: &mut Kernel, network: &Network) -> Result<Vec<String>> {
    let (link, index) = (|| network.bridge.clone(), network.index);
    if let Some(index) = index.filter(|_| network.complete) {
        let name = || Network::altname(&network.name);
        apply::send(kernel, &[Step::RemoveName { link: link(), index, name: name() }])?;
        let runs = kernel.runs()?;
        let users = users(kernel, &runs, network)?;
        if !users.is_empty() {
            apply::send(kernel, &[Step::AddName { link: link(), name: name() }])?;
            return Ok(users);
        }
    }
    let vlan = network.below().map(Vlan::hold).transpose()?.flatten();
    apply::send(kernel, &[Step::DeleteLink { link: link(), index }])?;
    if network.is_managed() {
        apply::send(kernel, &[Step::RemoveRules(Box::new(network.clone()))])?;
    }
    if network.publishes {
        apply::firewall::sweep_all(kernel)?;
    }
    drop(vlan);
    Ok(Vec::new())
}

/// Who uses a network, for people. Those whose namespace is going, or which have no process left,
/// do not: their links go with the bridge or without it.
fn users(kernel: &mut Kernel, runs: &[Status], network: &Network) -> Result<Vec<String>> {
    let mut users = Vec::new();
    for status in members(runs, network) {
        let link = status.joined.iter().find(|joined| joined.lease.network == network.number);
        let Some(link) = link.map(|joined| joined.lease.to_string()) else { continue };
        if let Some(Holder { state: HolderState::Alive, .. }) = kernel.holder(&link)? {
            let pid = status.run.map(|run| format!(" (process {})", run.pid));
            users.push(format!("\"{}\"{}", status.title(), pid.unwrap_or_default()));
        }
    }
    for port in kernel.foreign_ports(network)? {
        users.push(format!("link \"{port}\""));
    }
    Ok(users)
}
