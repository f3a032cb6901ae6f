//! `nsrun connect`: give a link to what runs already.

use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd};

use ipnet::IpNet;

use super::output::print_done;
use super::place::{self, Place};
use super::run::warn;
use super::{attach, operand, ports, process};
use crate::apply::{self, Made, Target};
use crate::cli::Args;
use crate::error::{Error, Result};
use crate::facts::{Machine, Status};
use crate::kernel::{Kernel, Link};
use crate::plan::{self, Direct, Links, Member, Namespace, Route, Step};
use crate::spec::{Attach, Mac, Membership, UNFINISHED};
use crate::sys::file;
use crate::sys::link::settle_carrier;
use crate::sys::namespace::in_network;

/// Options that say what could be written after the network's name too.
const KEYS: [&str; 4] = ["ip", "mac", "mtu", "ifname"];

pub(super) fn connect(args: &Args) -> Result<u8> {
    let mut asked = Membership::parse(operand(args, 1)?, 0)?;
    for key in KEYS {
        if let Some(value) = args.text(key)? {
            asked.set(key, value)?;
        }
    }
    let routes = args.texts("route")?.into_iter().map(route).collect::<Result<Vec<_>>>()?;
    let mut kernel = Kernel::open()?;
    let mut target = Place::find(&mut kernel, operand(args, 0)?)?;
    if let Some(run) = target.run.as_ref().and_then(|status| status.run)
        && process::cmd_pid(run.pid).is_none()
    {
        // It would find its own default route taken.
        return Err(Error::new(format!("cannot connect {}", target.title))
            .because("it is just starting, or ending")
            .hint("try again"));
    }
    let has_default = choose_names(&mut target, &mut asked)?;

    let mut warnings = Vec::new();
    let alone = std::slice::from_mut(&mut asked);
    let chosen = attach::choose(alone, &mut kernel, false, &mut warnings)?;
    let mut lock = None;
    let mut machine = Machine { random: file::random(), ..Machine::default() };
    attach::look(std::slice::from_ref(&asked), &mut kernel, &mut machine, Some(&mut lock))?;
    let name = target.run.as_ref().and_then(|run| run.name.as_deref());
    if target.networks.contains(&asked.network) {
        return Err(Error::new(format!("cannot connect {}", target.title))
            .because(format!("it is on network \"{}\" already", asked.network))
            .hint("nsrun disconnect takes it off"));
    }
    let links = plan::links(std::slice::from_ref(&asked), &machine, name, &[], &mut warnings)?;
    // Until the link is there to answer for its address itself.
    let held = attach::hold(&links.direct, &chosen)?;
    if let Made::Raced = apply::make_network(&mut kernel, &links.network)? {
        return Err(Error::new(format!("cannot connect {}", target.title))
            .because("somebody made or removed the network in this moment")
            .hint("try again"));
    }
    drop(lock);
    warn(&warnings);
    let Links { mut members, direct, network, .. } = links;
    warn(&apply::restore_rules(&mut kernel, &members));
    for member in &members {
        warn(&ports::in_the_way(&mut kernel, &member.network, &network));
    }
    let mut done = String::new();
    for member in &mut members {
        // Its first link holds the run's name.
        member.is_first = false;
        member.default_route &= !has_default.0;
        member.default_route6 &= !has_default.1;
        done.push_str(&join(&mut kernel, &mut target, member, &routes)?);
    }
    for link in &direct {
        done.push_str(&attach_to(&mut kernel, &mut target, link, &routes)?);
        keep_vlan(&mut kernel, &link.parent)?;
    }
    drop(held);
    target.note_links(&mut kernel);
    if target.unlinked.as_ref().is_some_and(|run| run.mode.as_deref() == Some("none")) {
        warn(&[format!(
            "names of members do not resolve in {}: it began without a network, and nobody answers \
             there",
            target.title
        )]);
    }
    print_done(&done)?;
    Ok(0)
}

/// Nothing of nsrun stays that would remove a VLAN with this user of it: it is the host's from now on.
fn keep_vlan(kernel: &mut Kernel, link: &str) -> Result<()> {
    let is_ours = |found: Link| found.alias.as_deref() == Some(plan::VLAN);
    if plan::vlan_of(link).is_some() && kernel.link(link)?.is_some_and(is_ours) {
        apply::send(kernel, &[Step::Describe { link: link.into(), text: String::new() }])?;
    }
    Ok(())
}

/// Reads `PREFIX` or `PREFIX,GATEWAY`.
fn route(text: &str) -> Result<Route> {
    let wrong = || {
        Error::usage(format!("\"{text}\" is no route"))
            .hint("write PREFIX or PREFIX,GATEWAY, such as 198.51.100.0/24,192.0.2.1")
    };
    let (to, gateway) = match text.split_once(',') {
        Some((to, gateway)) => (to, Some(gateway.parse().map_err(|_| wrong())?)),
        None => (text, None),
    };
    let to: IpNet = to.parse().map_err(|_| wrong())?;
    if matches!((to, gateway), (IpNet::V6(_), Some(IpAddr::V4(_)))) {
        return Err(wrong());
    }
    Ok(Route { to: to.trunc(), gateway, link: None })
}

/// A name for the link that is free there. Returns which families have a default route already, so
/// that they get no other, unless one was asked for.
fn choose_names(target: &mut Place, asked: &mut Membership) -> Result<(bool, bool)> {
    let links = target.kernel.links(None)?;
    let taken = |name: &str| links.iter().any(|link| link.name == name);
    if !asked.given.iter().any(|key| key == "ifname") {
        let free = (0..).map(|n| format!("eth{n}")).find(|name| !taken(name));
        asked.link = free.unwrap_or_default();
    } else if taken(&asked.link) {
        return Err(Error::new(format!("cannot connect {}", target.title))
            .because(format!("it has a link \"{}\" already", asked.link))
            .hint("choose another name with --ifname"));
    }
    if asked.default_route.is_some() {
        return Ok((false, false));
    }
    let has_default = target.kernel.default_routes()?;
    // What is no network has one of IPv4 alone.
    if has_default.0 && asked.attach != Attach::Network {
        asked.default_route = Some(false);
    }
    Ok(has_default)
}

/// What the link on the host says: whose it is, where that is a run.
fn owner(target: &Place) -> String {
    match target.run.as_ref().and_then(|status| status.run) {
        Some(run) => run.to_string(),
        // However it was written: by its title it finds at its end what it was given.
        None => match target.unlinked.as_ref().filter(|run| !place::is_guest(run)) {
            Some(run) => Status::of_connected(&format!("run \"{}\"", run.title())),
            None => Status::of_connected(&target.title),
        },
    }
}

/// Puts a target onto a network; returns what to say of the link.
fn join(
    kernel: &mut Kernel,
    target: &mut Place,
    member: &Member,
    routes: &[Route],
) -> Result<String> {
    let into = Namespace::Descriptor(target.namespace.as_fd().as_raw_fd());
    let mut later = Vec::new();
    // It gets its name in the last send, with all else inside: killed before, this process leaves a
    // link that says by its name that it is unfinished.
    let unfinished = match member.is_child() {
        true => member.clone(),
        false => member.called(UNFINISHED.to_owned()),
    };
    let lease = match apply::claim(kernel, &unfinished, into, &mut later) {
        Ok(lease) => lease,
        // No answer came, and it is there: no other has that name while the target is locked.
        Err(error) if target.kernel.index(UNFINISHED).is_some() => {
            return Err(take_back(&mut target.kernel, UNFINISHED, error));
        }
        Err(error) => return Err(error),
    };
    let gateway = |to: IpNet| match to {
        IpNet::V4(_) => Some(member.network.gateway.addr().into()),
        IpNet::V6(_) => member.network.options.gateway6.map(|gateway| gateway.addr().into()),
    };
    let own = |route: &Route| Route {
        gateway: route.gateway.or_else(|| gateway(route.to)),
        ..route.clone()
    };
    let text = owner(target);
    let swept = match member.network.publishes {
        true => apply::firewall::sweep(kernel, member.address(lease).addr(), lease),
        false => Ok(()),
    };
    let done = swept
        .and_then(|()| apply::publish(kernel, member, lease, &text, into, &mut later))
        .and_then(|()| {
            prepare(target, &unfinished.before_up())?;
            let mut steps = unfinished.up(lease);
            if member.is_child() {
                apply::bring_up(&mut target.kernel, &steps)?;
                steps.clear();
            } else {
                named(&mut steps, target, unfinished.link(), member.link());
            }
            steps.extend(unfinished.routes(lease));
            steps.extend(routes.iter().map(own).map(Step::AddRoute));
            apply::send(&mut target.kernel, &steps)
        });
    if let Err(error) = done {
        let error = match member.is_child() {
            true => take_back(&mut target.kernel, member.link(), error),
            false => error,
        };
        return Err(take_back(kernel, &lease.to_string(), error));
    }
    later.into_iter().for_each(|step| drop(apply::send(kernel, &[step])));
    // Or nobody would hear it, for as long as a busy host takes.
    let _ = settle_carrier(kernel, &lease.to_string());
    let _ = settle_carrier(kernel, &member.network.bridge);
    announce(target, member.link(), member.own_mac(lease), &member.addresses(lease));
    Ok(format!("{} {}\n", member.link(), member.address(lease)))
}

/// Carries out steps by files of /proc, which show the namespace of whoever looks.
fn prepare(target: &mut Place, steps: &[Step]) -> Result<()> {
    let done = in_network(&target.namespace, || apply::send(&mut target.kernel, steps));
    done.unwrap_or_else(|errno| {
        Err(Error::new(format!("cannot enter {}", target.title)).because(errno.desc()))
    })
}

/// Has steps that bring a link up name it before: only one that is down can be renamed. Those after
/// that know it by its index.
fn named(steps: &mut Vec<Step>, target: &mut Place, link: &str, to: &str) {
    let index = target.kernel.index(link).unwrap_or_default();
    let rename = Step::Rename { link: link.into(), index, to: to.into() };
    if let Some(up) = steps.iter().position(|step| matches!(step, Step::SetUp { .. })) {
        steps.splice(up..=up, [rename, Step::SetUp { link: to.into() }]);
    }
}

/// Puts a target onto a link of the host; returns what to say of its own.
fn attach_to(
    kernel: &mut Kernel,
    target: &mut Place,
    link: &Direct,
    routes: &[Route],
) -> Result<String> {
    // Named when it comes up, as that of a network.
    let mut unfinished = link.clone();
    unfinished.link = UNFINISHED.into();
    create(kernel, target, &unfinished)?;
    let on_link = |route: &Route| match route.gateway {
        Some(_) => route.clone(),
        None => Route { link: Some(link.link.clone()), ..route.clone() },
    };
    let mut up = unfinished.up();
    named(&mut up, target, UNFINISHED, &link.link);
    let mut steps = link.inside();
    steps.extend(routes.iter().map(on_link).map(Step::AddRoute));
    let done = apply::send(kernel, &link.publish())
        .and_then(|()| apply::bring_up_named(&mut target.kernel, &up, &link.up()))
        .and_then(|()| apply::send(&mut target.kernel, &steps));
    if let Err(error) = done {
        let own = [UNFINISHED, &link.link];
        let there = own.into_iter().find(|name| target.kernel.index(name).is_some());
        return Err(take_back(&mut target.kernel, there.unwrap_or(&link.link), error));
    }
    if let Some(end) = link.host_end() {
        let _ = settle_carrier(kernel, end);
    }
    announce(target, &link.link, link.mac, &link.addresses());
    let address = link.address.map(|address| format!(" {address}"));
    Ok(format!("{}{}\n", link.link, address.unwrap_or_default()))
}

/// Makes the link of a target on a link of the host. Its name was free, and what was refused made none.
fn create(kernel: &mut Kernel, target: &mut Place, link: &Direct) -> Result<()> {
    let into = Namespace::Descriptor(target.namespace.as_fd().as_raw_fd());
    let step = [link.create(into)];
    match kernel.send(&step) {
        Err(error) if target.kernel.index(&link.link).is_some() => {
            Err(take_back(&mut target.kernel, &link.link, error))
        }
        answered => apply::refusal(&step, &answered?).map_or(Ok(()), Err),
    }
}

/// Deletes the new link: both ends go.
fn take_back(kernel: &mut Kernel, link: &str, mut error: Error) -> Error {
    let step = Step::DeleteLink { link: link.into(), index: None };
    match apply::send(kernel, std::slice::from_ref(&step)) {
        Ok(()) => error.undo.push(step.to_string()),
        Err(failed) => error.undo.push(format!("{}; it is left", failed.what)),
    }
    error
}

/// Tells the neighbours.
fn announce(target: &mut Place, link: &str, mac: Option<Mac>, addresses: &[IpAddr]) {
    let kernel = &mut target.kernel;
    let _ = in_network(&target.namespace, || apply::announce(kernel, link, mac, addresses));
}
