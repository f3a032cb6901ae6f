//! Networks: found, or designed and made.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::error::{Error, Result};
use crate::facts::{DEFAULT_NETWORK, Host, Network, NetworkLink, Options, network_mac};
use crate::plan::below::{Below, below};
use crate::plan::outbound::outbound;
use crate::plan::step::{Route, Step};
use crate::plan::subnet::{gateway, gateway_of_lan, gateway6};
use crate::spec::{Driver, MAX_MTU, MIN_MTU, MIN_MTU6, Mac, MacvlanMode, NewNetwork, Source};

/// MTU where there is no default route to take it from: Ethernet's.
const DEFAULT_MTU: u32 = 1500;
/// The network of routed members that is made on first use.
const PTP_NETWORK: &str = "ptp";
/// What the kernel keeps of a description, in bytes.
const MAX_DESCRIPTION: usize = 255;
/// How many networks can be told apart: 4 digits in base 36, in the names of leases.
const NETWORKS: u32 = 36 * 36 * 36 * 36;
/// MTU that a bridge is made with, and that says that it has not got its own yet. A bridge follows
/// the smallest MTU of its ports until it is set to another one than it has.
const UNSET_MTU: u32 = MIN_MTU;

/// That of the link that holds the default route: what leaves the host must fit there.
fn network_mtu(host: &Host) -> u32 {
    host.uplink_mtu.unwrap_or(DEFAULT_MTU).clamp(MIN_MTU + 1, MAX_MTU)
}

/// The network called `name`, and the sends that are still to be done to have it. `found` is the
/// link by which it is known, `declared` what a file says about it.
pub(super) fn network(
    name: &str,
    found: Option<&NetworkLink>,
    declared: Option<&NewNetwork>,
    host: &Host,
    random: u64,
    warnings: &mut Vec<String>,
) -> Result<(Network, Vec<Vec<Step>>)> {
    // Another run may have made it between the look for it and that at the host.
    let made = || host.networks.iter().find(|own| own.complete && own.name == name);
    if let Some(network) = made().filter(|_| found.is_none()) {
        return Ok((network.clone(), Vec::new()));
    }
    let new = match (found, declared) {
        (Some(NetworkLink::Ours(network)), _) if network.complete => {
            return Ok((network.clone(), Vec::new()));
        }
        (Some(NetworkLink::Ours(begun)), _) => {
            let mut network = begun.clone();
            if network.mtu == UNSET_MTU {
                network.mtu = network_mtu(host);
            }
            let rest = complete(&mut network, host, warnings);
            return Ok((network, rest));
        }
        (Some(NetworkLink::Foreign { link, kind }), _) => {
            return Err(Error::new(format!("cannot make network \"{name}\""))
                .because(format!("link \"{link}\" exists and is not ours ({kind})"))
                .hint(format!("rename or remove it: \"{link}\" is the network's bridge")));
        }
        (None, Some(declared)) => declared.clone(),
        (None, None) => match name {
            DEFAULT_NETWORK => NewNetwork::named(name)?,
            PTP_NETWORK => NewNetwork { driver: Driver::Ptp, ..NewNetwork::named(name)? },
            _ => {
                return Err(Error::new(format!("cannot join network \"{name}\""))
                    .because("there is no network of that name")
                    .hint("nsrun network list shows them, nsrun network create makes one"));
            }
        },
    };
    create(&new, host, random, warnings)
}

/// A new network, and the sends that make it. The caller holds the lock on making networks.
///
/// # Errors
/// It makes no sense, or something that is there is in its way.
pub fn create(
    new: &NewNetwork,
    host: &Host,
    random: u64,
    warnings: &mut Vec<String>,
) -> Result<(Network, Vec<Vec<Step>>)> {
    let below = below(new, host)?;
    refuse_contradictions(new, &below)?;
    if let Source::Fixed(address) = new.source {
        let own = |text: &String| text.split('/').next() == Some(&address.to_string());
        if !host.links.iter().any(|link| link.addresses.iter().any(own)) {
            warnings.push(format!(
                "this host has no address {address}: nothing comes back to members of network \"{}\" \
                 unless others send it here",
                new.name
            ));
        }
    }
    let mut steps = below.make.clone();
    let mut network = design(new, &below, host, random)?;
    // Whoever made it and did not finish is gone: makers hold a lock.
    if let Some(half) = host.half_made(&network.bridge) {
        steps.push(vec![Step::DeleteLink { link: half.bridge.clone(), index: half.index }]);
    }
    steps.push(vec![Step::CreateBridge {
        link: network.bridge.clone(),
        mac: network_mac(network.gateway),
        mtu: UNSET_MTU,
    }]);
    steps.extend(complete(&mut network, host, warnings));
    // The last: while the bridge has ports, it is not taken back.
    if let Some(uplink) = &network.options.uplink {
        let (link, bridge) = (uplink.clone(), network.bridge.clone());
        steps.push(vec![Step::AddPort { link: link.clone(), bridge }, Step::SetUp { link }]);
    }
    Ok((network, steps))
}

/// Refuses options of which one would not do what it says.
fn refuse_contradictions(new: &NewNetwork, below: &Below<'_>) -> Result<()> {
    if new.name == PTP_NETWORK && new.driver != Driver::Ptp {
        return Err(Error::usage(format!("network \"{PTP_NETWORK}\" has driver ptp"))
            .hint("add --driver ptp, or choose another name"));
    }
    if new.unmanaged && (new.open || matches!(new.source, Source::Fixed(_))) {
        let which = if new.open { "--open" } else { "--snat" };
        return Err(Error::usage(format!("{which} is done by the rules that --unmanaged omits"))
            .hint(format!("drop {which} or --unmanaged")));
    }
    if !new.internal {
        return Ok(());
    }
    if new.open {
        return Err(Error::usage("an internal network cannot be open to others")
            .hint("drop --internal or --open"));
    }
    if matches!(new.source, Source::Fixed(_)) {
        return Err(Error::usage("nothing of an internal network has a source outside")
            .hint("drop --internal or --snat"));
    }
    match below.name() {
        None => Ok(()),
        Some(link) => Err(Error::usage(format!("a network on link \"{link}\" cannot be internal"))
            .because("its members reach all that is there")
            .hint("drop --internal; run --net NAME,default-route=no keeps a run from all else")),
    }
}

/// What a new network is like, in all that was left open.
fn design(new: &NewNetwork, below: &Below<'_>, host: &Host, random: u64) -> Result<Network> {
    let cannot =
        |why: String| Error::new(format!("cannot make network \"{}\"", new.name)).because(why);
    let altname = Network::altname(&new.name);
    if host.links.iter().any(|link| link.names.contains(&altname)) {
        return Err(cannot("there is a network of that name".into())
            .hint("nsrun network list shows them; choose another name"));
    }
    let number = free_number(new, host).ok_or_else(|| cannot("all numbers are taken".into()))?;
    let bridge = new.bridge.clone().unwrap_or_else(|| Network::bridge_name(number));
    if taken(host, &bridge) && host.half_made(&bridge).is_none() {
        return Err(cannot(format!("link \"{bridge}\" exists"))
            .hint("choose another name with --bridge-name"));
    }
    let driver = driver(new)?;
    let gateway = match (driver.is_child(), below.found) {
        (true, Some(parent)) => gateway_of_lan(new, below, parent, host)?,
        _ => gateway(new, host)?,
    };
    let mut exclude = new.exclude.clone();
    exclude.extend(below.own_addresses().filter(|own| gateway.contains(&own.first)));
    exclude.dedup();
    if let Some(mtu) = new.mtu.filter(|mtu| new.ipv6 && *mtu < MIN_MTU6) {
        return Err(Error::usage(format!("IPv6 needs an MTU of {MIN_MTU6}, not {mtu}"))
            .hint("give a larger --mtu, or leave IPv6 out"));
    }
    let default_mtu = below.found.map_or_else(|| network_mtu(host), |link| link.mtu);
    let network = Network {
        name: new.name.clone(),
        number,
        bridge,
        index: None,
        gateway,
        mtu: new.mtu.unwrap_or(default_mtu),
        options: Options {
            driver,
            gateway6: if new.ipv6 { Some(gateway6(new, host, random)?) } else { None },
            range: new.range,
            exclude,
            internal: new.internal,
            isolated: new.isolated,
            open: new.open,
            source: new.source,
            unmanaged: new.unmanaged,
            uplink: below.uplink.clone(),
            parent: below.parent.clone(),
        },
        complete: false,
        publishes: false,
    };
    let subnet = network.gateway.trunc();
    if let Some(range) = new.range
        && !(subnet.contains(&range.first) && subnet.contains(&range.last))
    {
        return Err(Error::usage(format!("--ip-range {range} is not inside {subnet}"))
            .hint("choose it from the subnet"));
    }
    if network.leases(0, 1).next().is_none() {
        return Err(cannot("no address is left for a member".into())
            .hint("give a larger --subnet or --ip-range, or exclude less"));
    }
    if network.description().len() > MAX_DESCRIPTION {
        return Err(cannot("the kernel has no room for so long a description".into())
            .hint("give fewer --exclude, or ranges instead of single addresses"));
    }
    Ok(network)
}

fn taken(host: &Host, name: &str) -> bool {
    host.links.iter().any(|link| link.name == name || link.names.iter().any(|other| other == name))
}

/// The default network has number 0; others the first that no bridge has as its name or
/// alternative name, those of killed makers included.
fn free_number(new: &NewNetwork, host: &Host) -> Option<u32> {
    if new.name == DEFAULT_NETWORK {
        return Some(0);
    }
    let free = |number: &u32| {
        let name = Network::bridge_name(*number);
        !taken(host, &name) || host.half_made(&name).is_some()
    };
    (1..NETWORKS).find(free)
}

/// The driver with its mode, where the rest fits to it.
fn driver(new: &NewNetwork) -> Result<Driver> {
    let driver = match &new.mode {
        Some(mode) => new.driver.with_mode(mode)?,
        None => new.driver,
    };
    if !driver.is_child() {
        return Ok(driver);
    }
    let past = new.open || new.source != Source::default();
    if past || new.bridge.is_some() {
        let which = if past { "--open, --snat or --masquerade" } else { "--bridge-name" };
        return Err(Error::usage(format!("a network with driver {driver} has no {which}"))
            .because("its members' packets go past this host")
            .hint("drop one of the two options"));
    }
    match driver {
        Driver::Macvlan(MacvlanMode::Bridge) if new.isolated => {
            Ok(Driver::Macvlan(MacvlanMode::Private))
        }
        Driver::Ipvlan(_) if new.isolated => {
            Err(Error::usage("ipvlans reach each other").hint("use --driver macvlan --isolated"))
        }
        driver => Ok(driver),
    }
}

/// All that belongs to a network besides its bridge. The description comes last: a bridge that
/// has it is complete.
fn complete(network: &mut Network, host: &Host, warnings: &mut Vec<String>) -> Vec<Vec<Step>> {
    let link = || network.bridge.clone();
    let before_up = [
        // First: the kernel gives IPv6 only to links with an MTU that allows for it.
        vec![
            Step::SetMtu { link: link(), mtu: network.mtu },
            Step::NoAutomaticAddresses { link: link() },
        ],
        // Members and neighbours on a LAN could otherwise give this host addresses and routes.
        vec![Step::IgnoreRouters { link: link() }],
    ];
    let mut sends = outbound(network, host, warnings);
    sends.extend(before_up);
    sends.push(links(network));
    sends
}

fn links(network: &Network) -> Vec<Step> {
    let link = || network.bridge.clone();
    let mut steps = Vec::new();
    let add = |address: IpNet| Step::AddAddress { link: link(), address };
    // Where members are not on this link no route to the subnet may lead there.
    let on_link = network.options.driver == Driver::Bridge;
    let own = |prefix: IpNet| add(if on_link { prefix } else { prefix.addr().into() });
    // On a LAN the gateway is its router.
    if network.below().is_none() {
        steps.push(own(network.gateway.into()));
        if let Some(gateway6) = network.options.gateway6 {
            steps.push(add(link_local(network_mac(network.gateway))));
            steps.push(own(gateway6.into()));
        }
    }
    steps.push(Step::AddName { link: link(), name: Network::altname(&network.name) });
    if network.bridge != Network::bridge_name(network.number) {
        let name = Network::bridge_name(network.number);
        steps.push(Step::AddName { link: link(), name });
    }
    if network.is_managed() {
        steps.push(Step::RelaxRouting { link: link(), forward: network.is_routed() });
    }
    // Nothing passes by a bridge that only says what its network is like.
    if network.options.parent.is_none() {
        steps.push(Step::SetUp { link: link() });
    }
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

/// The default routes of IPv4 and IPv6, where wanted, out by a member's link.
pub fn default_routes(network: &Network, link: &str, wanted: (bool, bool)) -> Vec<Step> {
    let mut steps = Vec::new();
    if wanted.0 {
        steps.push(match network.options.driver.is_on_layer_2() {
            true => default_route(network.gateway.addr().into()),
            false => default_by_link(link),
        });
    }
    let gateway6 = network.options.gateway6.filter(|_| wanted.1);
    steps.extend(gateway6.map(|gateway| default_route(gateway.addr().into())));
    steps
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

/// The default route of IPv4 by a link on layer 3, where there is nobody to ask for.
pub(super) fn default_by_link(link: &str) -> Step {
    let to = IpNet::V4(Ipv4Net::default());
    Step::AddRoute(Route { to, gateway: None, link: Some(link.into()) })
}
