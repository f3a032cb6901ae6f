//! Ports on request: listed, taken back, swept.

use std::collections::HashSet;

use super::ports::holder;
use super::removal::{elements, owner, port_elements, remove, remove_of};
use crate::error::Result;
use crate::kernel::Kernel;
use crate::plan::Step;
use crate::plan::firewall::set::{Element, PUBLISHERS, SINGLE4, SINGLE6};
use crate::plan::firewall::{Change, Owner, Publisher};
use crate::spec::Publication;

/// A port of the firewall.
#[derive(Clone, Debug)]
pub struct Published {
    /// The element, in words.
    pub element: String,
    /// Whose it is, if nsrun made it.
    pub owner: Option<Owner>,
    /// What the run is called; `None` when it is gone.
    pub run: Option<String>,
}

/// The ports that the firewall has.
///
/// # Errors
/// The kernel refused.
pub fn ports(kernel: &mut Kernel) -> Result<Vec<Published>> {
    let mut known = Owners::default();
    let mut ports = Vec::new();
    for element in port_elements(kernel.netfilter()?)? {
        let run = known.run(kernel, &element)?;
        let owner = owner(&element);
        ports.push(Published {
            element: format!("{} {{ {element} }}", element.set.name),
            owner,
            run,
        });
    }
    Ok(ports)
}

/// Which runs ports belong to, each looked up once.
#[derive(Default)]
struct Owners(Vec<(Owner, Option<String>)>);

impl Owners {
    fn run(&mut self, kernel: &mut Kernel, element: &Element) -> Result<Option<String>> {
        let Some(owner) = owner(element) else { return Ok(None) };
        if let Some((_, run)) = self.0.iter().find(|(known, _)| *known == owner) {
            return Ok(run.clone());
        }
        let run = holder(kernel, owner)?;
        self.0.push((owner, run.clone()));
        Ok(run)
    }
}

/// Removes the ports of all runs that are gone, and what says where to look for them.
///
/// # Errors
/// The kernel refused.
pub fn sweep_all(kernel: &mut Kernel) -> Result<Vec<Published>> {
    let mut gone = Vec::new();
    remove(kernel, |kernel| {
        gone.clear();
        let mut known = Owners::default();
        let (mut stale, mut kept) = (Vec::new(), Vec::new());
        for element in port_elements(kernel.netfilter()?)? {
            let run = known.run(kernel, &element)?;
            let owner = owner(&element);
            if owner.is_none() || run.is_some() {
                kept.push(element);
                continue;
            }
            gone.push(Published { element: element.place(), owner, run });
            stale.push(element);
        }
        for set in [&PUBLISHERS, &SINGLE4, &SINGLE6] {
            let hints = elements(kernel.netfilter()?, set)?;
            stale.extend(
                hints.into_iter().filter(|hint| !kept.iter().any(|port| leads(hint, port))),
            );
        }
        Ok(stale)
    })?;
    Ok(gone)
}

/// The changes that keep ports which a run has taken, and has not noted on its link yet.
pub(super) fn unnoted(kernel: &mut Kernel, changes: &[Change]) -> Result<Vec<Change>> {
    let claim = |change: &Change| match change {
        Change::Claim(port) => Some(port.place()),
        _ => None,
    };
    let noted: HashSet<String> = changes.iter().filter_map(claim).collect();
    let mut found = port_elements(kernel.netfilter()?)?;
    found.retain(|port| !noted.contains(&port.place()));
    let mut known = Owners::default();
    let mut kept = Vec::new();
    for port in found {
        if known.run(kernel, &port)?.is_some() {
            kept.push(port);
        }
    }
    if kept.is_empty() {
        return Ok(Vec::new());
    }
    let mut keep = Vec::new();
    for set in [&PUBLISHERS, &SINGLE4, &SINGLE6] {
        let mut hints = elements(kernel.netfilter()?, set)?;
        hints.retain(|hint| kept.iter().any(|port| leads(hint, port)));
        keep.extend(hints.into_iter().map(Change::Add));
    }
    keep.extend(kept.into_iter().map(Change::Claim));
    Ok(keep)
}

/// Whether a hint is about a port: its key is the address the port leads to, or the end of the
/// port's own.
fn leads(hint: &Element, port: &Element) -> bool {
    use crate::plan::firewall::set::Given;
    match &port.gives {
        Given::Values(values) if std::ptr::eq(hint.set, &raw const PUBLISHERS) => {
            values.first() == hint.key.first()
        }
        _ => port.key.get(1..) == Some(&hint.key),
    }
}

/// The steps that take the mark from networks whose members have published ports no more.
///
/// # Errors
/// The kernel refused.
pub fn unmark(kernel: &mut Kernel) -> Result<Vec<Step>> {
    if !elements(kernel.netfilter()?, &PUBLISHERS)?.is_empty() {
        return Ok(Vec::new());
    }
    let marked = kernel.networks()?.into_iter().filter(|network| network.publishes);
    let unmark = |network: crate::facts::Network| Step::RemoveName {
        link: network.bridge.clone(),
        index: network.index.unwrap_or_default(),
        name: network.publishes_altname(),
    };
    Ok(marked.map(unmark).collect())
}

/// Removes some ports of a member.
///
/// # Errors
/// The kernel refused.
pub fn unpublish(kernel: &mut Kernel, publisher: &Publisher, ports: &[Publication]) -> Result<()> {
    let elements: Vec<Element> =
        ports.iter().flat_map(|&port| publisher.elements(port)).map(|(claim, _)| claim).collect();
    // Where no answer came they may be gone: asked again, it is known.
    let mut remove = || remove_of(kernel, &elements, publisher.owner);
    remove().or_else(|_| remove())
}
