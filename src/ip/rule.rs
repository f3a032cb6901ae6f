//! `ip rule`.

use nl::route::INET;
use nl::route::route::Protocol;
use nl::route::rule::{self, Action, FibRule, PortRange, Rule, RuleFlags, UidRange};
use nl::{Flags, Message, View};

use super::failure::{Failure, Result};
use super::help;
use super::names::{self, Table};
use super::out::{Colour, Val};
use super::parse;
use super::route::realms;
use super::session::Session;
use super::settings::Settings;
use super::words::{Words, which};

const HELP: &str = "\
Usage: ip rule { add | del } SELECTOR ACTION
       ip rule { flush | list [ SELECTOR ] }
SELECTOR := [ not ] [ from PREFIX ] [ to PREFIX ] [ tos TOS ] [ fwmark FWMARK[/MASK] ]
            [ iif STRING ] [ oif STRING ] [ pref NUMBER ] [ l3mdev ]
            [ uidrange NUMBER-NUMBER ] [ ipproto PROTOCOL ]
            [ sport [ NUMBER | NUMBER-NUMBER ] ] [ dport [ NUMBER | NUMBER-NUMBER ] ]
ACTION := [ table TABLE_ID ] [ protocol PROTO ] [ realms [SRCREALM/]DSTREALM ]
          [ goto NUMBER ] [ suppress_prefixlength NUMBER ] [ suppress_ifgroup GROUP ]
          [ blackhole | unreachable | prohibit | nop ]
";

/// Carries out `ip rule ...`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    let Some(word) = words.next() else { return show(session, words) };
    match which(&word, &["list", "lst", "show", "add", "delete", "flush", "help"]) {
        Some("list" | "lst" | "show") => show(session, words),
        Some("add") => change(session, words, false),
        Some("delete") => change(session, words, true),
        Some("flush") => flush(session, words),
        Some("help") => Err(help::text(HELP)),
        _ => Err(Failure::unknown_command(&word, "rule")),
    }
}

/// What the words of `add`, `del` or a filter said.
#[derive(Debug, Default)]
struct Asked {
    header: FibRule,
    settings: Settings,
    table: Option<u32>,
}

impl Asked {
    fn parse(session: &mut Session, words: &mut Words) -> Result<Asked> {
        let mut asked = Asked::default();
        asked.header.family = session.options.family;
        while let Some(word) = words.next() {
            asked.take(session, word, words)?;
        }
        Ok(asked)
    }

    fn take(&mut self, session: &mut Session, word: String, words: &mut Words) -> Result<()> {
        const OPTIONS: &[&str] = &[
            "not",
            "from",
            "to",
            "preference",
            "order",
            "priority",
            "tos",
            "dsfield",
            "fwmark",
            "realms",
            "table",
            "lookup",
            "protocol",
            "suppress_prefixlength",
            "sup_pl",
            "suppress_ifgroup",
            "sup_group",
            "dev",
            "iif",
            "oif",
            "l3mdev",
            "uidrange",
            "tun_id",
            "ipproto",
            "sport",
            "dport",
            "type",
            "goto",
            "nat",
            "map-to",
            "help",
        ];
        match which(&word, OPTIONS) {
            Some("not") => self.header.flags |= RuleFlags::INVERT,
            Some(end @ ("from" | "to")) => {
                let prefix = parse::expect_prefix(&words.value()?, self.header.family)?;
                let (len, key) = match end {
                    "from" => (&mut self.header.src_len, rule::SRC),
                    _ => (&mut self.header.dst_len, rule::DST),
                };
                *len = prefix.len;
                if let Some(address) = prefix.address {
                    self.header.family = parse::family_of(address);
                    self.settings.put(key, address);
                }
            }
            Some("preference" | "order" | "priority") => {
                let number = parse::number(&words.value()?, "preference value is invalid")?;
                self.settings.put(rule::PRIORITY, number);
            }
            Some("tos" | "dsfield") => {
                let word = words.value()?;
                let wrong = || Failure::wrong_value(&word, "TOS value is invalid");
                let service = session.names.number(Table::Services, &word).ok_or_else(wrong)?;
                self.header.tos = service as u8;
            }
            Some("fwmark") => {
                let word = words.value()?;
                let (mark, mask) = match word.split_once('/') {
                    Some((mark, mask)) => (mark, Some(mask)),
                    None => (word.as_str(), None),
                };
                self.settings.put(rule::FWMARK, parse::number(mark, "fwmark value is invalid")?);
                if let Some(mask) = mask {
                    let mask = parse::number(mask, "fwmask value is invalid")?;
                    self.settings.put(rule::FWMASK, mask);
                }
            }
            Some("realms") => {
                let realms = realms(session, &words.value()?)?;
                self.settings.put(rule::FLOW, realms);
            }
            Some("table" | "lookup") => {
                let word = words.value()?;
                let wrong = || Failure::wrong_value(&word, "invalid table ID");
                let table = session.names.number(Table::Tables, &word).ok_or_else(wrong)?;
                self.header.table = u8::try_from(table).unwrap_or_default();
                self.settings.put(rule::TABLE, table);
                self.table = Some(table);
            }
            Some("protocol") => {
                let word = words.value()?;
                let wrong = || Failure::wrong_value(&word, "\"protocol\" value is invalid");
                let protocol = session.names.number(Table::Protocols, &word).ok_or_else(wrong)?;
                self.settings.put(rule::PROTOCOL, Protocol(protocol as u8));
            }
            Some("suppress_prefixlength" | "sup_pl") => {
                let why = "suppress_prefixlength value is invalid";
                let length = parse::number(&words.value()?, why)?;
                self.settings.put(rule::SUPPRESS_PREFIXLEN, length);
            }
            Some("suppress_ifgroup" | "sup_group") => {
                let word = words.value()?;
                let wrong = || Failure::wrong(&word, "Invalid \"suppress_ifgroup\" value\n");
                let group = session.names.number(Table::Groups, &word).ok_or_else(wrong)?;
                self.settings.put(rule::SUPPRESS_IFGROUP, group);
            }
            Some(end @ ("dev" | "iif" | "oif")) => {
                let word = words.value()?;
                parse::expect_link_name(&word, if end == "oif" { "oif" } else { "iif/dev" })?;
                let key = if end == "oif" { rule::OIFNAME } else { rule::IIFNAME };
                self.settings.put(key, &word);
            }
            Some("l3mdev") => self.settings.put(rule::L3MDEV, 1),
            Some("uidrange") => {
                let word = words.value()?;
                let wrong = || Failure::wrong(&word, "invalid UID range\n");
                let (start, end) = word.split_once('-').ok_or_else(wrong)?;
                let range = UidRange {
                    start: parse::unsigned(start).ok_or_else(wrong)?,
                    end: parse::unsigned(end).ok_or_else(wrong)?,
                };
                self.settings.put(rule::UID_RANGE, range);
            }
            Some("tun_id") => {
                let id = parse::number(&words.value()?, "\"tun_id\" value is invalid")?;
                self.settings.put(rule::TUN_ID, id);
            }
            Some("ipproto") => {
                let word = words.value()?;
                let wrong = || Failure::wrong_value(&word, "Invalid \"ipproto\" value");
                let number = parse::protocol(&word).ok_or_else(wrong)?;
                self.settings.put(rule::IP_PROTO, number);
            }
            Some(end @ ("sport" | "dport")) => {
                let word = words.value()?;
                let key = if end == "sport" { rule::SPORT_RANGE } else { rule::DPORT_RANGE };
                let (start, last) = word.split_once('-').unwrap_or((&word, &word));
                let why = format!("invalid {end}");
                let range = PortRange {
                    start: parse::number(start, &why)?,
                    end: parse::number(last, &why)?,
                };
                self.settings.put(key, range);
            }
            Some("goto") => {
                let number = parse::number(&words.value()?, "invalid target\n")?;
                self.settings.put(rule::GOTO, number);
                self.header.action = Action::GOTO;
            }
            Some("nat" | "map-to") => {
                return Err(Failure::new("Error: nat is not supported by the kernel.".into()));
            }
            Some("help") => return Err(help::text(HELP)),
            option => {
                let word = if option == Some("type") { words.value()? } else { word };
                self.header.action = action(&word)
                    .ok_or_else(|| Failure::wrong(&word, "Failed to parse rule type"))?;
            }
        }
        Ok(())
    }
}

/// What a rule does, by name.
fn action(word: &str) -> Option<Action> {
    if word == "nop" {
        return Some(Action::NOP);
    }
    names::route_type_number(word).map(|kind| Action(kind.0))
}

fn change(session: &mut Session, words: &mut Words, delete: bool) -> Result<()> {
    let verb = if delete { "del" } else { "add" };
    if words.peek().is_none() {
        return Err(Failure::new(format!("\"ip rule {verb}\" requires arguments.")));
    }
    let mut asked = Asked::parse(session, words)?;
    let header = &mut asked.header;
    header.family = if header.family == 0 { INET } else { header.family };
    if !delete {
        // A rule that does nothing else looks in the main table.
        if header.action == Action::UNSPEC {
            let l3mdev = asked.settings.has(rule::L3MDEV.code());
            if asked.table.is_none() && !l3mdev {
                header.table = nl::route::route::RT_TABLE_MAIN;
            }
            header.action = Action::TO_TBL;
        }
        return session.change(
            rule::NEW,
            Flags::CREATE | Flags::EXCL,
            asked.header,
            &asked.settings,
        );
    }
    session.change(rule::DEL, Flags::empty(), asked.header, &asked.settings)
}

/// The rules, of IPv4 when no family was asked for.
fn rules(session: &mut Session) -> Result<Vec<crate::kernel::Reply>> {
    let family = session.options.family;
    let header = FibRule { family: if family == 0 { INET } else { family }, ..FibRule::default() };
    session.list(rule::GET, header, &Settings::default())
}

/// `ip rule flush`: removes what `show` with the same words would show, but for the first.
fn flush(session: &mut Session, words: &mut Words) -> Result<()> {
    let asked = Asked::parse(session, words)?;
    for reply in rules(session)? {
        let message = reply.message();
        let (header, view) = message.decode(rule::NEW)?;
        let first = view.get(rule::PRIORITY)?.unwrap_or_default() == 0;
        if first || !passes(&asked, &header, view)? {
            continue;
        }
        let mut settings = Settings::default();
        for attr in view.iter() {
            let attr = attr?;
            settings.raw(attr.kind, attr.value);
        }
        session.change(rule::DEL, Flags::empty(), header, &settings)?;
    }
    Ok(())
}

fn show(session: &mut Session, words: &mut Words) -> Result<()> {
    let asked = Asked::parse(session, words)?;
    let rules = rules(session)?;
    session.out.array("");
    for reply in &rules {
        let message = reply.message();
        let (header, view) = message.decode(rule::NEW)?;
        if passes(&asked, &header, view)? {
            session.out.object("");
            print(session, &message)?;
            session.out.end_object();
        }
    }
    session.out.end_array();
    Ok(())
}

/// Whether a rule has all that was asked for.
fn passes(asked: &Asked, header: &FibRule, view: View<'_, Rule>) -> Result<bool> {
    let wanted = &asked.header;
    let table = view.get(rule::TABLE)?.unwrap_or_else(|| header.table.into());
    if asked.table.is_some_and(|wanted| wanted != table)
        || wanted.tos != 0 && wanted.tos != header.tos
        || wanted.src_len != 0 && wanted.src_len != header.src_len
        || wanted.dst_len != 0 && wanted.dst_len != header.dst_len
        || wanted.action != Action::UNSPEC && wanted.action != header.action
    {
        return Ok(false);
    }
    for (code, bytes) in asked.settings.plain() {
        let ignored = match code {
            _ if code == rule::TABLE.code() => true,
            _ if code == rule::SRC.code() => wanted.src_len == 0,
            _ if code == rule::DST.code() => wanted.dst_len == 0,
            // The kernel leaves out a priority of 0.
            _ if code == rule::PRIORITY.code() => {
                view.get(rule::PRIORITY)?.unwrap_or_default().to_ne_bytes() == bytes
            }
            _ => false,
        };
        let own = view.find(code)?.map(|attr| attr.value);
        if !ignored && own != Some(bytes) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Prints one rule.
pub(super) fn print(session: &mut Session, message: &Message<'_>) -> Result<()> {
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
