//! The networks of this host, as their bridges say.

use nl::route::nsid;

use super::snapshot::By;
use super::{Kernel, Link};
use crate::error::Result;
use crate::facts::{
    BRIDGE_PREFIX, DEFAULT_NETWORK, Description, Lease, Network, NetworkLink, Run,
    parse_network_mac,
};
use crate::spec::sort;

impl Kernel {
    /// The name of the network that a link of this host leads members of into.
    pub fn network_of_link(&mut self, link: &Link) -> Result<Option<String>> {
        let Some(lease) = Lease::parse(&link.name) else { return Ok(None) };
        let bridge = Network::bridge_name(lease.network);
        let network = self.find_link(By::AltName(&bridge))?;
        Ok(network.as_ref().and_then(ours).map(|network| network.name))
    }

    /// The link by which the network `name` is known; `None` when there is none. The default
    /// network has a link name of its own, so that whoever makes it claims it by that.
    pub fn network(&mut self, name: &str) -> Result<Option<NetworkLink>> {
        let link = match name {
            DEFAULT_NETWORK => self.find_link(By::Name(&Network::bridge_name(0)))?,
            _ => self.find_link(By::AltName(&Network::altname(name)))?,
        };
        Ok(link.map(|link| network_of(&link)))
    }

    /// Every network on this host, in the order of their numbers, unfinished ones too.
    pub fn networks(&mut self) -> Result<Vec<Network>> {
        let mut networks: Vec<Network> = self.links(None)?.iter().filter_map(ours).collect();
        sort(&mut networks, |a, b| a.number < b.number);
        Ok(networks)
    }

    /// Networks that have lost only their names: whoever began to remove them has not ended yet, or
    /// was killed.
    pub fn nameless(&mut self) -> Result<Vec<Network>> {
        let is_described =
            |link: &&Link| link.alias.as_deref().and_then(Description::parse).is_some();
        let links = self.links(None)?;
        let networks = links.iter().filter(is_described).filter_map(ours);
        Ok(networks.filter(|network| !network.complete).collect())
    }

    /// The networks that a run is on, in the order of its links.
    pub fn networks_of(&mut self, run: Run) -> Result<Vec<Network>> {
        let links = self.links(None)?;
        let networks: Vec<Network> = links.iter().filter_map(ours).collect();
        // By its namespace: not every link says whose it is.
        let id = self.namespace_ids(nsid::PID, &[run.pid as u32])?.first().copied().flatten();
        let is_its = |link: &&Link| id.is_some() && link.link_namespace == id;
        let mut own: Vec<&Link> = links.iter().filter(is_its).collect();
        sort(&mut own, |a, b| a.index < b.index);
        let leases = own.iter().filter_map(|link| Lease::parse(&link.name));
        let network = |lease: Lease| networks.iter().find(|one| one.number == lease.network);
        Ok(leases.filter_map(network).cloned().collect())
    }

    /// The ports of a network's bridge that are no members' links.
    pub fn foreign_ports(&mut self, network: &Network) -> Result<Vec<String>> {
        let foreign = |link: &Link| {
            link.master.is_some()
                && link.master == network.index
                && Lease::parse(&link.name).is_none()
                && Some(&link.name) != network.options.uplink.as_ref()
        };
        let links = self.links(None)?;
        Ok(links.into_iter().filter(foreign).map(|link| link.name).collect())
    }

    /// Leases of a network that nobody holds, at most `count`, from where `random` says.
    pub fn free_leases(
        &mut self,
        network: &Network,
        random: u64,
        count: usize,
    ) -> Result<Vec<Lease>> {
        let taken: std::collections::HashSet<Lease> =
            self.links(None)?.iter().filter_map(|link| Lease::parse(&link.name)).collect();
        let free = network.leases(random, usize::MAX).filter(|lease| !taken.contains(lease));
        Ok(free.take(count).collect())
    }
}

/// What a link is, taken for the bridge of a network. Only root of this host can give a bridge
/// such an address and such a name or description.
fn network_of(link: &Link) -> NetworkLink {
    let foreign = || NetworkLink::Foreign { link: link.name.clone(), kind: link.kind_name() };
    let Some(gateway) =
        parse_network_mac(&link.mac).filter(|_| link.kind.as_deref() == Some("bridge"))
    else {
        return foreign();
    };
    let said = link.alias.as_deref().and_then(Description::parse);
    // Without its name it is still to be made, or about to be removed.
    let altname = said.as_ref().map(|said| Network::altname(&said.name));
    let complete = altname.is_some_and(|altname| link.names.contains(&altname));
    let Description { name, number, options } = said.unwrap_or_default();
    let of_link = || link.name.strip_prefix(BRIDGE_PREFIX).and_then(|n| n.parse().ok());
    let Some(number) = number.or_else(of_link) else { return foreign() };
    let mut network = Network {
        name: if name.is_empty() { DEFAULT_NETWORK.into() } else { name },
        number,
        bridge: link.name.clone(),
        index: Some(link.index),
        gateway,
        mtu: link.mtu,
        options,
        complete,
        publishes: false,
    };
    let mark = network.publishes_altname();
    network.publishes = link.names.contains(&mark);
    NetworkLink::Ours(network)
}

pub(super) fn ours(link: &Link) -> Option<Network> {
    match network_of(link) {
        NetworkLink::Ours(network) => Some(network),
        NetworkLink::Foreign { .. } => None,
    }
}
