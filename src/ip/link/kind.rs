//! What is particular to a kind of link: showing it (`-d`) and setting it.

use nl::route::{bridge, vxlan};
use nl::{Schema, Shape, Value, View};

use super::kinds::How::{
    Address, Bit, BridgeId, Flag, Hexadecimal, Hidden, Limit, Link, Mac, Negated, Number, Ports,
    Switch, Timer, Ttl, Word,
};
use super::kinds::{Field, table};
use crate::ip::failure::{Failure, Result};
use crate::ip::out::{Out, Val};
use crate::ip::parse;
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::Words;

/// Prints the settings of a link of kind `kind`.
pub(super) fn print(session: &mut Session, kind: &str, key: &str, data: &[u8]) -> Result<()> {
    let Some((fields, schema)) = table(kind) else { return Ok(()) };
    let view = View::<nl::route::info::Info>::new(data);
    session.out.object(key);
    for field in fields {
        let code = match field.how {
            Address(code6) if view.find(field.code)?.is_none() => code6,
            _ => field.code,
        };
        let Some(attr) = view.find(code)? else { continue };
        match field.how {
            // A VXLAN calls the same number a group when it is one.
            Address(_) if matches!(field.name, "group" | "remote") && kind == "vxlan" => {
                let address = nl::value::Ip::decode(attr.value);
                let group = address.is_some_and(|address| address.is_multicast());
                if group == (field.name == "group") {
                    value(&mut session.out, field, attr.value, 0);
                }
            }
            Link => {
                let index = integer(attr.value, false) as u32;
                let name = session.link_name(index);
                if index != 0 {
                    session.out.text(&format!("{} ", field.name));
                    session.out.put(field.json, Val::Bytes(&name), " ");
                }
            }
            _ => {
                let big = matches!(
                    schema.field(field.code).map(|field| field.shape),
                    Some(Shape::Int { big: true, .. })
                );
                value(&mut session.out, field, attr.value, integer(attr.value, big));
            }
        }
    }
    session.out.end_object();
    Ok(())
}

/// The unsigned integer that the bytes are.
fn integer(bytes: &[u8], big: bool) -> u64 {
    let digit = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    if big || cfg!(target_endian = "big") {
        bytes.iter().fold(0, digit)
    } else {
        bytes.iter().rev().fold(0, digit)
    }
}

/// Prints a value with its name. A setting without a name in the text, or in JSON, is not there.
fn labelled(out: &mut Out, field: &Field, value: Val<'_>) {
    let name = if out.json { field.json } else { field.name };
    if !name.is_empty() {
        out.text(name);
        out.text(" ");
        out.put(name, value, " ");
    }
}

fn value(out: &mut Out, field: &Field, bytes: &[u8], number: u64) {
    match field.how {
        Limit if number == 0 => {}
        Number | Limit => labelled(out, field, Val::Big(number)),
        Switch => {
            let text = if number != 0 { "on" } else { "off" };
            let value = if out.json { Val::Bool(number != 0) } else { Val::Str(text) };
            labelled(out, field, value);
        }
        Word(words) => match words.iter().find(|word| word.1 == number) {
            Some((word, _)) if *word != "unset" || out.json => labelled(out, field, Val::Str(word)),
            Some(_) => {}
            None => labelled(out, field, Val::Str("unknown")),
        },
        Timer => labelled(out, field, Val::Hundredths(number)),
        BridgeId => {
            if let Some((priority, mac)) = bytes.split_first_chunk::<2>() {
                let priority = u16::from_be_bytes(*priority);
                // Unlike any other hardware address, its bytes have no leading zeroes.
                let mac: Vec<_> = mac.iter().map(|byte| format!("{byte:x}")).collect();
                let text = format!("{priority:04x}.{}", mac.join(":"));
                labelled(out, field, Val::Str(&text));
            }
        }
        Hexadecimal => {
            let text = if number == 0 && !field.name.ends_with("_str") {
                "0".to_owned()
            } else {
                format!("{number:#x}")
            };
            labelled(out, field, Val::Str(&text));
        }
        Mac => labelled(out, field, Val::Str(&parse::mac_text(bytes, 1))),
        Address(_) => {
            if let Some(address) = nl::value::Ip::decode(bytes)
                && !address.is_unspecified()
            {
                labelled(out, field, Val::Str(&parse::ip_text(address)));
            }
        }
        Negated(shown) => {
            let on = number != 0;
            // What is always told in JSON is told in the text as far as it is not usual.
            if out.json {
                if shown || on {
                    out.json(field.json, Val::Bool(on));
                }
            } else if field.name == "learning" {
                out.text(if on { "" } else { "nolearning " });
            } else if shown || on {
                out.text(if on { "" } else { "no" });
                out.text(field.name);
                out.text(" ");
            }
        }
        Bit(bit) => {
            if let Some((values, _)) = bytes.split_first_chunk::<4>() {
                let on = u32::from_ne_bytes(*values) >> bit & 1;
                labelled(out, field, Val::Big(on.into()));
            }
        }
        Flag => out.flag(field.json, &format!("{} ", field.name)),
        Ports => {
            if let Some((&[a, b, c, d], _)) = bytes.split_first_chunk::<4>() {
                let (low, high) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
                if out.json {
                    out.object(field.json);
                    out.json("low", low);
                    out.json("high", high);
                    out.end_object();
                } else {
                    out.text(&format!("{} {low} {high} ", field.name));
                }
            }
        }
        Ttl(zero) => {
            if number == 0 && out.json && !zero.is_empty() {
                out.json(field.json, 0_u8);
            } else if number == 0 {
                if !zero.is_empty() {
                    out.text(&format!("{} {zero} ", field.name));
                }
            } else if number == 1 && zero.is_empty() {
                labelled(out, field, Val::Str("inherit"));
            } else if zero.is_empty() {
                labelled(out, field, Val::Str(&format!("{number:#x}")));
            } else {
                labelled(out, field, Val::Big(number));
            }
        }
        Link | Hidden => {}
    }
}

/// Reads the settings of a link of kind `kind` to the end of the words.
pub(super) fn parse(session: &mut Session, kind: &str, words: &mut Words) -> Result<Settings> {
    let mut settings = Settings::default();
    let known = table(kind);
    let mut bits = (0_u32, 0_u32);
    while let Some(word) = words.next() {
        let found = known.and_then(|(fields, schema)| {
            let plain = |field: &&Field| field.name == word && !field.name.is_empty();
            let negated = |field: &&Field| {
                matches!(field.how, Negated(_)) && word.strip_prefix("no") == Some(field.name)
            };
            let field = fields.iter().find(plain).or_else(|| fields.iter().find(negated))?;
            Some((field, schema))
        });
        let Some((field, schema)) = found else {
            return Err(Failure::new(format!("{kind}: unknown command \"{word}\"?")));
        };
        match field.how {
            Hidden if field.name == "fdb_flush" => settings.raw(field.code, &[]),
            Flag => settings.raw(field.code, &[]),
            Negated(_) => settings.raw(field.code, &[u8::from(word == field.name)]),
            Bit(bit) => {
                let on: u8 = parse::number(&words.value()?, &format!("invalid {word}"))?;
                bits.0 |= u32::from(on != 0) << bit;
                bits.1 |= 1 << bit;
            }
            _ => {
                let argument = words.value()?;
                let (code, bytes) = encode(session, field, schema, &argument, words)?;
                settings.raw(code, &bytes);
            }
        }
    }
    // Where each packet says its own remote there is nothing to learn.
    let external = is_on(&settings, vxlan::COLLECT_METADATA.code());
    if kind == "vxlan" && external && !settings.has(vxlan::LEARNING.code()) {
        settings.put(vxlan::LEARNING, 0);
    }
    if bits.1 != 0 {
        let bytes = [bits.0.to_ne_bytes(), bits.1.to_ne_bytes()].concat();
        settings.raw(bridge::MULTI_BOOLOPT.code(), &bytes);
    }
    Ok(settings)
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
        Word(list) => match list.iter().find(|entry| entry.0 == argument) {
            Some(entry) => entry.1,
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
        Link => u64::from(session.expect_link(argument)?),
        Ports => {
            let low: u16 = parse::number(argument, "min port")?;
            let high: u16 = parse::number(&words.value()?, "max port")?;
            let bytes = [low.to_be_bytes(), high.to_be_bytes()].concat();
            return Ok((field.code, bytes));
        }
        Ttl(zero) if argument == "inherit" => u64::from(zero.is_empty()),
        Ttl(zero) if argument == zero => 0,
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
