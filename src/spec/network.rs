//! What a new network should be like.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::error::{Error, Result};
use crate::spec::attach::{IpvlanMode, MacvlanMode};
use crate::spec::name::{link_name, network_name};

/// A network to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewNetwork {
    /// Its name.
    pub name: String,
    /// How members are connected.
    pub driver: Driver,
    /// Subnet; `None`: one that nothing else uses.
    pub subnet: Option<Ipv4Net>,
    /// The gateway's address; `None`: the first of the subnet.
    pub gateway: Option<Ipv4Addr>,
    /// Where automatic addresses are taken from; `None`: the whole subnet.
    pub range: Option<Range>,
    /// Addresses that no member gets.
    pub exclude: Vec<Range>,
    /// Whether it has IPv6.
    pub ipv6: bool,
    /// Subnet of IPv6; `None`: a random one of the local range.
    pub subnet6: Option<Ipv6Net>,
    /// Largest packet; `None`: that of the link with the default route.
    pub mtu: Option<u32>,
    /// Whether nothing but members and this host is reached.
    pub internal: bool,
    /// Whether members do not reach each other.
    pub isolated: bool,
    /// Whether members reach those of other open networks.
    pub open: bool,
    /// The source that members' packets have outside.
    pub source: Source,
    /// Whether nsrun makes no firewall rules for it.
    pub unmanaged: bool,
    /// Name of the bridge; `None`: nsrun and a number.
    pub bridge: Option<String>,
    /// Link of this host to put into the bridge.
    pub uplink: Option<String>,
    /// Link of this host that macvlans or ipvlans of members sit on.
    pub parent: Option<String>,
    /// Mode of these; `None`: the usual one.
    pub mode: Option<String>,
    /// Tag of the VLAN of `uplink` or `parent` that is meant instead of that link itself.
    pub vlan: Option<u16>,
}

impl NewNetwork {
    /// A network of which only the name is known.
    ///
    /// # Errors
    /// No network can have that name, or nobody could join it.
    pub fn named(name: &str) -> Result<Self> {
        if MEANS_OTHERS.contains(&name) {
            return Err(Error::usage(format!("\"{name}\" cannot be the name of a network"))
                .because(format!("--net {name} means something else"))
                .hint("choose another name"));
        }
        Ok(NewNetwork { name: network_name(name)?, ..NewNetwork::default() })
    }

    /// Sets what the option `--KEY VALUE` of `network create` says; a flag's value is "true".
    ///
    /// # Errors
    /// There is no such option, or the value makes no sense for it.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let wrong = |what: &str, example: &str| {
            Error::usage(format!("\"{value}\" is no {what}")).hint(format!("write {example}"))
        };
        let flag = || match value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(wrong("value for a switch", "true or false")),
        };
        match key {
            "driver" => self.driver = value.parse()?,
            "subnet" => {
                let subnet: Option<Ipv4Net> = value.parse().ok();
                let example = "a prefix of 8 to 30 bits, such as 10.80.0.0/24";
                // The length is kept in a byte of the bridge's address, with room for members.
                let subnet = subnet
                    .filter(|subnet| (MIN_SUBNET..=MAX_SUBNET).contains(&subnet.prefix_len()));
                let subnet = subnet.ok_or_else(|| wrong("IPv4 subnet", example))?;
                refuse_special(subnet.into(), &NO_HOSTS_V4.map(IpNet::V4))?;
                self.subnet = Some(subnet);
            }
            "gateway" => {
                let address = value.parse();
                let example = "an address of the subnet, such as 10.80.0.1";
                self.gateway = Some(address.map_err(|_| wrong("IPv4 address", example))?);
            }
            "ip-range" => self.range = Some(value.parse()?),
            "exclude" => self.exclude.push(value.parse()?),
            "ipv6" => self.ipv6 = flag()?,
            "subnet6" => {
                let subnet: Option<Ipv6Net> = value.parse().ok();
                let example = "a prefix of 8 to 96 bits, such as fd00:80::/64";
                // Members have the host part of their IPv4 address: up to 24 bits.
                let subnet = subnet.filter(|subnet| (8..=96).contains(&subnet.prefix_len()));
                let subnet = subnet.ok_or_else(|| wrong("IPv6 subnet", example))?;
                refuse_special(subnet.into(), &NO_HOSTS_V6.map(IpNet::V6))?;
                self.subnet6 = Some(subnet);
                self.ipv6 = true;
            }
            "mtu" => {
                let bytes = value.parse().ok().filter(|bytes| (MIN_MTU..=MAX_MTU).contains(bytes));
                let example = format!("a number from {MIN_MTU} to {MAX_MTU}");
                self.mtu = Some(bytes.ok_or_else(|| wrong("MTU", &example))?);
            }
            "internal" => self.internal = flag()?,
            "isolated" => self.isolated = flag()?,
            "snat" | "masquerade" if self.source != Source::default() => {
                return Err(Error::usage("members' packets cannot have two sources outside")
                    .hint("give --snat or --masquerade, once"));
            }
            "snat" => {
                let address = value.parse::<Ipv4Addr>();
                let example = "an address of this host, such as 192.0.2.1";
                let address = address.map_err(|_| wrong("IPv4 address", example))?;
                if is_special(address).is_some() {
                    return Err(wrong("address that the world can answer to", example));
                }
                self.source = Source::Fixed(address);
            }
            "masquerade" if value == "off" => self.source = Source::Own,
            "masquerade" if value == "on" => self.source = Source::Masquerade,
            "masquerade" => return Err(wrong("value for a switch", "on or off")),
            "open" => self.open = flag()?,
            "unmanaged" => self.unmanaged = flag()?,
            "bridge-name" => self.bridge = Some(link_name(value)?),
            "uplink" => self.uplink = Some(link_name(value)?),
            "parent" => self.parent = Some(link_name(value)?),
            "mode" => self.mode = Some(value.into()),
            "vlan" => {
                let tag = value.parse().ok().filter(|tag| (1..=MAX_VLAN).contains(tag));
                let example = format!("a tag from 1 to {MAX_VLAN}");
                self.vlan = Some(tag.ok_or_else(|| wrong("VLAN", &example))?);
            }
            _ => {
                return Err(Error::usage(format!("a network has no \"{key}\""))
                    .hint("nsrun network create --help lists what it can have"));
            }
        }
        Ok(())
    }
}

/// What may be joined, or begins what may be, and is no network.
const MEANS_OTHERS: [&str; 8] =
    ["none", "host", "ns", "pid", "run", "container", "macvlan", "ipvlan"];

/// Prefixes in which no host has an address that others send to: this network, loopback, multicast
/// and reserved (RFC 6890); loopback and what is mapped, link-local, multicast.
const NO_HOSTS_V4: [Ipv4Net; 3] = [
    Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 8),
    Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(224, 0, 0, 0), 3),
];
const NO_HOSTS_V6: [Ipv6Net; 3] = [
    Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 8),
    Ipv6Net::new_assert(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
    Ipv6Net::new_assert(Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8),
];

/// The prefix that makes an address none of a host's, where one does.
pub(super) fn is_special(address: Ipv4Addr) -> Option<Ipv4Net> {
    NO_HOSTS_V4.into_iter().find(|special| special.contains(&address))
}

fn refuse_special(subnet: IpNet, special: &[IpNet]) -> Result<()> {
    let subnet = subnet.trunc();
    match special.iter().find(|special| special.contains(&subnet) || subnet.contains(*special)) {
        None => Ok(()),
        Some(special) => Err(Error::usage(format!("{subnet} cannot be the subnet of a network"))
            .because(format!("hosts have no addresses in {special}"))
            .hint("choose a private one, such as 10.80.0.0/24 or fd00:80::/64")),
    }
}

/// Shortest prefix of a network's subnet.
pub const MIN_SUBNET: u8 = 8;
/// Longest prefix of a network's subnet.
pub const MAX_SUBNET: u8 = 30;
/// Smallest MTU that IPv4 allows (RFC 791).
pub const MIN_MTU: u32 = 68;
/// Smallest MTU that IPv6 allows (RFC 8200).
pub const MIN_MTU6: u32 = 1280;
/// Largest MTU of a veth.
pub const MAX_MTU: u32 = 65535;
/// Largest tag of a VLAN (IEEE 802.1Q).
pub const MAX_VLAN: u16 = 4094;

/// How the members of a network are connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// By a veth that is a port of the network's bridge.
    #[default]
    Bridge,
    /// By a veth of their own that the host routes to.
    Ptp,
    /// By a macvlan on a link of this host.
    Macvlan(MacvlanMode),
    /// By an ipvlan on a link of this host.
    Ipvlan(IpvlanMode),
}

impl Driver {
    /// Whether members have no link on this host but one that stands for their lease: theirs sits
    /// on another link, by which their packets go past this host.
    pub fn is_child(self) -> bool {
        matches!(self, Driver::Macvlan(_) | Driver::Ipvlan(_))
    }

    /// Whether members ask by ARP for those they send to.
    pub fn is_on_layer_2(self) -> bool {
        !matches!(self, Driver::Ipvlan(IpvlanMode::L3 | IpvlanMode::L3s))
    }

    /// Mode of the members' links, where there are several.
    pub fn mode(self) -> Option<String> {
        match self {
            Driver::Macvlan(mode) => Some(mode.to_string()),
            Driver::Ipvlan(mode) => Some(mode.to_string()),
            Driver::Bridge | Driver::Ptp => None,
        }
    }

    /// The same driver with this mode.
    ///
    /// # Errors
    /// It has no such mode.
    pub fn with_mode(self, mode: &str) -> Result<Driver> {
        match self {
            Driver::Macvlan(_) => match mode.parse()? {
                MacvlanMode::Passthru => Err(Error::usage("passthru leaves room for one member")
                    .hint("attach that one with --net macvlan:LINK,mode=passthru")),
                mode => Ok(Driver::Macvlan(mode)),
            },
            Driver::Ipvlan(_) => mode.parse().map(Driver::Ipvlan),
            Driver::Bridge | Driver::Ptp => {
                Err(Error::usage(format!("networks with driver {self} have no mode"))
                    .hint("drop --mode, or choose --driver macvlan or ipvlan"))
            }
        }
    }
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Driver::Bridge => "bridge",
            Driver::Ptp => "ptp",
            Driver::Macvlan(_) => "macvlan",
            Driver::Ipvlan(_) => "ipvlan",
        })
    }
}

impl FromStr for Driver {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "bridge" => Ok(Driver::Bridge),
            "ptp" => Ok(Driver::Ptp),
            "macvlan" => Ok(Driver::Macvlan(MacvlanMode::default())),
            "ipvlan" => Ok(Driver::Ipvlan(IpvlanMode::default())),
            _ => Err(Error::usage(format!("\"{text}\" is no driver of networks"))
                .hint("choose from bridge, ptp, macvlan and ipvlan")),
        }
    }
}

/// The source that members' packets have outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// That of the link of this host by which they leave.
    #[default]
    Masquerade,
    /// This address.
    Fixed(Ipv4Addr),
    /// The member's own: the world has routes to the network.
    Own,
}

/// Addresses from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub first: Ipv4Addr,
    /// The last.
    pub last: Ipv4Addr,
}

impl Range {
    /// Whether `address` is one of them.
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        (self.first..=self.last).contains(&address)
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        u64::from(u32::from(self.last)) + 1 - u64::from(u32::from(self.first))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            return write!(f, "{}", self.first);
        }
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl FromStr for Range {
    type Err = Error;

    /// Reads `ADDRESS`, `FIRST-LAST` or `PREFIX/LENGTH`.
    fn from_str(text: &str) -> Result<Self> {
        let read = || {
            if let Ok(prefix) = text.parse::<Ipv4Net>() {
                return Some(Range { first: prefix.network(), last: prefix.broadcast() });
            }
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            Some(Range { first: first.parse().ok()?, last: last.parse().ok()? })
        };
        read().filter(|range| range.first <= range.last).ok_or_else(|| {
            Error::usage(format!("\"{text}\" is no range of addresses"))
                .hint("write ADDRESS, FIRST-LAST or PREFIX/LENGTH, such as 192.0.2.64/27")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_one_address_two_or_a_prefix() {
        let range: Range = "192.0.2.64/30".parse().unwrap();
        assert_eq!((range.to_string().as_str(), range.count()), ("192.0.2.64-192.0.2.67", 4));
        assert_eq!("192.0.2.7".parse::<Range>().unwrap().to_string(), "192.0.2.7");
        assert!(range.contains(range.last) && !range.contains("192.0.2.68".parse().unwrap()));
        let all: Range = "0.0.0.0/0".parse().unwrap();
        assert_eq!(all.count(), 1 << 32);
        for wrong in ["", "192.0.2.9-192.0.2.8", "192.0.2.0/33", "192.0.2.1-", "a"] {
            assert!(wrong.parse::<Range>().is_err(), "{wrong}");
        }
    }
}
