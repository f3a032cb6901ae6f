//! Chains of others on the way of packets through this host, and what becomes of packets there.

use nl::netfilter::expr::{expression as expr, immediate, lookup, matching, objref, target};
use nl::netfilter::set::DataType;
use nl::netfilter::verdict::{self, Code};
use nl::netfilter::{Family, NfGen, Register, chain, data, hook, object, rule, table};
use nl::{Batch, DecodeError, Flags, View};

use super::Netfilter;
use super::netfilter::comment;
use crate::error::Result;
use crate::facts::ForwardChain;

/// A chain as the kernel has it.
#[derive(Clone, Copy, Debug)]
pub struct FoundChain {
    /// Whether it drops what no rule decides about.
    pub drops: bool,
    /// Whether packets meet it without a jump.
    pub is_base: bool,
    /// How many rules it has, and jumps lead to it.
    pub used: u32,
}

/// A rule as the kernel has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRule {
    /// What it is removed by.
    pub handle: u64,
    /// Its comment.
    pub comment: Option<String>,
    /// What it does with every packet; `None` when it has conditions, or decides nothing.
    fate: Option<Fate>,
}

/// What becomes of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    /// It passes.
    Passes,
    /// It is dropped, with or without an answer.
    Drops,
    /// Another chain decides, then the next rule.
    Jump(String),
    /// Another chain decides, then the one that jumped here.
    Goto(String),
    /// The chain that jumped here goes on.
    Return,
}

/// What tells a rule by which the packets in question pass: its comment, and the name of a link in
/// it, or its begin.
pub type Passes<'a> = (&'a str, &'a [u8]);

/// A walk along the chains of a table.
struct Walk<'a> {
    family: NfGen,
    table: &'a str,
    passes: Option<Passes<'a>>,
    most: Option<u32>,
    reached: Vec<String>,
}

impl Netfilter {
    /// The base chains on the way of packets through this host. Those behind which there are more
    /// than `most` rules are taken to pass everything; those of table `own` are left out.
    pub fn forward_chains(&mut self, own: &str, most: Option<u32>) -> Result<Vec<ForwardChain>> {
        let found = self.dump(
            |batch| {
                batch.push(chain::GET, Flags::DUMP, NfGen::default(), |_| {});
            },
            |message| {
                let (header, view) = message.decode(chain::NEW)?;
                let Some(hook) = view.nest(chain::HOOK)? else { return Ok(None) };
                let family = match Family(header.family) {
                    Family::IPV4 => "ip",
                    Family::IPV6 => "ip6",
                    Family::INET => "inet",
                    _ => return Ok(None),
                };
                if hook.get(hook::HOOKNUM)? != Some(chain::Hook::FORWARD.0) {
                    return Ok(None);
                }
                let text = |text: Option<nl::Text<'_>>| text.unwrap_or_default().to_string();
                let (table, name) = (text(view.get(chain::TABLE)?), text(view.get(chain::NAME)?));
                if table == own {
                    return Ok(None);
                }
                Ok(Some((ForwardChain { family, table, name, drops: false }, read(&view)?)))
            },
        )?;
        let mut chains = Vec::new();
        for (mut chain, found) in found {
            let (family, ForwardChain { table, name, .. }) = (family(&chain), &chain);
            chain.drops = self.dropped(family, table, name, found, None, most)?.is_some();
            chains.push(chain);
        }
        Ok(chains)
    }

    /// The chains that packets which no condition of a rule is about come to, from base `chain` on
    /// until they are dropped; `None` when they pass. They do at a rule that `passes` tells of, and
    /// are taken to when there are more than `most` rules on the way.
    pub fn dropped(
        &mut self,
        family: NfGen,
        table: &str,
        chain: &str,
        found: FoundChain,
        passes: Option<Passes<'_>>,
        most: Option<u32>,
    ) -> Result<Option<Vec<String>>> {
        let mut walk = Walk { family, table, passes, most, reached: Vec::new() };
        let decided = self.decides(&mut walk, chain, found.used)?;
        Ok(decided.unwrap_or(found.drops).then_some(walk.reached))
    }

    /// Whether a chain drops packets; `None` when it leaves it to whoever jumped there. A chain
    /// that was reached before did so.
    fn decides(&mut self, walk: &mut Walk<'_>, chain: &str, used: u32) -> Result<Option<bool>> {
        if walk.reached.iter().any(|known| known == chain) {
            return Ok(None);
        }
        walk.reached.push(chain.to_owned());
        if let Some(most) = &mut walk.most {
            let Some(left) = most.checked_sub(used) else { return Ok(Some(false)) };
            *most = left;
        }
        for rule in self.rules(walk.family, walk.table, chain, walk.passes)? {
            let decided = match &rule.fate {
                Some(Fate::Passes) => Some(false),
                Some(Fate::Drops) => Some(true),
                Some(Fate::Jump(other) | Fate::Goto(other)) => {
                    // How long it is matters only to who has a limit.
                    let used = match walk.most {
                        None => 0,
                        Some(_) => {
                            self.chain(walk.family, walk.table, other)?.map_or(0, |it| it.used)
                        }
                    };
                    self.decides(walk, other, used)?
                }
                Some(Fate::Return) | None => None,
            };
            if decided.is_some() {
                return Ok(decided);
            }
            if matches!(rule.fate, Some(Fate::Return | Fate::Goto(_))) {
                break;
            }
        }
        Ok(None)
    }

    /// A chain; `None` when there is no such.
    pub fn chain(&mut self, family: NfGen, table: &str, name: &str) -> Result<Option<FoundChain>> {
        let mut found = None;
        self.ask(
            &format!("chain \"{name}\""),
            |batch| get(batch, family, table, name),
            |message| {
                found = Some(read(&message.decode(chain::NEW)?.1)?);
                Ok(())
            },
        )?;
        Ok(found)
    }

    /// The comment of table `name` of family inet, and of each of some chains whether it is there,
    /// in one send; `None` when there is no such table.
    pub fn survey(
        &mut self,
        name: &str,
        chains: &[(NfGen, &str, &str)],
    ) -> Result<Option<(String, Vec<Option<FoundChain>>)>> {
        let mut own = String::new();
        let mut found = vec![None; chains.len()];
        let first = self.socket.seq();
        let there = self.ask(
            &format!("table \"{name}\""),
            |batch| {
                batch.push(table::GET, Flags::empty(), NfGen::INET, |m| {
                    m.put(table::NAME, name);
                });
                chains.iter().for_each(|(family, table, name)| get(batch, *family, table, name));
            },
            |message| {
                match message.header.seq.wrapping_sub(first).checked_sub(1) {
                    None => {
                        let (_, view) = message.decode(table::NEW)?;
                        own = comment(view.get(table::USERDATA)?).unwrap_or_default();
                    }
                    Some(n) => {
                        let chain = read(&message.decode(chain::NEW)?.1)?;
                        found.get_mut(n as usize).into_iter().for_each(|it| *it = Some(chain));
                    }
                }
                Ok(())
            },
        )?;
        Ok(there.then_some((own, found)))
    }

    /// The rules of a chain; none when it is not there. The one that `passes` tells of does so with
    /// every packet.
    pub fn rules(
        &mut self,
        family: NfGen,
        table: &str,
        chain: &str,
        passes: Option<Passes<'_>>,
    ) -> Result<Vec<FoundRule>> {
        self.dump(
            |batch| {
                batch.push(rule::GET, Flags::DUMP, family, |m| {
                    m.put(rule::TABLE, table).put(rule::CHAIN, chain);
                });
            },
            |message| {
                let (_, view) = message.decode(rule::NEW)?;
                let comment = note(&view)?;
                let is_it = |(own, link): Passes<'_>| {
                    comment.as_deref() == Some(own) && has(message.body, link)
                };
                let fate = match passes.is_some_and(is_it) {
                    true => Some(Fate::Passes),
                    false => fate(&view)?,
                };
                let handle = view.get(rule::HANDLE)?.unwrap_or_default();
                Ok(Some(FoundRule { handle, comment, fate }))
            },
        )
    }

    /// Whether a rule in the table of a base chain, that of no other base chain, has some of these
    /// bytes, or a set of links that it looks up: the name of a link, or its begin. In a table of
    /// more than `most` rules it is taken to have.
    pub fn is_named(
        &mut self,
        chain: &ForwardChain,
        names: &[&[u8]],
        most: Option<u32>,
    ) -> Result<bool> {
        let (family, table) = (family(chain), &*chain.table);
        let chains = self.chains(family, table, read)?;
        let used = chains.iter().fold(0, |sum: u32, (_, found)| sum.saturating_add(found.used));
        if most.is_some_and(|most| used > most) {
            return Ok(true);
        }
        let mut wanted: Vec<Vec<u8>> = names.iter().map(|name| name.to_vec()).collect();
        for (set, key) in self.sets(family, table)? {
            let is_it = |element: &Vec<u8>| names.iter().any(|name| has(element, name));
            if key.has(DataType::IFNAME)
                && self.raw_elements(family, table, &set)?.iter().any(is_it)
            {
                wanted.push([&lookup::SET.code().to_ne_bytes(), set.as_bytes(), &[0]].concat());
            }
        }
        let about = self.dump(
            |batch| {
                batch.push(rule::GET, Flags::DUMP, family, |m| {
                    m.put(rule::TABLE, table);
                });
            },
            // In whatever expression it stands.
            |message| {
                if !wanted.iter().any(|name| has(message.body, name)) {
                    return Ok(None);
                }
                let (_, view) = message.decode(rule::NEW)?;
                Ok(view.get(rule::CHAIN)?.map(|name| name.to_string()))
            },
        )?;
        let is_other = |name: &String| {
            *name != chain.name && chains.iter().any(|(own, found)| own == name && found.is_base)
        };
        Ok(!about.iter().all(is_other))
    }

    /// The chains of a table, each with what `take` takes of it.
    pub(super) fn chains<T>(
        &mut self,
        family: NfGen,
        table: &str,
        take: impl Fn(&View<'_, chain::Chain>) -> std::result::Result<T, DecodeError>,
    ) -> Result<Vec<(String, T)>> {
        self.dump(
            |batch| {
                batch.push(chain::GET, Flags::DUMP, family, |m| {
                    m.put(chain::TABLE, table);
                });
            },
            |message| {
                let (_, view) = message.decode(chain::NEW)?;
                // The kernel lists those of all tables.
                if view.get(chain::TABLE)?.is_none_or(|name| *name.as_bytes() != *table.as_bytes())
                {
                    return Ok(None);
                }
                let name = view.get(chain::NAME)?.unwrap_or_default().to_string();
                Ok(Some((name, take(&view)?)))
            },
        )
    }
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|own| own == part)
}

fn get(batch: &mut Batch<'_>, family: NfGen, table: &str, name: &str) {
    batch.push(chain::GET, Flags::empty(), family, |m| {
        m.put(chain::TABLE, table).put(chain::NAME, name);
    });
}

fn read(view: &View<'_, chain::Chain>) -> std::result::Result<FoundChain, DecodeError> {
    Ok(FoundChain {
        drops: view.get(chain::POLICY)? == Some(Code::DROP),
        is_base: view.nest(chain::HOOK)?.is_some(),
        used: view.get(chain::USE)?.unwrap_or_default(),
    })
}

fn family(chain: &ForwardChain) -> NfGen {
    match chain.family {
        "ip" => NfGen::IPV4,
        "ip6" => NfGen::IPV6,
        _ => NfGen::INET,
    }
}

/// The comment of a rule, by nft(8) or by iptables.
fn note(rule: &View<'_, rule::Rule>) -> std::result::Result<Option<String>, DecodeError> {
    let native = comment(rule.get(rule::USERDATA)?);
    let Some(list) = rule.nest(rule::EXPRESSIONS)?.filter(|_| native.is_none()) else {
        return Ok(native);
    };
    for one in list.iter() {
        let one = one?.attributes::<expr::Expression>();
        if one.get(expr::NAME)?.is_none_or(|name| name.as_bytes() != b"match") {
            continue;
        }
        let Some(of) = one.nest(expr::MATCHING)? else { continue };
        if of.get(matching::NAME)?.is_some_and(|name| name.as_bytes() == b"comment") {
            let text = of.get(matching::INFO)?.unwrap_or_default().split(|byte| *byte == 0).next();
            return Ok(text.map(|text| String::from_utf8_lossy(text).into_owned()));
        }
    }
    Ok(None)
}

/// What a rule does with every packet.
fn fate(rule: &View<'_, rule::Rule>) -> std::result::Result<Option<Fate>, DecodeError> {
    let Some(list) = rule.nest(rule::EXPRESSIONS)? else { return Ok(None) };
    for one in list.iter() {
        let one = one?.attributes::<expr::Expression>();
        let name = one.get(expr::NAME)?.unwrap_or_default();
        match name.as_bytes() {
            b"counter" | b"last" | b"log" => {}
            b"objref" => {
                let kind =
                    one.nest(expr::OBJREF)?.map(|of| of.get(objref::IMM_TYPE)).transpose()?;
                if kind.flatten() != Some(object::Type::COUNTER) {
                    return Ok(None);
                }
            }
            b"reject" => return Ok(Some(Fate::Drops)),
            b"match" => {
                let of = one.nest(expr::MATCHING)?.map(|of| of.get(matching::NAME)).transpose()?;
                if of.flatten().is_none_or(|name| name.as_bytes() != b"comment") {
                    return Ok(None);
                }
            }
            b"target" => {
                let to = one.nest(expr::TARGET)?.map(|to| to.get(target::NAME)).transpose()?;
                let rejects = to.flatten().is_some_and(|name| name.as_bytes() == b"REJECT");
                return Ok(rejects.then_some(Fate::Drops));
            }
            b"immediate" => {
                let Some(own) = one.nest(expr::IMMEDIATE)? else { return Ok(None) };
                if own.get(immediate::DREG)? != Some(Register::VERDICT) {
                    continue;
                }
                let data = own.nest(immediate::DATA)?;
                let verdict = data.map(|data| data.nest(data::VERDICT)).transpose()?.flatten();
                let Some(verdict) = verdict else { return Ok(None) };
                let to = verdict.get(verdict::CHAIN)?.unwrap_or_default().to_string();
                return Ok(match verdict.get(verdict::CODE)? {
                    Some(Code::ACCEPT) => Some(Fate::Passes),
                    Some(Code::DROP) => Some(Fate::Drops),
                    Some(Code::JUMP) => Some(Fate::Jump(to)),
                    Some(Code::GOTO) => Some(Fate::Goto(to)),
                    Some(Code::RETURN) => Some(Fate::Return),
                    _ => None,
                });
            }
            // A condition, or something that decides nothing.
            _ => return Ok(None),
        }
    }
    Ok(None)
}
