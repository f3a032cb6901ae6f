//! Whether this host routes, and by which links packets come in from elsewhere.

use std::collections::HashMap;

use super::{Kernel, Link};
use crate::error::{Error, Result};
use crate::facts::{Forwarding, Host, Lease, Network};
use crate::sys;

/// A parameter of the kernel, if it has one of that name.
///
/// # Errors
/// It is there and cannot be read: then nothing can be decided by it.
pub fn setting(key: &str) -> Result<Option<String>> {
    let cannot = |errno: sys::Errno| Error::new(format!("cannot read {key}")).because(errno.desc());
    sys::file::setting(key).map_err(cannot)
}

/// Whether this host routes IPv4 and IPv6. One that lacks a family needs nothing done for it.
///
/// # Errors
/// A parameter cannot be read.
pub fn forwarding() -> Result<(Forwarding, Forwarding)> {
    let is_on = |family: &str, link: &str| {
        let key = format!("net.{family}.conf.{link}.forwarding");
        setting(&key).map(|value| value.as_deref() != Some("0"))
    };
    Ok((
        Forwarding::of_ipv4(is_on("ipv4", "all")?, is_on("ipv4", "default")?),
        Forwarding::of_ipv6(is_on("ipv6", "all")?, is_on("ipv6", "default")?),
    ))
}

/// Fills in what is known of forwarding, for links that are listed already.
pub(super) fn look(host: &mut Host) -> Result<()> {
    (host.forwards4, host.forwards6) = forwarding()?;
    if host.forwards4 == Forwarding::Everybody {
        return Ok(());
    }
    let mut forwards = 0;
    for link in host.links.iter_mut().filter(|link| link.outer) {
        let key = format!("net.ipv4.conf.{}.forwarding", link.name.replace('.', "/"));
        link.blocks = setting(&key)?.as_deref() == Some("0");
        forwards += usize::from(!link.blocks);
    }
    if host.forwards4 == Forwarding::Off && forwards > 0 {
        // Its administrator decides for each link.
        host.forwards4 = Forwarding::Everybody;
    }
    Ok(())
}

/// Whether packets from elsewhere come in by a link: it is neither loopback, nor part of a bridge,
/// nor of a network.
pub(super) fn is_outer(link: &Link, links: &HashMap<u32, Link>) -> bool {
    let is_bridge = |link: &Link| link.kind.as_deref() == Some("bridge");
    let in_bridge = link.master.and_then(|master| links.get(&master)).is_some_and(is_bridge);
    let own = super::networks::ours(link).is_some() || Lease::parse(&link.name).is_some();
    link.name != "lo" && !in_bridge && !own
}

/// Whether a link is a bridge that nsrun makes no rules for.
pub(super) fn is_other_bridge(link: &Link) -> bool {
    let is_other = |own: Network| own.is_other_bridge();
    link.kind.as_deref() == Some("bridge") && super::networks::ours(link).is_none_or(is_other)
}

impl Kernel {
    /// The bridges that nsrun makes no rules for.
    pub fn other_bridges(&mut self) -> Result<Vec<String>> {
        let links = self.links(None)?;
        Ok(links.into_iter().filter(is_other_bridge).map(|link| link.name).collect())
    }

    /// Whether there is a bridge that is no network, besides `own`.
    pub fn has_foreign_bridge(&mut self, own: Option<&str>) -> Result<bool> {
        let is_foreign = |link: &Link| {
            link.kind.as_deref() == Some("bridge")
                && Some(&*link.name) != own
                && super::networks::ours(link).is_none()
        };
        Ok(self.links(None)?.iter().any(is_foreign))
    }
}
