//! `nsrun firewall`: our rules, shown and made anew; `nsrun gc`: what killed runs left.

use serde_json::{Value, json};

use super::network;
use super::output::{print, print_json};
use super::run::warn;
use crate::apply;
use crate::apply::firewall::{self, Condition};
use crate::cli::Args;
use crate::error::Result;
use crate::kernel::{Kernel, Lock, Netfilter};
use crate::plan::firewall::{TABLE, listing};

pub(super) fn show(args: &Args) -> Result<u8> {
    let mut kernel = Kernel::open()?;
    let condition = firewall::condition(&mut kernel)?;
    let state = condition.words();
    let ports = firewall::ports(&mut kernel)?;
    let rules = listing(&firewall::expected(&mut kernel)?);
    if args.flag("json") {
        let ports: Vec<Value> = ports.iter().map(port).collect();
        print_json(&json!({
            "table": format!("inet {TABLE}"),
            "state": state,
            "ports": ports,
            "rules": rules.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>(),
        }))?;
        return Ok(0);
    }
    let mut out = format!("# table inet {TABLE} is {state}\n");
    if !matches!(condition, Condition::Present | Condition::Unknown) {
        out.push_str("# \"nsrun firewall reload\" makes it as follows\n");
    }
    for stale in ports.iter().filter(|port| port.run.is_none()) {
        out.push_str(&format!("# stale: {}\n", stale.element));
    }
    out.push_str(&rules);
    print(&out)?;
    Ok(0)
}

/// The first process of the run whose port it is; `None` when that is no run's.
fn pid(port: &firewall::Published) -> Option<i32> {
    port.owner.map(|owner| owner.pid).filter(|pid| *pid > 0)
}

fn port(port: &firewall::Published) -> Value {
    json!({ "element": port.element, "run": port.run, "pid": pid(port) })
}

pub(super) fn reload(_: &Args) -> Result<u8> {
    // Or rules would go of a network that is just being made, and not known yet.
    let _lock = Lock::networks();
    let mut kernel = Kernel::open()?;
    firewall::rebuild(&mut kernel)?;
    open(&mut kernel)?;
    Ok(0)
}

/// Lets all networks pass rules of others that have come to stop them, or tells of those.
fn open(kernel: &mut Kernel) -> Result<()> {
    let networks = kernel.networks()?;
    for network in networks.iter().filter(|network| network.complete) {
        warn(&firewall::restore(kernel, &[network])?);
        warn(&firewall::warnings(kernel, network, None)?);
    }
    Ok(())
}

pub(super) fn gc(args: &Args) -> Result<u8> {
    let lock = Lock::networks();
    let mut kernel = Kernel::open()?;
    if lock.is_some() {
        network::settle(&mut kernel)?;
    }
    let (mut removed, mut rebuilt) = (Vec::new(), false);
    // A kernel without a firewall has nothing left in one.
    if Netfilter::is_there()? {
        firewall::sweep_rules(&mut kernel)?;
        removed = firewall::sweep_all(&mut kernel)?;
        rebuilt = firewall::is_broken(&mut kernel)?.is_some();
        if rebuilt {
            firewall::rebuild(&mut kernel)?;
        }
        open(&mut kernel)?;
        let unmarked = firewall::unmark(&mut kernel)?;
        apply::send(&mut kernel, &unmarked)?;
    }
    if args.flag("json") {
        let ports: Vec<Value> = removed.iter().map(port).collect();
        print_json(&json!({ "ports": ports, "rebuilt": rebuilt }))?;
        return Ok(0);
    }
    let mut out = String::new();
    for gone in removed {
        let of = pid(&gone).map(|pid| format!(" of process {pid}")).unwrap_or_default();
        out.push_str(&format!("removed {}{of}\n", gone.element));
    }
    if rebuilt {
        out.push_str(&format!("made table inet {TABLE} anew\n"));
    }
    print(&out)?;
    Ok(0)
}
