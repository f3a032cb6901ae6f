//! Looking at what links are to be attached to, and holding what no kernel object holds for them.

use std::os::fd::{AsFd, BorrowedFd};

use super::declared::declared;
use crate::apply;
use crate::error::{Error, Result};
use crate::facts::{Machine, NetworkLink, Parent};
use crate::kernel::{Kernel, Lock, Shared};
use crate::plan::{Direct, Step, VLAN, vlan_of};
use crate::spec::{Attach, Membership};

/// Looks at the networks and links that are asked for. When a network is to be made and `lock` is
/// given, the lock on that is taken, and what was seen before is looked at again.
pub(super) fn look(
    asked: &[Membership],
    kernel: &mut Kernel,
    machine: &mut Machine,
    lock: Option<&mut Option<Lock>>,
) -> Result<()> {
    machine.networks = networks(asked, kernel)?;
    if !complete(asked, &machine.networks) {
        if let Some(lock) = lock
            && lock.is_none()
        {
            *lock = Lock::networks();
            machine.networks = networks(asked, kernel)?;
        }
        machine.host = kernel.host()?;
        for (asked, found) in asked.iter().zip(&machine.networks) {
            machine.declared.push(match found {
                None if asked.attach == Attach::Network => declared(&asked.network)?,
                _ => None,
            });
        }
    }
    for (asked, found) in asked.iter().zip(&machine.networks) {
        let sits_on = match found {
            Some(NetworkLink::Ours(network)) => network.options.parent.as_deref(),
            _ => asked.attach.parent(),
        };
        machine.parents.push(match sits_on {
            Some(link) => parent(kernel, link)?,
            None => None,
        });
    }
    Ok(())
}

fn networks(asked: &[Membership], kernel: &mut Kernel) -> Result<Vec<Option<NetworkLink>>> {
    let network = |asked: &Membership| match asked.attach {
        Attach::Network => kernel.network(&asked.network),
        _ => Ok(None),
    };
    asked.iter().map(network).collect()
}

/// Whether all networks are there, so that none is to be made.
fn complete(asked: &[Membership], networks: &[Option<NetworkLink>]) -> bool {
    asked.iter().zip(networks).all(|(asked, found)| match found {
        Some(NetworkLink::Ours(network)) => network.complete,
        Some(NetworkLink::Foreign { .. }) => true,
        None => asked.attach != Attach::Network,
    })
}

fn parent(kernel: &mut Kernel, name: &str) -> Result<Option<Parent>> {
    if let Some(link) = kernel.link(name)? {
        return Ok(Some(Parent { kind: link.kind, mtu: link.mtu, vlan: None }));
    }
    let Some((below, tag)) = vlan_of(name) else { return Ok(None) };
    let vlan = |below_mtu| Parent {
        kind: Some("vlan".into()),
        mtu: below_mtu,
        vlan: Some((below.to_owned(), tag)),
    };
    Ok(kernel.link(below)?.map(|link| vlan(link.mtu)))
}

/// What links that are no members of a network hold, as long as their supervisor is there.
#[derive(Debug, Default)]
pub(super) struct Held {
    addresses: Vec<Lock>,
    vlans: Vec<Vlan>,
}

/// Holds the addresses of links, and the VLANs that they sit on.
pub(super) fn hold(links: &[Direct]) -> Result<Held> {
    let mut held = Held::default();
    for link in links {
        if let Some(name) = link.lock() {
            let lock = Lock::take(&name)?.ok_or_else(|| {
                let address = link.address.map(|address| address.addr().to_string());
                Error::new(format!("cannot take address {}", address.unwrap_or_default()))
                    .because(format!("another run has it on link \"{}\"", link.parent))
                    .hint("choose another, or end that run (nsrun ps lists them)")
            })?;
            held.addresses.push(lock);
        }
        held.vlans.extend(Vlan::hold(&link.parent)?);
    }
    Ok(held)
}

impl Held {
    /// The descriptors of the locks.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let vlans = self.vlans.iter().map(|vlan| vlan.lock.as_fd());
        self.addresses.iter().map(AsFd::as_fd).chain(vlans)
    }

    /// Lets go of all.
    pub(super) fn release(self) {
        self.vlans.into_iter().for_each(Vlan::release);
    }
}

/// A VLAN that is used, whoever made it.
#[derive(Debug)]
pub(super) struct Vlan {
    link: String,
    lock: Shared,
}

impl Vlan {
    /// Keeps others from removing `link`, if it is called like a VLAN.
    pub(super) fn hold(link: &str) -> Result<Option<Vlan>> {
        if vlan_of(link).is_none() {
            return Ok(None);
        }
        let lock = Shared::hold(&format!("vlan:{link}"))?;
        Ok(Some(Vlan { link: link.into(), lock }))
    }

    /// Lets go, and removes it if nsrun made it and nobody else uses it.
    pub(super) fn release(self) {
        let Some(_lock) = self.lock.alone() else { return };
        let link = self.link;
        // It is the host's again when this fails; the next user removes it.
        let _ = Kernel::open().and_then(|mut kernel| {
            let used = kernel.networks()?.iter().any(|network| network.below() == Some(&link));
            match kernel.link(&link)? {
                Some(found) if found.alias.as_deref() == Some(VLAN) && !used => {
                    apply::send(&mut kernel, &[Step::DeleteLink { link, index: Some(found.index) }])
                }
                _ => Ok(()),
            }
        });
    }
}
