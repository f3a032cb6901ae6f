//! Which routes `ip route show` and `flush` are about.

use std::net::IpAddr;

use nl::Message;
use nl::route::route::{self, Kind, RT_TABLE_MAIN, RouteFlags, RtMsg};
use nl::route::{INET, INET6, UNSPEC};

use super::RouteView;
use crate::ip::address::covers;
use crate::ip::failure::{Failure, Result};
use crate::ip::names::{self, Table};
use crate::ip::parse::{self, Prefix};
use crate::ip::session::Session;
use crate::ip::settings::{Settings, any};
use crate::ip::words::{Words, option, which};
use crate::sys::Errno;

/// Which routes to show.
#[derive(Debug, Default)]
pub(in crate::ip) struct Filter {
    pub(super) family: u8,
    /// `None`: all tables.
    pub(super) table: Option<u32>,
    pub(super) cached: bool,
    pub(super) protocol: Option<u8>,
    pub(super) scope: Option<u8>,
    pub(super) kind: Option<Kind>,
    pub(super) out: Option<u32>,
    pub(super) input: Option<u32>,
    pub(super) via: Option<Prefix>,
    pub(super) source: Option<Prefix>,
    pub(super) service: Option<u8>,
    pub(super) metric: Option<u32>,
    /// Realms, and which of their bits count.
    pub(super) realm: Option<(u32, u32)>,
    to: Bounds,
    from: Bounds,
}

/// What a prefix must contain, and be contained in.
#[derive(Debug, Default)]
struct Bounds {
    root: Option<Prefix>,
    inside: Option<Prefix>,
}

impl Bounds {
    fn take(&mut self, words: &mut Words, family: u8) -> Result<u8> {
        let word = words.value()?;
        let how = which(&word, &["root", "match", "exact"]);
        let text = if how.is_some() { words.value()? } else { word };
        let prefix = parse::expect_prefix(&text, family)?;
        if how != Some("match") {
            self.root = Some(prefix);
        }
        if how != Some("root") {
            self.inside = Some(prefix);
        }
        Ok(prefix.family)
    }

    fn passes(&self, address: Option<IpAddr>, len: u8) -> bool {
        let root =
            self.root.is_none_or(|root| root.len <= len && same(root.address, address, root.len));
        let inside = self
            .inside
            .is_none_or(|inside| inside.len >= len && same(inside.address, address, len));
        root && inside
    }
}

/// Whether two addresses agree in their first `len` bits; none is all zeroes.
fn same(a: Option<IpAddr>, b: Option<IpAddr>, len: u8) -> bool {
    let bits = |address: Option<IpAddr>| match address {
        Some(IpAddr::V4(v4)) => u128::from(u32::from(v4)) << 96,
        Some(IpAddr::V6(v6)) => u128::from(v6),
        None => 0,
    };
    (bits(a) ^ bits(b)).checked_shr(128 - u32::from(len)).unwrap_or_default() == 0
}

impl Filter {
    pub(super) fn parse(session: &mut Session, words: &mut Words) -> Result<Filter> {
        let family = session.options.family;
        let main = Some(u32::from(RT_TABLE_MAIN));
        let mut filter = Filter { family, table: main, ..Filter::default() };
        while let Some(word) = words.next() {
            filter.take(session, &word, words)?;
        }
        if filter.family == UNSPEC && filter.table.is_some() {
            filter.family = INET;
        }
        Ok(filter)
    }

    fn take(&mut self, session: &mut Session, word: &str, words: &mut Words) -> Result<()> {
        const OPTIONS: &[(&str, u8)] = &[
            ("table", 1),
            ("vrf", 1),
            ("cached", 1),
            ("cloned", 1),
            ("tos", 3),
            ("dsfield", 1),
            ("protocol", 1),
            ("scope", 1),
            ("type", 2),
            ("dev", 3),
            ("oif", 3),
            ("iif", 3),
            ("via", 3),
            ("src", 3),
            ("realms", 1),
            ("metric", 1),
            ("priority", 3),
            ("preference", 10),
            ("from", 1),
            ("to", 2),
            ("help", 4),
        ];
        let names = &mut session.names;
        match option(word, OPTIONS) {
            Some("table") => {
                let word = words.value()?;
                match word.as_str() {
                    "all" => self.table = None,
                    "cache" => self.cached = true,
                    _ => {
                        let wrong = || Failure::wrong_value(&word, "table id value is invalid");
                        let table = names.number(Table::Tables, &word).ok_or_else(wrong)?;
                        self.table = (table != 0).then_some(table);
                    }
                }
            }
            Some("vrf") => self.table = Some(super::vrf_table(session, &words.value()?)?),
            Some("cached" | "cloned") => self.cached = true,
            Some("tos" | "dsfield") => {
                let word = words.value()?;
                let wrong = || Failure::wrong_value(&word, "TOS value is invalid");
                self.service = Some(names.number(Table::Services, &word).ok_or_else(wrong)? as u8);
            }
            Some("protocol") => {
                let word = words.value()?;
                self.protocol = match names.number(Table::Protocols, &word) {
                    _ if word == "all" => None,
                    Some(number) => Some(number as u8),
                    None => return Err(Failure::wrong(&word, "invalid \"protocol\"\n")),
                };
            }
            Some("scope") => {
                let word = words.value()?;
                self.scope = match names.number(Table::Scopes, &word) {
                    _ if word == "all" => None,
                    Some(number) => Some(number as u8),
                    None => return Err(Failure::wrong(&word, "invalid \"scope\"\n")),
                };
            }
            Some("type") => {
                let word = words.value()?;
                let wrong = || Failure::wrong_value(&word, "node type value is invalid");
                self.kind = Some(names::route_type_number(&word).ok_or_else(wrong)?);
            }
            Some("dev" | "oif") => self.out = Some(session.expect_link(&words.value()?)?),
            Some("iif") => self.input = Some(session.expect_link(&words.value()?)?),
            Some("via") => {
                let word = words.value()?;
                let (family, word) = match names::family_number(&word) {
                    Some(family) => (family, words.value()?),
                    None => (self.family, word),
                };
                self.via = Some(parse::expect_prefix(&word, family)?);
            }
            Some("src") => {
                let source = parse::expect_prefix(&words.value()?, self.family)?;
                self.family = source.family;
                self.source = Some(source);
            }
            Some("realms") => {
                let word = words.value()?;
                let mask = match word.split_once('/') {
                    None => 0xffff,
                    Some((_, "")) => 0xffff << 16,
                    Some(_) => u32::MAX,
                };
                self.realm = Some((super::realms(session, &word)?, mask));
            }
            Some("metric" | "priority" | "preference") => {
                self.metric = Some(parse::number(&words.value()?, "\"metric\" value is invalid")?);
            }
            Some("from") => self.family = self.from.take(words, self.family)?,
            Some("help") => return Err(super::help::text(super::HELP)),
            option => {
                if option != Some("to") {
                    words.back();
                }
                let family = self.to.take(words, self.family)?;
                if self.family == UNSPEC {
                    self.family = family;
                }
            }
        }
        Ok(())
    }

    fn passes(&self, header: &RtMsg, view: RouteView<'_>) -> Result<bool> {
        let table = view.get(route::TABLE)?.unwrap_or_else(|| header.table.into());
        let via = match view.get(route::VIA)? {
            Some(via) => via.ip(),
            None => view.get(route::GATEWAY)?,
        };
        let source = view.get(route::PREFSRC)?;
        let realms = view.get(route::FLOW)?.unwrap_or_default();
        let unlike = |wanted: Option<u32>, own: u32| wanted.is_some_and(|wanted| wanted != own);
        Ok(self.cached == header.flags.contains(RouteFlags::CLONED)
            && (self.family == UNSPEC || self.family == header.family)
            && !unlike(self.table, table)
            && !unlike(self.protocol.map(u32::from), header.protocol.0.into())
            && !unlike(self.scope.map(u32::from), header.scope.0.into())
            && !unlike(self.service.map(u32::from), header.tos.into())
            && !unlike(self.metric, view.get(route::PRIORITY)?.unwrap_or_default())
            && !unlike(self.input, view.get(route::IIF)?.unwrap_or_default())
            && self.kind.is_none_or(|kind| kind == header.kind)
            && (self.out.is_none() || self.out == view.get(route::OIF)?)
            && self.via.is_none_or(|wanted| covers(wanted, via))
            && self.source.is_none_or(|wanted| covers(wanted, source))
            && self.realm.is_none_or(|(wanted, mask)| (wanted ^ realms) & mask == 0)
            && self.to.passes(view.get(route::DST)?, header.dst_len)
            && self.from.passes(view.get(route::SRC)?, header.src_len))
    }

    /// The routes that are wanted, from the kernel; `end` is said when it refuses.
    pub(super) fn routes(
        &self,
        session: &mut Session,
        end: &str,
    ) -> Result<Vec<crate::kernel::Reply>> {
        let flags = if self.cached { RouteFlags::CLONED } else { RouteFlags::default() };
        let header = RtMsg { family: self.family, flags, ..RtMsg::default() };
        let mut settings = Settings::default();
        if let Some(table) = self.table.filter(|_| !self.cached) {
            settings.put(route::TABLE, table);
        }
        if let Some(out) = self.out {
            settings.put(route::OIF, out);
        }
        let list = any(route::GET);
        let mut routes = match session.kernel.list(list, header, &|m| settings.write(m))? {
            Ok(routes) => routes,
            // The main table is made with the first route in it.
            Err(refusal)
                if refusal.errno == Errno::ENOENT as i32
                    && self.table == Some(RT_TABLE_MAIN.into()) =>
            {
                Vec::new()
            }
            Err(refusal) => return Err(Failure::dump(&refusal, end)),
        };
        let mut failed = None;
        routes.retain(|reply| match self.keep(&reply.message()) {
            Ok(keep) => keep,
            Err(failure) => failed.replace(failure).is_some(),
        });
        failed.map_or(Ok(routes), Err)
    }

    fn keep(&self, message: &Message<'_>) -> Result<bool> {
        let (header, view) = message.decode(route::NEW)?;
        // The dump of all families has those of multicast routing too.
        Ok(matches!(header.family, INET | INET6) && self.passes(&header, view)?)
    }
}
