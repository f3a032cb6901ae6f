//! Rights, switches and rules of this host, and what is left on it.

use super::{Finding, State};
use crate::apply::firewall::{self, Condition};
use crate::commands::LENT;
use crate::error::Result;
use crate::facts::{DEFAULT_NETWORK, ForwardChain, Network, Options};
use crate::kernel::{self, Kernel, Netfilter};
use crate::plan::firewall::{TABLE, foreign};
use crate::spec::capability;
use crate::sys::credentials;

/// What launching in a network uses; root has them unless somebody took them.
const NEEDED: &[&str] = &[
    "net_admin",
    "net_raw",
    "sys_admin",
    "sys_chroot",
    "setpcap",
    "setuid",
    "setgid",
    "dac_override",
];

/// A parameter of the kernel. One that cannot be read is not there for nsrun either.
fn setting(key: &str) -> Option<String> {
    kernel::setting(key).ok().flatten()
}

/// The release of the running kernel.
pub(super) fn release() -> String {
    setting("kernel.osrelease").unwrap_or_default()
}

/// Looks at everything; what cannot be found out is said instead.
pub(super) fn look(kernel: &mut Kernel) -> Vec<Finding> {
    let mut findings = vec![rights(), user_namespaces()];
    for look in [forwarding, bridged, foreign_rules, own_rules, leftovers] {
        findings.extend(look(kernel).unwrap_or_else(|error| {
            vec![Finding::new("firewall", State::Unknown, error.to_string().replace('\n', "; "))]
        }));
    }
    findings
}

fn rights() -> Finding {
    let about = "rights";
    let has = credentials::capabilities();
    let lacks: Vec<&str> = NEEDED
        .iter()
        .copied()
        .filter(|name| capability::parse(name).is_ok_and(|one| has & one == 0))
        .collect();
    match (credentials::is_root(), lacks.is_empty()) {
        (_, true) => Finding::new(about, State::Fine, "all that launching needs"),
        (true, false) => {
            let text = format!("root without {}: some runs will fail", lacks.join(", "));
            Finding::new(about, State::Wrong, text)
        }
        (false, false) => {
            let text = "an ordinary user: runs with --net none only; as root there is more to see";
            Finding::new(about, State::Lacking, text)
        }
    }
}

fn user_namespaces() -> Finding {
    let about = "userns";
    let is = |key: &str, value: &str| setting(key).as_deref() == Some(value);
    if is("user.max_user_namespaces", "0") {
        let text = "user.max_user_namespaces is 0: no --userns, and nothing without root";
        return Finding::new(about, State::Lacking, text);
    }
    for (key, value) in [
        ("kernel.unprivileged_userns_clone", "0"),
        ("kernel.apparmor_restrict_unprivileged_userns", "1"),
    ] {
        if is(key, value) {
            let text = format!("for root only ({key} is {value}): nothing runs without root");
            return Finding::new(about, State::Lacking, text);
        }
    }
    Finding::new(about, State::Fine, "for everybody")
}

fn forwarding(kernel: &mut Kernel) -> Result<Vec<Finding>> {
    let about = "forwarding";
    let key = "net.ipv4.ip_forward";
    let leads_out = kernel.networks()?.iter().any(Network::is_routed);
    // On for new links, whether it is on for networks only or for everybody.
    let new_links = setting("net.ipv4.conf.default.forwarding");
    let mut findings = vec![match (new_links.as_deref(), leads_out) {
        (Some("0"), true) => {
            let text = format!("{key} is 0: networks end at this host; sysctl -w {key}=1");
            Finding::new(about, State::Wrong, text)
        }
        (Some("0"), false) => {
            Finding::new(about, State::Fine, "off; the first network that needs it switches it on")
        }
        (Some(_), _) => Finding::new(about, State::Fine, "on"),
        (None, _) => Finding::new(about, State::Unknown, format!("{key} cannot be read")),
    }];
    if firewall::is_lent(kernel)? {
        findings.push(Finding::new(about, State::Fine, format!("IPv6 is on, guarded: {LENT}")));
    }
    Ok(findings)
}

/// Whether packets between ports of a bridge go through iptables.
fn bridged(_: &mut Kernel) -> Result<Vec<Finding>> {
    let key = "net.bridge.bridge-nf-call-iptables";
    let text = match setting(key).as_deref() {
        // Chains of iptables that drop are another matter: see the firewall.
        Some("1") => "on: what members of a network send each other passes iptables too",
        _ => "off",
    };
    Ok(vec![Finding::new("bridge-nf", State::Fine, text)])
}

/// Chains of others that drop what networks send, unless a rule beside them is about the network.
fn foreign_rules(kernel: &mut Kernel) -> Result<Vec<Finding>> {
    let about = "firewall";
    if !Netfilter::is_there()? {
        return Ok(vec![Finding::new(about, State::Unknown, "the kernel has no nf_tables")]);
    }
    if credentials::capabilities() & capability::NET_ADMIN == 0 {
        return Ok(vec![Finding::new(about, State::Unknown, "only root may list rules")]);
    }
    let host = kernel.host()?;
    let mut networks: Vec<Network> =
        host.networks.iter().filter(|network| firewall::meets(network)).cloned().collect();
    if networks.is_empty() {
        networks.push(usual());
    }
    let mut findings = Vec::new();
    for network in &networks {
        let chains = firewall::blocking(kernel.netfilter()?, network, None)?;
        // Before there is a network nothing can be said of chains that get rules with it.
        let lacking = |chain: &&ForwardChain| chain.is_of_iptables() && network.complete;
        let lacking = chains.iter().filter(lacking).map(|chain| {
            format!(
                "chain \"{}\" of iptables ({}) drops what network \"{}\" sends; nsrun firewall \
                 reload adds rules that let it pass",
                chain.name, chain.family, network.name
            )
        });
        let others = foreign::warnings(network, &chains, host.legacy_filter);
        let wrong = lacking.chain(others);
        findings.extend(wrong.map(|text| Finding::new(about, State::Wrong, text)));
    }
    if findings.is_empty() {
        findings.push(Finding::new(about, State::Fine, "no rules of others are in the way"));
    }
    Ok(findings)
}

/// Our own table, when there are networks that rely on it.
fn own_rules(kernel: &mut Kernel) -> Result<Vec<Finding>> {
    let has_rules = Netfilter::is_there()?;
    if !has_rules || credentials::capabilities() & capability::NET_ADMIN == 0 {
        return Ok(Vec::new());
    }
    let Some(found) = firewall::is_broken(kernel)? else { return Ok(Vec::new()) };
    let why = match found {
        Condition::Missing => "networks reach nothing outside, and ports lead nowhere",
        _ => "somebody changed it, or switched forwarding on since",
    };
    let text = format!("table inet {TABLE} is {}: {why}; nsrun firewall reload", found.words());
    Ok(vec![Finding::new("firewall", State::Wrong, text)])
}

/// The default network, before it is made.
fn usual() -> Network {
    Network {
        name: DEFAULT_NETWORK.into(),
        number: 0,
        bridge: Network::bridge_name(0),
        index: None,
        gateway: ipnet::Ipv4Net::default(),
        mtu: 0,
        options: Options::default(),
        complete: false,
        publishes: false,
    }
}

fn leftovers(kernel: &mut Kernel) -> Result<Vec<Finding>> {
    let about = "left behind";
    if credentials::capabilities() & capability::NET_ADMIN == 0 {
        return Ok(vec![Finding::new(about, State::Unknown, "only root may list rules")]);
    }
    // A kernel without a firewall has nothing left in one.
    let left = if Netfilter::is_there()? { firewall::left(kernel)? } else { Vec::new() };
    if left.is_empty() {
        return Ok(vec![Finding::new(about, State::Fine, "nothing")]);
    }
    let text =
        |what: String| Finding::new(about, State::Wrong, format!("{what}; nsrun gc removes it"));
    Ok(left.into_iter().map(text).collect())
}
