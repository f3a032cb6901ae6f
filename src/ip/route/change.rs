//! `ip route add`, `append`, `change`, `replace`, `prepend`, `delete`.

use std::net::IpAddr;

use nl::Flags;
use nl::route::route::{
    self, Hop, HopFlags, Kind, Protocol, RT_TABLE_COMPAT, RT_TABLE_LOCAL, RT_TABLE_MAIN,
    RouteFlags, RtMsg, Scope,
};
use nl::route::{INET6, UNSPEC, metrics};

use super::METRICS;
use crate::ip::failure::{Failure, Result};
use crate::ip::names::{self, Table};
use crate::ip::parse;
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::{Words, means, option};

/// What to do with the route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Add,
    Append,
    Change,
    Replace,
    Prepend,
    Delete,
}

/// What the words said.
#[derive(Debug)]
struct Asked {
    header: RtMsg,
    settings: Settings,
    metrics: Settings,
    locked: u32,
    device: Option<String>,
    has_type: bool,
    has_scope: bool,
    has_gateway: bool,
    has_destination: bool,
    hops: Vec<(Hop, Settings)>,
}

/// Carries out one of the verbs.
pub(super) fn run(session: &mut Session, words: &mut Words, verb: Verb) -> Result<()> {
    let delete = verb == Verb::Delete;
    let mut asked = Asked::new(session.options.family, delete);
    while let Some(word) = words.next() {
        asked.take(session, &word, words)?;
    }
    if !asked.has_destination {
        return Err(super::help::text(super::HELP));
    }
    asked.complete(session, delete)?;
    let Asked { header, settings, .. } = asked;
    let flags = match verb {
        Verb::Add => Flags::CREATE | Flags::EXCL,
        Verb::Append => Flags::CREATE | Flags::APPEND,
        Verb::Change => Flags::REPLACE,
        Verb::Replace => Flags::CREATE | Flags::REPLACE,
        Verb::Prepend => Flags::CREATE,
        Verb::Delete => return session.change(route::DEL, Flags::empty(), header, &settings),
    };
    session.change(route::NEW, flags, header, &settings)
}

impl Asked {
    fn new(family: u8, delete: bool) -> Asked {
        let mut header = RtMsg { family, table: RT_TABLE_MAIN, ..RtMsg::default() };
        header.scope = Scope::NOWHERE;
        if !delete {
            header.protocol = Protocol::BOOT;
            header.scope = Scope::UNIVERSE;
            header.kind = Kind::UNICAST;
        }
        Asked {
            header,
            settings: Settings::default(),
            metrics: Settings::default(),
            locked: 0,
            device: None,
            has_type: false,
            has_scope: false,
            has_gateway: false,
            has_destination: false,
            hops: Vec::new(),
        }
    }

    fn take(&mut self, session: &mut Session, word: &str, words: &mut Words) -> Result<()> {
        const OPTIONS: &[(&str, u8)] = &[
            ("src", 3),
            ("via", 3),
            ("from", 4),
            ("tos", 3),
            ("dsfield", 1),
            ("expires", 7),
            ("metric", 1),
            ("priority", 1),
            ("preference", 10),
            ("scope", 5),
            ("realms", 3),
            ("onlink", 6),
            ("nexthop", 7),
            ("nhid", 4),
            ("protocol", 3),
            ("table", 1),
            ("vrf", 1),
            ("dev", 3),
            ("oif", 3),
            ("pref", 3),
            ("to", 2),
            ("help", 1),
        ];
        let option = option(word, OPTIONS);
        if option.is_none()
            && let Some(&(name, _, code)) =
                METRICS.iter().find(|(name, least, _)| means(word, name, *least))
        {
            return self.metric(name, code, words);
        }
        match option {
            Some("src") => {
                let address = parse::expect_address(&words.value()?, self.header.family)?;
                self.family(address);
                self.settings.put(route::PREFSRC, address);
            }
            Some("via") => {
                let has = |code| self.settings.has(code);
                if has(route::GATEWAY.code()) || has(route::VIA.code()) {
                    let why = "use nexthop syntax to specify multiple via";
                    return Err(Failure::wrong_value("via", why));
                }
                let hop = gateway(self.header.family, words)?;
                self.has_gateway = true;
                hop.put(&mut self.header.family, &mut self.settings);
            }
            Some("from") => {
                let prefix = parse::expect_prefix(&words.value()?, self.header.family)?;
                if let Some(address) = prefix.address {
                    self.family(address);
                    self.settings.put(route::SRC, address);
                }
                self.header.src_len = prefix.len;
            }
            Some("tos" | "dsfield") => {
                let word = words.value()?;
                let wrong = || Failure::wrong_value(&word, "\"tos\" value is invalid");
                let service = session.names.number(Table::Services, &word).ok_or_else(wrong)?;
                self.header.tos = service as u8;
            }
            Some("expires") => {
                let time = parse::number(&words.value()?, "\"expires\" value is invalid")?;
                self.settings.put(route::EXPIRES, time);
            }
            Some("metric" | "priority" | "preference") => {
                let metric = parse::number(&words.value()?, "\"metric\" value is invalid")?;
                self.settings.put(route::PRIORITY, metric);
            }
            Some("scope") => {
                let word = words.value()?;
                let wrong = || Failure::wrong_value(&word, "invalid \"scope\" value");
                let scope = session.names.number(Table::Scopes, &word).ok_or_else(wrong)?;
                self.header.scope = Scope(scope as u8);
                self.has_scope = true;
            }
            Some("realms") => {
                let realms = realms(session, &words.value()?)?;
                self.settings.put(route::FLOW, realms);
            }
            Some("onlink") => self.header.flags |= RouteFlags::ONLINK,
            Some("nexthop") => self.nexthop(session, words)?,
            Some("nhid") => {
                let id = parse::number(&words.value()?, "\"id\" value is invalid")?;
                self.settings.put(route::NH_ID, id);
                self.has_gateway = true;
            }
            Some("protocol") => {
                let word = words.value()?;
                let wrong = || Failure::wrong_value(&word, "\"protocol\" value is invalid");
                let protocol = session.names.number(Table::Protocols, &word).ok_or_else(wrong)?;
                self.header.protocol = Protocol(protocol as u8);
            }
            Some("table") => {
                let word = words.value()?;
                let wrong = || Failure::wrong_value(&word, "\"table\" value is invalid");
                let table = session.names.number(Table::Tables, &word).ok_or_else(wrong)?;
                self.table(table);
            }
            Some("vrf") => {
                let table = super::vrf_table(session, &words.value()?)?;
                self.table(table);
            }
            Some("dev" | "oif") => self.device = Some(words.value()?),
            Some("pref") => {
                let word = words.value()?;
                let preference = match word.as_str() {
                    "low" => 3,
                    "medium" => 0,
                    "high" => 1,
                    _ => parse::number(&word, "\"pref\" value is invalid")?,
                };
                self.settings.put(route::PREF, preference);
            }
            Some("help") => return Err(super::help::text(super::HELP)),
            option => {
                let mut word = if option == Some("to") { words.value()? } else { word.to_owned() };
                // A number is a destination, not a type.
                let digit = word.starts_with(|c: char| c.is_ascii_digit());
                if let Some(kind) = names::route_type_number(&word).filter(|_| !digit) {
                    self.header.kind = kind;
                    self.has_type = true;
                    word = words.value()?;
                }
                self.destination(&word)?;
            }
        }
        Ok(())
    }

    fn family(&mut self, address: IpAddr) {
        if self.header.family == UNSPEC {
            self.header.family = parse::family_of(address);
        }
    }

    fn table(&mut self, table: u32) {
        self.header.table = u8::try_from(table).unwrap_or(RT_TABLE_COMPAT);
        self.settings.put(route::TABLE, table);
    }

    fn destination(&mut self, word: &str) -> Result<()> {
        if self.has_destination {
            return Err(Failure::garbage("to", word));
        }
        self.has_destination = true;
        let prefix = parse::expect_prefix(word, self.header.family)?;
        self.header.dst_len = prefix.len;
        if let Some(address) = prefix.address {
            self.family(address);
            if prefix.len > 0 || !address.is_unspecified() {
                self.settings.put(route::DST, address);
            }
        }
        Ok(())
    }

    fn metric(&mut self, name: &str, code: u16, words: &mut Words) -> Result<()> {
        let mut word = words.value()?;
        if word == "lock" {
            self.locked |= 1 << code;
            word = words.value()?;
        }
        let wrong =
            |word: &str| Failure::wrong_value(word, &format!("\"{name}\" value is invalid"));
        let number = match name {
            "congctl" => {
                self.metrics.put(metrics::CC_ALGO, &word);
                return Ok(());
            }
            "features" => {
                if word != "ecn" {
                    return Err(Failure::wrong_value(&word, "\"features\" value not valid"));
                }
                1
            }
            "rtt" | "rttvar" | "rto_min" => {
                // Without a unit the number is in the kernel's own one.
                let parts = match name {
                    "rtt" => 8,
                    "rttvar" => 4,
                    _ => 1,
                };
                if name == "rto_min" {
                    self.locked |= 1 << code;
                }
                time(&word, parts).ok_or_else(|| wrong(&word))?
            }
            _ => {
                let most = match name {
                    "hoplimit" => 255,
                    "quickack" | "fastopen_no_cookie" => 1,
                    _ => u32::MAX,
                };
                let number = parse::unsigned(&word).filter(|&number| number <= most);
                number.ok_or_else(|| wrong(&word))?
            }
        };
        self.metrics.raw(code, &number.to_ne_bytes());
        Ok(())
    }

    /// Reads the words of one next hop.
    fn nexthop(&mut self, session: &mut Session, words: &mut Words) -> Result<()> {
        let mut hop = Hop::default();
        let mut settings = Settings::default();
        if words.peek().is_none() {
            let text = "Error: unexpected end of line after \"nexthop\"";
            return Err(Failure::usage(text.into()));
        }
        while let Some(word) = words.next() {
            match option(
                &word,
                &[
                    ("via", 3),
                    ("dev", 3),
                    ("weight", 6),
                    ("onlink", 6),
                    ("realms", 1),
                    ("nexthop", 7),
                ],
            ) {
                Some("via") => {
                    gateway(self.header.family, words)?.put(&mut self.header.family, &mut settings);
                }
                Some("dev") => hop.index = session.expect_link(&words.value()?)? as i32,
                Some("weight") => {
                    let word = words.value()?;
                    let weight: u32 = parse::number(&word, "\"weight\" is invalid")?;
                    let weight = weight.checked_sub(1).and_then(|weight| u8::try_from(weight).ok());
                    let wrong = || Failure::wrong(&word, "\"weight\" is invalid\n");
                    hop.hops = weight.ok_or_else(wrong)?;
                }
                Some("onlink") => hop.flags |= HopFlags::ONLINK,
                Some("realms") => settings.put(route::FLOW, realms(session, &words.value()?)?),
                Some("nexthop") => {
                    words.back();
                    break;
                }
                _ => {
                    return Err(Failure::usage(format!(
                        "Error: \"nexthop\" or end of line is expected instead of \"{word}\""
                    )));
                }
            }
        }
        self.hops.push((hop, settings));
        Ok(())
    }

    /// Adds what follows from the rest.
    fn complete(&mut self, session: &mut Session, delete: bool) -> Result<()> {
        let header = &mut self.header;
        header.family = super::family(header.family);
        if let Some(device) = &self.device {
            self.settings.put(route::OIF, session.expect_link(device)?);
        }
        if self.locked != 0 {
            self.metrics.put(metrics::LOCK, self.locked);
        }
        if !self.metrics.is_empty() {
            self.settings.nest(route::METRICS, std::mem::take(&mut self.metrics));
        }
        if !self.hops.is_empty() {
            self.settings.hops(route::MULTIPATH, std::mem::take(&mut self.hops));
            self.has_gateway = true;
        }
        let nat = matches!(header.kind, Kind::LOCAL | Kind::BROADCAST | Kind::NAT | Kind::ANYCAST);
        if nat && !self.settings.has(route::TABLE.code()) {
            header.table = RT_TABLE_LOCAL;
        }
        if !self.has_scope && header.family != INET6 {
            header.scope = match header.kind {
                Kind::LOCAL | Kind::NAT => Scope::HOST,
                Kind::BROADCAST | Kind::MULTICAST | Kind::ANYCAST => Scope::LINK,
                Kind::UNICAST | Kind::UNSPEC if delete => Scope::NOWHERE,
                Kind::UNICAST if !self.has_gateway => Scope::LINK,
                _ => header.scope,
            };
        } else if !self.has_scope && delete {
            header.scope = Scope::NOWHERE;
        }
        // Some routes of IPv6 to nowhere have a type but no link.
        if !self.has_type && header.kind == Kind::UNSPEC && !delete {
            header.kind = Kind::UNICAST;
        }
        Ok(())
    }
}

/// A time as `20ms` or `1.5s`, in whole milliseconds rounded up, of which each is `parts`; without a
/// unit it is taken as it is.
fn time(word: &str, parts: u32) -> Option<u32> {
    let number = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let (places, parts) = match word.get(number.len()..)?.to_ascii_lowercase().as_str() {
        "" => (0, 1),
        "ms" | "msec" | "msecs" => (0, parts),
        "s" | "sec" | "secs" => (3, parts),
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = whole.len() + fraction.len();
    if digits == 0 || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut fraction = fraction.bytes().map(|byte| u64::from(byte - b'0'));
    let mut time = if whole.is_empty() { 0 } else { whole.parse::<u32>().ok()?.into() };
    for _ in 0..places {
        time = time * 10 + fraction.next().unwrap_or_default();
    }
    time += u64::from(fraction.any(|digit| digit != 0));
    u32::try_from(time * u64::from(parts)).ok()
}

/// Where a next hop is.
enum Gateway {
    Same(IpAddr),
    Other(IpAddr),
}

impl Gateway {
    fn put(self, family: &mut u8, settings: &mut Settings) {
        match self {
            Gateway::Same(address) => {
                if *family == UNSPEC {
                    *family = parse::family_of(address);
                }
                settings.put(route::GATEWAY, address);
            }
            Gateway::Other(address) => settings.put(route::VIA, address),
        }
    }
}

/// Reads what follows `via`.
fn gateway(family: u8, words: &mut Words) -> Result<Gateway> {
    let word = words.value()?;
    let Some(named) = names::family_number(&word) else {
        return Ok(Gateway::Same(parse::expect_address(&word, family)?));
    };
    let address = parse::expect_address(&words.value()?, named)?;
    let other = family != UNSPEC && family != named;
    Ok(if other { Gateway::Other(address) } else { Gateway::Same(address) })
}

/// `from/to`, or the latter, which may be any number when it stands alone.
pub(in crate::ip) fn realms(session: &mut Session, word: &str) -> Result<u32> {
    let mut number = |name: &str| session.names.number(Table::Realms, name);
    let realms = match word.split_once('/') {
        Some((from, "")) => number(from).map(|from| from << 16),
        Some((from, to)) => number(from).zip(number(to)).map(|(from, to)| from << 16 | to),
        None => number(word).or_else(|| parse::unsigned(word)),
    };
    realms.ok_or_else(|| Failure::wrong_value(word, "\"realm\" value is invalid"))
}
