//! A network: a bridge whose link-layer address says gateway and prefix length, and whose
//! description says the rest. Where members are connected otherwise, the bridge says it all the same.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use crate::facts::Lease;
use crate::spec::{Driver, Mac, Range, Source, network_name};

/// Bridges of networks are called this and a number, unless they were given another name.
pub const BRIDGE_PREFIX: &str = "nsrun";
/// The network that is made on first use.
pub const DEFAULT_NETWORK: &str = "bridge";

/// A network as it was read from its bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its name: "bridge" for number 0.
    pub name: String,
    /// The N of bridge nsrunN, and of the members' leases.
    pub number: u32,
    /// Name of its bridge.
    pub bridge: String,
    /// Index of the bridge; `None` when it is still to be made.
    pub index: Option<u32>,
    /// The subnet, with the gateway's address in it.
    pub gateway: Ipv4Net,
    /// Largest packet, in bytes.
    pub mtu: u32,
    /// What its description says.
    pub options: Options,
    /// Whether everything belonging to it was made; if not, whoever sees it makes the rest.
    pub complete: bool,
    /// Whether members may have published ports: then an address that is leased again may still
    /// have the ports of a run whose nsrun was killed.
    pub publishes: bool,
}

/// What the description of a network's bridge says besides its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How members are connected.
    pub driver: Driver,
    /// The subnet of IPv6, with the gateway's address in it; `None`: no IPv6.
    pub gateway6: Option<Ipv6Net>,
    /// Where automatic addresses are taken from; `None`: the whole subnet.
    pub range: Option<Range>,
    /// Addresses that no member gets.
    pub exclude: Vec<Range>,
    /// Members reach each other and this host only: no default route, no forwarding.
    pub internal: bool,
    /// Members do not reach each other.
    pub isolated: bool,
    /// Members reach those of other networks that are open too, and the other way round.
    pub open: bool,
    /// The source that members' packets have outside.
    pub source: Source,
    /// nsrun makes no firewall rules for it.
    pub unmanaged: bool,
    /// The link of this host that is a port of the bridge: members sit on its LAN, whose router is
    /// the gateway.
    pub uplink: Option<String>,
    /// The link of this host that macvlans or ipvlans of members sit on.
    pub parent: Option<String>,
}

/// First word of a description, with the version of what follows.
const VERSION: &str = "nsrun/1";

impl Network {
    /// Name of the bridge of network `number`, and of the alternative name that claims the number
    /// for a bridge with another name.
    pub fn bridge_name(number: u32) -> String {
        format!("{BRIDGE_PREFIX}{number}")
    }

    /// The alternative name that a network is found by. The prefix keeps it apart from names of
    /// links and runs.
    pub fn altname(name: &str) -> String {
        format!("net:{name}")
    }

    /// The alternative name of the bridge which says that members may have published ports.
    pub fn publishes_altname(&self) -> String {
        format!("ports:{}", self.number)
    }

    /// The address that `lease` stands for, with the network's prefix length.
    pub fn address(&self, lease: Lease) -> Ipv4Net {
        let base = u32::from(self.gateway.network());
        let address = Ipv4Addr::from(base.wrapping_add(lease.host));
        Ipv4Net::new(address, self.gateway.prefix_len()).unwrap_or(self.gateway)
    }

    /// The address of IPv6 that `lease` stands for: the same host part, so that one lease covers
    /// both families. `None` where the network has no IPv6.
    pub fn address6(&self, lease: Lease) -> Option<Ipv6Net> {
        let gateway = self.options.gateway6?;
        let base = u128::from(gateway.network());
        Ipv6Net::new((base | u128::from(lease.host)).into(), gateway.prefix_len()).ok()
    }

    /// The lease of `address`; `None` when it is not a member's address: outside the subnet, the
    /// subnet's own, its broadcast address, the gateway's, or one that was excluded.
    pub fn lease(&self, address: Ipv4Addr) -> Option<Lease> {
        let taken = [self.gateway.network(), self.gateway.broadcast(), self.gateway.addr()];
        let excluded = self.options.exclude.iter().any(|range| range.contains(address));
        if !self.gateway.contains(&address) || taken.contains(&address) || excluded {
            return None;
        }
        let lease = self.lease_of(address);
        // The gateway of IPv6 has a host part of its own.
        let gateway6 = self.options.gateway6.map(|gateway| gateway.addr());
        let is_gateway6 = self.address6(lease).is_some_and(|own| Some(own.addr()) == gateway6);
        (!is_gateway6).then_some(lease)
    }

    /// The lease of an address of IPv6, as [`lease`](Self::lease): the one whose host part it has.
    pub fn lease6(&self, address: Ipv6Addr) -> Option<Lease> {
        let subnet = self.options.gateway6?.trunc();
        let host = u128::from(address) ^ u128::from(subnet.addr());
        let host = u32::try_from(host).ok().filter(|_| subnet.contains(&address))?;
        let base = u32::from(self.gateway.network());
        self.lease(Ipv4Addr::from(base.checked_add(host)?))
    }

    fn lease_of(&self, address: Ipv4Addr) -> Lease {
        let host = u32::from(address).wrapping_sub(u32::from(self.gateway.network()));
        Lease { network: self.number, host }
    }

    /// The leases to try for a member whose address does not matter: `count` of them, one after
    /// the other from a place that `random` chooses.
    ///
    /// Random, because a lease stays taken for a moment after its process ended, and because the
    /// neighbours of a new member should not remember its address for another.
    pub fn leases(&self, random: u64, count: usize) -> impl Iterator<Item = Lease> {
        let (base, hosts) = match self.options.range {
            None => {
                (u64::from(u32::from(self.gateway.network())) + 1, u64::from(self.host_count()))
            }
            Some(range) => (u64::from(u32::from(range.first)), range.count()),
        };
        let first = random % hosts.max(1);
        (0..hosts)
            .map(move |n| Ipv4Addr::from((base + (first + n) % hosts) as u32))
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

    /// Whether a default route leads out of it.
    pub fn leads_out(&self) -> bool {
        !self.options.internal
    }

    /// Whether nsrun makes rules for it.
    pub fn is_managed(&self) -> bool {
        !self.options.unmanaged && self.below().is_none()
    }

    /// Whether this host routes between it and the world, by rules of nsrun.
    pub fn is_routed(&self) -> bool {
        self.leads_out() && self.is_managed()
    }

    /// Whether packets pass by its bridge although nsrun makes no rules for it.
    pub fn is_other_bridge(&self) -> bool {
        !self.is_managed() && self.options.driver == Driver::Bridge
    }

    /// The link of this host by which members sit on a LAN, where others have addresses too that
    /// no lease says.
    pub fn lan(&self) -> Option<&str> {
        let options = &self.options;
        let parent = options.parent.as_ref().filter(|_| options.driver.is_on_layer_2());
        match &options.uplink {
            Some(_) => Some(&self.bridge),
            None => parent.map(String::as_str),
        }
    }

    /// The link of this host that it needs besides its bridge.
    pub fn below(&self) -> Option<&str> {
        self.options.parent.as_deref().or(self.options.uplink.as_deref())
    }

    /// The description of its bridge; the kernel keeps at most 255 bytes.
    pub fn description(&self) -> String {
        use fmt::Write;
        let mut text = format!("{VERSION} network={}", self.name);
        let mut word = |key: &str, value: &dyn fmt::Display| {
            let _ = write!(text, " {key}={value}");
        };
        let options = &self.options;
        if self.bridge != Network::bridge_name(self.number) {
            word("number", &self.number);
        }
        if options.driver != Driver::Bridge {
            word("driver", &options.driver);
        }
        if let Some(parent) = &options.parent {
            word("parent", parent);
        }
        if let Some(mode) = options.driver.mode() {
            word("mode", &mode);
        }
        if let Some(gateway6) = &options.gateway6 {
            word("gateway6", gateway6);
        }
        if let Some(range) = &options.range {
            word("range", range);
        }
        for range in &options.exclude {
            word("exclude", range);
        }
        if let Some(uplink) = &options.uplink {
            word("uplink", uplink);
        }
        match options.source {
            Source::Masquerade => {}
            Source::Fixed(address) => word("snat", &address),
            Source::Own => word("masquerade", &"off"),
        }
        for (flag, name) in [
            (options.internal, "internal"),
            (options.isolated, "isolated"),
            (options.open, "open"),
            (options.unmanaged, "unmanaged"),
        ] {
            if flag {
                text.push(' ');
                text.push_str(name);
            }
        }
        text
    }
}

/// What the description of a bridge says; `None` when it is none of ours. Words it does not know
/// are skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// Name of the network.
    pub name: String,
    /// Its number, where the bridge's name does not say it.
    pub number: Option<u32>,
    /// The rest.
    pub options: Options,
}

impl Description {
    /// Reads the description of a bridge.
    pub fn parse(alias: &str) -> Option<Description> {
        let mut words = alias.split(' ');
        if words.next() != Some(VERSION) {
            return None;
        }
        let mut found = Description::default();
        let options = &mut found.options;
        for word in words {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            match key {
                "network" => found.name = network_name(value).ok()?,
                "number" => found.number = Some(value.parse().ok()?),
                "driver" => options.driver = value.parse().ok()?,
                "parent" => options.parent = Some(value.into()),
                "mode" => options.driver = options.driver.with_mode(value).ok()?,
                "gateway6" => options.gateway6 = Some(value.parse().ok()?),
                "range" => options.range = Some(value.parse().ok()?),
                "exclude" => options.exclude.push(value.parse().ok()?),
                "uplink" => options.uplink = Some(value.into()),
                "snat" => options.source = Source::Fixed(value.parse().ok()?),
                "masquerade" if value == "off" => options.source = Source::Own,
                "open" => options.open = true,
                "internal" => options.internal = true,
                "isolated" => options.isolated = true,
                "unmanaged" => options.unmanaged = true,
                _ => {}
            }
        }
        (!found.name.is_empty()).then_some(found)
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
    use crate::spec::IpvlanMode;

    fn network(gateway: &str) -> Network {
        Network {
            name: "bridge".into(),
            number: 0,
            bridge: "nsrun0".into(),
            index: Some(7),
            gateway: gateway.parse().unwrap(),
            mtu: 1500,
            options: Options::default(),
            complete: true,
            publishes: false,
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
        let mut net = network("10.0.0.1/29");
        let hosts = |net: &Network, random| {
            let mut hosts: Vec<_> = net.leases(random, 100).map(|lease| lease.host).collect();
            hosts.sort_unstable();
            hosts
        };
        for random in [0, 1, 5, 6, 7, u64::MAX] {
            assert_eq!(hosts(&net, random), [2, 3, 4, 5, 6], "from {random}");
        }
        net.options.exclude =
            vec!["10.0.0.3".parse().unwrap(), "10.0.0.6-10.0.0.9".parse().unwrap()];
        assert_eq!(hosts(&net, 3), [2, 4, 5]);
        net.options.range = Some("10.0.0.4/31".parse().unwrap());
        assert_eq!(hosts(&net, 3), [4, 5]);
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

    #[test]
    fn one_lease_covers_both_families() {
        let mut net = network("10.0.0.3/24");
        net.options.gateway6 = Some("fd00:1::2/64".parse().unwrap());
        let lease = net.lease("10.0.0.42".parse().unwrap()).unwrap();
        assert_eq!(net.address6(lease).unwrap().to_string(), "fd00:1::2a/64");
        assert_eq!(net.lease("10.0.0.2".parse().unwrap()), None, "the gateway's in IPv6");
        let lease6 = |address: &str| net.lease6(address.parse().unwrap());
        assert_eq!(lease6("fd00:1::2a"), Some(lease));
        for none in
            ["fd00:1::", "fd00:1::2", "fd00:1::3", "fd00:1::ff", "fd00:1::1:0:2a", "fd00:2::2a"]
        {
            assert_eq!(lease6(none), None, "{none}");
        }
    }

    #[test]
    fn a_description_is_read_as_it_was_written() {
        let mut net = network("10.0.0.1/24");
        assert_eq!(net.description(), "nsrun/1 network=bridge");
        net.bridge = "br-web".into();
        net.number = 12;
        net.options = Options {
            driver: Driver::Ptp,
            gateway6: Some("fd00::1/64".parse().unwrap()),
            range: Some("10.0.0.64/26".parse().unwrap()),
            exclude: vec!["10.0.0.70".parse().unwrap(), "10.0.0.80-10.0.0.90".parse().unwrap()],
            internal: true,
            isolated: true,
            open: true,
            source: Source::Fixed(Ipv4Addr::new(198, 51, 100, 7)),
            unmanaged: true,
            uplink: Some("eth1".into()),
            parent: None,
        };
        let read = Description::parse(&format!("{} later=1 more", net.description())).unwrap();
        assert_eq!((read.name, read.number), ("bridge".into(), Some(12)));
        assert_eq!(read.options, net.options);
        net.options.driver = Driver::Ipvlan(IpvlanMode::L3s);
        net.options.parent = Some("eth0.10".into());
        assert_eq!(Description::parse(&net.description()).unwrap().options, net.options);
        for foreign in ["", "nsrun/2 network=a", "nsrun/1 pid=5", "nsrun/1 network=a driver=x"] {
            assert_eq!(Description::parse(foreign), None, "{foreign:?}");
        }
    }
}
