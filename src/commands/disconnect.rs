//! `nsrun disconnect`: take a link from what runs.

use super::operand;
use super::place::Place;
use crate::apply;
use crate::cli::Args;
use crate::error::{Error, Result};
use crate::facts::{Joined, Lease};
use crate::kernel::{Kernel, Link};
use crate::plan::Step;

pub(super) fn disconnect(args: &Args) -> Result<u8> {
    let mut kernel = Kernel::open()?;
    let mut target = Place::find(&mut kernel, operand(args, 0)?)?;
    let what = operand(args, 1)?;
    let title = target.title.clone();
    let cannot =
        |why: String| Error::new(format!("cannot disconnect {title} from \"{what}\"")).because(why);
    let links = target.kernel.links(None)?;
    // A link that sits on one of the host says which other one stands for its lease.
    let stands_for = |marker: &Link, link: &Link| {
        let lease = link.alias.as_deref().and_then(Joined::lease_of);
        lease.is_some_and(|lease| lease.to_string() == marker.name)
    };
    for link in &links {
        if links.iter().any(|child| stands_for(link, child)) {
            continue;
        }
        let marker = links.iter().find(|marker| stands_for(marker, link));
        let host_end = host_end(&mut kernel, marker.unwrap_or(link))?;
        let network = match &host_end {
            Some(end) => kernel.network_of_link(end)?,
            None => None,
        };
        if link.name != what && network.as_deref() != Some(what) {
            continue;
        }
        if link.kind.is_none() {
            return Err(cannot(format!("\"{}\" is no link that was connected", link.name)));
        }
        if let Some(end) = &host_end {
            let Some(keep) = keep_name(&target, end) else {
                return Err(cannot("it is the link by which the run is known".into())
                    .hint("end the run with \"nsrun stop\", or connect another first"));
            };
            apply::send(&mut kernel, &keep)?;
            release_ports(&mut kernel, &target, end)?;
        }
        let delete =
            |link: &Link| Step::DeleteLink { link: link.name.clone(), index: Some(link.index) };
        // The lease goes last: until then nobody else gets the address.
        let steps: Vec<Step> = [Some(link), marker].into_iter().flatten().map(delete).collect();
        apply::send(&mut target.kernel, &steps)?;
        target.note_links();
        return Ok(0);
    }
    let names: Vec<&str> =
        links.iter().map(|link| link.name.as_str()).filter(|name| *name != "lo").collect();
    let error = cannot("it has no such link and is on no such network".into());
    Err(match &names[..] {
        [] => error.hint("it has no links"),
        names => error.hint(format!("its links are {}", names.join(", "))),
    })
}

/// What lets a run keep its name when the link with this end on the host goes: another of its links
/// holds it from then on. `None` when it has no other.
fn keep_name(target: &Place, end: &Link) -> Option<Vec<Step>> {
    let Some(run) = &target.run else { return Some(Vec::new()) };
    let other = run.joined.iter().find(|joined| joined.link_index != end.index)?;
    let held = end.names.iter().filter(|name| name.starts_with("run:"));
    let pass_on = |name: &String| {
        [
            Step::RemoveName { link: end.name.clone(), index: end.index, name: name.clone() },
            Step::AddName { link: other.lease.to_string(), name: name.clone() },
        ]
    };
    Some(held.flat_map(pass_on).collect())
}

/// Takes back the ports that lead to a run by a link that goes.
fn release_ports(kernel: &mut Kernel, target: &Place, end: &Link) -> Result<()> {
    let run = target.run.as_ref().and_then(|status| status.run);
    match run.zip(Lease::parse(&end.name)) {
        Some((run, lease)) if !Joined::ports(lease, &end.names).is_empty() => {
            apply::firewall::release(kernel.take_netfilter(), run, &[lease], &[])
        }
        _ => Ok(()),
    }
}

/// The end on this host of a link inside, if it is the lease of a member.
fn host_end(kernel: &mut Kernel, link: &Link) -> Result<Option<Link>> {
    let Some(index) = link.link_index.filter(|_| link.kind.as_deref() == Some("veth")) else {
        return Ok(None);
    };
    // An index is of the namespace that the other end is in; a lease leads back to this one.
    let found = kernel.numbered_link(index)?;
    let leads_back =
        |found: &Link| Lease::parse(&found.name).is_some() && found.link_index == Some(link.index);
    Ok(found.filter(leads_back))
}
