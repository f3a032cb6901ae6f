//! What making a network has to know about this host.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::forwarding::{self, is_other_bridge, is_outer};
use super::networks::ours;
use super::{Kernel, Link, Netfilter};
use crate::error::Result;
use crate::facts::{Host, HostLink, Network, Occupied, is_default, is_link_local, with_prefix};
use crate::spec::sort;

impl Kernel {
    /// Whether default routes of IPv4 and of IPv6 are there.
    pub fn default_routes(&mut self) -> Result<(bool, bool)> {
        let routes = self.routes()?;
        let has = |any: IpNet| {
            routes.iter().any(|route| route.main && route.link.is_some() && route.prefix == any)
        };
        Ok((has(Ipv4Net::default().into()), has(Ipv6Net::default().into())))
    }

    /// Index of the link by which packets of IPv4 leave that no other route leads.
    pub fn default_link(&mut self) -> Result<Option<u32>> {
        let any = IpNet::from(Ipv4Net::default());
        let mut routes = self.routes()?;
        routes.retain(|route| route.main && route.prefix == any);
        sort(&mut routes, |a, b| a.metric < b.metric);
        Ok(routes.first().and_then(|route| route.link))
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
        let mut advertised = Vec::new();
        for route in routes.iter().filter(|route| route.advertised && is_default(&route.prefix)) {
            let Some(name) = route.link.map(name) else { continue };
            let accepts = forwarding::setting(&format!("net.ipv6.conf.{name}.accept_ra"))?;
            if accepts.as_deref() == Some("1") {
                advertised.push(name.to_owned());
            }
        }
        advertised.sort_unstable();
        advertised.dedup();
        let networks: Vec<Network> = links.values().filter_map(ours).collect();
        let host_link = |link: &Link| HostLink {
            outer: is_outer(link, &links),
            other_bridge: is_other_bridge(link),
            blocks: false,
            name: link.name.clone(),
            names: link.names.clone(),
            kind: link.kind.clone(),
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
            firewall: Netfilter::is_there()?,
            legacy_filter: std::fs::read_to_string("/proc/net/ip_tables_names")
                .is_ok_and(|names| names.lines().any(|name| name == "filter")),
            ..Host::default()
        };
        forwarding::look(&mut host)?;
        // Of those that were left unfinished only the default network is kept, and completed.
        let kept = networks.iter().filter(|network| network.complete || network.number == 0);
        kept.for_each(|network| host.occupy(network));
        Ok(Host { networks, ..host })
    }
}
