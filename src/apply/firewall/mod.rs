//! The ruleset carried out: one transaction each.

mod condition;
mod encode;
#[cfg(test)]
mod encode_tests;
mod foreign;
mod forwarding;
mod left;
mod ports;
mod removal;
mod request;
mod value;

use nl::netfilter::NfGen;
use nl::socket::Refusal;
use nl::{Batch, Flags};

use crate::error::{Error, Result};
use crate::facts::Network;
use crate::kernel::{self, FoundChain, Kernel, Netfilter, words};
use crate::plan::firewall::rule::{Rule, Term};
use crate::plan::firewall::set::{BRIDGES, OTHERS, Value};
use crate::plan::firewall::{self, Change, FORWARD, Guard, TABLE, VERSION};
use crate::sys::Errno;

pub use condition::{Condition, condition, is_broken};
pub use foreign::{blocking, meets};
pub use forwarding::is_lent;
pub use left::left;
pub use ports::publish;
pub use removal::{release, sweep};
pub use request::{Published, ports, sweep_all, unmark, unpublish};

/// How often to try again when others change the ruleset in between.
const TRIES: usize = 20;

/// Carries out changes, all or none, and with a generation only if nobody changed the ruleset
/// since; the refusals.
fn commit(
    netfilter: &mut Netfilter,
    generation: Option<u32>,
    changes: &[Change],
) -> Result<Vec<Refusal>> {
    netfilter.commit_if(generation, |batch| write(changes, batch))
}

/// Writes changes that travel together, without the messages around them.
pub(super) fn write(changes: &[Change], batch: &mut Batch<'_>) {
    let last = changes.len().saturating_sub(1);
    for (n, change) in changes.iter().enumerate() {
        let flags = if n == last { Flags::ACK } else { Flags::empty() };
        encode::encode(change, batch, flags);
    }
}

/// Makes the rules of a network, and the table when it is not there, or is that of another
/// version.
///
/// # Errors
/// The kernel refused; nothing was changed.
pub(super) fn add_rules(kernel: &mut Kernel, network: &Network, guard: &Guard) -> Result<()> {
    let own = [firewall::network(network), firewall::guard(guard)].concat();
    // What an interrupted removal left of another network is in the way of this one.
    let mut in_the_way = false;
    for _ in 0..TRIES {
        let comment = kernel.netfilter()?.table_comment(TABLE)?;
        let is_ours = comment.as_deref() == Some(VERSION) && !in_the_way;
        let (generation, changes) = match is_ours {
            true => (None, own.clone()),
            false => whole(kernel, comment.is_some(), Some(network), &own)?,
        };
        let refusals = commit(kernel.netfilter()?, generation, &changes)?;
        if refusals.is_empty() && comment.is_some() {
            // The bridge is new, and says nothing of ports that led into its subnet before.
            sweep_all(kernel)?;
        }
        match refusals.first() {
            None if meets(network) => {
                return foreign::admit(kernel.netfilter()?, network, None).map(drop);
            }
            None => return Ok(()),
            Some(refusal) if somebody_was_faster(&changes, refusal) => in_the_way = is_ours,
            Some(refusal) => return Err(refused(&changes, refusal)),
        }
    }
    Err(busy("add the firewall rules of the network"))
}

/// Takes the rules of a network away, if they are there, and with those of the last one the table.
///
/// # Errors
/// The kernel refused; nothing was changed.
pub(super) fn remove_rules(kernel: &mut Kernel, network: &Network) -> Result<()> {
    foreign::dismiss(kernel.netfilter()?, |name| name == network.name)?;
    let mut others = kernel.networks()?;
    others.retain(|other| other.number != network.number && other.is_managed());
    if others.is_empty() && remove_table(kernel, Some(network))? {
        return Ok(());
    }
    let mut changes = firewall::forget(network);
    if others.is_empty() {
        // IPv6 alone goes on to be guarded.
        changes.extend(firewall::guard(&guard(kernel, &[])?));
    }
    let refusals = commit(kernel.netfilter()?, None, &changes)?;
    match refusals.first() {
        Some(refusal) if refusal.errno != Errno::ENOENT as i32 => Err(refused(&changes, refusal)),
        _ => Ok(()),
    }
}

/// Takes away the rules of networks that are gone: somebody removed a bridge by other means, or
/// was killed between a bridge and its rules. The caller has the lock of networks, so that none is
/// just being made.
///
/// # Errors
/// The kernel refused.
pub fn sweep_rules(kernel: &mut Kernel) -> Result<()> {
    if !Netfilter::is_there()? {
        return Ok(());
    }
    let networks = kernel.networks()?;
    let is_gone = |name: &str| !networks.iter().any(|network| network.name == name);
    foreign::dismiss(kernel.netfilter()?, is_gone)?;
    let managed = networks.iter().filter(|network| network.is_managed());
    let keys: Vec<_> = managed.map(firewall::link_key).collect();
    if keys.is_empty() && remove_table(kernel, None)? {
        return Ok(());
    }
    let begins = keys.iter().map(|key| value::bytes(std::slice::from_ref(key)));
    let known: Vec<_> = begins.chain(keys.iter().filter_map(value::end)).collect();
    let found = kernel.netfilter()?.elements(TABLE, BRIDGES.name)?;
    if found.iter().all(|element| known.contains(&element.key)) {
        return Ok(());
    }
    rebuild(kernel)
}

/// Takes the table away with the last network, whose bridge may still be there. As long as the
/// table keeps this host from routing for others, it goes only together with forwarding. Whether
/// both are gone.
fn remove_table(kernel: &mut Kernel, last: Option<&Network>) -> Result<bool> {
    if !forwarding::stop(kernel, last.map(|last| &*last.bridge))? {
        return Ok(false);
    }
    let changes = [Change::RemoveTable];
    let refusals = commit(kernel.netfilter()?, None, &changes)?;
    match refusals.first() {
        Some(refusal) if refusal.errno != Errno::ENOENT as i32 => Err(refused(&changes, refusal)),
        _ => Ok(true),
    }
}

/// Makes the whole ruleset anew when there is none of this version, or it was flushed, and lets
/// `networks` pass chains of iptables that have come to drop them; what to say about that.
///
/// # Errors
/// The kernel refused.
pub fn restore(kernel: &mut Kernel, networks: &[&Network]) -> Result<Vec<String>> {
    let met: Vec<_> = networks.iter().filter(|network| meets(network)).collect();
    let chains = [
        (NfGen::INET, TABLE, FORWARD),
        foreign::forward(NfGen::IPV4),
        foreign::forward(NfGen::IPV6),
    ];
    let asked = match met.iter().map(|network| network.options.gateway6.is_some()).max() {
        None => 1,
        Some(has_v6) => 2 + usize::from(has_v6),
    };
    let chains = match kernel.netfilter()?.survey(TABLE, chains.get(..asked).unwrap_or(&chains))? {
        Some((comment, chains)) if comment == VERSION => chains,
        _ => Vec::new(),
    };
    let Some((Some(FoundChain { used: 1.., .. }), others)) = chains.split_first() else {
        rebuild(kernel)?;
        return Ok(vec!["somebody had removed nsrun's firewall rules: they were made anew".into()]);
    };
    let mut told = Vec::new();
    for network in met {
        if foreign::admit_again(kernel.netfilter()?, network, others, FEW)? {
            told.push(format!(
                "iptables dropped what network \"{}\" sends: rules were added that let it pass",
                network.name
            ));
        }
    }
    Ok(told)
}

/// As many rules as it costs next to nothing to look through.
pub const FEW: Option<u32> = Some(1000);

/// Warnings about rules of others that drop what a network sends, and do not know it, each with
/// what to do. Where there are more than `most`, they are not looked through.
///
/// # Errors
/// The kernel refused.
pub fn warnings(kernel: &mut Kernel, network: &Network, most: Option<u32>) -> Result<Vec<String>> {
    if !meets(network) {
        return Ok(Vec::new());
    }
    let chains = foreign::blocking(kernel.netfilter()?, network, most)?;
    Ok(firewall::foreign::warnings(network, &chains, false))
}

/// Makes the whole ruleset anew, from what the links of this host say.
///
/// # Errors
/// The kernel refused; nothing was changed.
pub fn rebuild(kernel: &mut Kernel) -> Result<()> {
    if !kernel.networks()?.iter().any(Network::is_managed) && remove_table(kernel, None)? {
        return Ok(());
    }
    for _ in 0..TRIES {
        let there = kernel.netfilter()?.table_comment(TABLE)?.is_some();
        let (generation, changes) = whole(kernel, there, None, &[])?;
        let refusals = commit(kernel.netfilter()?, generation, &changes)?;
        match refusals.first() {
            None => {
                let networks = kernel.networks()?;
                for network in networks.iter().filter(|network| meets(network)) {
                    foreign::admit(kernel.netfilter()?, network, None)?;
                }
                return Ok(());
            }
            Some(refusal) if somebody_was_faster(&changes, refusal) => {}
            Some(refusal) => return Err(refused(&changes, refusal)),
        }
    }
    Err(busy("make the firewall rules anew"))
}

/// The changes that make the whole ruleset anew, and `more`. `there` is whether there is a table,
/// `unfinished` a network that is just being made, whose rules are in `more`. With the generation
/// that was looked at, if there was a table: what is claimed after that must not go with it.
fn whole(
    kernel: &mut Kernel,
    there: bool,
    unfinished: Option<&Network>,
    more: &[Change],
) -> Result<(Option<u32>, Vec<Change>)> {
    let mut changes = Vec::new();
    let mut generation = None;
    if there {
        generation = Some(kernel.netfilter()?.generation()?);
        changes.push(Change::RemoveTable);
    }
    changes.extend(others(kernel, unfinished)?);
    changes.extend_from_slice(more);
    if there {
        let unnoted = request::unnoted(kernel, &changes)?;
        changes.extend(unnoted);
    }
    Ok((generation, changes))
}

/// The changes that make the whole ruleset out of nothing.
///
/// # Errors
/// It cannot be found out what there is.
pub fn expected(kernel: &mut Kernel) -> Result<Vec<Change>> {
    others(kernel, None)
}

fn others(kernel: &mut Kernel, unfinished: Option<&Network>) -> Result<Vec<Change>> {
    let networks = kernel.networks()?;
    let is_other = |network: &&Network| {
        network.complete && unfinished.is_none_or(|own| own.number != network.number)
    };
    let networks: Vec<&Network> = networks.iter().filter(is_other).collect();
    let mut runs = if networks.is_empty() { Vec::new() } else { kernel.runs()? };
    // The link of a run that has ended stays for a moment, and its ports must not come back.
    runs.retain(|run| run.alive || run.connected.is_some());
    Ok(firewall::whole(&networks, &runs, &guard(kernel, &networks)?))
}

/// What keeps this host from routing for others. The table that is there still knows which bridges
/// were there before; without one, all those that are there now count.
fn guard(kernel: &mut Kernel, networks: &[&Network]) -> Result<Guard> {
    let (forwards4, forwards6) = kernel::forwarding()?;
    let mut guard = Guard::of(forwards4, forwards6);
    if !guard.is_on() {
        return Ok(guard);
    }
    guard.bridges = kernel.other_bridges()?;
    if kernel.netfilter()?.table_comment(TABLE)?.is_some() {
        let found = kernel.netfilter()?.elements(TABLE, OTHERS.name)?;
        let names = found.iter().filter_map(|element| value::read(OTHERS.key, &element.key));
        let known: Vec<_> = names.flatten().collect();
        let ours = |name: &String| networks.iter().any(|network| network.bridge == *name);
        guard.bridges.retain(|name| ours(name) || known.contains(&Value::Link(name.clone())));
    }
    Ok(guard)
}

/// Whether changes were refused only because another made or removed the same between a look and
/// the change.
fn somebody_was_faster(changes: &[Change], refusal: &Refusal) -> bool {
    match Errno::from_raw(refusal.errno) {
        Errno::EEXIST | Errno::ERESTART => true,
        // Of a rule in a table that is made by the same changes: the kernel lacks what it says.
        Errno::ENOENT => {
            let is_rule = matches!(
                changes.get(refusal.index),
                Some(Change::AddRule(_) | Change::AddChain(_))
            );
            !(is_rule && changes.contains(&Change::AddTable))
        }
        _ => false,
    }
}

fn busy(what: &str) -> Error {
    Error::new(format!("cannot {what}"))
        .because("others change the firewall all the time")
        .hint("try again")
}

/// The error of a refused change.
fn refused(changes: &[Change], refusal: &Refusal) -> Error {
    let change = changes.get(refusal.index);
    let what = match change {
        Some(Change::AddRule(rule)) => format!("add firewall rule \"{rule}\""),
        Some(Change::AddSet(set)) => format!("add firewall {} \"{}\"", set.kind(), set.name),
        Some(Change::AddChain(chain)) => format!("add firewall chain \"{}\"", chain.name),
        Some(other) => format!("change the firewall ({other})"),
        None => "change the firewall".into(),
    };
    let error = Error::new(format!("cannot {what}")).because(words(refusal));
    match (Errno::from_raw(refusal.errno), change) {
        (Errno::EPERM, _) => error.hint("this needs CAP_NET_ADMIN: run as root"),
        (Errno::ENOENT | Errno::EOPNOTSUPP, Some(Change::AddRule(rule))) => error.hint(lacks(rule)),
        (Errno::ENOENT | Errno::EOPNOTSUPP, Some(Change::AddChain(_))) => {
            error.hint("the kernel lacks CONFIG_NFT_NAT, or is older than 5.2")
        }
        _ => error,
    }
}

/// What a kernel lacks that refuses a rule.
fn lacks(rule: &Rule) -> String {
    let option = |term: &Term| match term {
        Term::Masquerade => Some("CONFIG_NFT_MASQ"),
        Term::Source(_) | Term::Publish(..) => Some("CONFIG_NFT_NAT"),
        Term::FromHost | Term::ToHost => Some("CONFIG_NFT_FIB_INET"),
        Term::Established | Term::Translated => Some("CONFIG_NFT_CT"),
        _ => None,
    };
    let options: Vec<_> = rule.terms.iter().filter_map(option).collect();
    match options[..] {
        [] => "the kernel lacks CONFIG_NF_TABLES_INET".into(),
        _ => format!("the kernel lacks {}", options.join(" or ")),
    }
}
