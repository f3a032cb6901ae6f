//! The settings of a link, shown.

use nl::route::macvlan::{self, Macvlan};
use nl::route::vlan::{self, Qos, VlanFlags};
use nl::value::Struct;
use nl::{Shape, Value, View};

use super::table::How::{
    Address, Bit, BridgeId, Flag, FlagBit, Flags, Hexadecimal, Hidden, Label, Limit, Link, Mac,
    Map, Negated, Number, OneBit, Ports, RouteTable, Same, Sources, Switch, Timer, Tos, Ttl, Word,
};
use super::table::{Field, table};
use crate::ip::failure::Result;
use crate::ip::out::{Out, Val};
use crate::ip::parse;
use crate::ip::session::Session;

/// Prints the settings of a link of kind `kind`.
pub(in crate::ip::link) fn print(
    session: &mut Session,
    kind: &str,
    key: &str,
    data: &[u8],
) -> Result<()> {
    let Some((fields, schema)) = table(kind) else { return Ok(()) };
    let view = View::<nl::route::info::Info>::new(data);
    session.out.object(key);
    // iproute2 has one blank more there.
    session.out.text(if kind.starts_with("ipv") { " " } else { "" });
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
            Ttl(inherit) if view.find(inherit)?.is_some_and(|attr| attr.value != [0]) => {
                session.out.text("ttl inherit ");
            }
            FlagBit(_) => {
                // All of them are one attribute, which the first one shows.
                if field.name == "reorder_hdr"
                    && let Some(change) = Struct::<vlan::FlagChange>::decode(attr.value)
                {
                    vlan_flags(&mut session.out, change.flags);
                }
            }
            Map => map(&mut session.out, field, View::new(attr.value))?,
            Sources => {
                let mode = view.find(macvlan::MODE.code())?.map(|mode| integer(mode.value, false));
                if mode != Some(macvlan::Mode::SOURCE.0.into()) {
                    continue;
                }
                let data = view.find(macvlan::MACADDR_DATA.code())?;
                let sources = View::new(data.map(|data| data.value).unwrap_or_default());
                macvlan_sources(&mut session.out, attr.value, sources)?;
            }
            Link(_) => {
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
        Limit | Label | Tos if number == 0 => {}
        Number | Limit | RouteTable => labelled(out, field, Val::Big(number)),
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
                let text = parse::ip_text(address);
                if out.json && address.is_ipv6() {
                    out.json(&format!("{}6", field.json), &text);
                } else {
                    labelled(out, field, Val::Str(&text));
                }
            }
        }
        Negated(shown, _) => {
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
        OneBit(bit) => {
            if number & u64::from(bit) != 0 || number == 0 && bit == 0 {
                out.flag(field.json, &format!("{} ", field.name));
            }
        }
        Tos if number == 1 && !out.json => labelled(out, field, Val::Str("inherit")),
        Tos | Label => labelled(out, field, Val::Str(&format!("{number:#x}"))),
        Ttl(_) if number == 0 && !out.json => out.text("ttl auto "),
        Ttl(_) => labelled(out, field, Val::Big(number)),
        Link(_) | Hidden | FlagBit(_) | Flags | Map | Same(_) | Sources => {}
    }
}

/// The flags of a VLAN, in the order of iproute2.
fn vlan_flags(out: &mut Out, flags: VlanFlags) {
    let mut rest = flags;
    out.text("<");
    out.array("flags");
    for flag in [
        VlanFlags::REORDER_HDR,
        VlanFlags::GVRP,
        VlanFlags::MVRP,
        VlanFlags::LOOSE_BINDING,
        VlanFlags::BRIDGE_BINDING,
    ] {
        if flags.contains(flag) {
            rest -= flag;
            let name = flag.iter_names().next().map_or("", |(name, _)| name);
            out.item(name, if rest.is_empty() { "" } else { "," });
        }
    }
    if !rest.is_empty() {
        out.item(&format!("{:x}", rest.bits()), "");
    }
    out.end_array();
    out.text("> ");
}

/// Pairs of priorities, on a line of their own.
fn map(out: &mut Out, field: &Field, pairs: View<'_, Qos>) -> Result<()> {
    out.array(field.json);
    out.line();
    out.text(&format!("      {} {{ ", field.name));
    for pair in pairs.all(vlan::MAPPING) {
        let pair = pair?;
        out.object("");
        out.put("from", pair.from, ":");
        out.put("to", pair.to, " ");
        out.end_object();
    }
    out.end_array();
    out.text("} ");
    Ok(())
}

/// From whom a macvlan in source mode receives.
fn macvlan_sources(out: &mut Out, count: &[u8], sources: View<'_, Macvlan>) -> Result<()> {
    out.text("remotes (");
    out.put("macaddr_count", integer(count, false) as u32, ") ");
    out.array("macaddr_data");
    for source in sources.all(macvlan::MACADDR) {
        out.item(&parse::mac_text(source?, 1), " ");
    }
    out.end_array();
    Ok(())
}
