//! Rules of ours in chains of iptables: plain ones, that it can list, gone with the network.

use nl::netfilter::expr::{cmp, meta};
use nl::netfilter::{NfGen, Register, rule, userdata};
use nl::{Batch, Flags};

use super::{TRIES, busy, value};
use crate::error::{Error, Result};
use crate::facts::{ForwardChain, Lease, Network};
use crate::kernel::{FoundRule, Netfilter, words};
use crate::plan::firewall::foreign::{COMMENT, comment};
use crate::plan::firewall::set::Value;
use crate::spec::Driver;
use crate::sys::Errno;

/// Where iptables lets others add rules that it runs first, if there is such a chain.
const FOR_OTHERS: &str = "DOCKER-USER";
const TABLE: &str = "filter";
const CHAIN: &str = "FORWARD";

fn families() -> [(NfGen, &'static str); 2] {
    [(NfGen::IPV4, "ip"), (NfGen::IPV6, "ip6")]
}

/// Adds rules that let a network's packets pass the chains of iptables that drop others.
pub(super) fn admit(netfilter: &mut Netfilter, network: &Network) -> Result<()> {
    let chains = netfilter.forward_chains()?;
    for (family, name) in families() {
        let drops =
            |chain: &ForwardChain| chain.is_of_iptables() && chain.family == name && chain.drops;
        if !chains.iter().any(drops) {
            continue;
        }
        let chain = match netfilter.has_chain(family, TABLE, FOR_OTHERS)? {
            true => FOR_OTHERS,
            false => CHAIN,
        };
        let comment = comment(network);
        let there = netfilter.rules(family, TABLE, chain)?;
        if there.iter().any(|rule| rule.comment.as_ref() == Some(&comment)) {
            continue;
        }
        let refusals = netfilter.commit(|batch| {
            for (key, flags) in
                [(meta::Key::OIFNAME, Flags::empty()), (meta::Key::IIFNAME, Flags::ACK)]
            {
                insert(batch, flags, family, chain, key, network, &comment);
            }
        })?;
        if let Some(refusal) = refusals.first() {
            return Err(Error::new(format!("cannot add a rule to chain \"{chain}\" of iptables"))
                .because(words(refusal)));
        }
    }
    Ok(())
}

/// As `iptables -I CHAIN -i LINK -m comment --comment … -j ACCEPT` does.
fn insert(
    batch: &mut Batch<'_>,
    flags: Flags,
    family: NfGen,
    chain: &str,
    key: meta::Key,
    network: &Network,
    comment: &str,
) {
    // A name that is compared without the zeroes behind it is the beginning of names.
    let link = match network.options.driver {
        Driver::Bridge => value::bytes(&[Value::Link(network.bridge.clone())]),
        _ => Lease::links(network.number).into_bytes(),
    };
    batch.push(rule::NEW, flags | Flags::CREATE, family, |m| {
        m.put(rule::TABLE, TABLE).put(rule::CHAIN, chain).expressions(|e| {
            e.meta(key, Register::R1).cmp(Register::R1, cmp::Op::EQ, &link).counter().accept();
        });
        if let Some(comment) = userdata::Comment::new(comment) {
            m.put(rule::USERDATA, comment.as_bytes());
        }
    });
}

/// The chains that have rules which [`admit`] added for networks of such names.
pub(super) fn found(
    netfilter: &mut Netfilter,
    of: impl Fn(&str) -> bool,
) -> Result<Vec<&'static str>> {
    let mut chains = Vec::new();
    for (family, _) in families() {
        for chain in [FOR_OTHERS, CHAIN] {
            if netfilter.rules(family, TABLE, chain)?.iter().any(|rule| is_for(rule, &of)) {
                chains.push(chain);
            }
        }
    }
    Ok(chains)
}

/// Whether a rule was added for a network of such a name.
fn is_for(rule: &FoundRule, of: impl Fn(&str) -> bool) -> bool {
    rule.comment.as_deref().and_then(|text| text.strip_prefix(COMMENT)).is_some_and(of)
}

/// Removes the rules that [`admit`] added for networks of such names.
pub(super) fn dismiss(netfilter: &mut Netfilter, of: impl Fn(&str) -> bool) -> Result<()> {
    for (family, _) in families() {
        for chain in [FOR_OTHERS, CHAIN] {
            let mut tries = TRIES;
            loop {
                let rules = netfilter.rules(family, TABLE, chain)?;
                let handles: Vec<u64> =
                    rules.iter().filter(|rule| is_for(rule, &of)).map(|rule| rule.handle).collect();
                let last = handles.len().saturating_sub(1);
                if handles.is_empty() {
                    break;
                }
                let refusals = netfilter.commit(|batch| {
                    for (n, handle) in handles.iter().enumerate() {
                        let flags = if n == last { Flags::ACK } else { Flags::empty() };
                        batch.push(rule::DEL, flags, family, |m| {
                            m.put(rule::TABLE, TABLE).put(rule::CHAIN, chain);
                            m.put(rule::HANDLE, *handle);
                        });
                    }
                })?;
                match refusals.first() {
                    None => break,
                    // iptables replaces its rules as a whole: they have other handles now.
                    Some(refusal) if refusal.errno == Errno::ENOENT as i32 && tries > 0 => {
                        tries -= 1
                    }
                    Some(_) => return Err(busy("remove rules from chains of iptables")),
                }
            }
        }
    }
    Ok(())
}
