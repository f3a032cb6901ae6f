//! What there is on this host: networks, runs, prefixes in use.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};
use nl::route::address::{self, IfAddr};
use nl::route::link::{self, IfInfo};
use nl::route::nsid::{self, RtGen};
use nl::route::route::{self, RtMsg};
use nl::value::U32;
use nl::{Attr, Flags};

use super::forwarding::{self, is_outer};
use super::{Kernel, Link, Netfilter, words};
use crate::error::{Error, Result};
use crate::facts::{
    BRIDGE_PREFIX, DEFAULT_NETWORK, Description, Host, HostLink, Joined, Lease, Network,
    NetworkLink, Occupied, Run, Status, is_default, is_link_local, parse_network_mac, with_prefix,
};
use crate::spec::sort;
use crate::sys::{self, Errno};

/// How a link is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum By<'a> {
    Name(&'a str),
    AltName(&'a str),
    Index(u32),
}

impl fmt::Display for By<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            By::Name(name) | By::AltName(name) => write!(f, "link \"{name}\""),
            By::Index(index) => write!(f, "link number {index}"),
        }
    }
}

impl Kernel {
    /// One link by name; `None` when there is none.
    pub fn link(&mut self, name: &str) -> Result<Option<Link>> {
        self.find_link(By::Name(name))
    }

    pub(super) fn find_link(&mut self, by: By<'_>) -> Result<Option<Link>> {
        let mut found = None;
        let index = if let By::Index(index) = by { index as i32 } else { 0 };
        let refusals = self.exchange(
            |batch| {
                batch.push(link::GET, Flags::empty(), IfInfo { index, ..IfInfo::default() }, |m| {
                    match by {
                        By::Name(name) => m.put(link::IFNAME, name),
                        By::AltName(name) => m.put(link::ALT_IFNAME, name),
                        By::Index(_) => m,
                    };
                    m.put(link::EXT_MASK, link::SKIP_STATS);
                });
            },
            |message| {
                found = Some(Link::decode(&message)?);
                Ok(())
            },
        )?;
        match refusals.first() {
            None => Ok(found),
            Some(refusal) if refusal.errno == Errno::ENODEV as i32 => Ok(None),
            Some(refusal) => {
                Err(Error::new(format!("cannot look up {by}")).because(words(refusal)))
            }
        }
    }

    /// One link by its number; `None` when there is none.
    pub fn numbered_link(&mut self, index: u32) -> Result<Option<Link>> {
        self.find_link(By::Index(index))
    }

    /// The name of the network that a link of this host leads members of into.
    pub fn network_of_link(&mut self, link: &Link) -> Result<Option<String>> {
        let Some(lease) = Lease::parse(&link.name) else { return Ok(None) };
        let bridge = Network::bridge_name(lease.network);
        let network = self.find_link(By::AltName(&bridge))?;
        Ok(network.as_ref().and_then(ours).map(|network| network.name))
    }

    /// Whether a default route of IPv4 is there.
    pub fn has_default_route(&mut self) -> Result<bool> {
        let is_default =
            |route: &Route| route.main && route.prefix == IpNet::V4(Ipv4Net::default());
        Ok(self.routes()?.iter().any(is_default))
    }

    /// All links of this namespace, or of the one with an id.
    pub fn links(&mut self, namespace: Option<i32>) -> Result<Vec<Link>> {
        self.dump(
            |batch| {
                batch.push(link::GET, Flags::DUMP, IfInfo::default(), |m| {
                    m.put(link::EXT_MASK, link::SKIP_STATS);
                    m.put_some(link::TARGET_NETNSID, namespace);
                });
            },
            |message| Link::decode(&message).map(Some),
        )
        .map_err(|error| Error { what: "cannot list links".into(), ..error })
    }

    /// All addresses of this namespace, or of the one with an id, with the index of their links.
    pub fn addresses(&mut self, namespace: Option<i32>) -> Result<Vec<(u32, IpAddr, u8)>> {
        self.dump(
            |batch| {
                batch.push(address::GET, Flags::DUMP, IfAddr::default(), |m| {
                    m.put_some(address::TARGET_NETNSID, namespace);
                });
            },
            |message| {
                let (header, view) = message.decode(address::NEW)?;
                let local = view.get(address::LOCAL)?;
                let address = local.or(view.get(address::ADDRESS)?);
                Ok(address.map(|address| (header.index, address, header.prefix_len)))
            },
        )
        .map_err(|error| Error { what: "cannot list addresses".into(), ..error })
    }

    /// The routes of every table and family but those to this host itself.
    fn routes(&mut self) -> Result<Vec<Route>> {
        self.dump(
            |batch| {
                batch.push(route::GET, Flags::DUMP, RtMsg::default(), |_| {});
            },
            |message| {
                let (header, view) = message.decode(route::NEW)?;
                let table = view.get(route::TABLE)?.unwrap_or(u32::from(header.table));
                // Of the others, those that refuse traffic keep a prefix for somebody as well.
                if table == u32::from(route::RT_TABLE_LOCAL) {
                    return Ok(None);
                }
                let any = match header.family {
                    nl::route::INET => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
                    nl::route::INET6 => IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED),
                    _ => return Ok(None),
                };
                let destination = view.get(route::DST)?.unwrap_or(any);
                let Ok(prefix) = IpNet::new(destination, header.dst_len) else { return Ok(None) };
                Ok(Some(Route {
                    prefix,
                    gateway: view.get(route::GATEWAY)?,
                    link: view.get(route::OIF)?,
                    metric: view.get(route::PRIORITY)?.unwrap_or(0),
                    advertised: header.protocol == route::Protocol::RA,
                    main: table == u32::from(route::RT_TABLE_MAIN),
                }))
            },
        )
        .map_err(|error| Error { what: "cannot list routes".into(), ..error })
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

    /// The networks that a run is on, in the order of its links.
    pub fn networks_of(&mut self, run: Run) -> Result<Vec<Network>> {
        let links = self.links(None)?;
        let networks: Vec<Network> = links.iter().filter_map(ours).collect();
        let is_its = |link: &&Link| link.alias.as_deref().and_then(Run::parse) == Some(run);
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

    /// What making a network has to know about this host.
    pub fn host(&mut self) -> Result<Host> {
        let links: HashMap<u32, Link> =
            self.links(None)?.into_iter().map(|link| (link.index, link)).collect();
        let name = |index: u32| links.get(&index).map_or("?", |link| link.name.as_str());
        let mut occupied = Vec::new();
        let addresses = self.addresses(None)?;
        for &(index, address, prefix_len) in &addresses {
            if let Ok(prefix) = IpNet::new(address, prefix_len) {
                let text = with_prefix(address, prefix_len);
                let by = format!("address {text} of link \"{}\"", name(index));
                occupied.push(Occupied { prefix: prefix.trunc(), by });
            }
        }
        let routes = self.routes()?;
        for route in &routes {
            let by = match (route.gateway, route.link) {
                (Some(gateway), _) => format!("route via {gateway}"),
                (None, Some(index)) => format!("route on link \"{}\"", name(index)),
                (None, None) => "route".into(),
            };
            occupied.push(Occupied { prefix: route.prefix, by });
        }
        let default = routes
            .iter()
            .filter(|route| route.main && is_default(&route.prefix) && route.link.is_some())
            .min_by_key(|route| (matches!(route.prefix, IpNet::V6(_)), route.metric));
        let uplink_mtu = default.and_then(|route| links.get(&route.link?)).map(|link| link.mtu);
        let chains = match Netfilter::is_there()? {
            false => None,
            true if sys::credentials::is_root() => Some(self.netfilter()?.forward_chains()?),
            // Others may not ask, and can only have the plan shown.
            true => Some(Vec::new()),
        };
        let advertised =
            routes.iter().filter(|route| route.advertised && is_default(&route.prefix));
        let accepts = |name: &&str| {
            sys::file::setting(&format!("net.ipv6.conf.{name}.accept_ra")).as_deref() == Some("1")
        };
        let mut advertised: Vec<String> = advertised
            .filter_map(|route| route.link)
            .map(name)
            .filter(accepts)
            .map(Into::into)
            .collect();
        sort(&mut advertised, |a, b| a < b);
        advertised.dedup();
        let networks: Vec<Network> = links.values().filter_map(ours).collect();
        let host_link = |link: &Link| HostLink {
            outer: is_outer(link, &links),
            blocks: false,
            name: link.name.clone(),
            names: link.names.clone(),
            addresses: addresses
                .iter()
                .filter(|(index, address, _)| *index == link.index && !is_link_local(address))
                .map(|(_, address, prefix_len)| with_prefix(*address, *prefix_len))
                .collect(),
            master: link.master.map(|master| name(master).to_owned()),
            mtu: link.mtu,
            subnet: addresses.iter().find_map(|&(index, address, prefix_len)| match address {
                IpAddr::V4(v4) if index == link.index => Ipv4Net::new(v4, prefix_len).ok(),
                _ => None,
            }),
            router: routes.iter().find_map(|route| match route.gateway {
                Some(IpAddr::V4(router))
                    if route.main
                        && route.link == Some(link.index)
                        && route.prefix.prefix_len() == 0 =>
                {
                    Some(router)
                }
                _ => None,
            }),
        };
        let mut links: Vec<HostLink> = links.values().map(host_link).collect();
        sort(&mut links, |a, b| a.name < b.name);
        let mut host = Host {
            occupied,
            uplink_mtu,
            links,
            advertised,
            firewall: chains.is_some(),
            chains: chains.unwrap_or_default(),
            legacy_filter: std::fs::read_to_string("/proc/net/ip_tables_names")
                .is_ok_and(|names| names.lines().any(|name| name == "filter")),
            ..Host::default()
        };
        forwarding::look(&mut host);
        // Of those that were left unfinished only the default network is kept, and completed.
        let kept = networks.iter().filter(|network| network.complete || network.number == 0);
        kept.for_each(|network| host.occupy(network));
        Ok(Host { networks, ..host })
    }

    /// Every run on this host, in the order of their links, those that are ending too.
    pub fn runs(&mut self) -> Result<Vec<Status>> {
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
        let index = |status: &Status| status.joined.first().map(|joined| joined.link_index);
        sort(&mut found, |a, b| index(a) < index(b));
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
        self.find_alive(&mut runs)?;
        Ok(runs)
    }

    /// The run with this name, or with this lease, and the one network that is known by it; `None`
    /// when there is none.
    pub fn run(&mut self, name: &str) -> Result<Option<Status>> {
        let link = match Lease::parse(name) {
            Some(_) => self.find_link(By::Name(name))?,
            None => self.find_link(By::AltName(&format!("run:{name}")))?,
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
        let id = self.namespace_ids(nsid::PID, &[pid])?.first().copied().flatten();
        let Some(id) = id else { return Ok(None) };
        Ok(self.runs()?.into_iter().find(|status| status.namespace_id == Some(id)))
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

    /// For each namespace, named by `key` (a process in it, or an open file), the id it has here;
    /// `None` when it is gone or has none.
    pub(super) fn namespace_ids(
        &mut self,
        key: Attr<nsid::NsId, U32>,
        values: &[u32],
    ) -> Result<Vec<Option<i32>>> {
        /// Replies queue up in the socket, about 1 KiB of its 208 KiB each.
        const AT_ONCE: usize = 64;
        let mut ids = Vec::with_capacity(values.len());
        for values in values.chunks(AT_ONCE) {
            let base = ids.len();
            ids.resize(base + values.len(), None);
            let first = self.route.seq();
            let refusals = self.exchange(
                |batch| {
                    for &value in values {
                        batch.push(nsid::GET, Flags::empty(), RtGen::default(), |m| {
                            m.put(key, value);
                        });
                    }
                },
                |message| {
                    let (_, view) = message.decode(nsid::NEW)?;
                    let n = base + message.header.seq.wrapping_sub(first) as usize;
                    if let Some(id) = ids.get_mut(n) {
                        *id = view.get(nsid::NSID)?.filter(|&id| id >= 0);
                    }
                    Ok(())
                },
            )?;
            // No such process: it has no namespace. Anything else says nothing about the others.
            let gone = |errno| matches!(Errno::from_raw(errno), Errno::ESRCH | Errno::ENOENT);
            if let Some(refusal) = refusals.iter().find(|refusal| !gone(refusal.errno)) {
                return Err(Error::new("cannot look up the namespaces of processes")
                    .because(words(refusal)));
            }
        }
        Ok(ids)
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

/// A route that leads somewhere.
struct Route {
    prefix: IpNet,
    gateway: Option<IpAddr>,
    link: Option<u32>,
    metric: u32,
    /// Whether a router advertised it.
    advertised: bool,
    main: bool,
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

/// The run that a link on this host belongs to; `None` for a foreign link.
pub(super) fn status_of(link: &Link, network: Option<&Network>) -> Option<Status> {
    let lease = Lease::parse(&link.name).filter(|_| link.kind.as_deref() == Some("veth"))?;
    let network = network.filter(|network| network.number == lease.network);
    let address = network.map(|network| network.address(lease));
    Some(Status {
        name: link.names.iter().find_map(|name| name.strip_prefix("run:")).map(Into::into),
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
