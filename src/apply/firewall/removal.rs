//! Removing ports: at the end of a run, on request, and those of runs whose nsrun was killed.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{TRIES, busy, commit, value};
use crate::error::{Error, Result};
use crate::facts::{Joined, Lease, Run};
use crate::kernel::{Found, Kernel, Link, Netfilter, words};
use crate::plan::firewall::set::{Element, Given, Gives, PORT_MAPS, PUBLISHERS, SETS, Set, Value};
use crate::plan::firewall::{Change, Owner, Publisher, TABLE};
use crate::spec::{Publication, sort};

/// All elements of a set that can be read.
pub(super) fn elements(netfilter: &mut Netfilter, set: &'static Set) -> Result<Vec<Element>> {
    let found = netfilter.elements(TABLE, set.name)?;
    Ok(found.iter().filter_map(|found| read(set, found)).collect())
}

fn read(set: &'static Set, found: &Found) -> Option<Element> {
    let gives = match set.gives {
        Gives::Fields(fields) => Given::Values(value::read(fields, &found.data)?),
        _ => Given::Nothing,
    };
    let key = value::read(set.key, &found.key)?;
    Some(Element { set, key, gives, comment: found.comment.clone() })
}

/// All published ports.
pub(super) fn port_elements(netfilter: &mut Netfilter) -> Result<Vec<Element>> {
    let mut all = Vec::new();
    for map in PORT_MAPS {
        all.extend(elements(netfilter, map)?);
    }
    Ok(all)
}

pub(super) fn owner(element: &Element) -> Option<Owner> {
    Owner::parse(element.comment.as_deref()?)
}

/// Removes the elements that `choose` chooses, unless somebody changes the ruleset after it looked:
/// then it looks again. So nothing is removed that meanwhile belongs to another.
pub(super) fn remove(
    kernel: &mut Kernel,
    mut choose: impl FnMut(&mut Kernel) -> Result<Vec<Element>>,
) -> Result<Vec<Element>> {
    for _ in 0..TRIES {
        let generation = kernel.netfilter()?.generation()?;
        let chosen = choose(kernel)?;
        if chosen.is_empty() {
            return Ok(chosen);
        }
        let changes: Vec<Change> = chosen.iter().cloned().map(Change::Remove).collect();
        let refusals = commit(kernel.netfilter()?, Some(generation), &changes)?;
        match refusals.first() {
            None => return Ok(chosen),
            Some(refusal) if super::somebody_was_faster(&changes, refusal) => {}
            Some(refusal) => {
                return Err(Error::new("cannot remove published ports").because(words(refusal)));
            }
        }
    }
    Err(busy("remove published ports"))
}

/// Removes those of the elements that belong to `owner`.
pub(super) fn remove_of(kernel: &mut Kernel, elements: &[Element], owner: Owner) -> Result<()> {
    remove(kernel, |kernel| owned(kernel, elements, owner)).map(drop)
}

/// Those of the elements that are there and belong to `by`.
fn owned(kernel: &mut Kernel, elements: &[Element], by: Owner) -> Result<Vec<Element>> {
    let mut found = look_up_all(kernel, elements)?;
    found.retain(|found| owner(found) == Some(by));
    Ok(found)
}

/// Those of the elements that are there, as the kernel has them. Few are asked for one by one, of
/// many whole sets are read: so a range takes no longer than what it makes.
pub(super) fn look_up_all(kernel: &mut Kernel, wanted: &[Element]) -> Result<Vec<Element>> {
    const FEW: usize = 64;
    let mut found = Vec::new();
    if wanted.len() <= FEW {
        for element in wanted {
            found.extend(look_up(kernel, element)?);
        }
        return Ok(found);
    }
    let keys: HashSet<_> = wanted.iter().map(|one| (one.set.name, &one.key)).collect();
    for set in SETS.into_iter().filter(|set| wanted.iter().any(|one| std::ptr::eq(one.set, *set))) {
        let mut all = elements(kernel.netfilter()?, set)?;
        all.retain(|one| keys.contains(&(one.set.name, &one.key)));
        found.append(&mut all);
    }
    Ok(found)
}

/// An element as the kernel has it, by its key.
pub(super) fn look_up(kernel: &mut Kernel, element: &Element) -> Result<Option<Element>> {
    let key = value::bytes(&element.key);
    let found = kernel.netfilter()?.element(TABLE, element.set.name, &key)?;
    Ok(found.and_then(|found| read(element.set, &found)))
}

/// Takes away what an address that was leased anew still has of another: the ports of a run whose
/// nsrun was killed.
///
/// # Errors
/// The kernel refused.
pub fn sweep(kernel: &mut Kernel, address: Ipv4Addr, leased: Lease) -> Result<()> {
    let index = Element::of(&PUBLISHERS, vec![Value::Address(address.into())]);
    if look_up(kernel, &index)?.is_none() {
        return Ok(());
    }
    remove(kernel, |kernel| {
        if look_up(kernel, &index)?.is_none() {
            return Ok(Vec::new());
        }
        let lease = |element: &Element| owner(element).map(|owner| owner.lease);
        let mut all = port_elements(kernel.netfilter()?)?;
        // Both addresses of a lease: the owner tells those of IPv6.
        let here: Vec<Lease> = (all.iter().filter(|one| leads_to(one, address.into())))
            .filter_map(lease)
            .chain([leased])
            .collect();
        all.retain(|one| {
            leads_to(one, address.into()) || lease(one).is_some_and(|own| here.contains(&own))
        });
        all.push(index.clone());
        Ok(all)
    })
    .map(drop)
}

fn leads_to(element: &Element, address: IpAddr) -> bool {
    matches!(&element.gives, Given::Values(values) if values.first() == Some(&Value::Address(address)))
}

/// Removes the ports of a run that has ended. `known` are those it began with; its links, as long
/// as they are there, say which were published later.
///
/// The kernel takes tens of milliseconds to forget elements, and makes the one wait who closes
/// the connection last: that is a process left behind, so that nobody waits for it.
///
/// # Errors
/// The kernel refused. What stays is swept when the address or the port is taken again.
pub fn release(
    netfilter: Option<Netfilter>,
    run: Run,
    leases: &[Lease],
    known: &[(Lease, Publication)],
) -> Result<()> {
    // Nobody else takes them back so soon: where no answer came, another connection is asked.
    release_by(netfilter, run, leases, known).or_else(|_| release_by(None, run, leases, known))
}

fn release_by(
    netfilter: Option<Netfilter>,
    run: Run,
    leases: &[Lease],
    known: &[(Lease, Publication)],
) -> Result<()> {
    let mut kernel = Kernel::open()?.with_netfilter(netfilter);
    let mut any = false;
    for &lease in leases {
        let link = kernel.link(&lease.to_string())?.filter(|link| is_of(link, run));
        let mut ports: Vec<Publication> =
            link.map(|link| Joined::ports(lease, &link.names)).unwrap_or_default();
        ports.extend(known.iter().filter(|(own, _)| *own == lease).map(|(_, port)| *port));
        sort(&mut ports, |a, b| a < b);
        ports.dedup();
        if !ports.is_empty() {
            any = true;
            release_lease(&mut kernel, Owner::new(lease, run), run, &ports)?;
        }
    }
    if any {
        kernel.netfilter()?.leave_closing();
    }
    Ok(())
}

fn is_of(link: &Link, run: Run) -> bool {
    link.alias.as_deref().and_then(Run::owner) == Some(run)
}

fn release_lease(kernel: &mut Kernel, owner: Owner, run: Run, ports: &[Publication]) -> Result<()> {
    // Only keys matter here: any address of each family will do.
    let publisher =
        Publisher { address: Ipv4Addr::UNSPECIFIED, address6: Some(Ipv6Addr::UNSPECIFIED), owner };
    let elements: Vec<Element> =
        ports.iter().flat_map(|&port| publisher.elements(port)).map(|(claim, _)| claim).collect();
    remove(kernel, |kernel| {
        let mut own = owned(kernel, &elements, owner)?;
        let address = own.iter().find_map(|found| match &found.gives {
            Given::Values(values) => match values.first() {
                Some(&Value::Address(to @ IpAddr::V4(_))) => Some(to),
                _ => None,
            },
            _ => None,
        });
        if let Some(address) = address {
            let index = Element::of(&PUBLISHERS, vec![Value::Address(address)]);
            // The next one with this address may have published already.
            let link = kernel.link(&owner.lease.to_string())?;
            if link.is_none_or(|link| is_of(&link, run)) && look_up(kernel, &index)?.is_some() {
                own.push(index);
            }
        }
        Ok(own)
    })
    .map(drop)
}
