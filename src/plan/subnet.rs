//! The subnets of a new network, each with its gateway's address in it: asked for, known, or chosen.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::error::{Error, Result};
use crate::facts::{Host, HostLink, Network, Occupied};
use crate::plan::below::Below;
use crate::plan::pool;
use crate::spec::{MAX_SUBNET, MIN_SUBNET, NewNetwork};

/// The router of the LAN that members sit on, in its subnet: what this host knows of it, unless
/// told otherwise.
pub(super) fn gateway_of_lan(
    new: &NewNetwork,
    below: &Below<'_>,
    parent: &HostLink,
    host: &Host,
) -> Result<Ipv4Net> {
    // A VLAN that is still to be made is another LAN than the one below.
    let own = parent.subnet.filter(|_| below.make.is_empty());
    let subnet = new.subnet.or(own).ok_or_else(|| {
        Error::usage(format!("--driver {} needs --subnet", new.driver))
            .because("this host has no address there to tell it by")
            .hint("give the subnet of the LAN, and its router as --gateway")
    })?;
    let subnet = subnet.trunc();
    if !(MIN_SUBNET..=MAX_SUBNET).contains(&subnet.prefix_len()) {
        return Err(Error::usage(format!("{subnet} is no subnet for a network"))
            .hint(format!("give --subnet with {MIN_SUBNET} to {MAX_SUBNET} bits")));
    }
    // The subnet of a LAN is in use on that LAN, but another network there would give its
    // addresses a second time.
    let elsewhere = |other: &&Network| other.below().is_some_and(|link| Some(link) != below.name());
    let mut others = host.networks.iter().filter(|other| !elsewhere(other));
    let overlaps = |other: &&Network| {
        let theirs = other.gateway.trunc();
        theirs.contains(&subnet) || subnet.contains(&theirs)
    };
    if let Some(other) = others.find(overlaps) {
        let used = Occupied {
            prefix: other.gateway.trunc().into(),
            by: format!("network \"{}\"", other.name),
        };
        return Err(overlap(new, subnet.into(), &used));
    }
    let router = parent.router.filter(|router| own.is_some() && subnet.contains(router));
    let gateway = member_of(subnet, new.gateway.or(router))?;
    let is_own = below.own_addresses().any(|own| own.contains(gateway.addr()));
    if is_own && below.make.is_empty() {
        let which = if new.gateway.is_some() { "another" } else { "the LAN's router as" };
        return Err(Error::usage(format!(
            "{} cannot be the gateway of network \"{}\"",
            gateway.addr(),
            new.name
        ))
        .because(format!(
            "it is this host's, which members with driver {} do not reach",
            new.driver
        ))
        .hint(format!("give {which} --gateway; any other address where it has none")));
    }
    Ok(gateway)
}

/// The subnet with the gateway's address in it.
pub(super) fn gateway(new: &NewNetwork, host: &Host) -> Result<Ipv4Net> {
    let Some(subnet) = new.subnet.map(|subnet| subnet.trunc()) else {
        let chosen = pool::choose(&host.occupied)?;
        return match new.gateway {
            None => Ok(chosen),
            Some(_) => Err(Error::usage("--gateway needs --subnet").hint("give both, or neither")),
        };
    };
    // The subnet of a LAN is in use on that LAN.
    if new.uplink.is_none() {
        refuse_overlap(new, subnet.into(), host)?;
    }
    member_of(subnet, new.gateway)
}

/// A subnet with the gateway's address in it; `None`: its first.
fn member_of(subnet: Ipv4Net, gateway: Option<Ipv4Addr>) -> Result<Ipv4Net> {
    let Some(address) = gateway else { return Ok(pool::first_of(subnet)) };
    let is_member =
        subnet.contains(&address) && address != subnet.network() && address != subnet.broadcast();
    if !is_member {
        return Err(Error::usage(format!("{address} cannot be the gateway of {subnet}"))
            .hint("choose one from the subnet, neither its first nor its last"));
    }
    Ok(Ipv4Net::new_assert(address, subnet.prefix_len()))
}

/// The same for IPv6: the first address, of a random prefix unless one was asked for (RFC 4193).
pub(super) fn gateway6(new: &NewNetwork, host: &Host, random: u64) -> Result<Ipv6Net> {
    let subnet = match new.subnet6 {
        Some(subnet) => subnet.trunc(),
        None if new.uplink.is_some() || new.parent.is_some() => {
            return Err(Error::usage("--ipv6 needs --subnet6 on a LAN")
                .because("no router there knows a prefix that was made up")
                .hint("give the LAN's, whose first address must be the router's"));
        }
        None => {
            let [_, _, _, a, b, c, d, e] = random.to_be_bytes();
            let bytes = [0xfd, a, b, c, d, e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            Ipv6Net::new_assert(bytes.into(), 64)
        }
    };
    if new.uplink.is_none() && new.parent.is_none() {
        refuse_overlap(new, subnet.into(), host)?;
    }
    let first = Ipv6Addr::from(u128::from(subnet.network()) + 1);
    Ok(Ipv6Net::new_assert(first, subnet.prefix_len()))
}

fn refuse_overlap(new: &NewNetwork, subnet: IpNet, host: &Host) -> Result<()> {
    match pool::blocker(&host.occupied, subnet) {
        Some(used) => Err(overlap(new, subnet, used)),
        None => Ok(()),
    }
}

fn overlap(new: &NewNetwork, subnet: IpNet, used: &Occupied) -> Error {
    Error::new(format!("cannot make network \"{}\"", new.name))
        .because(format!("{subnet} overlaps {} ({})", used.prefix, used.by))
        .hint("choose another subnet, or leave it out to have one chosen")
}
