//! Forwarding as it was before the first network.

use crate::error::{Error, Result};
use crate::facts::{Forwarding, Network};
use crate::kernel::{Kernel, forwarding, setting};
use crate::sys::file::set;

/// Switches off what nsrun switched on; whether this host routes for others as it did before.
///
/// `last` is the bridge of the last network. While there is a bridge of others, IPv6 stays on:
/// whoever made it may have found it on, and rely on it.
pub(super) fn stop(kernel: &mut Kernel, last: Option<&str>) -> Result<bool> {
    let (forwards4, forwards6) = forwarding()?;
    if forwards4 == Forwarding::Networks {
        stop_links(kernel)?;
        // Not before: as long as it is on, what links still forward is ours.
        switch_off("net.ipv4.conf.default.forwarding")?;
        // Those that came meanwhile.
        stop_links(kernel)?;
    }
    if forwards6 == Forwarding::Networks {
        if kernel.has_foreign_bridge(last)? {
            return Ok(false);
        }
        switch_off("net.ipv6.conf.all.forwarding")?;
    }
    Ok(true)
}

/// Whether this host goes on to route IPv6 although no network needs it any more, guarded, because
/// whoever made a bridge of others may rely on it.
///
/// # Errors
/// It cannot be found out.
pub fn is_lent(kernel: &mut Kernel) -> Result<bool> {
    Ok(forwarding()?.1 == Forwarding::Networks
        && !kernel.networks()?.iter().any(Network::is_routed)
        && kernel.has_foreign_bridge(None)?)
}

fn stop_links(kernel: &mut Kernel) -> Result<()> {
    for link in kernel.links(None)? {
        let key = format!("net.ipv4.conf.{}.forwarding", link.name.replace('.', "/"));
        if setting(&key)?.as_deref() == Some("1") {
            // It may be gone.
            let _ = switch_off(&key);
        }
    }
    Ok(())
}

fn switch_off(key: &str) -> Result<()> {
    set(key, "0").map_err(|errno| Error::new(format!("cannot set {key}")).because(errno.desc()))
}
