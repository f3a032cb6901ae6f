//! A new member of a network: claim, publication, wiring.

use std::net::IpAddr;

use ipnet::Ipv4Net;

use crate::error::{Error, Result};
use crate::facts::{Joined, Lease, Network, Status, network_mac};
use crate::plan::network::{default_routes, link_local};
use crate::plan::step::{Child, Kind, Master, Namespace, Route, Step, Veth};
use crate::spec::{Driver, MAX_MTU, MIN_MTU, MIN_MTU6, Mac, Membership};

/// How many addresses to try before looking which are free.
const CLAIMS: usize = 32;

/// A new member of a network.
#[derive(Clone, Debug)]
pub struct Member {
    /// The network; its index is not known when it is still to be made.
    pub network: Network,
    /// Addresses to try, in turn.
    pub claims: Vec<Lease>,
    /// Whether it must be the first of these.
    pub fixed: bool,
    /// Name that the run has on this network.
    pub name: Option<String>,
    /// Further names that it has on this network.
    pub aliases: Vec<String>,
    /// Whether its link also holds the run's name host-wide: one of them does.
    pub is_first: bool,
    /// Whether the default route of IPv4 leads there.
    pub default_route: bool,
    /// Whether that of IPv6 does.
    pub default_route6: bool,
    pub(super) membership: Membership,
}

impl Member {
    /// What is asked in the same send before a claim: whether this host has the addresses itself.
    pub fn questions(&self, lease: Lease) -> Vec<Step> {
        self.addresses(lease).into_iter().map(|address| Step::Vacant { address }).collect()
    }

    /// Claims a lease: makes the veth that has it as its name, its other end in another namespace.
    /// No other change travels with it: a message that names the lease in the same send would, when
    /// the lease is taken, reach the link of another.
    ///
    /// Where the member's link sits on one of the host, the veth carries nothing: only a link has a
    /// name that is unique here and ends with a namespace.
    pub fn claim(&self, lease: Lease, into: Namespace) -> Step {
        let driver = self.network.options.driver;
        let master = Master { link: self.network.bridge.clone(), index: self.network.index };
        let link = || self.membership.link.clone();
        Step::CreateVeth(Veth {
            name: lease.to_string(),
            master: (driver == Driver::Bridge).then_some(master),
            peer: if driver.is_child() { lease.to_string() } else { link() },
            peer_mac: (!driver.is_child()).then(|| self.mac(lease)),
            mtu: self.mtu(),
            into,
        })
    }

    /// The same member while its link inside is called otherwise.
    pub fn called(&self, link: String) -> Member {
        let membership = Membership { link, ..self.membership.clone() };
        Member { membership, ..self.clone() }
    }

    /// Between claim and publication: what a link of the host's without a bridge learns from a member
    /// is its address alone.
    pub fn protect(&self, lease: Lease) -> Vec<Step> {
        match self.network.options.driver {
            Driver::Ptp => vec![Step::IgnoreRouters { link: lease.to_string() }],
            _ => Vec::new(),
        }
    }

    /// After the claim: says on the link whose it is, and brings it up; or makes the link that the
    /// lease is for.
    pub fn publish(&self, lease: Lease, owner: &str, into: Namespace) -> Vec<Step> {
        let link = || lease.to_string();
        let mut steps = vec![
            Step::Join { network: self.network.name.clone() },
            Step::NoAutomaticAddresses { link: link() },
        ];
        steps.extend(self.names().map(|name| Step::AddName { link: link(), name }));
        steps.push(Step::Describe { link: link(), text: owner.into() });
        if let Some(child) = self.child(lease, into) {
            steps.push(Step::CreateChild(child));
            return steps;
        }
        if self.network.options.isolated && self.network.options.driver == Driver::Bridge {
            steps.push(Step::Isolate { link: link() });
        }
        steps.push(Step::SetUp { link: link() });
        // What this host remembers of another who had the address may be wrong.
        if self.network.options.driver == Driver::Bridge {
            let (mac, index) = (self.mac(lease), self.network.index);
            steps.extend(self.addresses(lease).into_iter().map(|address| {
                let link = self.network.bridge.clone();
                Step::SetNeighbour { link, index, address, mac }
            }));
        }
        if self.network.options.driver == Driver::Ptp {
            // No bridge: the host is at the other end, and routes to each member.
            if self.network.is_managed() {
                let forward = self.network.is_routed();
                steps.push(Step::RelaxRouting { link: link(), forward });
            }
            // Without one the kernel would ask no member for its hardware address.
            if self.network.options.gateway6.is_some() {
                let address = link_local(network_mac(self.network.gateway));
                steps.push(Step::AddAddress { link: link(), address });
            }
            for (own, gateway) in self.routed(lease) {
                steps.push(Step::AddAddress { link: link(), address: gateway.into() });
                let to = own.into();
                steps.push(Step::AddRoute(Route { to, gateway: None, link: Some(link()) }));
            }
        }
        steps
    }

    /// The member's link, where it sits on one of the host.
    fn child(&self, lease: Lease, into: Namespace) -> Option<Child> {
        let (kind, mac) = match self.network.options.driver {
            Driver::Macvlan(mode) => (Kind::Macvlan(mode), Some(self.mac(lease))),
            Driver::Ipvlan(mode) => (Kind::Ipvlan(mode), None),
            Driver::Bridge | Driver::Ptp => return None,
        };
        Some(Child {
            kind,
            parent: self.network.options.parent.clone().unwrap_or_default(),
            link: self.membership.link.clone(),
            mac,
            mtu: self.mtu(),
            into,
        })
    }

    /// The alternative names that hold the run's name, host-wide and on its network. The prefixes
    /// keep them apart from each other, from leases and from the names of links.
    fn names(&self) -> impl Iterator<Item = String> + '_ {
        let host_wide = |name| self.is_first.then(|| Status::altname(name));
        let names = move |name| host_wide(name).into_iter().chain([self.local_name(name)]);
        let aliases = self.aliases.iter().map(|alias| self.local_name(alias));
        self.name.as_deref().into_iter().flat_map(names).chain(aliases)
    }

    fn local_name(&self, name: &str) -> String {
        format!("{name}@{}", self.network.name)
    }

    /// What is done inside before its link comes up. Where nsrun says all about a network, other
    /// members have nothing to add; on a LAN its routers do.
    pub fn before_up(&self) -> Vec<Step> {
        match self.network.is_managed() {
            true => vec![Step::IgnoreRouters { link: self.membership.link.clone() }],
            false => Vec::new(),
        }
    }

    /// What brings its link up, inside the namespace, with its addresses.
    pub fn up(&self, lease: Lease) -> Vec<Step> {
        let link = || self.membership.link.clone();
        let mut steps =
            vec![Step::NoAutomaticAddresses { link: link() }, Step::SetUp { link: link() }];
        let add = |address| Step::AddAddress { link: link(), address };
        let options = &self.network.options;
        if options.gateway6.is_some() {
            steps.push(add(link_local(self.mac(lease))));
        }
        if options.driver == Driver::Ptp {
            steps.extend(self.routed(lease).into_iter().map(|(own, _)| add(own.into())));
        } else {
            steps.push(add(self.address(lease).into()));
            steps.extend(self.network.address6(lease).map(|address| add(address.into())));
        }
        steps
    }

    /// What is done there after that; `lo` is not its business.
    pub fn routes(&self, lease: Lease) -> Vec<Step> {
        let link = || self.membership.link.clone();
        let mut steps = Vec::new();
        let options = &self.network.options;
        if options.driver == Driver::Ptp {
            for (_, gateway) in self.routed(lease) {
                let to = gateway.into();
                steps.push(Step::AddRoute(Route { to, gateway: None, link: Some(link()) }));
            }
        }
        if options.driver.is_child() {
            let text = Joined::of_lease(lease);
            steps.push(Step::Describe { link: link(), text });
        }
        let wanted = (self.default_route, self.default_route6);
        steps.extend(default_routes(&self.network, &self.membership.link, wanted));
        steps
    }

    /// Own address and gateway, for each family, of a member that is routed to.
    fn routed(&self, lease: Lease) -> Vec<(IpAddr, IpAddr)> {
        let v4 = (self.address(lease).addr().into(), self.network.gateway.addr().into());
        let gateway6 = self.network.options.gateway6.map(|gateway| gateway.addr().into());
        let v6 = self.network.address6(lease).map(|own| own.addr().into()).zip(gateway6);
        [v4].into_iter().chain(v6).collect()
    }

    /// Its address, if it gets this lease.
    pub fn address(&self, lease: Lease) -> Ipv4Net {
        self.network.address(lease)
    }

    /// Its addresses, if it gets this lease.
    pub fn addresses(&self, lease: Lease) -> Vec<IpAddr> {
        let v6 = self.network.address6(lease).map(|address| address.addr().into());
        [self.address(lease).addr().into()].into_iter().chain(v6).collect()
    }

    /// Whether its link sits on one of the host.
    pub fn is_child(&self) -> bool {
        self.network.options.driver.is_child()
    }

    /// Whether neighbours may remember another who had its address: then they are told.
    pub fn is_news(&self) -> bool {
        let layer_2 = self.network.options.driver.is_on_layer_2();
        let chosen = self.fixed || self.membership.mac.is_some() || self.network.lan().is_some();
        layer_2 && chosen && self.network.options.driver != Driver::Ptp
    }

    /// Whether to ask if somebody has an address, where others besides members may have.
    pub fn asks(&self) -> bool {
        !self.fixed && self.network.lan().is_some()
    }

    /// The link of this host that its link sits on, beside those of others.
    pub fn below(&self) -> Option<&str> {
        self.network.options.parent.as_deref()
    }

    /// Name of its link.
    pub fn link(&self) -> &str {
        &self.membership.link
    }

    /// Largest packet of its link, in bytes.
    pub fn mtu(&self) -> u32 {
        self.membership.mtu.unwrap_or(self.network.mtu)
    }

    /// Its link-layer address, if it gets this lease.
    pub fn mac(&self, lease: Lease) -> Mac {
        let own = || Network::member_mac(self.address(lease).addr());
        self.membership.mac.unwrap_or_else(own)
    }

    /// The same where it is known; an ipvlan has that of the link below.
    pub fn own_mac(&self, lease: Lease) -> Option<Mac> {
        let is_ipvlan = matches!(self.network.options.driver, Driver::Ipvlan(_));
        (!is_ipvlan).then(|| self.mac(lease))
    }
}

pub(super) fn claims(asked: &Membership, network: &Network, random: u64) -> Result<Vec<Lease>> {
    if let Some(mtu) = asked.mtu
        && !(MIN_MTU..=MAX_MTU).contains(&mtu)
    {
        return Err(Error::usage(format!("{mtu} bytes cannot be an MTU"))
            .hint(format!("choose from {MIN_MTU} to {MAX_MTU}")));
    }
    if let Some(mtu) = asked.mtu.filter(|mtu| *mtu < MIN_MTU6)
        && network.options.gateway6.is_some()
    {
        return Err(Error::usage(format!("IPv6 needs an MTU of {MIN_MTU6}, not {mtu}"))
            .because(format!("network \"{}\" has it", network.name))
            .hint("give a larger one, or use a network without IPv6"));
    }
    if asked.mac.is_some() && matches!(network.options.driver, Driver::Ipvlan(_)) {
        return Err(Error::usage("an ipvlan has the hardware address of the link below").hint(
            format!(
                "drop mac, or use a network with --driver macvlan: \"{}\" is none",
                network.name
            ),
        ));
    }
    let Some(address) = asked.address else {
        return Ok(network.leases(random, CLAIMS).collect());
    };
    let subnet = network.gateway.trunc();
    let lease = network.lease(address).ok_or_else(|| {
        let why = if !subnet.contains(&address) {
            format!("it is not inside {subnet}")
        } else if address == network.gateway.addr() {
            "it is the gateway's".into()
        } else if network.options.exclude.iter().any(|range| range.contains(address)) {
            "the network excludes it".into()
        } else if address == subnet.network() || address == subnet.broadcast() {
            format!("it is the first or last of {subnet}, which mean the subnet itself")
        } else {
            "its host part is that of the gateway in IPv6".into()
        };
        Error::usage(format!("cannot take address {address}"))
            .because(why)
            .hint(format!("network \"{}\" is {subnet}; choose from it", asked.network))
    })?;
    Ok(vec![lease])
}
