//! Members of networks on the host's side: claimed, published.

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
    for _ in 0..TRIES {
        let mut answered = 0;
        for &lease in &leases {
            if let Some(link) = member.asks_by()
                && target.index(&lease.to_string()).is_none()
                && target.answers(link, member.address(lease).addr())?
            {
                answered += 1;
                continue;
            }
            let step = member.claim(lease, into);
            let refusals = target.send(std::slice::from_ref(&step))?;
            match refusals.first() {
                None => return Ok(lease),
                Some(refusal) if refusal.errno == Errno::EEXIST as i32 => {}
                Some(refusal) => return Err(refused(&step, refusal)),
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
