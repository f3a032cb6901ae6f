//! `ip route show` and `flush`.

use std::net::IpAddr;

use nl::route::route::{
    self, Hop, HopFlags, Kind, Protocol, RT_TABLE_MAIN, Route, RouteFlags, RtMsg, Scope,
};
use nl::{Flags, Message};

use super::filter::Filter;
use super::{METRICS, RouteView, is_six};
use crate::ip::failure::{Failure, Result};
use crate::ip::names::{self, Table};
use crate::ip::out::{Colour, Out, Val};
use crate::ip::parse::{self, Prefix};
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::Words;

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
    if !filter.via.is_some_and(Prefix::is_host) {
        gateway(&mut session.out, view, header.family)?;
    }
    if let Some(index) = view.get(route::OIF)?.filter(|_| filter.out.is_none()) {
        let name = session.link_name(index);
        session.out.text("dev ");
        session.out.paint(Colour::Link, "dev", Val::Bytes(&name), " ");
    }
    let table = view.get(route::TABLE)?.unwrap_or_else(|| header.table.into());
    marks(session, &header, table, filter);
    let known = filter.source.is_some_and(Prefix::is_host);
    if let Some(source) = view.get(route::PREFSRC)?.filter(|_| !known) {
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
    let known = filter.realm.is_some_and(|(_, mask)| mask == u32::MAX);
    if let Some(realms) = view.get(route::FLOW)?.filter(|_| !known) {
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
    // A route to a group or to all is in no table.
    let told = table != u32::from(RT_TABLE_MAIN) || details;
    if table != 0 && told && filter.table.is_none() {
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
        // `RTCF_*` of linux/in_route.h.
        const NAMES: &[(u32, &str)] = &[
            (0x8000_0000, "local"),
            (0x4000_0000, "reject"),
            (0x2000_0000, "mc"),
            (0x1000_0000, "brd"),
            (0x0800_0000, "dst-nat"),
            (0x0080_0000, "src-nat"),
            (0x0040_0000, "masq"),
            (0x0002_0000, "dst-direct"),
            (0x0400_0000, "src-direct"),
            (0x0004_0000, "redirected"),
            (0x0100_0000, "redirect"),
            (0x0020_0000, "fastroute"),
            (0x0001_0000, "notify"),
            (0x0008_0000, "proxy"),
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
    for &(name, _, code) in METRICS {
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
