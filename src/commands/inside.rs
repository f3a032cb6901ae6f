//! The links inside a run, looked up from here: what it is connected to, as the kernel says it.

use std::net::IpAddr;

use crate::error::Result;
use crate::facts::{Joined, Lease, Status, is_link_local, with_prefix};
use crate::kernel::named::open_process;
use crate::kernel::{Kernel, Link};
use crate::spec::{NetworkOf, Share};
use crate::sys::namespace;

/// What there is in a run's namespace.
pub(super) struct Inside {
    pub(super) links: Vec<Link>,
    addresses: Vec<(u32, IpAddr, u8)>,
    /// The id that this namespace has there.
    home: Option<i32>,
}

/// A link inside that no link on this host describes as the run's.
pub(super) struct Attached<'a> {
    /// What it leads to: "macvlan:eth0", or a network.
    pub(super) to: String,
    pub(super) link: &'a Link,
    /// Its end on this host, when it is the lease of a member.
    pub(super) lease: Option<Lease>,
}

impl Inside {
    /// Looks into a run's namespace. `None` where the caller may not, the run has none of its own,
    /// or ends in this moment.
    pub(super) fn of(kernel: &mut Kernel, status: &Status) -> Option<Inside> {
        let Some(id) = status.namespace_id else { return Inside::of_unlinked(status) };
        let links = kernel.links(Some(id)).ok()?;
        let addresses = kernel.addresses(Some(id)).unwrap_or_default();
        let is_end = |link: &&Link| {
            let end = |joined: &Joined| Some(joined.link_index) == link.link_index;
            link.kind.as_deref() == Some("veth") && status.joined.iter().any(end)
        };
        let home = links.iter().find(is_end).and_then(|link| link.link_namespace);
        Some(Inside { links, addresses, home })
    }

    /// No link on this host leads there, by which it could be asked for.
    fn of_unlinked(status: &Status) -> Option<Inside> {
        // A named namespace is of nobody; others are shown with those they are of.
        let is_other = |mode: &str| {
            !matches!(Share::parse(mode), Ok(None | Some(Share::Of(NetworkOf::Named(_)))))
        };
        if status.mode.as_deref().is_some_and(is_other) {
            return None;
        }
        let file = open_process(status.run?.pid).ok()?;
        let mut there = Kernel::open_in(&file).ok()?;
        let home = there.id_of(&namespace::network().ok()?).ok()?;
        let links = there.links(None).ok()?;
        Some(Inside { links, addresses: there.addresses(None).unwrap_or_default(), home })
    }

    /// The link inside that a membership leads to.
    pub(super) fn joined(&self, joined: &Joined) -> Option<&Link> {
        let peer = || self.links.iter().find(|link| link.link_index == Some(joined.link_index));
        self.with_lease(joined.lease).or_else(peer)
    }

    /// The link that has a lease for which another stands.
    fn with_lease(&self, lease: Lease) -> Option<&Link> {
        let of_lease = Joined::of_lease(lease);
        self.links.iter().find(|link| link.alias.as_ref() == Some(&of_lease))
    }

    /// The address of a link, with its prefix length.
    pub(super) fn address(&self, link: &Link, v4: bool) -> Option<String> {
        let is_its = |(of, address, _): &&(u32, IpAddr, u8)| {
            *of == link.index && address.is_ipv4() == v4 && !is_link_local(address)
        };
        let (_, address, prefix_len) = self.addresses.iter().find(is_its)?;
        Some(with_prefix(*address, *prefix_len))
    }

    /// The links that lead to something on this host, beside those to the networks that are known.
    pub(super) fn attached(&self, kernel: &mut Kernel, known: &[Joined]) -> Vec<Attached<'_>> {
        let is_known = |link: &Link| {
            known.iter().any(|joined| Some(joined.link_index) == link.link_index)
                || link.alias.as_deref().and_then(Joined::lease_of).is_some()
        };
        let mut all = Vec::new();
        for link in self.links.iter().filter(|link| !is_known(link)) {
            // What goes in this moment is not shown.
            let Ok(Some((how, there))) = attached_to(kernel, link, self.home) else { continue };
            let lease = Lease::parse(&there.name).filter(|_| how == NETWORK);
            let to = match lease {
                None => format!("{how}:{}", there.name),
                Some(_) => kernel.network_of_link(&there).ok().flatten().unwrap_or_default(),
            };
            let child = lease.and_then(|lease| self.with_lease(lease));
            all.push(Attached { to, link: child.unwrap_or(link), lease });
        }
        all
    }
}

const NETWORK: &str = "network";

/// What a link inside is attached to on this host, and how: by a macvlan or ipvlan on a link, to a
/// bridge, or to a network, of which this is the lease. `home` is the id of this host's namespace
/// there: links elsewhere have the same numbers.
pub(super) fn attached_to(
    kernel: &mut Kernel,
    link: &Link,
    home: Option<i32>,
) -> Result<Option<(&'static str, Link)>> {
    let Some(index) = link.link_index.filter(|_| home.is_some() && link.link_namespace == home)
    else {
        return Ok(None);
    };
    let how = match link.kind.as_deref() {
        Some("macvlan") => "macvlan",
        Some("ipvlan") => "ipvlan",
        Some("veth") => "bridge",
        _ => return Ok(None),
    };
    let Some(there) = kernel.numbered_link(index)? else { return Ok(None) };
    if how != "bridge" {
        return Ok(Some((how, there)));
    }
    if Lease::parse(&there.name).is_some() {
        return Ok(Some((NETWORK, there)));
    }
    let Some(master) = there.master else { return Ok(None) };
    let bridge = kernel.numbered_link(master)?;
    Ok(bridge.filter(|bridge| bridge.kind.as_deref() == Some(how)).map(|bridge| (how, bridge)))
}
