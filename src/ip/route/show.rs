//! `ip route show` and `flush`.

use std::net::IpAddr;

use nl::route::route::{
    self, Hop, HopFlags, Kind, Protocol, RT_TABLE_MAIN, Route, RouteFlags, RtMsg, Scope,
};
use nl::route::{INET, INET6, UNSPEC};
use nl::{Flags, Message};

use super::{METRICS, RouteView, is_six};
use crate::ip::failure::{Failure, Result};
use crate::ip::names::{self, Table};
use crate::ip::out::{Colour, Out, Val};
use crate::ip::parse::{self, Prefix};
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::{Words, which};

/// Which routes to show.
#[derive(Debug, Default)]
pub(in crate::ip) struct Filter {
    family: u8,
    /// `None`: all tables.
    table: Option<u32>,
    cached: bool,
    protocol: Option<u8>,
    scope: Option<u8>,
    kind: Option<Kind>,
    out: Option<u32>,
    input: Option<u32>,
    via: Option<IpAddr>,
    source: Option<IpAddr>,
    service: Option<u8>,
    metric: Option<u32>,
    realm: Option<u32>,
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
    fn parse(session: &mut Session, words: &mut Words) -> Result<Filter> {
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
        const OPTIONS: &[&str] = &[
            "table",
            "vrf",
            "cached",
            "cloned",
            "tos",
            "dsfield",
            "protocol",
            "scope",
            "type",
            "dev",
            "oif",
            "iif",
            "via",
            "src",
            "realms",
            "metric",
            "priority",
            "preference",
            "from",
            "to",
            "help",
        ];
        let short = which(
            word,
            &["table", "cached", "cloned", "tos", "dsfield", "protocol", "scope", "type", "realms"],
        );
        let names = &mut session.names;
        match OPTIONS.iter().copied().find(|option| *option == word).or(short) {
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
                self.via = Some(parse::expect_address(&word, family)?);
            }
            Some("src") => {
                let source = parse::expect_address(&words.value()?, self.family)?;
                self.family = parse::family_of(source);
                self.source = Some(source);
            }
            Some("realms") => {
                let word = words.value()?;
                let wrong = || Failure::wrong(&word, "invalid realms\n");
                self.realm = Some(names.number(Table::Realms, &word).ok_or_else(wrong)?);
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
        let unlike = |wanted: Option<u32>, own: u32| wanted.is_some_and(|wanted| wanted != own);
        Ok(self.cached == header.flags.contains(RouteFlags::CLONED)
            && (self.family == UNSPEC || self.family == header.family)
            && !unlike(self.table, table)
            && !unlike(self.protocol.map(u32::from), header.protocol.0.into())
            && !unlike(self.scope.map(u32::from), header.scope.0.into())
            && !unlike(self.service.map(u32::from), header.tos.into())
            && !unlike(self.metric, view.get(route::PRIORITY)?.unwrap_or_default())
            && !unlike(self.realm, view.get(route::FLOW)?.unwrap_or_default())
            && !unlike(self.input, view.get(route::IIF)?.unwrap_or_default())
            && self.kind.is_none_or(|kind| kind == header.kind)
            && (self.out.is_none() || self.out == view.get(route::OIF)?)
            && (self.via.is_none() || self.via == via)
            && (self.source.is_none() || self.source == view.get(route::PREFSRC)?)
            && self.to.passes(view.get(route::DST)?, header.dst_len)
            && self.from.passes(view.get(route::SRC)?, header.src_len))
    }

    /// The routes that are wanted, from the kernel; `end` is said when it refuses.
    fn routes(&self, session: &mut Session, end: &str) -> Result<Vec<crate::kernel::Reply>> {
        let flags = if self.cached { RouteFlags::CLONED } else { RouteFlags::default() };
        let header = RtMsg { family: self.family, flags, ..RtMsg::default() };
        let mut settings = Settings::default();
        if let Some(table) = self.table.filter(|_| !self.cached) {
            settings.put(route::TABLE, table);
        }
        if let Some(out) = self.out {
            settings.put(route::OIF, out);
        }
        let mut routes = session.list_or(route::GET, header, &settings, end)?;
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

/// `ip route show`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    let filter = Filter::parse(session, words)?;
    let routes = filter.routes(session, "Dump terminated\n")?;
    session.out.array("");
    for reply in &routes {
        session.out.object("");
        print(session, &reply.message(), &filter)?;
        session.out.end_object();
    }
    session.out.end_array();
    Ok(())
}

/// `ip route flush`: removes what `show` with the same words would show.
pub(super) fn flush(session: &mut Session, words: &mut Words) -> Result<()> {
    if words.peek().is_none() {
        return Err(Failure::new("\"ip route flush\" requires arguments.".into()));
    }
    let filter = Filter::parse(session, words)?;
    for reply in filter.routes(session, "Flush terminated\n")? {
        let message = reply.message();
        let (header, view) = message.decode(route::NEW)?;
        let mut settings = Settings::default();
        for attr in view.iter() {
            let attr = attr?;
            settings.raw(attr.kind, attr.value);
        }
        if let Err(failure) = session.change(route::DEL, Flags::empty(), header, &settings) {
            // It went with another, such as a prefix with its address.
            if !failure.text.contains("No such") {
                return Err(failure);
            }
        }
    }
    Ok(())
}

/// Prints one route.
pub(in crate::ip) fn print(
    session: &mut Session,
    message: &Message<'_>,
    filter: &Filter,
) -> Result<()> {
    let gone = message.header.kind == route::DEL.code();
    let (header, view) = message.decode(if gone { route::DEL } else { route::NEW })?;
    let details = session.options.details;
    let colour = Colour::of(header.family);
    if gone {
        session.out.flag("deleted", "Deleted ");
    }
    if header.kind != Kind::UNICAST || details {
        let kind = names::route_type(header.kind, session.names.numeric);
        session.out.put("type", &kind, " ");
    }
    let to = prefix(view.get(route::DST)?, header.dst_len, header.family);
    let named = if to == "default" || to.starts_with("0/") { Colour::None } else { colour };
    session.out.paint(named, "dst", &to, " ");
    if view.get(route::SRC)?.is_some() || header.src_len > 0 {
        let source = view.get(route::SRC)?;
        let whole = parse::bits(header.family) == header.src_len;
        let text = match source {
            Some(source) if whole => parse::ip_text(source),
            Some(source) => format!("{}/{}", parse::ip_text(source), header.src_len),
            None => format!("0/{}", header.src_len),
        };
        session.out.text("from ");
        session.out.paint(colour, "from", &text, " ");
    }
    if header.tos != 0 && filter.service.is_none() {
        let service = session.names.name(Table::Services, header.tos.into());
        session.out.text("tos ");
        session.out.put("tos", &service, " ");
    }
    if let Some(id) = view.get(route::NH_ID)? {
        session.out.text("nhid ");
        session.out.put("nhid", id, " ");
    }
    // What was asked for is not repeated.
    if filter.via.is_none() {
        gateway(&mut session.out, view, header.family)?;
    }
    if let Some(index) = view.get(route::OIF)?.filter(|_| filter.out.is_none()) {
        let name = session.link_name(index);
        session.out.text("dev ");
        session.out.paint(Colour::Link, "dev", Val::Bytes(&name), " ");
    }
    let table = view.get(route::TABLE)?.unwrap_or_else(|| header.table.into());
    marks(session, &header, table, filter);
    if let Some(source) = view.get(route::PREFSRC)?.filter(|_| filter.source.is_none()) {
        session.out.text("src ");
        session.out.paint(colour, "prefsrc", &parse::ip_text(source), " ");
    }
    if let Some(metric) = view.get(route::PRIORITY)?.filter(|_| filter.metric.is_none()) {
        session.out.text("metric ");
        session.out.put("metric", metric, " ");
    }
    flags(&mut session.out, header.flags);
    if let Some(mark) = view.get(route::MARK)?.filter(|&mark| mark != 0) {
        session.out.json("mark", mark);
        let hexadecimal = if mark >= 16 { format!("0x{mark:x}") } else { mark.to_string() };
        session.out.text(&format!("mark {hexadecimal} "));
    }
    if let Some(realms) = view.get(route::FLOW)?.filter(|_| filter.realm.is_none()) {
        realm(session, realms);
    }
    if let Some(user) = view.get(route::UID)? {
        session.out.text("uid ");
        session.out.put("uid", user, " ");
    }
    if !is_six(header.family) {
        cache(session, &header, view)?;
    } else {
        expiry(session, view)?;
    }
    metrics(session, view)?;
    if let Some(index) = view.get(route::IIF)?.filter(|_| filter.input.is_none()) {
        let name = session.link_name(index);
        session.out.text("iif ");
        session.out.paint(Colour::Link, "iif", Val::Bytes(&name), " ");
    }
    if let Some(preference) = view.get(route::PREF)? {
        let name = match preference {
            0 => "medium",
            1 => "high",
            3 => "low",
            _ => "0",
        };
        session.out.text("pref ");
        session.out.put("pref", name, "");
    }
    hops(session, &header, view)?;
    session.out.text("\n");
    Ok(())
}

/// A destination as iproute2 writes it.
fn prefix(address: Option<IpAddr>, len: u8, family: u8) -> String {
    match address {
        Some(address) if len == parse::bits(family) => parse::ip_text(address),
        Some(address) => format!("{}/{len}", parse::ip_text(address)),
        None if len > 0 => format!("0/{len}"),
        None => "default".into(),
    }
}

fn gateway(out: &mut Out, view: RouteView<'_>, family: u8) -> Result<()> {
    if let Some(address) = view.get(route::GATEWAY)? {
        out.text("via ");
        out.paint(Colour::of(family), "gateway", &parse::ip_text(address), " ");
    }
    if let Some(via) = view.get(route::VIA)? {
        let address = via.ip().map(parse::ip_text).unwrap_or_default();
        out.text("via ");
        out.object("via");
        out.put("family", names::family(via.family as u8), " ");
        out.paint(Colour::of(via.family as u8), "host", &address, " ");
        out.end_object();
    }
    Ok(())
}

fn put_name(session: &mut Session, key: &str, table: Table, number: u32) {
    let name = session.names.name(table, number);
    session.out.text(key);
    session.out.text(" ");
    session.out.put(if key == "proto" { "protocol" } else { key }, &name, " ");
}

/// Table, protocol and scope, as far as they are not what is usual or asked for.
fn marks(session: &mut Session, header: &RtMsg, table: u32, filter: &Filter) {
    let details = session.options.details;
    if (table != u32::from(RT_TABLE_MAIN) || details) && filter.table.is_none() {
        put_name(session, "table", Table::Tables, table);
    }
    if header.flags.contains(RouteFlags::CLONED) {
        return;
    }
    if (header.protocol != Protocol::BOOT || details) && filter.protocol.is_none() {
        put_name(session, "proto", Table::Protocols, header.protocol.0.into());
    }
    if (header.scope != Scope::UNIVERSE || details) && filter.scope.is_none() {
        put_name(session, "scope", Table::Scopes, header.scope.0.into());
    }
}

fn flags(out: &mut Out, flags: RouteFlags) {
    out.array("flags");
    let bits = HopFlags::from_bits_retain(flags.bits() as u8);
    for (flag, name) in [
        (HopFlags::DEAD, "dead"),
        (HopFlags::ONLINK, "onlink"),
        (HopFlags::PERVASIVE, "pervasive"),
        (HopFlags::OFFLOAD, "offload"),
        (HopFlags::TRAP, "trap"),
    ] {
        if bits.contains(flag) {
            out.item(name, " ");
        }
    }
    if flags.contains(RouteFlags::NOTIFY) {
        out.item("notify", " ");
    }
    for (flag, name) in [(HopFlags::LINKDOWN, "linkdown"), (HopFlags::UNRESOLVED, "unresolved")] {
        if bits.contains(flag) {
            out.item(name, " ");
        }
    }
    for (flag, name) in [
        (RouteFlags::OFFLOAD, "rt_offload"),
        (RouteFlags::TRAP, "rt_trap"),
        (RouteFlags::OFFLOAD_FAILED, "rt_offload_failed"),
    ] {
        if flags.contains(flag) {
            out.item(name, " ");
        }
    }
    out.end_array();
}

fn realm(session: &mut Session, realms: u32) {
    let (from, to) = (realms >> 16, realms & 0xffff);
    session.out.text(if from != 0 { "realms " } else { "realm " });
    session.out.object("flow");
    if from != 0 {
        let name = session.names.name(Table::Realms, from);
        session.out.put("from", &name, "/");
    }
    let name = session.names.name(Table::Realms, to);
    session.out.put("to", &name, " ");
    session.out.end_object();
}

/// What a look-up of IPv4 found: a second line.
fn cache(session: &mut Session, header: &RtMsg, view: RouteView<'_>) -> Result<()> {
    let bits = header.flags.bits() & !0xffff;
    let times = view.get(route::CACHEINFO)?;
    if header.flags.contains(RouteFlags::CLONED) {
        session.out.line();
        session.out.text("    cache ");
        session.out.array("cache");
        const NAMES: &[(u32, &str)] = &[
            (0x8000_0000, "local"),
            (0x4000_0000, "reject"),
            (0x0800_0000, "mc"),
            (0x1000_0000, "brd"),
            (0x0200_0000, "dst-nat"),
            (0x0100_0000, "src-nat"),
            (0x2000_0000, "masq"),
            (0x0002_0000, "dst-direct"),
            (0x0001_0000, "src-direct"),
            (0x0004_0000, "redirected"),
            (0x0008_0000, "redirect"),
            (0x0040_0000, "fastroute"),
            (0x0000_4000, "notify"),
            (0x0020_0000, "tproxy"),
        ];
        let found: Vec<_> = NAMES.iter().filter(|(bit, _)| bits & bit != 0).collect();
        if !found.is_empty() {
            session.out.text("<");
        }
        let last = found.len().saturating_sub(1);
        for (n, (_, name)) in found.iter().enumerate() {
            session.out.item(*name, if n == last { "> " } else { "," });
        }
        session.out.end_array();
        if let Some(times) = times {
            expires(session, times.expires);
        }
    }
    Ok(())
}

fn expiry(session: &mut Session, view: RouteView<'_>) -> Result<()> {
    if let Some(times) = view.get(route::CACHEINFO)? {
        expires(session, times.expires);
        if times.error != 0 {
            session.out.text("error ");
            session.out.put("error", times.error as i32, " ");
        }
    }
    Ok(())
}

/// Hundredths of a second as whole seconds.
fn expires(session: &mut Session, hundredths: i32) {
    if hundredths != 0 {
        session.out.text("expires ");
        session.out.put("expires", hundredths / 100, "sec ");
    }
}

fn metrics(session: &mut Session, view: RouteView<'_>) -> Result<()> {
    let Some(settings) = view.nest(route::METRICS)? else { return Ok(()) };
    let locked = settings.get(nl::route::metrics::LOCK)?.unwrap_or_default();
    let out = &mut session.out;
    out.array("metrics");
    out.object("");
    for &(name, code) in METRICS {
        let Some(attr) = settings.find(code)? else { continue };
        out.text(name);
        out.text(" ");
        if locked & 1 << code != 0 {
            out.text("lock ");
        }
        if name == "congctl" {
            out.put(
                if out.json { "congestion" } else { name },
                nl::Text::until_nul(attr.value),
                " ",
            );
            continue;
        }
        let bytes = <[u8; 4]>::try_from(attr.value).unwrap_or_default();
        let number = u32::from_ne_bytes(bytes);
        match name {
            "features" => {
                if number & 1 != 0 {
                    out.json("ecn", Val::Null);
                    out.text("ecn ");
                }
                if number & !1 != 0 {
                    out.put("features", &format!("{:#x}", number & !1), " ");
                }
            }
            "rtt" | "rttvar" | "rto_min" => time(out, name, number),
            _ => out.put(name, number, " "),
        }
    }
    out.end_object();
    out.end_array();
    Ok(())
}

/// A time the kernel keeps in eighths (rtt) or quarters (rttvar) of a millisecond.
fn time(out: &mut Out, name: &str, number: u32) {
    let milliseconds = match name {
        "rtt" => number / 8,
        "rttvar" => number / 4,
        _ => number,
    };
    out.json(name, milliseconds);
    if milliseconds < 1000 {
        return out.text(&format!("{milliseconds}ms "));
    }
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    let decimals = format!("{rest:03}");
    let decimals = decimals.trim_end_matches('0');
    let point = if decimals.is_empty() { "" } else { "." };
    out.text(&format!("{seconds}{point}{decimals}s "));
}

fn hops(session: &mut Session, header: &RtMsg, view: RouteView<'_>) -> Result<()> {
    if view.find(route::MULTIPATH.code())?.is_none() {
        return Ok(());
    }
    let hops = view.hops(route::MULTIPATH)?;
    session.out.array("nexthops");
    for hop in hops {
        let (hop, view): (Hop, nl::View<'_, Route>) = hop?;
        session.out.object("");
        session.out.line();
        session.out.text("\tnexthop ");
        gateway(&mut session.out, view, header.family)?;
        let name = session.link_name(hop.index as u32);
        session.out.text("dev ");
        session.out.put("dev", Val::Bytes(&name), " ");
        session.out.text("weight ");
        session.out.put("weight", u32::from(hop.hops) + 1, " ");
        if let Some(realms) = view.get(route::FLOW)? {
            realm(session, realms);
        }
        flags(&mut session.out, RouteFlags::from_bits_retain(hop.flags.bits().into()));
        session.out.end_object();
    }
    session.out.end_array();
    Ok(())
}
