//! Rules, printed.

use nl::route::route::Protocol;
use nl::route::rule::{self, Action, FibRule, Rule, RuleFlags};
use nl::{Message, View};

use crate::ip::failure::Result;
use crate::ip::names::{self, Table};
use crate::ip::out::{Colour, Val};
use crate::ip::parse;
use crate::ip::session::Session;

/// Prints one rule.
pub(in crate::ip) fn print(session: &mut Session, message: &Message<'_>) -> Result<()> {
    let gone = message.header.kind == rule::DEL.code();
    let (header, view) = message.decode(if gone { rule::DEL } else { rule::NEW })?;
    if gone {
        session.out.flag("deleted", "Deleted ");
    }
    let out = &mut session.out;
    out.put("priority", view.get(rule::PRIORITY)?.unwrap_or_default(), ":\t");
    if header.flags.contains(RuleFlags::INVERT) {
        out.json("not", Val::Null);
        out.text("not ");
    }
    for (text, key, len_key, attribute, len) in [
        ("from ", "src", "srclen", rule::SRC, header.src_len),
        (" to ", "dst", "dstlen", rule::DST, header.dst_len),
    ] {
        match view.get(attribute)? {
            Some(address) => {
                out.text(text);
                out.paint(Colour::of(header.family), key, &parse::ip_text(address), "");
                if len != parse::bits(header.family) {
                    out.text("/");
                    out.put(len_key, len, "");
                }
            }
            None if len > 0 => {
                out.text(text);
                out.put(key, "0", "");
                out.text("/");
                out.put(len_key, len, "");
            }
            None if key == "src" => {
                out.text(text);
                out.put(key, "all", "");
            }
            None => {}
        }
    }
    if header.tos != 0 {
        let service = session.names.name(Table::Services, header.tos.into());
        session.out.text(" tos ");
        session.out.put("tos", &service, "");
    }
    selectors(session, &header, view)?;
    table_and_action(session, &header, view)?;
    session.out.text("\n");
    Ok(())
}

fn selectors(session: &mut Session, header: &FibRule, view: View<'_, Rule>) -> Result<()> {
    let out = &mut session.out;
    let mark = view.get(rule::FWMARK)?;
    let mask = view.get(rule::FWMASK)?;
    if mark.is_some_and(|mark| mark != 0) || mask.is_some_and(|mask| mask != u32::MAX) {
        out.text(" fwmark ");
        out.put("fwmark", &format!("{:#x}", mark.unwrap_or_default()), "");
        if let Some(mask) = mask.filter(|&mask| mask != u32::MAX) {
            out.text("/");
            out.put("fwmask", &format!("{mask:#x}"), "");
        }
    }
    for (text, key, detached_key, attribute, flag) in [
        (" iif ", "iif", "iif_detached", rule::IIFNAME, RuleFlags::IIF_DETACHED),
        (" oif ", "oif", "oif_detached", rule::OIFNAME, RuleFlags::OIF_DETACHED),
    ] {
        if let Some(name) = view.get(attribute)? {
            out.text(text);
            out.paint(Colour::Link, key, name, "");
            if header.flags.contains(flag) {
                out.json(detached_key, Val::Null);
                out.text(" [detached]");
            }
        }
    }
    if view.get(rule::L3MDEV)?.is_some_and(|on| on != 0) {
        out.json("l3mdev", Val::Null);
        out.text(" lookup [l3mdev-table]");
    }
    if let Some(range) = view.get(rule::UID_RANGE)? {
        out.text(" uidrange ");
        out.put("uid_start", range.start, "-");
        out.put("uid_end", range.end, "");
    }
    if let Some(protocol) = view.get(rule::IP_PROTO)? {
        out.text(" ipproto ");
        let name = match session.names.numeric {
            true => format!("ipproto-{protocol}"),
            false => parse::protocol_name(protocol),
        };
        out.put("ipproto", &name, "");
    }
    for (text, key, start_key, end_key, attribute) in [
        (" sport ", "sport", "sport_start", "sport_end", rule::SPORT_RANGE),
        (" dport ", "dport", "dport_start", "dport_end", rule::DPORT_RANGE),
    ] {
        if let Some(range) = view.get(attribute)? {
            out.text(text);
            if range.start == range.end {
                out.put(key, range.start, "");
            } else {
                out.put(start_key, range.start, "-");
                out.put(end_key, range.end, "");
            }
        }
    }
    if let Some(id) = view.get(rule::TUN_ID)? {
        out.text(" tun_id ");
        out.put("tun_id", Val::Big(id), "");
    }
    Ok(())
}

fn table_and_action(session: &mut Session, header: &FibRule, view: View<'_, Rule>) -> Result<()> {
    let table = view.get(rule::TABLE)?.unwrap_or_else(|| header.table.into());
    if table != 0 {
        let name = session.names.name(Table::Tables, table);
        session.out.text(" lookup ");
        session.out.put("table", &name, "");
        if let Some(length) = view.get(rule::SUPPRESS_PREFIXLEN)?.filter(|&len| len != u32::MAX) {
            session.out.text(" suppress_prefixlength ");
            session.out.put("suppress_prefixlen", length, "");
        }
        if let Some(group) = view.get(rule::SUPPRESS_IFGROUP)?.filter(|&group| group != u32::MAX) {
            let name = session.names.name(Table::Groups, group);
            session.out.text(" suppress_ifgroup ");
            session.out.put("suppress_ifgroup", &name, "");
        }
    }
    if let Some(realms) = view.get(rule::FLOW)? {
        let (from, to) = (realms >> 16, realms & 0xffff);
        session.out.text(" realms ");
        if from != 0 {
            let name = session.names.name(Table::Realms, from);
            session.out.put("flow_from", &name, "/");
        }
        let name = session.names.name(Table::Realms, to);
        session.out.put("flow_to", &name, "");
    }
    match header.action {
        Action::GOTO => {
            let out = &mut session.out;
            out.text(" goto ");
            match view.get(rule::GOTO)? {
                Some(target) => out.put("goto", target, ""),
                None => out.put("goto", "none", ""),
            }
            if header.flags.contains(RuleFlags::UNRESOLVED) {
                out.json("unresolved", Val::Null);
                out.text(" [unresolved]");
            }
        }
        Action::NOP => {
            session.out.json("nop", Val::Null);
            session.out.text(" nop");
        }
        Action::TO_TBL | Action::UNSPEC => {}
        other => {
            let name = names::route_type(other.0.into(), session.names.numeric);
            session.out.text(" ");
            session.out.put("action", &name, "");
        }
    }
    // Who made a rule is told when it is not the usual makers.
    if let Some(protocol) = view.get(rule::PROTOCOL)?
        && (!matches!(protocol, Protocol::UNSPEC | Protocol::KERNEL | Protocol::BOOT)
            || session.options.details)
    {
        let name = session.names.name(Table::Protocols, protocol.0.into());
        session.out.text(" proto ");
        session.out.put("protocol", &name, "");
    }
    Ok(())
}
