//! What there is, as data: how leases, networks and runs are written into kernel objects, and
//! what was read back.

pub mod features;
mod forwarding;
mod lease;
mod netns;
mod network;
mod run;

pub use forwarding::Forwarding;
pub use lease::Lease;
pub use netns::{EtcFile, Identity, Mounted, Named, NamedNamespace, NamespaceId};
pub use network::{
    BRIDGE_PREFIX, DEFAULT_NETWORK, Description, Network, Options, network_mac, parse_network_mac,
};
pub use run::{Joined, Run, Status};

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use crate::spec::NewNetwork;

/// A prefix that is in use on this host, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupied {
    /// The prefix.
    pub prefix: IpNet,
    /// "route via 192.0.2.1", "address of link "eth0"".
    pub by: String,
}

/// A link on this host that has the name a network's bridge should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkLink {
    /// It is the network.
    Ours(Network),
    /// It is something else, of this kind.
    Foreign {
        /// Its name.
        link: String,
        /// Kind of the link, or "physical link".
        kind: String,
    },
}

/// A link that is to go to another namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traveller {
    /// Its name.
    pub name: String,
    /// Its index.
    pub index: u32,
    /// Its kind; `None` for a physical link.
    pub kind: Option<String>,
    /// Its alternative names.
    pub names: Vec<String>,
    /// Whether it is up.
    pub up: bool,
}

/// What making a network has to know about the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// Prefixes in use.
    pub occupied: Vec<Occupied>,
    /// MTU of the link that holds the default route.
    pub uplink_mtu: Option<u32>,
    /// Whether it routes IPv4.
    pub forwards4: Forwarding,
    /// Whether it routes IPv6.
    pub forwards6: Forwarding,
    /// Links by which a router advertised an IPv6 default route, which is lost when the host
    /// begins to forward.
    pub advertised: Vec<String>,
    /// Whether the kernel has nf_tables.
    pub firewall: bool,
    /// Whether iptables has a filter table of its own, beside nf_tables.
    pub legacy_filter: bool,
    /// The networks that are there, unfinished ones too.
    pub networks: Vec<Network>,
    /// All links.
    pub links: Vec<HostLink>,
}

impl Host {
    /// Counts a network that is to be made as being there, and the host as forwarding for it.
    pub fn add(&mut self, network: &Network) {
        self.occupy(network);
        let begins = |forwards: &mut Forwarding| {
            if *forwards == Forwarding::Off {
                *forwards = Forwarding::Networks;
            }
        };
        if network.is_routed() {
            begins(&mut self.forwards4);
            self.links.iter_mut().for_each(|link| link.blocks = false);
        }
        if network.is_routed() && network.options.gateway6.is_some() {
            begins(&mut self.forwards6);
        }
    }

    /// The network with this bridge, if it can be deleted to be made anew: it is unfinished, and
    /// has no members. One with members has only lost its name.
    pub fn half_made(&self, bridge: &str) -> Option<&Network> {
        let is_used = |network: &Network| {
            let is_member = |link: &HostLink| {
                let lease = Lease::parse(&link.name);
                lease.is_some_and(|lease| lease.network == network.number)
            };
            let is_port = |link: &HostLink| {
                link.master.as_ref() == Some(&network.bridge)
                    && network.below() != Some(link.name.as_str())
            };
            self.links.iter().any(|link| is_member(link) || is_port(link))
        };
        let mut all = self.networks.iter().filter(|network| network.bridge == bridge);
        all.find(|network| !network.complete && !is_used(network))
    }

    /// Counts the prefixes and names of a network as taken.
    pub fn occupy(&mut self, network: &Network) {
        let by = format!("network \"{}\"", network.name);
        let mut prefixes = vec![IpNet::from(network.gateway.trunc())];
        prefixes.extend(network.options.gateway6.map(|gateway| IpNet::from(gateway.trunc())));
        // First: a network is the better reason than the address of its bridge.
        let own = prefixes.into_iter().map(|prefix| Occupied { prefix, by: by.clone() });
        self.occupied.splice(0..0, own);
        let (name, names) = (network.bridge.clone(), vec![Network::bridge_name(network.number)]);
        let other_bridge = network.is_other_bridge();
        self.links.push(HostLink { name, names, other_bridge, ..HostLink::default() });
    }
}

/// A link of this host, as far as making a network is concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostLink {
    /// Its name.
    pub name: String,
    /// Alternative names.
    pub names: Vec<String>,
    /// Its kind; `None` for a physical link.
    pub kind: Option<String>,
    /// Addresses that this host has there, with their prefix lengths.
    pub addresses: Vec<String>,
    /// Name of the bridge, bond or other link it belongs to.
    pub master: Option<String>,
    /// Whether packets from elsewhere come in by it: it is neither loopback, nor part of a bridge,
    /// nor of a network.
    pub outer: bool,
    /// Whether it is a bridge that nsrun makes no rules for.
    pub other_bridge: bool,
    /// Whether such packets of IPv4 are not routed.
    pub blocks: bool,
    /// Largest packet, in bytes.
    pub mtu: u32,
    /// Its subnet of IPv4, with this host's address in it.
    pub subnet: Option<Ipv4Net>,
    /// The router by which a default route of IPv4 leads there.
    pub router: Option<Ipv4Addr>,
}

/// A base chain on the way of packets through this host, and what is known of its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardChain {
    /// "ip", "ip6" or "inet".
    pub family: &'static str,
    /// Its table.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Whether it drops what no condition of its rules is about.
    pub drops: bool,
}

impl ForwardChain {
    /// Whether iptables made it, by way of nf_tables.
    pub fn is_of_iptables(&self) -> bool {
        self.family != "inet" && self.table == "filter" && self.name == "FORWARD"
    }
}

/// The files of this host that name resolution depends on; `None` where there is no such file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostFiles {
    /// Whether somebody answers names in the network namespace that is shared, where nsrun does.
    pub names_answered: bool,
    /// `/etc/resolv.conf`.
    pub resolv_conf: Option<String>,
    /// The servers systemd-resolved itself asks: `/run/systemd/resolve/resolv.conf`.
    pub upstream_resolv_conf: Option<String>,
    /// `/etc/netns/NAME/resolv.conf` of the named namespace that is shared: ip-netns(8).
    pub namespace_resolv_conf: Option<String>,
    /// `/etc/hosts`.
    pub hosts: Option<String>,
}

/// Whether a prefix is a default route, or half of one as VPNs set it up: it overlaps everything
/// and reserves nothing.
pub fn is_default(prefix: &IpNet) -> bool {
    prefix.prefix_len() == 0
        || matches!(prefix, IpNet::V4(v4) if v4.prefix_len() == 1)
        || matches!(prefix, IpNet::V6(v6) if v6.prefix_len() == 1)
}

/// Whether an address means something on its own link only.
pub fn is_link_local(address: &IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local())
}

/// Any address as text for a message, with its prefix length.
pub fn with_prefix(address: IpAddr, prefix_len: u8) -> String {
    format!("{address}/{prefix_len}")
}

/// What planning a run has to know about the machine.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// For each network to join, the link found by its name; `None`: there is none.
    pub networks: Vec<Option<NetworkLink>>,
    /// For each link that is attached to another of this host, that other; `None`: there is none.
    pub parents: Vec<Option<Parent>>,
    /// For each network to join that is not there, what a file says it should be like.
    pub declared: Vec<Option<NewNetwork>>,
    /// The host, looked at only when a network is still to be made.
    pub host: Host,
    /// Files of the host, read only when they matter.
    pub files: HostFiles,
    /// The user that was asked for by name or number, looked up.
    pub account: Option<Account>,
    /// Where to begin looking for a free address.
    pub random: u64,
}

/// A link of this host that another is attached to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parent {
    /// Its kind; `None` for a physical link.
    pub kind: Option<String>,
    /// The network of ours whose bridge it is.
    pub network: Option<String>,
    /// Largest packet, in bytes.
    pub mtu: u32,
    /// The VLAN that is still to be made to have it: its own parent and tag.
    pub vlan: Option<(String, u16)>,
}

/// A user, looked up inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
    /// Ids of further groups.
    pub groups: Vec<u32>,
    /// Home directory.
    pub home: Option<String>,
}

/// Who holds an address or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The link that holds it.
    pub link: String,
    /// Index of that link: its name may be another's before it is put out of the way.
    pub index: u32,
    /// Its alternative names.
    pub names: Vec<String>,
    /// The run it belongs to; `None` for a foreign link.
    pub status: Option<Status>,
    /// The process that was launched, of a run that is alive.
    pub cmd: Option<i32>,
    /// In what state that run is.
    pub state: HolderState,
}

/// State of a [`Holder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderState {
    /// It runs.
    Alive,
    /// Its namespace is going: the kernel has begun to take it apart.
    Dying,
    /// No process is left in its namespace, but something, such as a TCP connection with data
    /// still to send, keeps the namespace.
    Abandoned,
}
