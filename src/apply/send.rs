//! Steps sent, and what a refusal means.

use std::thread;
use std::time::Duration;

use nl::socket::Refusal;

use super::Target;
use crate::error::{Error, Result};
use crate::kernel::words;
use crate::plan::{Child, Kind, Step, Veth};
use crate::sys::Errno;

/// Carries out steps as one send; the first refusal that matters is the error.
///
/// # Errors
/// See [`Target::send`]; and a refusal that is not all the same. What was done is not taken back.
pub fn send(target: &mut impl Target, steps: &[Step]) -> Result<()> {
    if steps.is_empty() {
        return Ok(());
    }
    let refusals = target.send(steps)?;
    refusal(steps, &refusals).map_or(Ok(()), Err)
}

/// The error of the first refusal that matters.
pub fn refusal(steps: &[Step], refusals: &[Refusal]) -> Option<Error> {
    let found = refusals.iter().find_map(|refusal| matters(steps, refusal));
    found.map(|(step, refusal)| refused(step, refusal))
}

/// Carries out steps as one send that brings up a link which sits on another of the host. A link
/// there that had its addresses may still be there for a moment after its run ended: the kernel
/// takes a namespace apart at its leisure.
///
/// # Errors
/// As [`send`].
pub fn bring_up(target: &mut impl Target, steps: &[Step]) -> Result<()> {
    bring_up_named(target, steps, steps)
}

/// The same, where the link has another name than before when it is tried `again`.
///
/// # Errors
/// As [`send`].
pub fn bring_up_named(target: &mut impl Target, steps: &[Step], again: &[Step]) -> Result<()> {
    const PAUSE: Duration = Duration::from_millis(5);
    const TRIES: usize = 200;
    let mut steps = steps;
    for _ in 0..TRIES {
        let refusals = target.send(steps)?;
        match refusals.iter().find_map(|refusal| matters(steps, refusal)) {
            None => return Ok(()),
            Some((_, refusal)) if refusal.errno == Errno::EADDRINUSE as i32 => {
                steps = again;
                thread::sleep(PAUSE);
            }
            Some((step, refusal)) => return Err(refused(step, refusal)),
        }
    }
    send(target, steps)
}

/// The step that was refused, unless that is all the same.
pub(super) fn matters<'a>(
    steps: &'a [Step],
    refusal: &'a Refusal,
) -> Option<(&'a Step, &'a Refusal)> {
    let step = steps.get(refusal.index)?;
    let errno = Errno::from_raw(refusal.errno);
    // Where the kernel has no IPv6, or it is switched off, it makes no addresses either.
    let fine = matches!(step, Step::NoAutomaticAddresses { .. })
        || (step.may_exist() && errno == Errno::EEXIST)
        || (step.may_be_gone() && matches!(errno, Errno::ENODEV | Errno::ENOENT))
        // No route leads there, or none of that family: then it is nobody's.
        || (matches!(step, Step::Vacant { .. }) && is_unreachable(errno))
        // The name is another link's by now.
        || (matches!(step, Step::RemoveName { .. }) && errno == Errno::EINVAL);
    (!fine).then_some((step, refusal))
}

/// Whether a look-up of a route says that there is none (ip-route(8): unreachable, prohibit and
/// blackhole among them).
fn is_unreachable(errno: Errno) -> bool {
    use Errno::{EACCES, EAFNOSUPPORT, EHOSTUNREACH, EINVAL, ENETUNREACH, EOPNOTSUPP};
    matches!(errno, EACCES | EAFNOSUPPORT | EHOSTUNREACH | EINVAL | ENETUNREACH | EOPNOTSUPP)
}

/// The error of a refused step: its words, the kernel's, and what to do where we know.
pub(super) fn refused(step: &Step, refusal: &Refusal) -> Error {
    let errno = Errno::from_raw(refusal.errno);
    let error = Error::new(format!("cannot {step}")).because(words(refusal));
    // What else the kernel finds invalid in a veth it explains.
    if let Step::CreateVeth(Veth { master: Some(master), .. }) = step
        && (errno, &refusal.message) == (Errno::EINVAL, &None)
    {
        return error
            .because(format!("bridge \"{}\" is gone (kernel: {})", master.link, words(refusal)))
            .hint("somebody removed the network a moment ago; try again");
    }
    match hint(step, errno) {
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
        (Step::AddAddress { .. }, Errno::EACCES) => {
            "IPv6 is switched off there: sysctl net.ipv6.conf.default.disable_ipv6"
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
        (Step::CreateChild(_) | Step::CreateVlan { .. }, Errno::ENODEV) => {
            "the link below is not there any more"
        }
        (Step::CreateChild(Child { kind: Kind::Macvlan(_), .. }), Errno::EINVAL) => {
            "a macvlan with mode passthru has the link below to itself: one that is ending keeps it for \
             a moment; try again"
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
        (Step::Join { .. }, Errno::ENODEV) => {
            "somebody removed the network a moment ago; try again"
        }
        (Step::SetUp { .. }, Errno::EADDRINUSE) => {
            "another link on the one below has its hardware address, which is made from the address on \
             IP: choose another ip, or a mac"
        }
        (Step::AddAddress { .. }, Errno::EADDRINUSE) => {
            "another link on the one below has this address"
        }
        (Step::AddAddress { .. } | Step::SetUp { .. }, Errno::ENODEV) => {
            "the link went away meanwhile"
        }
        _ => return None,
    })
}
