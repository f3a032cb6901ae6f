//! A new member of a network: claim, publication, wiring.

use std::net::IpAddr;

use ipnet::Ipv4Net;

use crate::error::{Error, Result};
use crate::facts::{Lease, Network};
use crate::plan::network::{default_route, link_local};
use crate::plan::step::{Master, Namespace, Route, Step, Veth};
use crate::spec::{Driver, MAX_MTU, MIN_MTU, Mac, Membership};

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
    /// Claims a lease: makes the veth that has it as its name, its other end in another
    /// namespace. This travels alone: a message that names the lease in the same send would, when the
    /// lease is taken, reach the link of another.
    pub fn claim(&self, lease: Lease, into: Namespace) -> Step {
        let master = Master { link: self.network.bridge.clone(), index: self.network.index };
        Step::CreateVeth(Veth {
            name: lease.to_string(),
            master: (self.network.options.driver == Driver::Bridge).then_some(master),
            peer: self.membership.link.clone(),
            peer_mac: Some(self.mac(lease)),
            mtu: self.mtu(),
            into,
        })
    }

    /// After the claim: says on the link whose it is, and brings it up.
    pub fn publish(&self, lease: Lease, owner: &str) -> Vec<Step> {
        let link = || lease.to_string();
        let mut steps = vec![Step::NoAutomaticAddresses { link: link() }];
        steps.extend(self.names().map(|name| Step::AddName { link: link(), name }));
        steps.push(Step::Describe { link: link(), text: owner.into() });
        if self.network.options.isolated && self.network.options.driver == Driver::Bridge {
            steps.push(Step::Isolate { link: link() });
        }
        steps.push(Step::SetUp { link: link() });
        // An address that was chosen may have been another's, and so may a hardware address.
        if (self.fixed || self.membership.mac.is_some())
            && self.network.options.driver == Driver::Bridge
        {
            let (link, mac) = (self.network.bridge.clone(), self.mac(lease));
            let address = self.address(lease).addr().into();
            let index = self.network.index;
            steps.push(Step::SetNeighbour { link, index, address, mac });
        }
        if self.network.options.driver == Driver::Ptp {
            // No bridge: the host is at the other end, and routes to each member.
            if self.network.is_managed() {
                let forward = self.network.is_routed();
                steps.push(Step::RelaxRouting { link: link(), forward });
            }
            for (own, gateway) in self.routed(lease) {
                steps.push(Step::AddAddress { link: link(), address: gateway.into() });
                let to = own.into();
                steps.push(Step::AddRoute(Route { to, gateway: None, link: Some(link()) }));
            }
        }
        steps
    }

    /// The alternative names that hold the run's name, host-wide and on its network. The prefixes
    /// keep them apart from each other, from leases and from the names of links.
    fn names(&self) -> impl Iterator<Item = String> + '_ {
        let host_wide = |name| self.is_first.then(|| run_altname(name));
        let names = move |name| host_wide(name).into_iter().chain([self.local_name(name)]);
        let aliases = self.aliases.iter().map(|alias| self.local_name(alias));
        self.name.as_deref().into_iter().flat_map(names).chain(aliases)
    }

    fn local_name(&self, name: &str) -> String {
        format!("{name}@{}", self.network.name)
    }

    /// What is done inside the namespace; `lo` is not its business.
    pub fn inside(&self, lease: Lease) -> Vec<Step> {
        let link = || self.membership.link.clone();
        let mut steps =
            vec![Step::NoAutomaticAddresses { link: link() }, Step::SetUp { link: link() }];
        let add = |address| Step::AddAddress { link: link(), address };
        let options = &self.network.options;
        let gateway6 = options.gateway6.map(|gateway| IpAddr::V6(gateway.addr()));
        if gateway6.is_some() {
            steps.push(add(link_local(self.mac(lease))));
        }
        if options.driver == Driver::Ptp {
            for (own, gateway) in self.routed(lease) {
                steps.push(add(own.into()));
                let to = gateway.into();
                steps.push(Step::AddRoute(Route { to, gateway: None, link: Some(link()) }));
            }
        } else {
            steps.push(add(self.address(lease).into()));
            steps.extend(self.network.address6(lease).map(|address| add(address.into())));
        }
        if self.default_route {
            steps.push(default_route(self.network.gateway.addr().into()));
        }
        if self.default_route6 {
            steps.extend(gateway6.map(default_route));
        }
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
}

/// The alternative name of a link that holds a run's name.
pub(crate) fn run_altname(name: &str) -> String {
    format!("run:{name}")
}

pub(super) fn claims(asked: &Membership, network: &Network, random: u64) -> Result<Vec<Lease>> {
    if let Some(mtu) = asked.mtu
        && !(MIN_MTU..=MAX_MTU).contains(&mtu)
    {
        return Err(Error::usage(format!("{mtu} bytes cannot be an MTU"))
            .hint(format!("choose from {MIN_MTU} to {MAX_MTU}")));
    }
    let Some(address) = asked.address else {
        if network.options.uplink.is_some() && network.options.range.is_none() {
            return Err(Error::usage(format!(
                "cannot choose an address of network \"{}\"",
                asked.network
            ))
            .because("it is on a LAN, where others have addresses too")
            .hint(format!(
                "give one that is free there (--net {},ip=ADDRESS), or make the network with \
                     --ip-range",
                asked.network
            )));
        }
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
