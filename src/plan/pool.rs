//! Choosing the subnet of a new network.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};

use crate::error::{Error, Result};
use crate::facts::{Occupied, is_default};

/// Private ranges (RFC 1918) that common defaults leave alone, each cut into subnets of
/// [`SUBNET_LEN`].
const POOLS: [Ipv4Net; 3] = [
    Ipv4Net::new_assert(Ipv4Addr::new(10, 192, 0, 0), 12),
    Ipv4Net::new_assert(Ipv4Addr::new(172, 28, 0, 0), 14),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 128, 0), 17),
];

/// 4094 addresses: four times what one bridge takes, so that leases of processes that ended a
/// moment ago are no hindrance.
const SUBNET_LEN: u8 = 20;

/// The first subnet that overlaps nothing in use, as the address of its gateway.
///
/// # Errors
/// None is left: the error lists what blocks each pool.
pub(super) fn choose(occupied: &[Occupied]) -> Result<Ipv4Net> {
    let mut reasons = Vec::new();
    for pool in POOLS {
        let mut first = None;
        for subnet in pool.subnets(SUBNET_LEN).into_iter().flatten() {
            match blocker(occupied, subnet.into()) {
                None => return Ok(first_of(subnet)),
                Some(used) => first = first.or(Some(used)),
            }
        }
        if let Some(used) = first {
            reasons.push(format!("{pool} by {} ({})", used.prefix, used.by));
        }
    }
    Err(Error::new("cannot choose a subnet for the network")
        .because(format!("every pool is in use: {}", reasons.join(", ")))
        .hint(
            "remove what is not needed, or choose one: nsrun network create --subnet PREFIX NAME",
        ))
}

/// What in use overlaps `subnet`.
pub(super) fn blocker(occupied: &[Occupied], subnet: IpNet) -> Option<&Occupied> {
    let overlaps = |prefix: &IpNet| prefix.contains(&subnet) || subnet.contains(prefix);
    occupied.iter().find(|used| !is_default(&used.prefix) && overlaps(&used.prefix))
}

/// The first host address, with the prefix length.
pub(super) fn first_of(subnet: Ipv4Net) -> Ipv4Net {
    let first = Ipv4Addr::from(u32::from(subnet.network()) + 1);
    Ipv4Net::new_assert(first, subnet.prefix_len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(prefixes: &[&str]) -> Vec<Occupied> {
        prefixes
            .iter()
            .map(|prefix| Occupied {
                prefix: prefix.parse().unwrap(),
                by: format!("route {prefix}"),
            })
            .collect()
    }

    #[test]
    fn the_first_free_subnet_is_chosen() {
        assert_eq!(choose(&[]).unwrap().to_string(), "10.192.0.1/20");
        let occupied = used(&["10.192.0.0/20", "10.192.16.7/32"]);
        assert_eq!(choose(&occupied).unwrap().to_string(), "10.192.32.1/20");
        assert_eq!(choose(&used(&["10.0.0.0/8"])).unwrap().to_string(), "172.28.0.1/20");
    }

    #[test]
    fn default_routes_and_the_halves_of_a_vpn_block_nothing() {
        let occupied = used(&["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "::/0"]);
        assert_eq!(choose(&occupied).unwrap().to_string(), "10.192.0.1/20");
    }

    #[test]
    fn when_every_pool_is_blocked_the_error_names_what_blocks_each() {
        let text = choose(&used(&["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]))
            .unwrap_err()
            .to_string();
        for part in [
            "10.192.0.0/12 by 10.0.0.0/8 (route 10.0.0.0/8)",
            "172.28.0.0/14 by 172.16.0.0/12 (route 172.16.0.0/12)",
            "192.168.128.0/17 by 192.168.0.0/16 (route 192.168.0.0/16)",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}
