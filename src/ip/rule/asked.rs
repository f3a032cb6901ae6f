//! The words that describe a rule, to make one or to find some.

use nl::route::route::Protocol;
use nl::route::rule::{self, Action, FibRule, PortRange, Rule, RuleFlags, UidRange};
use nl::route::{INET, UNSPEC};
use nl::value::Ip;
use nl::{Attr, View};

use super::HELP;
use crate::ip::failure::{Failure, Result};
use crate::ip::help;
use crate::ip::names::{self, Table};
use crate::ip::parse;
use crate::ip::route::realms;
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::{Words, option};

/// What the words of `add`, `del` or a filter said.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) header: FibRule,
    pub(super) settings: Settings,
    pub(super) table: Option<u32>,
    is_filter: bool,
}

impl Asked {
    /// Reads what makes a rule, or what filters some.
    pub(super) fn parse(
        session: &mut Session,
        words: &mut Words,
        is_filter: bool,
    ) -> Result<Asked> {
        let mut asked = Asked { is_filter, ..Asked::default() };
        asked.header.family = match session.options.family {
            // Those of IPv4 are looked through.
            UNSPEC if is_filter => INET,
            family => family,
        };
        while let Some(word) = words.next() {
            asked.take(session, word, words)?;
        }
        Ok(asked)
    }

    fn take(&mut self, session: &mut Session, word: String, words: &mut Words) -> Result<()> {
        const OPTIONS: &[(&str, u8)] = &[
            ("not", 3),
            ("from", 4),
            ("to", 2),
            ("preference", 1),
            ("order", 1),
            ("priority", 1),
            ("tos", 3),
            ("dsfield", 1),
            ("fwmark", 6),
            ("realms", 1),
            ("table", 2),
            ("lookup", 6),
            ("protocol", 3),
            ("suppress_prefixlength", 1),
            ("sup_pl", 6),
            ("suppress_ifgroup", 10),
            ("sup_group", 9),
            ("dev", 3),
            ("iif", 3),
            ("oif", 3),
            ("l3mdev", 6),
            ("uidrange", 8),
            ("tun_id", 1),
            ("ipproto", 7),
            ("sport", 5),
            ("dport", 5),
            ("type", 4),
            ("goto", 1),
            ("nat", 3),
            ("map-to", 1),
            ("help", 1),
        ];
        // More of them in a filter.
        let filter = || option(&word, &[("from", 1), ("lookup", 1)]).filter(|_| self.is_filter);
        match option(&word, OPTIONS).or_else(filter) {
            Some("not") => self.header.flags |= RuleFlags::INVERT,
            Some("from") => self.header.src_len = self.prefix(rule::SRC, &words.value()?)?,
            Some("to") => self.header.dst_len = self.prefix(rule::DST, &words.value()?)?,
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
            None if self.is_filter => self.header.dst_len = self.prefix(rule::DST, &word)?,
            option => {
                let word = if option == Some("type") { words.value()? } else { word };
                self.header.action = action(&word)
                    .ok_or_else(|| Failure::wrong(&word, "Failed to parse rule type"))?;
            }
        }
        Ok(())
    }

    /// Takes an address; the length of its prefix.
    fn prefix(&mut self, key: Attr<Rule, Ip>, word: &str) -> Result<u8> {
        let prefix = parse::expect_prefix(word, self.header.family)?;
        if let Some(address) = prefix.address {
            self.header.family = parse::family_of(address);
            self.settings.put(key, address);
        }
        Ok(prefix.len)
    }
}

/// What a rule does, by name.
fn action(word: &str) -> Option<Action> {
    if !word.is_empty() && "nop".starts_with(word) {
        return Some(Action::NOP);
    }
    names::route_type_number(word).map(|kind| Action(kind.0))
}

/// Whether a rule has all that was asked for.
pub(super) fn passes(asked: &Asked, header: &FibRule, view: View<'_, Rule>) -> Result<bool> {
    let wanted = &asked.header;
    let table = view.get(rule::TABLE)?.unwrap_or_else(|| header.table.into());
    if asked.table.is_some_and(|wanted| wanted != table)
        || wanted.tos != 0 && wanted.tos != header.tos
        || wanted.src_len > header.src_len
        || wanted.dst_len > header.dst_len
        || !header.flags.contains(wanted.flags & RuleFlags::INVERT)
        || wanted.action != Action::UNSPEC && wanted.action != header.action
    {
        return Ok(false);
    }
    for (code, bytes) in asked.settings.plain() {
        let own = view.find(code)?.map(|attr| attr.value);
        let ignored = match code {
            _ if code == rule::TABLE.code() => true,
            _ if code == rule::SRC.code() => begin_alike(own, bytes, wanted.src_len),
            _ if code == rule::DST.code() => begin_alike(own, bytes, wanted.dst_len),
            // The kernel leaves out a priority of 0.
            _ if code == rule::PRIORITY.code() => {
                view.get(rule::PRIORITY)?.unwrap_or_default().to_ne_bytes() == bytes
            }
            _ => false,
        };
        if !ignored && own != Some(bytes) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether two addresses agree in their first `len` bits.
fn begin_alike(own: Option<&[u8]>, wanted: &[u8], len: u8) -> bool {
    let bit =
        |bytes: &[u8], n: u8| bytes.get(usize::from(n / 8)).map(|byte| byte << (n % 8) & 0x80);
    (0..len).all(|n| own.is_some_and(|own| bit(own, n) == bit(wanted, n)))
}
