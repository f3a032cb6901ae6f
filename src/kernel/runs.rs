//! The runs of this host, as their links say.

use std::collections::HashMap;

use nl::route::nsid;

use super::networks::ours;
use super::snapshot::By;
use super::{Kernel, Link};
use crate::error::Result;
use crate::facts::{Joined, Lease, Network, Run, Status};
use crate::spec::{run_name, sort};

impl Kernel {
    /// Every run on this host, in the order of their links, those that are ending too.
    pub fn runs(&mut self) -> Result<Vec<Status>> {
        let mut runs = self.described()?;
        self.find_alive(&mut runs)?;
        Ok(runs)
    }

    /// The same, not yet looked at whether they are alive.
    fn described(&mut self) -> Result<Vec<Status>> {
        let links = self.links(None)?;
        let networks: HashMap<u32, Network> =
            links.iter().filter_map(|link| Some((link.index, ours(link)?))).collect();
        let by_number = |number| networks.values().find(|network| network.number == number);
        let mut found: Vec<Status> = links
            .iter()
            .filter_map(|link| {
                let master = link.master.and_then(|master| networks.get(&master));
                status_of(link, master.or_else(|| by_number(Lease::parse(&link.name)?.network)))
            })
            .collect();
        // Links are made in the order of their indexes, whatever order the kernel lists them in.
        let first = |status: &Status| status.joined.first().map(|joined| joined.link_index);
        sort(&mut found, |a, b| first(a) < first(b));
        let mut runs: Vec<Status> = Vec::new();
        for status in found {
            // The same description on several links: one run on several networks.
            let same = |run: &&mut Status| {
                run.namespace_id.is_some()
                    && run.namespace_id == status.namespace_id
                    && run.run == status.run
            };
            match runs.iter_mut().find(same) {
                None => runs.push(status),
                Some(run) => {
                    run.joined.extend(status.joined);
                    run.name = run.name.take().or(status.name);
                }
            }
        }
        Ok(runs)
    }

    /// The run with this name, or with this lease, and the one network that is known by it; `None`
    /// when there is none.
    pub fn run(&mut self, name: &str) -> Result<Option<Status>> {
        let link = match Lease::parse(name) {
            Some(_) => self.find_link(By::Name(name))?,
            None if run_name(name).is_err() => return Ok(None),
            None => self.find_link(By::AltName(&Status::altname(name)))?,
        };
        let Some(link) = link else { return Ok(None) };
        let master = match link.master {
            Some(index) => self.find_link(By::Index(index))?,
            None => None,
        };
        let network = master.as_ref().and_then(ours);
        let Some(mut status) = status_of(&link, network.as_ref()) else { return Ok(None) };
        self.find_alive(std::slice::from_mut(&mut status))?;
        Ok(Some(status))
    }

    /// The lease of the member of a network that has this name; `None` when there is none.
    pub fn member(&mut self, name: &str, network: &str) -> Result<Option<Lease>> {
        let link = self.find_link(By::AltName(&format!("{name}@{network}")))?;
        Ok(link.and_then(|link| Lease::parse(&link.name)))
    }

    /// The name of the member of a network that has this lease; `None` when there is none.
    pub fn member_name(&mut self, lease: Lease, network: &str) -> Result<Option<String>> {
        let link = self.find_link(By::Name(&lease.to_string()))?;
        let names = link.map(|link| link.names).unwrap_or_default();
        let here = |name: &String| name.strip_suffix(network)?.strip_suffix('@').map(Into::into);
        Ok(names.iter().find_map(here))
    }

    /// The run whose namespace process `pid` is in; `None` when it is in none.
    pub fn run_of(&mut self, pid: u32) -> Result<Option<Status>> {
        match self.namespace_ids(nsid::PID, &[pid])?[..] {
            [Some(id)] => self.run_within(id),
            _ => Ok(None),
        }
    }

    /// The run whose namespace has this id; `None` when that is no run's. Looks up no other's
    /// process: for each the kernel goes through all namespaces.
    pub fn run_within(&mut self, namespace: i32) -> Result<Option<Status>> {
        let mut found = self.described()?;
        found.retain(|status| status.namespace_id == Some(namespace));
        self.find_alive(&mut found)?;
        // A link that is still to be described is a run of its own, which cannot be alive.
        Ok(found.into_iter().min_by_key(|status| !status.alive))
    }

    /// Asks which of the runs' processes are in the namespaces their links lead to: a process id
    /// alone may long be another's.
    pub(super) fn find_alive(&mut self, runs: &mut [Status]) -> Result<()> {
        let pids: Vec<u32> =
            runs.iter().map(|status| status.run.map_or(0, |run| run.pid as u32)).collect();
        let ids = self.namespace_ids(nsid::PID, &pids)?;
        for (status, id) in runs.iter_mut().zip(ids) {
            status.alive = id.is_some() && id == status.namespace_id;
        }
        Ok(())
    }
}

/// The run that a link on this host belongs to; `None` for a foreign link.
pub(super) fn status_of(link: &Link, network: Option<&Network>) -> Option<Status> {
    let lease = Lease::parse(&link.name).filter(|_| link.kind.as_deref() == Some("veth"))?;
    let network = network.filter(|network| network.number == lease.network);
    let address = network.map(|network| network.address(lease));
    Some(Status {
        name: Status::name_of(&link.names),
        connected: link.alias.as_deref().and_then(Status::connected).map(Into::into),
        run: link.alias.as_deref().and_then(Run::parse),
        alive: false,
        namespace_id: link.link_namespace,
        mode: None,
        networks: None,
        joined: vec![Joined {
            lease,
            link_index: link.index,
            network: network.map(|network| network.name.clone()).unwrap_or_default(),
            address: address.map(|address| (address.addr(), address.prefix_len())),
            gateway: network.map(|network| network.gateway.addr()),
            ports: Joined::ports(lease, &link.names),
        }],
    })
}
