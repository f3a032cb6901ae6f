//! What a network needs on the host to reach the world, or to be kept from it.

use crate::facts::{Forwarding, Host, HostLink, Network};
use crate::plan::Step;
use crate::plan::firewall::{Guard, foreign};

/// The sends that make a network's rules and let the host forward, before the network is
/// completed. What the host has to be told about goes to `warnings`.
pub(super) fn outbound(
    network: &mut Network,
    host: &Host,
    warnings: &mut Vec<String>,
) -> Vec<Vec<Step>> {
    if !network.is_managed() {
        return if network.is_other_bridge() { apart(network, host) } else { Vec::new() };
    }
    if !host.firewall {
        warnings.push(format!(
            "the kernel lacks nf_tables: members of network \"{}\" reach each other and this host, \
             nothing else",
            network.name
        ));
        network.options.unmanaged = true;
        return Vec::new();
    }
    let mut guard = Guard::of(host.forwards4, host.forwards6);
    let before = guard.clone();
    let mut parameters = Vec::new();
    if network.is_routed() {
        parameters.extend(forward4(host, warnings));
        guard.v4 |= host.forwards4 == Forwarding::Off;
    }
    if network.is_routed() && network.options.gateway6.is_some() {
        parameters.extend(forward6(host, warnings));
        guard.v6 |= host.forwards6 == Forwarding::Off;
    }
    // Later the host routes already, and bridges that came meanwhile may rely on it.
    if guard.is_on() && !before.is_on() {
        let others = host.links.iter().filter(|link| link.other_bridge);
        guard.bridges = others.map(|link| link.name.clone()).collect();
        guard.bridges.sort_unstable();
        guard.bridges.dedup();
    }
    if network.is_routed() {
        warnings.extend(foreign::warnings(network, &[], host.legacy_filter));
    }
    // The guard stands before the host forwards.
    let mut sends = vec![vec![Step::AddRules(Box::new(network.clone()), guard)]];
    sends.extend(parameters.into_iter().map(|step| vec![step]));
    sends
}

/// Keeps a host that routes for other networks from doing so for one without rules.
fn apart(network: &Network, host: &Host) -> Vec<Vec<Step>> {
    let mut guard = Guard::of(host.forwards4, host.forwards6);
    let mut sends = Vec::new();
    if host.forwards4 == Forwarding::Networks {
        sends.push(vec![setting("ipv4", &network.bridge, "forwarding", "0")]);
    }
    if host.firewall && guard.is_on() {
        guard.bridges.push(network.bridge.clone());
        sends.push(vec![Step::AddRules(Box::new(network.clone()), guard)]);
    }
    sends
}

/// Sets a parameter of one link.
fn setting(family: &str, link: &str, key: &str, value: &str) -> Step {
    // In a key a dot separates: one in the name of a link, as of a vlan, is a slash.
    let key = format!("net.{family}.conf.{}.{key}", link.replace('.', "/"));
    Step::SetParameter { key, value: value.into() }
}

/// Lets every link forward on its own, those to come as well: so whoever wants a router still
/// says so by `ip_forward`, and whoever looks there sees that nobody did.
fn forward4(host: &Host, warnings: &mut Vec<String>) -> Vec<Step> {
    let forward = |link: &str| setting("ipv4", link, "forwarding", "1");
    let blocks: Vec<&HostLink> = host.links.iter().filter(|link| link.blocks).collect();
    match host.forwards4 {
        Forwarding::Off => warnings.push(switched_on("IPv4")),
        Forwarding::Networks => {}
        Forwarding::Everybody => {
            let told = |link: &&HostLink| {
                format!(
                    "link \"{0}\" does not forward IPv4, so networks of nsrun reach nothing by it \
                     (net.ipv4.conf.{1}.forwarding is 0)",
                    link.name,
                    link.name.replace('.', "/")
                )
            };
            warnings.extend(blocks.iter().map(told));
            return Vec::new();
        }
    }
    let first = (host.forwards4 == Forwarding::Off).then(|| forward("default"));
    first.into_iter().chain(blocks.into_iter().map(|link| forward(&link.name))).collect()
}

/// IPv6 has a switch for all links that counts, and makes the host a router on each: deaf to
/// other routers. So the links that are there and those to come are made those of a host again.
fn forward6(host: &Host, warnings: &mut Vec<String>) -> Vec<Step> {
    if host.forwards6 != Forwarding::Off {
        return Vec::new();
    }
    warnings.push(switched_on("IPv6"));
    let set = |link: &str, key, value| setting("ipv6", link, key, value);
    // What routers told is forgotten by links that become those of a router, unless told not to.
    let deaf = |value| host.advertised.iter().map(move |link| set(link, "accept_ra", value));
    let host_again = host.links.iter().filter(|link| link.outer);
    let mut steps: Vec<Step> = deaf("2").collect();
    steps.push(set("all", "forwarding", "1"));
    steps.push(set("default", "forwarding", "0"));
    steps.extend(host_again.map(|link| set(&link.name, "forwarding", "0")));
    steps.extend(deaf("1"));
    steps
}

fn switched_on(family: &str) -> String {
    format!(
        "this host now routes {family}, which was off: for networks of nsrun, not between its other \
         links"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Options;

    fn network() -> Network {
        Network {
            name: "bridge".into(),
            number: 0,
            bridge: "nsrun0".into(),
            index: None,
            gateway: "10.192.0.1/20".parse().unwrap(),
            mtu: 1500,
            options: Options::default(),
            complete: false,
            publishes: false,
        }
    }

    fn link(name: &str) -> HostLink {
        HostLink { name: name.into(), outer: true, blocks: true, ..HostLink::default() }
    }

    fn host() -> Host {
        let inner = HostLink { name: "lo".into(), ..HostLink::default() };
        Host { firewall: true, links: vec![inner, link("lan0"), link("up.5")], ..Host::default() }
    }

    fn sends(host: &Host, warnings: &mut Vec<String>) -> (Guard, Vec<String>) {
        let mut own = network();
        own.options.gateway6 = Some("fd00::1/64".parse().unwrap());
        let sends = outbound(&mut own, host, warnings).concat();
        let Step::AddRules(_, guard) = &sends[0] else { panic!("the guard is not first") };
        (guard.clone(), sends[1..].iter().map(ToString::to_string).collect())
    }

    #[test]
    fn forwarding_is_switched_on_once_said_once_and_guarded() {
        let mut host = Host { forwards6: Forwarding::Everybody, ..host() };
        let mut warnings = Vec::new();
        let (guard, keys) = sends(&host, &mut warnings);
        assert_eq!(guard, Guard { v4: true, ..Guard::default() });
        assert_eq!(
            keys,
            [
                "set net.ipv4.conf.default.forwarding to \"1\"",
                "set net.ipv4.conf.lan0.forwarding to \"1\"",
                "set net.ipv4.conf.up/5.forwarding to \"1\"",
            ]
        );
        assert_eq!(warnings.len(), 1, "{warnings:?}");

        host.add(&network());
        assert_eq!(sends(&host, &mut warnings), (guard, Vec::new()));
        assert_eq!(warnings.len(), 1, "said again: {warnings:?}");
        host.links.push(link("late"));
        let late = "set net.ipv4.conf.late.forwarding to \"1\"";
        assert_eq!(sends(&host, &mut warnings).1, [late], "an interrupted one is completed");
    }

    #[test]
    fn a_router_stays_as_it_is() {
        let everybody = Forwarding::Everybody;
        let links = vec![HostLink { blocks: false, ..link("lan0") }];
        let host = Host { forwards4: everybody, forwards6: everybody, links, ..host() };
        let mut warnings = Vec::new();
        assert_eq!(sends(&host, &mut warnings), (Guard::default(), Vec::new()));
        assert!(warnings.is_empty());
        // Of one that routes by some links only the others are told of.
        let host = Host { links: vec![link("up.5")], ..host };
        assert_eq!(sends(&host, &mut warnings), (Guard::default(), Vec::new()));
        assert!(warnings[0].contains("net.ipv4.conf.up/5.forwarding is 0"), "{warnings:?}");
    }

    #[test]
    fn a_network_that_does_not_lead_out_needs_no_forwarding() {
        let (mut own, mut warnings) = (network(), Vec::new());
        own.options.internal = true;
        let sends = outbound(&mut own, &host(), &mut warnings).concat();
        assert!(matches!(&sends[..], [Step::AddRules(_, guard)] if *guard == Guard::default()));
        assert!(warnings.is_empty());
    }

    #[test]
    fn an_advertised_default_route_survives_forwarding() {
        let links = vec![link("up.5")];
        let (forwards4, advertised) = (Forwarding::Everybody, vec!["up.5".into()]);
        let mut host = Host { forwards4, advertised, links, ..host() };
        host.links[0].blocks = false;
        let (guard, keys) = sends(&host, &mut Vec::new());
        assert_eq!(guard, Guard { v6: true, ..Guard::default() });
        assert_eq!(
            keys,
            [
                "set net.ipv6.conf.up/5.accept_ra to \"2\"",
                "set net.ipv6.conf.all.forwarding to \"1\"",
                "set net.ipv6.conf.default.forwarding to \"0\"",
                "set net.ipv6.conf.up/5.forwarding to \"0\"",
                "set net.ipv6.conf.up/5.accept_ra to \"1\"",
            ]
        );
    }

    #[test]
    fn without_nf_tables_there_is_a_network_and_a_warning() {
        let (mut own, mut warnings) = (network(), Vec::new());
        assert!(outbound(&mut own, &Host::default(), &mut warnings).is_empty());
        assert!(own.options.unmanaged && warnings[0].contains("nf_tables"));
    }
}
