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

/// To which member the ports of a run lead, and the sends that prepare its network.
pub(super) fn ports(
    asked: &[Publication],
    members: &[Member],
    warnings: &mut Vec<String>,
) -> Result<(Option<Ports>, Vec<Vec<Step>>)> {
    if asked.is_empty() {
        return Ok((None, Vec::new()));
    }
    let ways: Vec<(&Network, bool)> =
        members.iter().map(|member| (&member.network, member.default_route)).collect();
    let (member, network) = lead(&ways, warnings).ok_or_else(|| {
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
    check_ports(network, asked)?;
    let prepare = (!network.publishes).then(|| mark_publishing(network));
    Ok((Some(Ports { member, ports: asked.to_vec() }), prepare.into_iter().collect()))
}

/// To which of its networks the ports of a run lead, and its place; each comes with whether the
/// default route goes there. What the run answers to others goes by that one: it is the first choice.
pub fn lead<'a>(
    ways: &[(&'a Network, bool)],
    warnings: &mut Vec<String>,
) -> Option<(usize, &'a Network)> {
    let routed = ways.iter().enumerate().filter(|(_, (network, _))| network.is_routed());
    let (place, &(network, answers)) = routed.min_by_key(|(_, (_, default))| !default)?;
    if !answers {
        warnings.push(format!(
            "published ports lead to network \"{}\", and the default route does not: only this host \
             and that network get answers; write {},default-route=yes",
            network.name, network.name
        ));
    }
    Some((place, network))
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
