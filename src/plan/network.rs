//! The networks that a run joins: found, or made on first use.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv6Net};

use crate::error::{Error, Result};
use crate::facts::{DEFAULT_NETWORK, Host, Network, NetworkLink, Options, network_mac};
use crate::plan::firewall;
use crate::plan::member::{MAX_MTU, MIN_MTU};
use crate::plan::outbound::outbound;
use crate::plan::pool;
use crate::plan::step::{Route, Step};
use crate::spec::{Driver, Mac};

/// MTU where there is no default route to take it from: Ethernet's.
const DEFAULT_MTU: u32 = 1500;
/// MTU that a bridge is made with, and that says that it has not got its own yet. A bridge follows
/// the smallest MTU of its ports until it is set to another one than it has.
const UNSET_MTU: u32 = MIN_MTU;

/// That of the link that holds the default route: what leaves the host must fit there.
fn network_mtu(host: &Host) -> u32 {
    host.uplink_mtu.unwrap_or(DEFAULT_MTU).clamp(MIN_MTU + 1, MAX_MTU)
}

/// The network called `name`, and the sends that are still to be done to have it. `found` is the
/// link by which it is known.
pub(super) fn network(
    name: &str,
    found: Option<&NetworkLink>,
    host: &Host,
    warnings: &mut Vec<String>,
) -> Result<(Network, Vec<Vec<Step>>)> {
    match found {
        Some(NetworkLink::Ours(network)) if network.complete => Ok((network.clone(), Vec::new())),
        Some(NetworkLink::Ours(begun)) => {
            let mut network = begun.clone();
            if network.mtu == UNSET_MTU {
                network.mtu = network_mtu(host);
            }
            let rest = complete(&mut network, host, warnings);
            Ok((network, rest))
        }
        Some(NetworkLink::Foreign { link, kind }) => {
            Err(Error::new(format!("cannot make network \"{name}\""))
                .because(format!("link \"{link}\" exists and is not ours ({kind})"))
                .hint(format!("rename or remove it: \"{link}\" is the network's bridge")))
        }
        None if name == DEFAULT_NETWORK => {
            let mut network = Network {
                name: name.into(),
                number: 0,
                bridge: Network::bridge_name(0),
                index: None,
                gateway: pool::choose(&host.occupied)?,
                mtu: network_mtu(host),
                options: Options::default(),
                complete: false,
                publishes: false,
            };
            let steps = create(&mut network, host, warnings);
            Ok((network, steps))
        }
        None => Err(Error::new(format!("cannot join network \"{name}\""))
            .because("there is no network of that name")
            .hint("nsrun network list shows them, nsrun network create makes one")),
    }
}

/// The sends that make a network.
pub(super) fn create(
    network: &mut Network,
    host: &Host,
    warnings: &mut Vec<String>,
) -> Vec<Vec<Step>> {
    let create = Step::CreateBridge {
        link: network.bridge.clone(),
        mac: network_mac(network.gateway),
        mtu: UNSET_MTU,
    };
    let mut sends = vec![vec![create]];
    sends.extend(complete(network, host, warnings));
    sends
}

/// All that belongs to a network besides its bridge. The description comes last: a bridge that
/// has it is complete.
fn complete(network: &mut Network, host: &Host, warnings: &mut Vec<String>) -> Vec<Vec<Step>> {
    let mut sends = outbound(network, host, warnings);
    sends.push(links(network));
    sends
}

fn links(network: &Network) -> Vec<Step> {
    let link = || network.bridge.clone();
    // First: the kernel gives IPv6 only to links with an MTU that allows for it.
    let mut steps = vec![
        Step::SetMtu { link: link(), mtu: network.mtu },
        Step::NoAutomaticAddresses { link: link() },
    ];
    let add = |address: IpNet| Step::AddAddress { link: link(), address };
    match (network.options.driver, &network.options.uplink) {
        // The gateway is the router of the LAN.
        (_, Some(_)) => {}
        (Driver::Bridge, None) => steps.push(add(network.gateway.into())),
        // Members are not on this link: no route to the subnet may lead there.
        (Driver::Ptp, None) => steps.push(add(IpAddr::V4(network.gateway.addr()).into())),
    }
    if let Some(gateway6) = network.options.gateway6 {
        steps.push(add(link_local(network_mac(network.gateway))));
        if network.options.uplink.is_none() {
            steps.push(add(gateway6.into()));
        }
    }
    steps.push(Step::AddName { link: link(), name: Network::altname(&network.name) });
    if network.bridge != Network::bridge_name(network.number) {
        let name = Network::bridge_name(network.number);
        steps.push(Step::AddName { link: link(), name });
    }
    if firewall::is_managed(network) {
        steps.push(Step::RelaxRouting { link: link() });
    }
    steps.push(Step::SetUp { link: link() });
    steps.push(Step::Describe { link: link(), text: network.description() });
    steps
}

/// The link-local address that goes with a link-layer address (RFC 4291, appendix A). Added by
/// us, since the kernel's own would be usable only after a second of looking for duplicates;
/// without any, the kernel sends no neighbour solicitations of its own accord.
pub(super) fn link_local(mac: Mac) -> IpNet {
    let [a, b, c, d, e, f] = mac.0;
    let bytes = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, a ^ 2, b, c, 0xff, 0xfe, d, e, f];
    IpNet::V6(Ipv6Net::new_assert(bytes.into(), 64))
}

/// The default route by `gateway`, in its family.
pub(super) fn default_route(gateway: IpAddr) -> Step {
    let any: IpAddr = match gateway {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let to = IpNet::new_assert(any, 0);
    Step::AddRoute(Route { to, gateway: Some(gateway), link: None })
}
