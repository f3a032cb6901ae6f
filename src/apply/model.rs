//! A kernel of our own that refuses on demand: links, by name, and what steps do to them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use nl::socket::Refusal;

use super::Target;
use crate::error::{Error, Result};
use crate::facts::{Holder, HolderState, Joined, Lease, Network, Run, Status};
use crate::kernel::Lock;
use crate::plan::firewall::Publisher;
use crate::plan::{Namespace, Step};
use crate::spec::Publication;
use crate::sys::Errno;

/// A link, as far as steps of the host's side concern it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Link {
    pub(super) index: u32,
    pub(super) master: Option<u32>,
    pub(super) names: Vec<String>,
    pub(super) alias: String,
    pub(super) addresses: Vec<String>,
    pub(super) mtu: u32,
    pub(super) up: bool,
    /// Process in whose namespace the other end is, and what has become of it.
    pub(super) peer: Option<(i32, HolderState)>,
}

/// What goes wrong. Messages and sends are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    Nothing,
    /// This message is refused.
    Message(usize),
    /// From this message on all are.
    From(usize),
    /// This send is carried out, but its answer is lost.
    Answer(usize),
    /// This send is lost, and so is its answer.
    Send(usize),
}

#[derive(Debug)]
pub(super) struct Model {
    pub(super) links: BTreeMap<String, Link>,
    pub(super) fault: Fault,
    pub(super) messages: usize,
    pub(super) sends: usize,
    /// What the answer to every claim is, when it is not for the model to say.
    pub(super) claims: Option<Errno>,
    /// Addresses that others on the LAN answer for.
    pub(super) others: Vec<Ipv4Addr>,
    /// Addresses that this host has besides.
    pub(super) own: Vec<IpAddr>,
    indexes: u32,
}

impl Model {
    pub(super) fn new(fault: Fault) -> Self {
        let links = BTreeMap::new();
        let (others, own) = (Vec::new(), Vec::new());
        Model { links, fault, messages: 0, sends: 0, claims: None, others, own, indexes: 1 }
    }

    /// Makes a link, whatever is to go wrong.
    pub(super) fn add(&mut self, name: &str, link: Link) -> u32 {
        self.indexes += 1;
        self.links.insert(name.into(), Link { index: self.indexes, ..link });
        self.indexes
    }

    /// Ends the namespace of a process: its links go.
    pub(super) fn end(&mut self, pid: i32) {
        self.links.retain(|_, link| link.peer.is_none_or(|(peer, _)| peer != pid));
    }

    fn known(&self, name: &str) -> Option<String> {
        let has = |link: &Link| link.names.iter().any(|other| other == name);
        let found = self.links.iter().find(|(own, link)| *own == name || has(link));
        found.map(|(own, _)| own.clone())
    }

    fn link(&mut self, name: &str) -> std::result::Result<&mut Link, Errno> {
        let own = self.known(name).ok_or(Errno::ENODEV)?;
        self.links.get_mut(&own).ok_or(Errno::ENODEV)
    }

    fn numbered(&mut self, index: u32) -> std::result::Result<(String, &mut Link), Errno> {
        let found = self.links.iter_mut().find(|(_, link)| link.index == index);
        found.map(|(name, link)| (name.clone(), link)).ok_or(Errno::ENODEV)
    }

    fn take(&mut self, step: &Step) -> std::result::Result<(), Errno> {
        match step {
            Step::CreateBridge { link, mtu, .. } => {
                if self.known(link).is_some() {
                    return Err(Errno::EEXIST);
                }
                self.add(link, Link { mtu: *mtu, ..Link::default() });
            }
            Step::CreateVeth(veth) => {
                let name = veth.name.clone();
                if let Some(errno) = self.claims {
                    return Err(errno);
                }
                if self.known(&name).is_some() {
                    return Err(Errno::EEXIST);
                }
                let master = match &veth.master {
                    Some(master) => Some(self.link(&master.link)?.index),
                    None => None,
                };
                let Namespace::Process(pid) = veth.into else { return Err(Errno::EOPNOTSUPP) };
                let peer = Some((pid, HolderState::Alive));
                self.add(&name, Link { master, peer, mtu: veth.mtu, ..Link::default() });
            }
            Step::SetMtu { link, mtu } => self.link(link)?.mtu = *mtu,
            Step::NoAutomaticAddresses { link } => self.link(link).map(drop)?,
            Step::SetUp { link } => self.link(link)?.up = true,
            Step::AddAddress { link, address } => {
                let (link, address) = (self.link(link)?, address.to_string());
                if link.addresses.contains(&address) {
                    return Err(Errno::EEXIST);
                }
                link.addresses.push(address);
            }
            Step::AddRoute(_)
            | Step::SetNeighbour { .. }
            | Step::AddRules(..)
            | Step::RemoveRules(_)
            | Step::SetParameter { .. }
            | Step::IgnoreRouters { .. }
            | Step::RelaxRouting { .. }
            | Step::Hairpin { .. } => {}
            // Not of a run on a network of ours.
            Step::Vacant { address } if self.own.contains(address) => {
                return Err(Errno::EADDRINUSE);
            }
            Step::Vacant { .. } => {}
            Step::Join { network } => self.link(&Network::altname(network)).map(drop)?,
            Step::Isolate { .. }
            | Step::CreateChild(_)
            | Step::CreateVlan { .. }
            | Step::AddPort { .. }
            | Step::Move { .. }
            | Step::SetPromiscuous { .. } => {
                return Err(Errno::EOPNOTSUPP);
            }
            Step::AddName { link, name } => {
                if self.known(name).is_some() {
                    return Err(Errno::EEXIST);
                }
                self.link(link)?.names.push(name.clone());
            }
            Step::Describe { link, text } => self.link(link)?.alias = text.clone(),
            Step::Rename { index, to, .. } => {
                let (name, _) = self.numbered(*index)?;
                let link = self.links.remove(&name).ok_or(Errno::ENODEV)?;
                self.links.insert(to.clone(), link);
            }
            Step::Detach { index, .. } => {
                let (_, link) = self.numbered(*index)?;
                (link.up, link.master) = (false, None);
            }
            Step::RemoveName { index, name, .. } => {
                self.numbered(*index)?.1.names.retain(|other| other != name);
            }
            Step::DeleteLink { index: Some(index), .. } => {
                let (name, _) = self.numbered(*index)?;
                self.links.remove(&name);
            }
            Step::DeleteLink { link, index: None } => {
                self.links.remove(link).map(drop).ok_or(Errno::ENODEV)?;
            }
        }
        Ok(())
    }
}

impl Target for Model {
    fn send(&mut self, steps: &[Step]) -> Result<Vec<Refusal>> {
        self.sends += 1;
        let lost = || Err(Error::new("cannot send").because("the answer was lost"));
        if self.fault == Fault::Send(self.sends) {
            return lost();
        }
        let mut refusals = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            self.messages += 1;
            let refuses = match self.fault {
                Fault::Message(n) => self.messages == n,
                Fault::From(n) => self.messages >= n,
                _ => false,
            };
            let result = if refuses { Err(Errno::ENOMEM) } else { self.take(step) };
            if let Err(errno) = result {
                refusals.push(Refusal { index, errno: errno as i32, message: None, path: None });
            }
        }
        if self.fault == Fault::Answer(self.sends) { lost() } else { Ok(refusals) }
    }

    fn holder(&mut self, name: &str) -> Result<Option<Holder>> {
        let Some(own) = self.known(name) else { return Ok(None) };
        let Some(link) = self.links.get(&own) else { return Ok(None) };
        let status = Lease::parse(&own).zip(link.peer).map(|(lease, (_, state))| Status {
            name: Status::name_of(&link.names),
            connected: None,
            run: Run::parse(&link.alias),
            alive: state == HolderState::Alive,
            namespace_id: Some(1),
            mode: None,
            networks: None,
            joined: vec![Joined {
                lease,
                link_index: link.index,
                network: String::new(),
                address: None,
                gateway: None,
                ports: Vec::new(),
            }],
        });
        let state = link.peer.map_or(HolderState::Alive, |(_, state)| state);
        let (index, names) = (link.index, link.names.clone());
        let cmd = status.as_ref().and_then(|status| Some(status.run?.pid));
        Ok(Some(Holder { link: own, index, names, status, cmd, state }))
    }

    fn sweep_ports(&mut self, _: Ipv4Addr, _: Lease) -> Result<()> {
        Ok(())
    }

    fn restore_rules(&mut self, _: &[&Network]) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn publish_ports(&mut self, _: &Publisher, ports: &[Publication]) -> Result<Vec<Publication>> {
        Ok(ports.to_vec())
    }

    fn free_leases(&mut self, network: &Network, random: u64, count: usize) -> Result<Vec<Lease>> {
        let free = |lease: &Lease| !self.links.contains_key(&lease.to_string());
        Ok(network.leases(random, usize::MAX).filter(free).take(count).collect())
    }

    fn index(&mut self, link: &str) -> Option<u32> {
        self.links.get(link).map(|link| link.index)
    }

    fn answers(&mut self, _: &Network, address: Ipv4Addr) -> Result<bool> {
        Ok(self.others.contains(&address))
    }

    fn hold(&mut self, _: &str, _: Ipv4Addr) -> Result<Option<Lock>> {
        Ok(None)
    }

    fn has_members(&mut self, bridge: &str) -> Result<bool> {
        let index = self.index(bridge);
        Ok(index.is_some() && self.links.values().any(|link| link.master == index))
    }

    fn socket(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        None
    }

    fn random(&mut self) -> u64 {
        u64::from(self.indexes)
    }
}
