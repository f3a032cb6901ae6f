//! The links that a namespace is asked to have.

use crate::error::{Error, Result};
use crate::facts::{Machine, Network, Parent};
use crate::plan::below::create_vlan;
use crate::plan::direct::{Direct, direct, leads_out};
use crate::plan::member::{Member, claims};
use crate::plan::network::network;
use crate::plan::step::Step;
use crate::spec::{Attach, Membership};

/// Members of networks, and links that are attached otherwise.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// What makes or completes what they are attached to, in sends.
    pub network: Vec<Vec<Step>>,
    /// Members of networks, in order.
    pub members: Vec<Member>,
    /// The others, in order.
    pub direct: Vec<Direct>,
}

/// Plans links, in order. The default route of each family leads to the first that has the family
/// and leads out, unless another was asked for.
///
/// # Errors
/// One of them makes no sense, or cannot be had as things are.
pub fn links(
    asked: &[Membership],
    machine: &Machine,
    name: Option<&str>,
    aliases: &[String],
    warnings: &mut Vec<String>,
) -> Result<Links> {
    let mut links = Links::default();
    let networks = networks(asked, machine, &mut links.network, warnings)?;
    let has_six = |network: &Option<Network>| {
        network.as_ref().is_some_and(|network| network.options.gateway6.is_some())
    };
    let default = default_route(asked, &networks, |_| true);
    let default6 = default_route(asked, &networks, has_six);
    for (n, (asked, network)) in asked.iter().zip(networks).enumerate() {
        let Some(network) = network else {
            let parent = machine.parents.get(n).and_then(Option::as_ref);
            let link = direct(asked, parent, default == Some(n), machine.random)?;
            links.direct.push(link);
            continue;
        };
        links.members.push(Member {
            claims: claims(asked, &network, machine.random)?,
            fixed: asked.address.is_some(),
            name: name.map(Into::into),
            aliases: aliases.to_vec(),
            is_first: links.members.is_empty(),
            default_route: default == Some(n),
            default_route6: default6 == Some(n),
            membership: asked.clone(),
            network,
        });
    }
    Ok(links)
}

/// The networks to be joined, and the sends that make what is not there.
fn networks(
    asked: &[Membership],
    machine: &Machine,
    sends: &mut Vec<Vec<Step>>,
    warnings: &mut Vec<String>,
) -> Result<Vec<Option<Network>>> {
    let mut networks = Vec::new();
    let mut host = machine.host.clone();
    for (n, asked) in asked.iter().enumerate() {
        let parent = machine.parents.get(n).and_then(Option::as_ref);
        if asked.attach != Attach::Network {
            networks.push(None);
            sends.extend(missing_vlan(asked.attach.parent(), parent));
            continue;
        }
        let found = machine.networks.get(n).and_then(Option::as_ref);
        let declared = machine.declared.get(n).and_then(Option::as_ref);
        let (network, rest) =
            network(&asked.network, found, declared, &host, machine.random, warnings)?;
        if network.complete
            && let Some(link) = &network.options.parent
        {
            if parent.is_none() {
                return Err(Error::new(format!("cannot join network \"{}\"", asked.network))
                    .because(format!("link \"{link}\", which it sits on, is gone"))
                    .hint("bring the link back, or remove the network with nsrun network rm"));
            }
            sends.extend(missing_vlan(Some(link.as_str()), parent));
        }
        // The next one to be made must leave room for this one.
        host.add(&network);
        networks.push(Some(network));
        sends.extend(rest);
    }
    Ok(networks)
}

/// What makes a VLAN that is not there, or not any more.
fn missing_vlan(link: Option<&str>, found: Option<&Parent>) -> Vec<Vec<Step>> {
    let vlan = found.and_then(|parent| parent.vlan.clone()).zip(link);
    vlan.map(|((parent, id), link)| create_vlan(link, parent, id)).unwrap_or_default()
}

/// The place of the link that gets a default route, among those that have the family.
fn default_route(
    asked: &[Membership],
    networks: &[Option<Network>],
    has_family: impl Fn(&Option<Network>) -> bool,
) -> Option<usize> {
    let wanted = |wish: Option<bool>| {
        asked.iter().zip(networks).position(|(asked, network)| {
            let leads = network.as_ref().map_or_else(|| leads_out(asked), Network::leads_out);
            let may = leads || (wish == Some(true) && network.is_some());
            asked.default_route == wish && may && has_family(network)
        })
    };
    wanted(Some(true)).or_else(|| wanted(None))
}
