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
    for link in &links {
        let host_end = host_end(&mut kernel, link)?;
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
        if let Some(end) = &host_end
            && end.names.iter().any(|name| name.starts_with("run:"))
        {
            return Err(cannot("it is the link by which the run is known".into())
                .hint("end the run with \"nsrun stop\", or disconnect its other links"));
        }
        let (name, index) = (link.name.clone(), Some(link.index));
        if let Some(end) = &host_end {
            release_ports(&mut kernel, &target, end)?;
        }
        apply::send(&mut target.kernel, &[Step::DeleteLink { link: name, index }])?;
        return Ok(0);
    }
    let names: Vec<&str> =
        links.iter().map(|link| link.name.as_str()).filter(|name| *name != "lo").collect();
    Err(cannot("it has no such link and is on no such network".into())
        .hint(format!("its links are {}", names.join(", "))))
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
