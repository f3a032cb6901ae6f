//! Looking at what links are to be attached to, and holding what no kernel object holds for them.

use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::{AsFd, BorrowedFd};

use ipnet::Ipv4Net;

use super::declared::declared;
use super::network;
use crate::apply;
use crate::error::{Error, Result};
use crate::facts::{Machine, Network, NetworkLink, Parent};
use crate::kernel::{Kernel, Lock, Shared};
use crate::plan::{self, Direct, Step, VLAN, address_lock, vlan_of};
use crate::spec::{Attach, MAX_SUBNET, Membership};
use crate::sys::file;

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
            machine.host = kernel.host()?;
            if lock.is_some() && machine.host.networks.iter().any(|network| !network.complete) {
                network::restore_names(kernel)?;
                machine.networks = networks(asked, kernel)?;
                machine.host = kernel.host()?;
            }
        } else {
            machine.host = kernel.host()?;
        }
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
        let network = kernel.network_of_bridge(&link);
        return Ok(Some(Parent { kind: link.kind, network, mtu: link.mtu, vlan: None }));
    }
    let Some((below, tag)) = vlan_of(name) else { return Ok(None) };
    let vlan = |below_mtu| Parent {
        kind: Some("vlan".into()),
        network: None,
        mtu: below_mtu,
        vlan: Some((below.to_owned(), tag)),
    };
    Ok(kernel.link(below)?.map(|link| vlan(link.mtu)))
}

/// An address that nobody has, held.
type Free = (Ipv4Addr, Lock);

/// An address that was chosen on a bridge that others made, held under this name.
pub(super) type Chosen = (String, Lock);

/// Chooses addresses for links on bridges that others made, where the host's own address there says
/// the subnet: of those that no run of ours has, one that nobody answers for. The gateway is the
/// host. One that was given is taken, unless it is this host's, and `warnings` say who has it; not who
/// had it `before` and is ending. Links are called by their names from now on, by which others look for
/// what is held, where alternative ones were given.
pub(super) fn choose(
    asked: &mut [Membership],
    kernel: &mut Kernel,
    before: bool,
    warnings: &mut Vec<String>,
) -> Result<Vec<Chosen>> {
    let mut all = Vec::new();
    for asked in asked {
        let Some(parent) = asked.attach.parent_mut() else { continue };
        let index = kernel.link(parent)?.map(|found| {
            *parent = found.name;
            found.index
        });
        let Attach::Bridge(link) = &asked.attach else {
            // Elsewhere it may be another LAN's.
            if let (Some(address), Some(_)) = (asked.address, index) {
                refuse_own(kernel, address, index)?;
            }
            continue;
        };
        if let Some(address) = asked.address {
            refuse_own(kernel, address, None)?;
            let own = asked.mac.unwrap_or_else(|| Network::member_mac(address));
            let ending = before.then_some(own);
            // Where nobody can be asked, nobody can be in its way yet.
            if apply::answers_once(kernel, link, address, ending).unwrap_or(false) {
                warnings
                    .push(format!("somebody on bridge \"{link}\" has address {address} already"));
            }
            continue;
        }
        if asked.no_address {
            continue;
        }
        let Some((own, chosen)) = free_address(kernel, link)? else { continue };
        let Some((address, lock)) = chosen else {
            return Err(Error::new(format!("cannot choose an address on bridge \"{link}\""))
                .because(format!("somebody has each one of {own} that was tried"))
                .hint("give one with ip=ADDRESS/LENGTH"));
        };
        asked.address = Some(address);
        asked.prefix_len = Some(own.prefix_len());
        asked.gateway.get_or_insert(own.addr());
        all.push((address_lock(link, address), lock));
    }
    Ok(all)
}

/// Refuses an address that this host has, on the link with this `index` if one is given.
fn refuse_own(kernel: &mut Kernel, address: Ipv4Addr, index: Option<u32>) -> Result<()> {
    let there = |link| index.is_none_or(|index| index == link);
    match kernel.addresses(None)?.iter().any(|(link, own, _)| there(*link) && *own == address) {
        false => Ok(()),
        true => Err(Error::new(format!("cannot take address {address}"))
            .because("this host has it")
            .hint("choose another: ip address, or nsrun ip address, shows those of this host")),
    }
}

/// The host's address on a bridge, and a free one beside it; `None` where it has none there.
fn free_address(kernel: &mut Kernel, link: &str) -> Result<Option<(Ipv4Net, Option<Free>)>> {
    const TRIES: u32 = 32;
    let found = kernel.link(link)?.filter(|found| found.kind.as_deref() == Some("bridge"));
    let Some(bridge) = found else { return Ok(None) };
    let all = kernel.addresses(None)?;
    let own = all.iter().find_map(|&(index, address, len)| match address {
        IpAddr::V4(v4) if index == bridge.index => Ipv4Net::new(v4, len).ok(),
        _ => None,
    });
    let Some(own) = own.filter(|own| own.prefix_len() <= MAX_SUBNET) else { return Ok(None) };
    let hosts = u32::from(own.broadcast()) - u32::from(own.network()) - 1;
    let first = file::random() as u32 % hosts;
    for n in 0..hosts.min(TRIES) {
        let host = u64::from(first) + u64::from(n);
        let address = u32::from(own.network()) + 1 + (host % u64::from(hosts)) as u32;
        let address = Ipv4Addr::from(address);
        if all.iter().any(|(_, taken, _)| *taken == address) {
            continue;
        }
        let Some(lock) = Lock::take(&address_lock(link, address))? else { continue };
        if !apply::answers(kernel, link, address)? {
            return Ok(Some((own, Some((address, lock)))));
        }
    }
    Ok(Some((own, None)))
}

/// What links that are no members of a network hold, as long as their supervisor is there.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) addresses: Vec<Lock>,
    vlans: Vec<Vlan>,
}

/// Holds the addresses of links, those `chosen` before among them, and the VLANs that they sit on.
pub(super) fn hold(links: &[Direct], chosen: &[Chosen]) -> Result<Held> {
    let mut held = Held::default();
    for link in links {
        if let Some(address) = link.address.map(|address| address.addr()) {
            let name = address_lock(&link.parent, address);
            if chosen.iter().all(|(held, _)| *held != name) {
                let lock = Lock::take(&name)?.ok_or_else(|| plan::held(&link.parent, address))?;
                held.addresses.push(lock);
            }
        }
        held.vlans.extend(Vlan::hold(&link.parent)?);
    }
    Ok(held)
}

impl Held {
    /// The descriptors of the locks.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let vlans = self.vlans.iter().flat_map(|vlan| &vlan.lock).map(AsFd::as_fd);
        self.addresses.iter().map(AsFd::as_fd).chain(vlans)
    }
}

/// A VLAN that is used, whoever made it. When this is dropped it is removed, if nsrun made it and
/// nobody else uses it.
#[derive(Debug)]
pub(super) struct Vlan {
    link: String,
    lock: Option<Shared>,
}

impl Vlan {
    /// Keeps others from removing `link`, if it is called like a VLAN.
    pub(super) fn hold(link: &str) -> Result<Option<Vlan>> {
        if vlan_of(link).is_none() {
            return Ok(None);
        }
        let lock = Shared::hold(&format!("vlan:{link}"))?;
        Ok(Some(Vlan { link: link.into(), lock: Some(lock) }))
    }
}

impl Drop for Vlan {
    fn drop(&mut self) {
        let Some(_lock) = self.lock.take().and_then(Shared::alone) else { return };
        let link = std::mem::take(&mut self.link);
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
