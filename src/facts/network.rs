//! A network: a bridge whose link-layer address says gateway and prefix length.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::facts::Lease;
use crate::spec::Mac;

/// Bridges of networks are called this and a number.
pub const BRIDGE_PREFIX: &str = "nsrun";

/// A network as it was read from its bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its name: "bridge" for nsrun0.
    pub name: String,
    /// The N of bridge nsrunN.
    pub number: u32,
    /// Index of the bridge; `None` when it is still to be made.
    pub index: Option<u32>,
    /// The subnet, with the gateway's address in it.
    pub gateway: Ipv4Net,
    /// Largest packet, in bytes.
    pub mtu: u32,
    /// Whether everything belonging to it was made; if not, whoever sees it makes the rest.
    pub complete: bool,
}

impl Network {
    /// Name of the bridge.
    pub fn bridge(&self) -> String {
        format!("{BRIDGE_PREFIX}{}", self.number)
    }

    /// The address that `lease` stands for, with the network's prefix length.
    pub fn address(&self, lease: Lease) -> Ipv4Net {
        let base = u32::from(self.gateway.network());
        let address = Ipv4Addr::from(base.wrapping_add(lease.host));
        Ipv4Net::new(address, self.gateway.prefix_len()).unwrap_or(self.gateway)
    }

    /// The lease of `address`; `None` when it is not a member's address: outside the subnet, the
    /// subnet's own, its broadcast address, or the gateway's.
    pub fn lease(&self, address: Ipv4Addr) -> Option<Lease> {
        let taken = [self.gateway.network(), self.gateway.broadcast(), self.gateway.addr()];
        if !self.gateway.contains(&address) || taken.contains(&address) {
            return None;
        }
        let host = u32::from(address) - u32::from(self.gateway.network());
        Some(Lease { network: self.number, host })
    }

    /// The leases to try for a member whose address does not matter: `count` of them, one after
    /// the other from a place that `random` chooses.
    ///
    /// Random, because a lease stays taken for a moment after its process ended, and because the
    /// neighbours of a new member should not remember its address for another.
    pub fn leases(&self, random: u64, count: usize) -> impl Iterator<Item = Lease> {
        let hosts = u64::from(self.host_count());
        let first = random % hosts.max(1);
        let base = u64::from(u32::from(self.gateway.network()));
        (0..hosts)
            .map(move |n| Ipv4Addr::from((base + 1 + (first + n) % hosts) as u32))
            .filter_map(|address| self.lease(address))
            .take(count)
    }

    /// How many addresses there are between the subnet's own and its broadcast address, the
    /// gateway's among them.
    pub fn host_count(&self) -> u32 {
        u32::from(self.gateway.broadcast())
            .saturating_sub(u32::from(self.gateway.network()))
            .saturating_sub(1)
    }

    /// The link-layer address of the member with this address: the same again when the address
    /// is leased again, so that no neighbour remembers a wrong one.
    pub fn member_mac(address: Ipv4Addr) -> Mac {
        let [a, b, c, d] = address.octets();
        Mac([0x0a, 0x6e, a, b, c, d])
    }
}

/// The link-layer address of a network's bridge: `02:<prefix length>:<gateway>`. So the message
/// that creates the bridge says it all, and any run can complete a network that another was
/// killed while making.
pub fn network_mac(gateway: Ipv4Net) -> Mac {
    let [a, b, c, d] = gateway.addr().octets();
    Mac([0x02, gateway.prefix_len(), a, b, c, d])
}

/// The gateway that a bridge's link-layer address says; `None` when it was not made by
/// [`network_mac`].
pub fn parse_network_mac(mac: &[u8]) -> Option<Ipv4Net> {
    let &[0x02, len @ 8..=30, a, b, c, d] = mac else { return None };
    let gateway = Ipv4Net::new(Ipv4Addr::new(a, b, c, d), len).ok()?;
    let is_host = gateway.addr() != gateway.network() && gateway.addr() != gateway.broadcast();
    is_host.then_some(gateway)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(gateway: &str) -> Network {
        Network {
            name: "bridge".into(),
            number: 0,
            index: Some(7),
            gateway: gateway.parse().unwrap(),
            mtu: 1500,
            complete: true,
        }
    }

    #[test]
    fn a_bridge_says_its_gateway_by_its_mac() {
        let gateway: Ipv4Net = "10.192.16.1/20".parse().unwrap();
        assert_eq!(network_mac(gateway).to_string(), "02:14:0a:c0:10:01");
        assert_eq!(parse_network_mac(&network_mac(gateway).0), Some(gateway));
        for foreign in [
            [0x02, 0x42, 10, 0, 0, 1],
            [0x02, 24, 10, 0, 0, 0],
            [0x02, 24, 10, 0, 0, 255],
            [0x52, 24, 10, 0, 0, 1],
        ] {
            assert_eq!(parse_network_mac(&foreign), None, "{foreign:x?}");
        }
    }

    #[test]
    fn leases_cover_every_member_address_once_from_any_start() {
        let net = network("10.0.0.1/29");
        for random in [0, 1, 5, 6, 7, u64::MAX] {
            let mut hosts: Vec<_> = net.leases(random, 100).map(|lease| lease.host).collect();
            hosts.sort_unstable();
            assert_eq!(hosts, [2, 3, 4, 5, 6], "from {random}");
        }
    }

    #[test]
    fn addresses_that_no_member_can_have_are_no_lease() {
        let net = network("10.0.0.1/29");
        for address in ["10.0.0.0", "10.0.0.1", "10.0.0.7", "10.0.0.8", "192.0.2.1"] {
            assert_eq!(net.lease(address.parse().unwrap()), None, "{address}");
        }
        let lease = net.lease("10.0.0.6".parse().unwrap()).unwrap();
        assert_eq!(net.address(lease).to_string(), "10.0.0.6/29");
    }
}
