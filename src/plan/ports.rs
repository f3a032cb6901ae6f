//! Published ports of a member: on which network, and what its links say about them.

use std::net::{IpAddr, Ipv6Addr};

use crate::error::{Error, Result};
use crate::facts::{Joined, Lease, Network};
use crate::plan::{Member, Step};
use crate::spec::{Driver, Publication};

/// Ports that a run publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ports {
    /// The member they lead to, by its place.
    pub member: usize,
    /// The ports.
    pub ports: Vec<Publication>,
}

/// To which member the ports of a run lead, and the sends that prepare its network. What it answers
/// to others goes by its default route: the network of that is the first choice.
pub(super) fn ports(
    asked: &[Publication],
    members: &[Member],
    warnings: &mut Vec<String>,
) -> Result<(Option<Ports>, Vec<Vec<Step>>)> {
    if asked.is_empty() {
        return Ok((None, Vec::new()));
    }
    let routed = |member: &Member| member.network.is_routed();
    let first = members.iter().position(|member| routed(member) && member.default_route);
    let member = first.or_else(|| members.iter().position(routed));
    let member = member.ok_or_else(|| {
        let error = Error::usage("cannot publish ports");
        match members {
            [] => error
                .because("it joins no network of nsrun")
                .hint("drop --publish, or join a network that leads out"),
            [one, ..] => error
                .because(format!(
                    "network \"{}\" does not lead out, or has no firewall rules of nsrun",
                    one.network.name
                ))
                .hint("join a network that is neither internal, unmanaged nor of a LAN"),
        }
    })?;
    let network = members.get(member).map(|member| &member.network);
    if let Some(network) = network.filter(|_| first.is_none()) {
        warnings.push(format!(
            "published ports lead to network \"{}\", and the default route does not: only this host \
             and that network get answers; write {},default-route=yes",
            network.name, network.name
        ));
    }
    network.map_or(Ok(()), |network| check_ports(network, asked))?;
    let prepare = network.filter(|network| !network.publishes).map(mark_publishing);
    Ok((Some(Ports { member, ports: asked.to_vec() }), prepare.into_iter().collect()))
}

/// Refuses ports of addresses from which nothing can lead to a network.
pub fn check_ports(network: &Network, ports: &[Publication]) -> Result<()> {
    for port in ports {
        let cannot = || Error::usage(format!("cannot publish \"{port}\""));
        match port.host {
            Some(IpAddr::V6(_)) if network.options.gateway6.is_none() => {
                return Err(cannot()
                    .because(format!("network \"{}\" has no IPv6", network.name))
                    .hint("give an IPv4 address, or make a network with --ipv6"));
            }
            Some(IpAddr::V6(Ipv6Addr::LOCALHOST)) => {
                return Err(cannot()
                    .because("the kernel routes nothing from ::1 to other links")
                    .hint("use 127.0.0.1, or another address of this host"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Says that members of a network may have published ports. Done before the first has.
pub fn mark_publishing(network: &Network) -> Vec<Step> {
    vec![Step::AddName { link: network.bridge.clone(), name: network.publishes_altname() }]
}

/// Says on a member's link which ports lead there, and lets it reach its own published ports: with
/// bridge netfilter they come back by the port of the bridge that they left by.
pub fn record_ports(network: &Network, lease: Lease, ports: &[Publication]) -> Vec<Step> {
    let link = || lease.to_string();
    let name = |port: &Publication| Joined::port_altname(lease, &port.to_string());
    let mut steps: Vec<Step> =
        ports.iter().map(|port| Step::AddName { link: link(), name: name(port) }).collect();
    if network.options.driver == Driver::Bridge {
        steps.push(Step::Hairpin { link: link() });
    }
    steps
}
