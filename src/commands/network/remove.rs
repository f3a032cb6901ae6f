//! `nsrun network rm` and `prune`: remove networks that nobody uses.

use super::{find, members};
use crate::apply;
use crate::cli::Args;
use crate::commands::attach::Vlan;
use crate::commands::output::print_done;
use crate::commands::{LENT, operand, run::warn};
use crate::error::{Error, Result};
use crate::facts::{Holder, HolderState, Network, Status};
use crate::kernel::{Kernel, Lock};
use crate::plan::Step;

pub(in crate::commands) fn remove(args: &Args) -> Result<u8> {
    let lock = Lock::networks();
    let mut kernel = Kernel::open()?;
    apply::firewall::sweep_rules(&mut kernel)?;
    if lock.is_some() {
        settle(&mut kernel)?;
    }
    let mut networks = Vec::new();
    // All are looked at before the first is removed.
    let runs = kernel.runs()?;
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
    let lock = Lock::networks();
    let mut kernel = Kernel::open()?;
    apply::firewall::sweep_rules(&mut kernel)?;
    if lock.is_some() {
        restore_names(&mut kernel)?;
    }
    let (networks, runs) = (kernel.networks()?, kernel.runs()?);
    let mut printed = Ok(());
    for network in networks {
        if users(&mut kernel, &runs, &network)?.is_empty()
            && delete(&mut kernel, &network)?.is_empty()
        {
            // An unfinished one, left by a process that was killed, has no name yet.
            let name = if network.complete { &network.name } else { &network.bridge };
            printed = printed.and(print_done(&format!("{name}\n")));
        }
    }
    say_what_stays(&mut kernel)?;
    printed.map(|()| 0)
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

/// Ends what processes that were killed began; the caller holds the lock on making networks. A
/// network that is unfinished and that nobody uses goes. One that has lost its name only, while
/// somebody joined it, gets it back.
pub(in crate::commands) fn settle(kernel: &mut Kernel) -> Result<()> {
    let networks = kernel.networks()?;
    if networks.iter().all(|network| network.complete) {
        return Ok(());
    }
    let runs = kernel.runs()?;
    for network in networks.iter().filter(|network| !network.complete) {
        if users(kernel, &runs, network)?.is_empty() {
            delete(kernel, network)?;
        }
    }
    restore_names(kernel)
}

/// Gives networks that are in use the names back that `network rm` had taken when it was killed.
/// The caller holds the lock on making networks.
pub(in crate::commands) fn restore_names(kernel: &mut Kernel) -> Result<()> {
    let nameless = kernel.nameless()?;
    if nameless.is_empty() {
        return Ok(());
    }
    let runs = kernel.runs()?;
    for network in nameless {
        if !users(kernel, &runs, &network)?.is_empty() {
            apply::send(kernel, &[name(&network)])?;
        }
    }
    Ok(())
}

/// Gives a network its name.
fn name(network: &Network) -> Step {
    Step::AddName { link: network.bridge.clone(), name: Network::altname(&network.name) }
}

/// Deletes a network, unless somebody joined it in this moment: its name goes first, without which
/// nobody can join it, and then it is seen who did before. Returns those; with any it stays, and
/// has its name.
fn delete(kernel: &mut Kernel, network: &Network) -> Result<Vec<String>> {
    let vlan = network.below().map(Vlan::hold).transpose()?.flatten();
    let index = network.index.filter(|_| network.complete);
    let unnamed = index.map_or(Ok(()), |index| {
        let (link, name) = (network.bridge.clone(), Network::altname(&network.name));
        apply::send(kernel, &[Step::RemoveName { link, index, name }])
    });
    let found = unnamed.and_then(|()| delete_nameless(kernel, network));
    if index.is_some() && !matches!(&found, Ok(users) if users.is_empty()) {
        let named = apply::send(kernel, &[name(network)]);
        return match found {
            Err(mut error) => {
                error.undo.push(match named {
                    Ok(()) => name(network).to_string(),
                    Err(failed) => format!("{}; it is left without", failed.what),
                });
                Err(error)
            }
            users => named.and(users),
        };
    }
    let users = found?;
    if !users.is_empty() {
        return Ok(users);
    }
    // There is no way back: where no answer came, another connection is asked.
    remove_rules(kernel, network).or_else(|_| remove_rules(&mut Kernel::open()?, network))?;
    drop(vlan);
    Ok(users)
}

/// Removes what the firewall has of a network whose bridge is gone.
fn remove_rules(kernel: &mut Kernel, network: &Network) -> Result<()> {
    if network.is_managed() {
        apply::send(kernel, &[Step::RemoveRules(Box::new(network.clone()))])?;
    }
    if network.publishes {
        apply::firewall::sweep_all(kernel)?;
    }
    Ok(())
}

/// Deletes the bridge of a network that nobody can join any more; or returns who did.
fn delete_nameless(kernel: &mut Kernel, network: &Network) -> Result<Vec<String>> {
    let runs = kernel.runs()?;
    let users = users(kernel, &runs, network)?;
    if users.is_empty() {
        let (link, index) = (network.bridge.clone(), network.index);
        let deleted = apply::send(kernel, &[Step::DeleteLink { link, index }]);
        // The answer may be all that was lost.
        if kernel.index(&network.bridge).is_some() {
            deleted?;
        }
    }
    Ok(users)
}

/// Who uses a network, for people. Those whose namespace is going, or which have no process left,
/// do not: their links go with the bridge or without it.
fn users(kernel: &mut Kernel, runs: &[Status], network: &Network) -> Result<Vec<String>> {
    let mut users = Vec::new();
    for status in members(runs, network) {
        let link = status.joined.iter().find(|joined| joined.lease.network == network.number);
        let Some(link) = link.map(|joined| joined.lease.to_string()) else { continue };
        if let Some(Holder { state: HolderState::Alive, cmd, .. }) = kernel.holder(&link)? {
            let pid = cmd.map(|pid| format!(" (process {pid})"));
            users.push(match &status.connected {
                Some(title) => title.clone(),
                None => format!("\"{}\"{}", status.title(), pid.unwrap_or_default()),
            });
        }
    }
    for port in kernel.foreign_ports(network)? {
        users.push(format!("link \"{port}\""));
    }
    Ok(users)
}
