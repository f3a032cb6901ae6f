//! Rules of ours in chains of iptables: plain ones, that it can list, gone with the network.

use nl::netfilter::expr::{cmp, meta};
use nl::netfilter::{NfGen, Register, rule, userdata};
use nl::{Batch, Flags};

use super::{TRIES, busy, value};
use crate::error::{Error, Result};
use crate::facts::{BRIDGE_PREFIX, ForwardChain, Lease, Network};
use crate::kernel::{FoundChain, FoundRule, Netfilter, setting, words};
use crate::plan::firewall;
use crate::plan::firewall::foreign::{COMMENT, comment};
use crate::plan::firewall::set::Value;
use crate::spec::Driver;
use crate::sys::Errno;

/// Where iptables lets others add rules that it runs first, if there is such a chain.
const FOR_OTHERS: &str = "DOCKER-USER";
const TABLE: &str = "filter";
const CHAIN: &str = "FORWARD";

const FAMILIES: [NfGen; 2] = [NfGen::IPV4, NfGen::IPV6];

/// Those of a network's packets.
fn families(network: &Network) -> &'static [NfGen] {
    let has_v6 = network.options.gateway6.is_some();
    FAMILIES.get(..1 + usize::from(has_v6)).unwrap_or(&FAMILIES)
}

/// Whether chains of others decide about packets of a network: those that leave it, and with bridge
/// netfilter those that stay on its bridge.
pub fn meets(network: &Network) -> bool {
    let stays = network.is_managed() && network.options.driver == Driver::Bridge;
    let is_filtered = || setting("net.bridge.bridge-nf-call-iptables");
    network.is_routed() || stays && is_filtered().is_ok_and(|on| on.as_deref() == Some("1"))
}

/// The chain of iptables on the way of IPv4 or IPv6 through this host.
pub(super) fn forward(family: NfGen) -> (NfGen, &'static str, &'static str) {
    (family, TABLE, CHAIN)
}

/// Adds rules that let a network's packets pass the chains of iptables that drop others; whether
/// there was need to. Chains of more rules than `most` together are left alone.
pub(super) fn admit(
    netfilter: &mut Netfilter,
    network: &Network,
    most: Option<u32>,
) -> Result<bool> {
    let mut any = false;
    for &family in families(network) {
        let mut tries = TRIES;
        while lacking(netfilter, family, network, most)?.is_some() {
            // Those behind a rule that drops are of no use.
            dismiss_in(netfilter, family, &|name| name == network.name)?;
            // Others that start now add the same.
            let generation = netfilter.generation()?;
            let Some(chain) = lacking(netfilter, family, network, most)? else { break };
            let (come, go) = (meta::Key::IIFNAME, meta::Key::OIFNAME);
            let refusals = netfilter.commit_if(Some(generation), |batch| {
                // Of an internal network only what stays in it may pass.
                if network.options.internal {
                    insert(batch, Flags::ACK, family, chain, &[come, go], network);
                } else {
                    insert(batch, Flags::empty(), family, chain, &[go], network);
                    insert(batch, Flags::ACK, family, chain, &[come], network);
                }
            })?;
            match refusals.first() {
                None => any = true,
                Some(refusal) if refusal.errno == Errno::ERESTART as i32 && tries > 0 => tries -= 1,
                Some(refusal) => {
                    let what = format!("cannot add a rule to chain \"{chain}\" of iptables");
                    return Err(Error::new(what).because(words(refusal)));
                }
            }
        }
    }
    Ok(any)
}

/// The chain of iptables that lacks a rule for a network, which is dropped in spite of those there.
fn lacking(
    netfilter: &mut Netfilter,
    family: NfGen,
    network: &Network,
    most: Option<u32>,
) -> Result<Option<&'static str>> {
    match netfilter.chain(family, TABLE, CHAIN)? {
        None => Ok(None),
        Some(found) => lacking_in(netfilter, family, network, found, most),
    }
}

/// The same, by who has just looked at the chain.
fn lacking_in(
    netfilter: &mut Netfilter,
    family: NfGen,
    network: &Network,
    found: FoundChain,
    most: Option<u32>,
) -> Result<Option<&'static str>> {
    let (ours, link) = (comment(network), name(network));
    let passes = Some((&*ours, &*link));
    let reached = netfilter.dropped(family, TABLE, CHAIN, found, passes, most)?;
    // A rule helps only where packets get to.
    Ok(reached.map(|chains| match chains.iter().any(|chain| chain == FOR_OTHERS) {
        true => FOR_OTHERS,
        false => CHAIN,
    }))
}

/// [`admit`], where one of `chains` of iptables, for IPv4 and IPv6, has come to drop what it did not.
pub(super) fn admit_again(
    netfilter: &mut Netfilter,
    network: &Network,
    chains: &[Option<FoundChain>],
    most: Option<u32>,
) -> Result<bool> {
    for (&family, chain) in families(network).iter().zip(chains) {
        // Without a rule, it does what its policy says.
        let Some(found) = chain.filter(|chain| chain.drops || chain.used > 0) else { continue };
        if lacking_in(netfilter, family, network, found, most)?.is_some() {
            return admit(netfilter, network, most);
        }
    }
    Ok(false)
}

/// The chains of others that drop what they do not know, and have no rule about a network. Those
/// behind which there are more than `most` rules are not looked through.
///
/// # Errors
/// The kernel refused.
pub fn blocking(
    netfilter: &mut Netfilter,
    network: &Network,
    most: Option<u32>,
) -> Result<Vec<ForwardChain>> {
    let own = name(network);
    let all = [BRIDGE_PREFIX.as_bytes(), &[0]].concat();
    // "nsrun*" is about its bridge too.
    let is_ours = own.starts_with(BRIDGE_PREFIX.as_bytes());
    let names: &[&[u8]] = if is_ours { &[&own, &all] } else { &[&own] };
    let mut blocking = Vec::new();
    for chain in netfilter.forward_chains(firewall::TABLE, most)? {
        let family = FAMILIES[usize::from(chain.family == "ip6")];
        let blocks = match chain.is_of_iptables() {
            _ if !chain.drops || !families(network).contains(&family) => false,
            true => lacking(netfilter, family, network, most)?.is_some(),
            false => !netfilter.is_named(&chain, names, most)?,
        };
        if blocks {
            blocking.push(chain);
        }
    }
    Ok(blocking)
}

/// What names a network's links in rules.
fn name(network: &Network) -> Vec<u8> {
    match network.options.driver {
        Driver::Bridge => [network.bridge.as_bytes(), &[0]].concat(),
        _ => Lease::links(network.number).into_bytes(),
    }
}

/// As `iptables -I CHAIN -i LINK -m comment --comment … -j ACCEPT` does.
fn insert(
    batch: &mut Batch<'_>,
    flags: Flags,
    family: NfGen,
    chain: &str,
    keys: &[meta::Key],
    network: &Network,
) {
    // A name that is compared without the zeroes behind it is the beginning of names.
    let link = match network.options.driver {
        Driver::Bridge => value::bytes(&[Value::Link(network.bridge.clone())]),
        _ => Lease::links(network.number).into_bytes(),
    };
    batch.push(rule::NEW, flags | Flags::CREATE, family, |m| {
        m.put(rule::TABLE, TABLE).put(rule::CHAIN, chain).expressions(|e| {
            for key in keys {
                e.meta(*key, Register::R1).cmp(Register::R1, cmp::Op::EQ, &link);
            }
            e.counter().accept();
        });
        if let Some(comment) = userdata::Comment::new(&comment(network)) {
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
    for family in FAMILIES {
        for chain in [FOR_OTHERS, CHAIN] {
            if netfilter.rules(family, TABLE, chain, None)?.iter().any(|rule| is_for(rule, &of)) {
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
    FAMILIES.iter().try_for_each(|family| dismiss_in(netfilter, *family, &of))
}

/// The same of IPv4 or IPv6.
fn dismiss_in(netfilter: &mut Netfilter, family: NfGen, of: &dyn Fn(&str) -> bool) -> Result<()> {
    for chain in [FOR_OTHERS, CHAIN] {
        let mut tries = TRIES;
        loop {
            let rules = netfilter.rules(family, TABLE, chain, None)?;
            let handles: Vec<u64> =
                rules.iter().filter(|rule| is_for(rule, of)).map(|rule| rule.handle).collect();
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
                Some(refusal) if refusal.errno == Errno::ENOENT as i32 && tries > 0 => tries -= 1,
                Some(_) => return Err(busy("remove rules from chains of iptables")),
            }
        }
    }
    Ok(())
}
