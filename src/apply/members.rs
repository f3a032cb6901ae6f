//! Networks and their members on the host's side: made, claimed, published, taken back.

use std::net::Ipv4Addr;
use std::os::fd::{AsFd, BorrowedFd};
use std::thread;
use std::time::Duration;

use nl::socket::Refusal;

use super::encode::encode_all;
use super::firewall;
use crate::error::{Error, Result};
use crate::facts::{self, Holder, Lease, Network};
use crate::kernel::{Kernel, words};
use crate::plan::firewall::Publisher;
use crate::plan::{self, Child, Direct, Kind, Member, Namespace, Step};
use crate::spec::Publication;
use crate::sys::Errno;

/// What carries steps out. The kernel does; tests put one in its place that refuses.
pub trait Target {
    /// Carries out steps as one send. Returns those that were refused; the others took effect.
    ///
    /// # Errors
    /// It is unknown what took effect.
    fn send(&mut self, steps: &[Step]) -> Result<Vec<Refusal>>;

    /// Who holds a link's name or alternative name.
    ///
    /// # Errors
    /// It cannot be found out.
    fn holder(&mut self, name: &str) -> Result<Option<Holder>>;

    /// Leases that nobody holds.
    ///
    /// # Errors
    /// It cannot be found out.
    fn free_leases(&mut self, network: &Network, random: u64, count: usize) -> Result<Vec<Lease>>;

    /// Index of a link; `None` when there is none of that name.
    fn index(&mut self, link: &str) -> Option<u32>;

    /// Whether any link belongs to this bridge.
    ///
    /// # Errors
    /// It cannot be found out.
    fn has_members(&mut self, bridge: &str) -> Result<bool>;

    /// A number that is another every time.
    fn random(&mut self) -> u64;

    /// Takes away what an address that was leased anew still has of another.
    ///
    /// # Errors
    /// The kernel refused.
    fn sweep_ports(&mut self, address: Ipv4Addr) -> Result<()>;

    /// Publishes ports, all or none, as they are.
    ///
    /// # Errors
    /// One is taken, or the kernel refused.
    fn publish_ports(
        &mut self,
        publisher: &Publisher,
        ports: &[Publication],
    ) -> Result<Vec<Publication>>;

    /// Takes back ports of a run.
    fn release_ports(&mut self, run: facts::Run, ports: &[(Lease, Publication)]);

    /// A socket of the host's network.
    fn socket(&self) -> Option<BorrowedFd<'_>>;
}

impl Target for Kernel {
    fn send(&mut self, steps: &[Step]) -> Result<Vec<Refusal>> {
        if let [step] = steps
            && let Some(done) = alone(self, step)
        {
            return done.map(|()| Vec::new());
        }
        let unknown = |error: Error| {
            let first = steps.first().map(ToString::to_string).unwrap_or_default();
            let more = if steps.len() > 1 { ", and what belongs to it" } else { "" };
            Error { what: format!("cannot {first}{more}"), ..error }
        };
        let kernel: &Kernel = self;
        // Links that steps name by index exist before: asked before the batch, not in it.
        let indexes: Vec<u32> = steps
            .iter()
            .map(|step| match step {
                Step::AddAddress { link, .. } => kernel.index(link),
                Step::AddRoute(route) => kernel.index(route.link.as_ref()?),
                Step::AddPort { bridge, .. } => kernel.index(bridge),
                Step::SetNeighbour { link, index: None, .. } => kernel.index(link),
                Step::CreateChild(child) => kernel.index(&child.parent),
                Step::CreateVlan { parent, .. } => kernel.index(parent),
                Step::CreateVeth(veth) => {
                    let master = veth.master.as_ref().filter(|master| master.index.is_none());
                    kernel.index(&master?.link)
                }
                _ => None,
            })
            .map(Option::unwrap_or_default)
            .collect();
        self.exchange(|batch| encode_all(steps, &indexes, batch), |_| Ok(())).map_err(unknown)
    }

    fn holder(&mut self, name: &str) -> Result<Option<Holder>> {
        Kernel::holder(self, name)
    }

    fn free_leases(&mut self, network: &Network, random: u64, count: usize) -> Result<Vec<Lease>> {
        Kernel::free_leases(self, network, random, count)
    }

    fn index(&mut self, link: &str) -> Option<u32> {
        Kernel::index(self, link)
    }

    fn has_members(&mut self, bridge: &str) -> Result<bool> {
        let index = Kernel::index(self, bridge);
        Ok(index.is_some() && self.links(None)?.iter().any(|link| link.master == index))
    }

    fn random(&mut self) -> u64 {
        crate::sys::file::random()
    }

    fn sweep_ports(&mut self, address: Ipv4Addr) -> Result<()> {
        firewall::sweep(self, address)
    }

    fn publish_ports(
        &mut self,
        publisher: &Publisher,
        ports: &[Publication],
    ) -> Result<Vec<Publication>> {
        firewall::publish(self, publisher, ports)
    }

    fn release_ports(&mut self, run: facts::Run, ports: &[(Lease, Publication)]) {
        let leases: Vec<Lease> = ports.iter().map(|(lease, _)| *lease).collect();
        // The launch has failed already; what stays is swept.
        let _ = firewall::release(self.take_netfilter(), run, &leases, ports);
    }

    fn socket(&self) -> Option<BorrowedFd<'_>> {
        Some(self.as_fd())
    }
}

/// Carries out a step that is no message of rtnetlink; `None` when it is one.
fn alone(kernel: &mut Kernel, step: &Step) -> Option<Result<()>> {
    Some(match step {
        Step::AddRules(network, guard) => firewall::add_rules(kernel, network, *guard),
        Step::RemoveRules(network) => firewall::remove_rules(kernel, network),
        Step::SetParameter { key, value } => crate::sys::file::set(key, value)
            .map_err(|errno| Error::new(format!("cannot {step}")).because(errno.desc())),
        _ => return None,
    })
}

/// Carries out steps as one send; the first refusal that matters is the error.
///
/// # Errors
/// See [`Target::send`]; and a refusal that is not all the same. What was done is not taken back.
pub fn send(target: &mut impl Target, steps: &[Step]) -> Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    let refusals = target.send(steps)?;
    match refusals.iter().find_map(|refusal| matters(steps, refusal)) {
        None => Ok(()),
        Some((step, refusal)) => Err(refused(step, refusal)),
    }
}

/// Brings up a link that is attached to another of the host. A macvlan that had its hardware
/// address may still be there for a moment after its run ended: the kernel takes a namespace apart
/// at its leisure.
///
/// # Errors
/// As [`send`].
pub fn bring_up(target: &mut impl Target, link: &Direct) -> Result<()> {
    const PAUSE: Duration = Duration::from_millis(5);
    const TRIES: usize = 200;
    let steps = link.up();
    for _ in 0..TRIES {
        let refusals = target.send(&steps)?;
        match refusals.iter().find_map(|refusal| matters(&steps, refusal)) {
            None => return Ok(()),
            Some((_, refusal)) if refusal.errno == Errno::EADDRINUSE as i32 => thread::sleep(PAUSE),
            Some((step, refusal)) => return Err(refused(step, refusal)),
        }
    }
    send(target, &steps)
}

/// The step that was refused, unless that is all the same.
fn matters<'a>(steps: &'a [Step], refusal: &'a Refusal) -> Option<(&'a Step, &'a Refusal)> {
    let step = steps.get(refusal.index)?;
    let errno = Errno::from_raw(refusal.errno);
    // Where the kernel has no IPv6, or it is switched off, it makes no addresses either.
    let fine = matches!(step, Step::NoAutomaticAddresses { .. })
        || (step.may_exist() && errno == Errno::EEXIST)
        || (step.may_be_gone() && matches!(errno, Errno::ENODEV | Errno::ENOENT))
        // The name is another link's by now.
        || (matches!(step, Step::RemoveName { .. }) && errno == Errno::EINVAL);
    (!fine).then_some((step, refusal))
}

/// The error of a refused step: its words, the kernel's, and what to do where we know.
fn refused(step: &Step, refusal: &Refusal) -> Error {
    let error = Error::new(format!("cannot {step}")).because(words(refusal));
    match hint(step, Errno::from_raw(refusal.errno)) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// The hint for those who are not allowed to.
pub const NEEDS_NET_ADMIN: &str = "this needs CAP_NET_ADMIN: run as root";

/// What a refusal means, where the errno alone does not say.
fn hint(step: &Step, errno: Errno) -> Option<&'static str> {
    Some(match (step, errno) {
        (Step::Move { .. } | Step::SetPromiscuous { .. }, Errno::EPERM) => {
            "this needs CAP_NET_ADMIN in both namespaces: run as root"
        }
        (Step::Move { .. }, Errno::EINVAL) => {
            "the kernel lets links of this kind into no other namespace"
        }
        (_, Errno::EPERM | Errno::EACCES) => NEEDS_NET_ADMIN,
        (Step::CreateVeth(_), Errno::EOPNOTSUPP) => {
            "the kernel lacks veth (CONFIG_VETH, module veth)"
        }
        (Step::CreateChild(Child { kind: Kind::Macvlan(_), .. }), Errno::EOPNOTSUPP) => {
            "the kernel lacks macvlan (CONFIG_MACVLAN, module macvlan)"
        }
        (Step::CreateChild(_), Errno::EOPNOTSUPP) => {
            "the kernel lacks ipvlan (CONFIG_IPVLAN, module ipvlan)"
        }
        (Step::CreateVlan { .. }, Errno::EOPNOTSUPP) => {
            "the kernel lacks VLANs (CONFIG_VLAN_8021Q, module 8021q)"
        }
        (Step::CreateChild(_), Errno::EBUSY) => {
            "the link below is used in another way: as a port of a bridge, or by another mode"
        }
        (Step::CreateChild(_), Errno::EEXIST) => {
            "a link of that name exists there: choose another with ifname"
        }
        (Step::CreateBridge { .. }, Errno::EOPNOTSUPP) => {
            "the kernel lacks bridges (CONFIG_BRIDGE, module bridge)"
        }
        (Step::CreateVeth(_), Errno::EXFULL) => {
            "a Linux bridge takes 1023 ports, and this one has them all: end some runs"
        }
        (Step::CreateVeth(_), Errno::ENODEV) => {
            "the network's bridge is gone: somebody removed it a moment ago; try again"
        }
        (Step::AddAddress { .. } | Step::SetUp { .. }, Errno::ENODEV) => {
            "the link went away meanwhile"
        }
        _ => return None,
    })
}

/// What became of making a network.
#[derive(Debug)]
pub enum Made {
    /// It is there, by these steps.
    Done(Vec<Step>),
    /// Another run made its bridge at the same moment: look again and plan again.
    Raced,
}

/// Makes or completes networks, by the sends of a plan.
///
/// # Errors
/// A step failed; what was done is taken back.
pub fn make_network(target: &mut impl Target, sends: &[Vec<Step>]) -> Result<Made> {
    let mut done = Vec::new();
    for steps in sends {
        let refusals = match target.send(steps) {
            Ok(refusals) => refusals,
            Err(error) => {
                // What took effect is unknown; taking back what did not is harmless.
                done.extend(steps.iter().cloned());
                return Err(undo(target, &done, error));
            }
        };
        for (n, step) in steps.iter().enumerate() {
            if !refusals.iter().any(|refusal| refusal.index == n) {
                done.push(step.clone());
            }
        }
        let Some((step, refusal)) = refusals.iter().find_map(|r| matters(steps, r)) else {
            continue;
        };
        let errno = Errno::from_raw(refusal.errno);
        if matches!(step, Step::CreateBridge { .. }) && errno == Errno::EEXIST {
            return Ok(Made::Raced);
        }
        // Whoever made the bridge, and was seen not to have finished, has taken it back.
        if errno == Errno::ENODEV && !done.iter().any(|step| step.undo().is_some()) {
            return Ok(Made::Raced);
        }
        return Err(undo(target, &done, refused(step, refusal)));
    }
    Ok(Made::Done(done))
}

/// Takes back what was done, newest first, and says on `error` what became of it.
pub fn undo(target: &mut impl Target, done: &[Step], mut error: Error) -> Error {
    for step in done.iter().rev() {
        let Some(back) = step.undo() else { continue };
        // The rules of a network that stays do too; that it does is said below.
        if let Step::AddRules(network, _) = step
            && target.has_members(&network.bridge).unwrap_or(true)
        {
            continue;
        }
        if let Step::CreateBridge { link, .. } = step
            && target.has_members(link).unwrap_or(true)
        {
            error.undo.push(format!("bridge \"{link}\" stays: others have joined it"));
            continue;
        }
        let step = back;
        match send(target, std::slice::from_ref(&step)) {
            Ok(()) => error.undo.push(step.to_string()),
            Err(failed) => {
                let cause = failed.cause.map(|cause| format!(": {cause}")).unwrap_or_default();
                error.undo.push(format!("{}{cause}; it is left", failed.what));
            }
        }
    }
    error
}

/// Claims a lease for a namespace: the first of the plan's that is free. What is
/// left to do, at any time, about one who had it goes to `later`.
///
/// # Errors
/// None is free, or the kernel refused for another reason; no link was made.
pub fn claim(
    target: &mut impl Target,
    member: &Member,
    into: Namespace,
    later: &mut Vec<Step>,
) -> Result<Lease> {
    /// How often the dying holder of a fixed address is put out of the way: more than once only
    /// when another takes it in between.
    const TRIES: usize = 5;
    let mut leases = member.claims.clone();
    for _ in 0..TRIES {
        for &lease in &leases {
            let step = member.claim(lease, into);
            let refusals = target.send(std::slice::from_ref(&step))?;
            match refusals.first() {
                None => return Ok(lease),
                Some(refusal) if refusal.errno == Errno::EEXIST as i32 => {}
                Some(refusal) => return Err(refused(&step, refusal)),
            }
        }
        if member.fixed {
            for &lease in &leases {
                let what = format!("address {}", member.address(lease).addr());
                free(target, &what, &lease.to_string(), later)?;
            }
        } else {
            let random = target.random();
            leases = target.free_leases(&member.network, random, leases.len())?;
            if leases.is_empty() {
                return Err(full(member));
            }
        }
    }
    let lease = leases.first().map(Lease::to_string).unwrap_or_default();
    if target.holder(&lease)?.is_none() {
        // The kernel answers the same when the name of the other end is taken.
        return Err(Error::new(format!("cannot create link \"{}\" inside", member.link()))
            .because("a link of that name exists there")
            .hint("choose another with --ifname"));
    }
    Err(Error::new(format!("cannot take an address of network \"{}\"", member.network.name))
        .because("others took each one first")
        .hint("try again"))
}

fn full(member: &Member) -> Error {
    let network = &member.network;
    let count = network.host_count().saturating_sub(1);
    Error::new(format!("cannot take an address of network \"{}\"", network.name))
        .because(format!("all {count} addresses of {} are in use", network.gateway.trunc()))
        .hint("end some runs (nsrun ps lists them), or use another network")
}

/// Frees a name or address whose holder is dying or abandoned; what is left to do about that goes
/// to `later`.
fn free(target: &mut impl Target, what: &str, held: &str, later: &mut Vec<Step>) -> Result<()> {
    let Some(holder) = target.holder(held)? else { return Ok(()) };
    let random = target.random();
    let (steps, rest) = plan::free(what, &holder, random)?;
    send(target, &steps)?;
    later.extend(rest);
    Ok(())
}

/// Says on the claimed link whose it is, and brings it up.
///
/// # Errors
/// Its name is taken by a run that is alive, or the kernel refused; the link stays as it is.
pub fn publish(
    target: &mut impl Target,
    member: &Member,
    lease: Lease,
    owner: &str,
    later: &mut Vec<Step>,
) -> Result<()> {
    /// See [`claim`].
    const TRIES: usize = 5;
    let mut steps = member.publish(lease, owner);
    for _ in 0..TRIES {
        let refusals = target.send(&steps)?;
        if refusals.is_empty() {
            return Ok(());
        }
        let mut again = Vec::new();
        for refusal in &refusals {
            match steps.get(refusal.index) {
                Some(step @ Step::AddName { name, .. })
                    if refusal.errno == Errno::EEXIST as i32 =>
                {
                    // Without what keeps it apart from other names.
                    let title = name.strip_prefix("run:").or(name.split('@').next());
                    let title = title.unwrap_or(name);
                    free(target, &format!("name \"{title}\""), name, later)?;
                    again.push(step.clone());
                }
                _ => {
                    if let Some((step, refusal)) = matters(&steps, refusal) {
                        return Err(refused(step, refusal));
                    }
                }
            }
        }
        if again.is_empty() {
            return Ok(());
        }
        steps = again;
    }
    Err(Error::new("cannot take the name of the run")
        .because("others took it first each time")
        .hint("try again"))
}
