//! What a network needs on the host to reach the world, or to be kept from it.

use crate::facts::{Host, Network};
use crate::plan::Step;
use crate::plan::firewall::{self, foreign};

/// The sends that make a network's rules and let the host forward, before the network is
/// completed. What the host has to be told about goes to `warnings`, and what must not be
/// forgotten into the description of the network.
pub(super) fn outbound(
    network: &mut Network,
    host: &Host,
    warnings: &mut Vec<String>,
) -> Vec<Vec<Step>> {
    if !firewall::is_managed(network) {
        return Vec::new();
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
    network.options.guarded = host.guarded;
    let mut after = Vec::new();
    let mut parameter = |key: String, value: &str| {
        after.push(vec![Step::SetParameter { key, value: value.into() }]);
    };
    if network.leads_out() && !host.forwards4 {
        // One switch for all links: answers are judged by the link they come in by, so what leads
        // out today or tomorrow must forward too. The rules keep the rest as it was.
        parameter("net.ipv4.ip_forward".into(), "1");
        network.options.guarded = true;
        warnings.push(switched_on("IPv4", "net.ipv4.ip_forward", host));
    }
    if network.leads_out() && network.options.gateway6.is_some() && !host.forwards6 {
        // A host that forwards ignores routers, unless told.
        for link in &host.advertised {
            // In a key a dot separates: one in the name of a link, as of a vlan, is a slash.
            parameter(format!("net.ipv6.conf.{}.accept_ra", link.replace('.', "/")), "2");
        }
        parameter("net.ipv6.conf.all.forwarding".into(), "1");
        network.options.guarded = true;
        warnings.push(switched_on("IPv6", "net.ipv6.conf.all.forwarding", host));
    }
    if network.leads_out() {
        warnings.extend(foreign::warnings(network, &host.chains, host.legacy_filter));
    }
    let guard = if network.options.guarded { host.guard.clone() } else { Vec::new() };
    // The guard stands before the host forwards.
    let mut sends = vec![vec![Step::AddRules(Box::new(network.clone()), guard)]];
    sends.extend(after);
    sends
}

fn switched_on(family: &str, key: &str, host: &Host) -> String {
    let links = match &host.guard[..] {
        [] | [_] => String::new(),
        several => format!("; between {} it still does not", several.join(", ")),
    };
    format!("this host now forwards {family} ({key} was 0), for networks of nsrun{links}")
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

    fn host() -> Host {
        Host { firewall: true, guard: vec!["lan0".into(), "up0".into()], ..Host::default() }
    }

    #[test]
    fn forwarding_is_switched_on_once_said_once_and_guarded() {
        let (mut own, mut warnings) = (network(), Vec::new());
        let sends = outbound(&mut own, &host(), &mut warnings).concat();
        assert!(own.options.guarded);
        assert!(matches!(&sends[0], Step::AddRules(_, guard) if guard.len() == 2), "{sends:?}");
        assert!(
            matches!(&sends[1], Step::SetParameter { key, .. } if key == "net.ipv4.ip_forward")
        );
        assert_eq!(sends.len(), 2);
        assert!(warnings[0].contains("between lan0, up0 it still does not"), "{warnings:?}");

        let (mut own, mut warnings) = (network(), Vec::new());
        let router = Host { forwards4: true, ..host() };
        let sends = outbound(&mut own, &router, &mut warnings).concat();
        assert!(matches!(&sends[..], [Step::AddRules(_, guard)] if guard.is_empty()));
        assert!(warnings.is_empty() && !own.options.guarded);
    }

    #[test]
    fn a_network_that_does_not_lead_out_needs_no_forwarding() {
        let (mut own, mut warnings) = (network(), Vec::new());
        own.options.internal = true;
        let sends = outbound(&mut own, &host(), &mut warnings).concat();
        assert!(matches!(&sends[..], [Step::AddRules(_, guard)] if guard.is_empty()));
        assert!(warnings.is_empty());
    }

    #[test]
    fn an_advertised_default_route_survives_forwarding() {
        let (mut own, mut warnings) = (network(), Vec::new());
        own.options.gateway6 = Some("fd00::1/64".parse().unwrap());
        let host = Host { forwards4: true, advertised: vec!["up.5".into()], ..host() };
        let sends = outbound(&mut own, &host, &mut warnings).concat();
        let keys: Vec<_> = sends.iter().map(ToString::to_string).collect();
        assert_eq!(
            keys[1..],
            [
                "set net.ipv6.conf.up/5.accept_ra to \"2\"",
                "set net.ipv6.conf.all.forwarding to \"1\"",
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
