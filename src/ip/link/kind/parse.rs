//! The settings of a link, read from the command line.

use nl::route::{macvlan, vlan, vxlan};
use nl::{Attr, Nest, Schema, Shape};

use super::help::help;
use super::table::How::{
    Address, Bit, Flag, FlagBit, Flags, Hidden, Link, Mac, Map, Negated, OneBit, Ports, RouteTable,
    Same, Sources, Switch, Tos, Ttl, Word,
};
use super::table::{Field, table};
use crate::ip::failure::{Failure, Result};
use crate::ip::names::Table;
use crate::ip::parse;
use crate::ip::session::Session;
use crate::ip::settings::{Any, Settings};
use crate::ip::words::{Words, is, means};

/// Bits of one attribute, each named by a word of its own.
#[derive(Debug, Default)]
struct Bits {
    code: u16,
    values: u32,
    mask: u32,
}

impl Bits {
    fn set(&mut self, code: u16, bit: u32, on: bool) {
        self.code = code;
        self.mask |= bit;
        if on {
            self.values |= bit;
        }
    }
}

/// Reads the settings of a link of kind `kind` to the end of the words.
pub(in crate::ip::link) fn parse(
    session: &mut Session,
    kind: &str,
    words: &mut Words,
) -> Result<Settings> {
    let mut settings = Settings::default();
    let known = table(kind);
    let mut bits = Bits::default();
    let mut plain_flags = None;
    while let Some(word) = words.next() {
        let found = known.and_then(|(fields, schema)| {
            let (field, on) = find(fields, &word)?;
            Some((field, on, schema))
        });
        let Some((field, on, schema)) = found else {
            return Err(unknown(kind, &word));
        };
        // The other kinds take the last.
        if kind == "vxlan" && field.code != vxlan::GROUP.code() && settings.has(field.code) {
            return Err(Failure::garbage(field.name, words.peek().unwrap_or(&word)));
        }
        match field.how {
            Flag | Hidden => settings.raw(field.code, &[]),
            Link(_) if !on => settings.raw(field.code, &0_u32.to_ne_bytes()),
            Negated(..) => settings.raw(field.code, &[on.into()]),
            Bit(bit) => {
                let on: u8 = parse::number(&words.value()?, &format!("invalid {word}"))?;
                bits.set(field.code, 1 << bit, on != 0);
            }
            FlagBit(bit) => {
                let on = parse::switch(field.name, &words.value()?)?;
                bits.set(field.code, bit, on);
            }
            OneBit(bit) => {
                let (_, set) = plain_flags.get_or_insert((field.code, 0));
                *set |= bit;
            }
            Flags => {
                let (_, set) = plain_flags.get_or_insert((field.code, 0));
                *set |= flag(&words.value()?)?;
            }
            Map => map(field, words, &mut settings)?,
            Sources => sources(words, &mut settings)?,
            Ttl(inherit) if words.peek() == Some("inherit") => {
                let _ = words.next();
                // To a VXLAN being there is the message.
                settings.raw(inherit, if kind == "vxlan" { &[] } else { &[1] });
            }
            _ => {
                let argument = words.value()?;
                let (code, bytes) = encode(session, field, schema, &argument, words)?;
                settings.raw(code, &bytes);
            }
        }
    }
    if kind == "vxlan" {
        complete_vxlan(&mut settings)?;
    }
    if bits.mask != 0 {
        let bytes = [bits.values.to_ne_bytes(), bits.mask.to_ne_bytes()].concat();
        settings.raw(bits.code, &bytes);
    }
    if let Some((code, set)) = plain_flags {
        let passthru = settings
            .plain()
            .any(|(code, mode)| code == macvlan::MODE.code() && mode == 8_u32.to_ne_bytes());
        if kind.starts_with("macv") && set & 1 != 0 && !passthru {
            let text = format!("{kind}: nopromisc flag only valid in passthru mode");
            return Err(Failure::new(text));
        }
        settings.raw(code, &set.to_ne_bytes());
    }
    Ok(settings)
}

/// The setting that a word stands for, and whether it is the word without `no`.
fn find(fields: &'static [Field], word: &str) -> Option<(&'static Field, bool)> {
    let named = |field: &&Field| field.least > 0 && means(word, field.name, field.least);
    let negated = |field: &&Field| match field.how {
        Link(least) | Negated(_, least) => {
            least > 0 && means(word, &format!("no{}", field.name), least)
        }
        _ => false,
    };
    let Some(field) = fields.iter().find(named) else {
        return Some((fields.iter().find(negated)?, false));
    };
    match field.how {
        Same(name) => find(fields, name),
        _ => Some((field, true)),
    }
}

/// The complaint about a word that is no setting of a kind; its usage when that was asked for.
pub(in crate::ip::link) fn unknown(kind: &str, word: &str) -> Failure {
    match help(kind) {
        None => {
            let text =
                format!("Garbage instead of arguments \"{word} ...\". Try \"ip link help\".");
            Failure::new(text)
        }
        Some(text) if is(word, "help") => Failure { text, code: 1 },
        Some(_) => {
            let commands = ["bridge", "vxlan", "vlan", "bond", "geneve", "veth"];
            let what = if commands.contains(&kind) { "command" } else { "option" };
            Failure::new(format!("{kind}: unknown {what} \"{word}\"?"))
        }
    }
}

/// The bit of a flag of a macvlan.
fn flag(word: &str) -> Result<u16> {
    match word {
        "null" => Ok(0),
        "nopromisc" => Ok(1),
        "nodst" => Ok(2),
        _ => Err(parse::one_of("flag", &["nopromisc", "nodst", "null"], word)),
    }
}

/// Refuses what contradicts itself, and adds what follows.
fn complete_vxlan(settings: &mut Settings) -> Result<()> {
    let remotes = settings
        .plain()
        .filter(|(code, _)| [vxlan::GROUP.code(), vxlan::GROUP6.code()].contains(code));
    if remotes.count() > 1 {
        let text = "vxlan: both group and remote cannot be specified";
        return Err(Failure::new(text.into()));
    }
    if !is_on(settings, vxlan::COLLECT_METADATA.code()) {
        return Ok(());
    }
    if settings.has(vxlan::ID.code()) {
        let text = "vxlan: both 'external' and vni cannot be specified";
        return Err(Failure::new(text.into()));
    }
    // Where each packet says its own remote there is nothing to learn.
    if !settings.has(vxlan::LEARNING.code()) {
        settings.put(vxlan::LEARNING, 0);
    }
    Ok(())
}

/// Whether a switch is on.
fn is_on(settings: &Settings, code: u16) -> bool {
    settings.plain().any(|(own, bytes)| own == code && bytes == [1])
}

fn encode(
    session: &mut Session,
    field: &Field,
    schema: &Schema,
    argument: &str,
    words: &mut Words,
) -> Result<(u16, Vec<u8>)> {
    let wrong = || Failure::wrong(argument, &format!("invalid {}", field.name));
    let number = match field.how {
        Switch => u64::from(parse::switch(field.name, argument)?),
        Word(list) => match list.iter().find(|entry| is_word(entry.0, argument)) {
            Some(entry) => entry.1,
            None if parse::wide(argument).is_some() => parse::wide(argument).unwrap_or_default(),
            None => {
                let names: Vec<_> = list.iter().map(|entry| entry.0).collect();
                return Err(parse::one_of(field.name, &names, argument));
            }
        },
        Mac => return Ok((field.code, parse::mac(argument)?)),
        Address(code6) => {
            let address = parse::expect_address(argument, 0)?;
            return Ok(match address {
                std::net::IpAddr::V4(v4) => (field.code, v4.octets().to_vec()),
                std::net::IpAddr::V6(v6) => (code6, v6.octets().to_vec()),
            });
        }
        Link(_) if field.name == "dev" => {
            let missing = || Failure { code: 255, ..Failure::no_device(argument) };
            session.find_link(argument).ok_or_else(missing)?.into()
        }
        Link(_) => session.expect_master(argument)?.into(),
        Ports => {
            let low: u16 = parse::number(argument, "min port")?;
            let high: u16 = parse::number(&words.value()?, "max port")?;
            let bytes = [low.to_be_bytes(), high.to_be_bytes()].concat();
            return Ok((field.code, bytes));
        }
        RouteTable => {
            let wrong = || Failure::wrong_value(argument, "invalid table ID");
            session.names.number(Table::Tables, argument).ok_or_else(wrong)?.into()
        }
        Tos if argument == "inherit" => 1,
        Ttl(_) if argument == "auto" => 0,
        _ => parse::wide(argument).ok_or_else(wrong)?,
    };
    if field.name == "id" && number >= 1 << 24 {
        return Err(wrong());
    }
    let (width, big) = match schema.field(field.code).map(|field| field.shape) {
        Some(Shape::Int { bytes, big, .. }) => (usize::from(bytes), big),
        _ => (4, false),
    };
    if width < 8 && number >> (8 * width) != 0 {
        return Err(wrong());
    }
    let bytes = if big || cfg!(target_endian = "big") {
        number.to_be_bytes().get(8 - width..).map(<[u8]>::to_vec)
    } else {
        number.to_le_bytes().get(..width).map(<[u8]>::to_vec)
    };
    Ok((field.code, bytes.unwrap_or_default()))
}

/// Whether `word` is that name; the protocols of VLANs are written either way, `802.1Q` or `802.1q`.
fn is_word(name: &str, word: &str) -> bool {
    name == word || (name.starts_with("802.1") && name.eq_ignore_ascii_case(word))
}

/// Reads pairs `1:2`, as many as there are.
fn map(field: &Field, words: &mut Words, settings: &mut Settings) -> Result<()> {
    let mut pairs = Settings::default();
    while let Some(word) = words.peek() {
        let number = |text: &str| parse::unsigned(text);
        let pair = word.split_once(':').and_then(|(from, to)| Some((number(from)?, number(to)?)));
        let Some((from, to)) = pair else { break };
        pairs.put(vlan::MAPPING, vlan::Mapping { from, to });
        let _ = words.next();
    }
    if pairs.is_empty() {
        let word = words.value()?;
        return Err(Failure::wrong(&word, &format!("invalid {}", field.name)));
    }
    settings.nest(Attr::<Any, Nest<Any>>::new(field.code), pairs);
    Ok(())
}

/// Reads `add MAC`, `del MAC`, `set [MAC ...]` or `flush`.
fn sources(words: &mut Words, settings: &mut Settings) -> Result<()> {
    use macvlan::AddressMode;
    let word = words.value()?;
    let mode = match word.as_str() {
        "add" => AddressMode::ADD,
        "del" => AddressMode::DEL,
        "set" => AddressMode::SET,
        "flush" => AddressMode::FLUSH,
        _ => {
            let list = ["add", "del", "set", "flush"];
            return Err(parse::one_of("macaddr", &list, &word));
        }
    };
    settings.put(macvlan::MACADDR_MODE, mode);
    if matches!(mode, AddressMode::ADD | AddressMode::DEL) {
        settings.raw(macvlan::MACADDR.code(), &parse::mac(&words.value()?)?);
    } else if mode == AddressMode::SET {
        let mut list = Settings::default();
        while let Some(word) = words.next() {
            list.raw(macvlan::MACADDR.code(), &parse::mac(&word)?);
        }
        settings.nest(macvlan::MACADDR_DATA, list);
    }
    Ok(())
}
