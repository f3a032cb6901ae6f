//! `nsrun disconnect`: take a link from what runs.

use super::inside::attached_to;
use super::operand;
use super::place::Place;
use super::run::warn;
use crate::apply;
use crate::cli::Args;
use crate::error::{Error, Result, say};
use crate::facts::{Joined, Lease, NetworkLink, Run};
use crate::kernel::{Kernel, Link};
use crate::plan::{self, Step};
use crate::spec::Attach;
use crate::sys::namespace;

pub(super) fn disconnect(args: &Args) -> Result<u8> {
    let mut kernel = Kernel::open()?;
    let mut target = Place::find(&mut kernel, operand(args, 0)?)?;
    let what = operand(args, 1)?;
    let attach = Attach::parse(what)?;
    let title = target.title.clone();
    let cannot =
        |why: String| Error::new(format!("cannot disconnect {title} from \"{what}\"")).because(why);
    let links = target.kernel.links(None)?;
    let home = match namespace::network() {
        Ok(here) => target.kernel.id_of(&here)?,
        Err(_) => None,
    };
    for link in &links {
        if links.iter().any(|child| stands_for(link, child)) {
            continue;
        }
        let marker = links.iter().find(|marker| stands_for(marker, link));
        let host_end = host_end(&mut kernel, marker.unwrap_or(link))?;
        let network = match &host_end {
            Some(end) => kernel.network_of_link(end)?.or_else(|| lost_network(end)),
            None => None,
        };
        let is_asked = link.name == what
            || network.as_deref() == Some(what)
            || (attach != Attach::Network && sits_on(&mut kernel, link, &attach, home)?);
        if !is_asked {
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
            release_ports(&mut kernel, end)?;
        }
        let delete =
            |link: &Link| Step::DeleteLink { link: link.name.clone(), index: Some(link.index) };
        // The lease goes last: until then nobody else gets the address.
        let steps: Vec<Step> = [Some(link), marker].into_iter().flatten().map(delete).collect();
        let before = target.kernel.default_routes()?;
        apply::send(&mut target.kernel, &steps)?;
        replace_routes(&mut kernel, &mut target, before)?;
        target.note_links(&mut kernel);
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

/// The network that a link on this host led into, whose bridge somebody deleted: its member's name
/// says it.
fn lost_network(end: &Link) -> Option<String> {
    end.names.iter().find_map(|name| Some(name.split_once('@')?.1.to_owned()))
}

/// Whether the first of two links inside stands for the lease of the second: one that sits on a link
/// of the host says which does.
fn stands_for(marker: &Link, link: &Link) -> bool {
    let lease = link.alias.as_deref().and_then(Joined::lease_of);
    lease.is_some_and(|lease| lease.to_string() == marker.name)
}

/// Whether a link inside is attached to what was asked for.
fn sits_on(kernel: &mut Kernel, link: &Link, attach: &Attach, home: Option<i32>) -> Result<bool> {
    let wanted = match attach {
        Attach::Network => return Ok(false),
        Attach::Bridge(_) => "bridge",
        Attach::Macvlan(..) => "macvlan",
        Attach::Ipvlan(..) => "ipvlan",
    };
    let Some((how, there)) = attached_to(kernel, link, home)? else { return Ok(false) };
    if how != wanted {
        return Ok(false);
    }
    let asked = attach.parent().map(|parent| kernel.link(parent)).transpose()?.flatten();
    Ok(asked.is_some_and(|asked| asked.index == there.index))
}

/// Puts default routes in the place of those that went with a link: by the first network that is
/// left and leads out. Says so when there is none.
fn replace_routes(kernel: &mut Kernel, target: &mut Place, before: (bool, bool)) -> Result<()> {
    let after = target.kernel.default_routes()?;
    let mut lost = (before.0 && !after.0, before.1 && !after.1);
    if lost == (false, false) {
        return Ok(());
    }
    let links = target.kernel.links(None)?;
    for link in links.iter().filter(|link| link.up) {
        let marker = links.iter().find(|marker| stands_for(marker, link));
        let Some(end) = host_end(kernel, marker.unwrap_or(link))? else { continue };
        let Some(name) = kernel.network_of_link(&end)? else { continue };
        let Some(NetworkLink::Ours(network)) = kernel.network(&name)? else { continue };
        if network.leads_out() {
            let routes = plan::default_routes(&network, &link.name, lost);
            apply::send(&mut target.kernel, &routes)?;
            lost = (false, lost.1 && network.options.gateway6.is_none());
        }
    }
    if lost.0 && links.iter().any(|link| link.name != "lo") {
        warn(&[format!("{} has no default route any more", target.title)]);
    }
    Ok(())
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

/// Takes back the ports that lead inside by a link that goes.
fn release_ports(kernel: &mut Kernel, end: &Link) -> Result<()> {
    let owner = end.alias.as_deref().and_then(Run::owner);
    match owner.zip(Lease::parse(&end.name)) {
        Some((owner, lease)) => {
            let ports = Joined::ports(lease, &end.names);
            if !ports.is_empty() {
                apply::firewall::release(kernel.take_netfilter(), owner, &[lease], &[])?;
            }
            ports.iter().for_each(|port| say(format!("nsrun: unpublished {port}")));
            Ok(())
        }
        None => Ok(()),
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
