//! Rules of others that stand in the way of networks.
//!
//! A packet passes when every base chain of a hook lets it: what ours accepts another may still
//! drop. Chains of iptables get plain rules that iptables can list; all others are left alone, and
//! told of.

use crate::facts::{ForwardChain, Lease, Network};
use crate::spec::Driver;

/// The table of a daemon with commands of its own.
const FIREWALLD: &str = "firewalld";

/// Warnings about what would drop a network's packets, each with what to do.
pub fn warnings(network: &Network, chains: &[ForwardChain], legacy: bool) -> Vec<String> {
    let (link, any) = match network.options.driver {
        Driver::Bridge => (network.bridge.clone(), ""),
        _ => (Lease::links(network.number), "*"),
    };
    let plus = any.replace('*', "+");
    let is_internal = network.options.internal;
    let goal = match is_internal {
        true => format!("members of network \"{}\" reach each other", network.name),
        false => format!("network \"{}\" reaches the world", network.name),
    };
    let mut warnings = Vec::new();
    if legacy {
        warnings.push(format!(
            "iptables-legacy has a filter table, which nsrun does not change; if its FORWARD chain \
             drops: iptables-legacy -I FORWARD -i {link}{plus} -j ACCEPT; iptables-legacy -I FORWARD \
             -o {link}{plus} -j ACCEPT"
        ));
    }
    for found in chains.iter().filter(|chain| chain.drops) {
        let ForwardChain { family, table, name: chain, .. } = found;
        if table == FIREWALLD {
            warnings.push(format!(
                "firewalld rejects what it does not know; so that {goal}: firewall-cmd --permanent \
                 --zone=trusted --add-interface={link}{plus} && firewall-cmd --reload"
            ));
        } else if !found.is_of_iptables() {
            let insert = format!("nft insert rule {family} {table} {chain}");
            let between = match is_internal {
                true => String::new(),
                false => format!("accept; {insert} "),
            };
            warnings.push(format!(
                "chain \"{chain}\" of table {family} {table} drops what it does not know; so that \
                 {goal}: {insert} iifname {link}{any} {between}oifname {link}{any} accept"
            ));
        }
    }
    warnings
}

/// What marks rules of ours in chains of iptables, before the name of their network.
pub const COMMENT: &str = "nsrun network ";

/// What marks the rules of a network in chains of iptables.
pub fn comment(network: &Network) -> String {
    format!("{COMMENT}{}", network.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Options;

    fn chain(family: &'static str, table: &str, name: &str, drops: bool) -> ForwardChain {
        ForwardChain { family, table: table.into(), name: name.into(), drops }
    }

    #[test]
    fn chains_that_drop_are_told_of_with_the_rule_that_helps() {
        let network = Network {
            name: "web".into(),
            number: 1,
            bridge: "nsrun1".into(),
            index: None,
            gateway: "10.0.0.1/24".parse().unwrap(),
            mtu: 1500,
            options: Options::default(),
            complete: true,
            publishes: false,
        };
        let chains = [
            chain("ip", "filter", "FORWARD", true),
            chain("inet", "mine", "fwd", true),
            chain("inet", "open", "fwd", false),
            chain("inet", "firewalld", "filter_FORWARD", true),
        ];
        let told = warnings(&network, &chains, false);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[0].contains("nft insert rule inet mine fwd iifname nsrun1 accept"),
            "{told:?}"
        );
        assert!(told[1].contains("--zone=trusted --add-interface=nsrun1"), "{told:?}");
        assert!(warnings(&network, &[], true)[0].contains("iptables-legacy -I FORWARD -o nsrun1"));
    }
}
