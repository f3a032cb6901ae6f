//! Members of networks on the host's side: claimed, published.

use nl::socket::Refusal;

use super::Target;
use super::send::{matters, refused, send};
use crate::error::{Error, Result};
use crate::facts::Lease;
use crate::plan::{self, Member, Namespace, Step};
use crate::sys::Errno;

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
    let mut own = Vec::new();
    for _ in 0..TRIES {
        let mut answered = 0;
        for &lease in &leases {
            let address = member.address(lease).addr();
            // Until the lease is there to be seen.
            let held = member.below().map(|link| target.hold(link, address)).transpose();
            let _held = match held {
                Ok(held) => held,
                Err(error) if member.fixed => return Err(error),
                Err(_) => {
                    answered += 1;
                    continue;
                }
            };
            if member.asks()
                && target.index(&lease.to_string()).is_none()
                && target.answers(&member.network, address)?
            {
                answered += 1;
                continue;
            }
            match create(target, member, lease, into)? {
                Created::Claimed => return Ok(lease),
                Created::Taken => {}
                Created::Own if member.fixed => {
                    return Err(Error::new(format!("cannot take address {address}"))
                        .because("this host has it")
                        .hint("choose another: \"ip address\" lists those of the host"));
                }
                Created::Own => own.push(lease),
            }
        }
        if answered > 0 {
            // It took long enough already.
            return Err(Error::new(format!(
                "cannot take an address of network \"{}\"",
                member.network.name
            ))
            .because(format!(
                "{answered} of the {} that were tried are others' on the LAN",
                leases.len()
            ))
            .hint("give one with ip, or make the network with another --ip-range"));
        }
        if member.fixed {
            for &lease in &leases {
                let what = format!("address {}", member.address(lease).addr());
                free(target, &what, &lease.to_string(), later)?;
            }
        } else {
            let random = target.random();
            leases = target.free_leases(&member.network, random, leases.len())?;
            leases.retain(|lease| !own.contains(lease));
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

/// What became of a lease.
enum Created {
    /// It is the member's.
    Claimed,
    /// It is another's.
    Taken,
    /// This host has its address, or that of IPv6.
    Own,
}

/// Makes the link that claims a lease, unless this host has the address itself, on whichever link.
/// That is asked in the same send, which costs least: looking up changes nothing of anybody's.
fn create(
    target: &mut impl Target,
    member: &Member,
    lease: Lease,
    into: Namespace,
) -> Result<Created> {
    let mut steps = member.questions(lease);
    steps.push(member.claim(lease, into));
    let refusals = target.send(&steps)?;
    let claimed =
        |refusal: &&Refusal| matches!(steps.get(refusal.index), Some(Step::CreateVeth(_)));
    if let Some(refusal) = refusals.iter().find(claimed) {
        return match (steps.get(refusal.index), Errno::from_raw(refusal.errno)) {
            (Some(step), errno) if errno != Errno::EEXIST => Err(refused(step, refusal)),
            _ => Ok(Created::Taken),
        };
    }
    if let Some((step, refusal)) = refusals.iter().find_map(|refusal| matters(&steps, refusal)) {
        send(target, &[Step::DeleteLink { link: lease.to_string(), index: None }])?;
        return match Errno::from_raw(refusal.errno) {
            Errno::EADDRINUSE => Ok(Created::Own),
            _ => Err(refused(step, refusal)),
        };
    }
    Ok(Created::Claimed)
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
    into: Namespace,
    later: &mut Vec<Step>,
) -> Result<()> {
    /// See [`claim`].
    const TRIES: usize = 5;
    send(target, &member.protect(lease))?;
    let mut steps = member.publish(lease, owner, into);
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
