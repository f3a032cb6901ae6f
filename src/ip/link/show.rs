//! `ip link show`, and the part of `ip address show` about links.

use nl::route::inet6::{self, AddrGenMode};
use nl::route::info::{self, Info};
use nl::route::link::{self, IfInfo, Link};
use nl::route::{LinkFlags, UNSPEC};
use nl::{Message, View};

use super::filter::Filter;
use super::{kind, statistics};
use crate::ip::failure::Result;
use crate::ip::names::{self, Table};
use crate::ip::options::PACKET;
use crate::ip::out::{Colour, Val};
use crate::ip::parse;
use crate::ip::session::Session;
use crate::ip::words::Words;

/// What a link is printed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ip) enum About {
    /// `ip link`.
    Link,
    /// `ip address`.
    Addresses,
    /// `ip monitor`.
    Change,
}

/// `ip link show`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    let mut filter = Filter::default();
    while let Some(word) = words.next() {
        if !filter.take(session, &word, words)? {
            filter.take_device(&word, words)?;
        }
    }
    let links = filter.links(session, UNSPEC)?;
    session.out.array("");
    for reply in &links {
        session.out.object("");
        print(session, &reply.message(), UNSPEC, About::Link)?;
        session.out.end_object();
    }
    session.out.end_array();
    Ok(())
}

/// A link, from a reply or from the notification that it is gone.
fn read<'a>(message: &Message<'a>) -> Result<(IfInfo, View<'a, Link>)> {
    let gone = message.header.kind == link::DEL.code();
    Ok(message.decode(if gone { link::DEL } else { link::NEW })?)
}

/// Prints a link that came, changed or went.
pub(in crate::ip) fn print_notification(
    session: &mut Session,
    message: &Message<'_>,
) -> Result<()> {
    if message.header.kind == link::DEL.code() {
        session.out.flag("deleted", "Deleted ");
    }
    print(session, message, UNSPEC, About::Change)
}

/// Prints one link; for `ip address` about addresses of `family`.
pub(in crate::ip) fn print(
    session: &mut Session,
    message: &Message<'_>,
    family: u8,
    about: About,
) -> Result<()> {
    let (header, view) = read(message)?;
    let whole = about == About::Link;
    if session.options.brief {
        brief(session, &header, view, whole)?;
        if whole {
            session.out.text("\n");
        }
        return Ok(());
    }
    session.out.put("ifindex", header.index, ": ");
    let m_down = name(session, view, ": ")?;
    flags(session, header.flags, m_down);
    let out = &mut session.out;
    if let Some(mtu) = view.get(link::MTU)? {
        out.text("mtu ");
        out.put("mtu", mtu, " ");
    }
    if let Some(qdisc) = view.get(link::QDISC)? {
        out.text("qdisc ");
        out.put("qdisc", qdisc, " ");
    }
    if let Some(master) = view.get(link::MASTER)? {
        let name = session.link_name(master);
        session.out.text("master ");
        session.out.put("master", Val::Bytes(&name), " ");
    }
    state(session, view, false)?;
    if let Some(mode) = view.get(link::LINKMODE)?.filter(|_| whole) {
        session.out.text("mode ");
        session.out.put("linkmode", mode.name().unwrap_or("UNKNOWN"), " ");
    }
    if let Some(group) = view.get(link::GROUP)? {
        let group = session.names.name(Table::Groups, group);
        session.out.text("group ");
        session.out.put("group", &group, " ");
    }
    // A dump in the family of IPv6 leaves it out.
    let length = match view.get(link::TXQLEN)? {
        Some(length) => length,
        None if about == About::Change => 0,
        None => session.queue_length(header.index as u32)?,
    };
    if length != 0 && about != About::Change {
        session.out.text("qlen ");
        session.out.put("txqlen", length, "");
    }
    if matches!(family, UNSPEC | PACKET) || session.options.details {
        hardware(session, &header, view)?;
    }
    other_end(session, view)?;
    if session.options.details {
        details(session, view, whole)?;
    }
    if let Some(alias) = view.get(link::IFALIAS)?.filter(|_| whole || session.options.details) {
        session.out.line();
        session.out.text("    alias ");
        session.out.put("ifalias", alias, "");
    }
    if whole && session.options.statistics > 0 {
        session.out.line();
        statistics::print(session, view)?;
    }
    alternative_names(session, view)?;
    session.out.text("\n");
    Ok(())
}

fn brief(session: &mut Session, header: &IfInfo, view: View<'_, Link>, whole: bool) -> Result<()> {
    let m_down = name(session, view, "")?;
    state(session, view, true)?;
    if whole {
        if let Some(address) = view.get(link::ADDRESS)? {
            let text = parse::mac_text(address, header.arphrd);
            session.out.paint(Colour::Mac, "address", &text, " ");
        }
        flags(session, header.flags, m_down);
    }
    Ok(())
}

/// Prints the name with that of the link below; whether that one is down. Without `after` the
/// name fills a column.
pub(in crate::ip) fn name(
    session: &mut Session,
    view: View<'_, Link>,
    after: &str,
) -> Result<bool> {
    let mut text = view.get(link::IFNAME)?.unwrap_or_default().as_bytes().to_vec();
    let mut m_down = false;
    let json = session.out.json;
    if let Some(below) = view.get(link::LINK)? {
        let mut tail = Vec::new();
        if below == 0 {
            tail.extend_from_slice(b"NONE");
            session.out.json("link", Val::Null);
        } else if view.get(link::LINK_NETNSID)?.is_some() {
            tail.extend_from_slice(format!("if{below}").as_bytes());
            session.out.json("link_index", below);
        } else {
            tail = session.link_name(below);
            session.out.json("link", Val::Bytes(&tail));
            m_down = session.is_down(below);
        }
        if !json {
            text.push(b'@');
            text.append(&mut tail);
        }
    }
    if after.is_empty() && !json {
        text.resize(text.len().max(16), b' ');
    }
    let after = if after.is_empty() { " " } else { after };
    session.out.paint(Colour::Link, "ifname", Val::Bytes(&text), after);
    Ok(m_down)
}

fn state(session: &mut Session, view: View<'_, Link>, column: bool) -> Result<()> {
    let Some(state) = view.get(link::OPERSTATE)? else { return Ok(()) };
    let name = match state.name() {
        Some(name) => name.to_owned(),
        None => format!("{:#x}", state.0),
    };
    let colour = match name.as_str() {
        "UP" => Colour::Up,
        "DOWN" => Colour::Down,
        _ => Colour::None,
    };
    let out = &mut session.out;
    if !column {
        out.text("state ");
    }
    let blanks = " ".repeat(if column { 14_usize.saturating_sub(name.len()) + 1 } else { 1 });
    out.paint(colour, "operstate", &name, &blanks);
    Ok(())
}

/// The flags in the order of iproute2.
const FLAGS: &[LinkFlags] = &[
    LinkFlags::LOOPBACK,
    LinkFlags::BROADCAST,
    LinkFlags::POINTOPOINT,
    LinkFlags::MULTICAST,
    LinkFlags::NOARP,
    LinkFlags::ALLMULTI,
    LinkFlags::PROMISC,
    LinkFlags::MASTER,
    LinkFlags::SLAVE,
    LinkFlags::DEBUG,
    LinkFlags::DYNAMIC,
    LinkFlags::AUTOMEDIA,
    LinkFlags::PORTSEL,
    LinkFlags::NOTRAILERS,
    LinkFlags::UP,
    LinkFlags::LOWER_UP,
    LinkFlags::DORMANT,
    LinkFlags::ECHO,
];

/// The flags in angle brackets.
pub(in crate::ip) fn flags(session: &mut Session, flags: LinkFlags, m_down: bool) {
    let out = &mut session.out;
    let mut names = Vec::new();
    if flags.contains(LinkFlags::UP) && !flags.contains(LinkFlags::RUNNING) {
        names.push("NO-CARRIER");
    }
    let mut rest = flags - LinkFlags::RUNNING;
    for flag in FLAGS.iter().filter(|&&flag| flags.contains(flag)) {
        rest -= *flag;
        names.extend(flag.iter_names().map(|(name, _)| name));
    }
    let unknown = format!("{:x}", rest.bits());
    if !rest.is_empty() {
        names.push(&unknown);
    }
    if m_down {
        names.push("M-DOWN");
    }
    out.text("<");
    out.array("flags");
    let last = names.len().saturating_sub(1);
    for (n, name) in names.into_iter().enumerate() {
        out.item(name, if n == last { "" } else { "," });
    }
    out.end_array();
    out.text("> ");
}

/// The second line: link-layer addresses.
fn hardware(session: &mut Session, header: &IfInfo, view: View<'_, Link>) -> Result<()> {
    let kind = names::hardware(header.arphrd, session.options.numeric);
    let out = &mut session.out;
    out.line();
    out.text("    link/");
    out.put("link_type", &kind, " ");
    let address = view.get(link::ADDRESS)?;
    if let Some(address) = address {
        let text = parse::mac_text(address, header.arphrd);
        out.paint(Colour::Mac, "address", &text, "");
    }
    if let Some(broadcast) = view.get(link::BROADCAST)? {
        if header.flags.contains(LinkFlags::POINTOPOINT) {
            out.flag("link_pointtopoint", " peer ");
        } else {
            out.text(" brd ");
        }
        let text = parse::mac_text(broadcast, header.arphrd);
        out.paint(Colour::Mac, "broadcast", &text, "");
    }
    if let Some(permanent) = view.get(link::PERM_ADDRESS)?
        && Some(permanent) != address
    {
        out.text(" permaddr ");
        out.paint(Colour::Mac, "permaddr", &parse::mac_text(permanent, header.arphrd), "");
    }
    Ok(())
}

/// Where the other end is, and what holds the link down.
fn other_end(session: &mut Session, view: View<'_, Link>) -> Result<()> {
    if let Some(id) = view.get(link::LINK_NETNSID)? {
        let name = if session.out.json { None } else { session.namespace_name(id) };
        match name {
            Some(name) => session.out.text(&format!(" link-netns {name}")),
            None => {
                session.out.text(" link-netnsid ");
                session.out.put("link_netnsid", id, "");
            }
        }
    }
    if view.get(link::PROTO_DOWN)?.is_some_and(|down| down != 0) {
        session.out.flag("proto_down", " protodown on ");
    }
    Ok(())
}

fn details(session: &mut Session, view: View<'_, Link>, whole: bool) -> Result<()> {
    let out = &mut session.out;
    for (key, text, attribute) in [
        ("promiscuity", " promiscuity ", link::PROMISCUITY),
        ("allmulti", " allmulti ", link::ALLMULTI),
        ("min_mtu", "minmtu ", link::MIN_MTU),
        ("max_mtu", "maxmtu ", link::MAX_MTU),
    ] {
        if let Some(number) = view.get(attribute)? {
            out.text(text);
            out.put(key, number, " ");
        }
    }
    if let Some(info) = view.nest(link::LINKINFO)? {
        link_info(session, info)?;
    }
    if whole
        && let Some(families) = view.nest(link::AF_SPEC)?
        && let Some(settings) = families.nest(link::INET6)?
        && let Some(mode) = settings.get(inet6::ADDR_GEN_MODE)?
    {
        session.out.text("addrgenmode ");
        session.out.put("inet6_addr_gen_mode", generation(mode), " ");
    }
    let out = &mut session.out;
    for (key, text, attribute) in [
        ("num_tx_queues", "numtxqueues ", link::NUM_TX_QUEUES),
        ("num_rx_queues", "numrxqueues ", link::NUM_RX_QUEUES),
        ("gso_max_size", "gso_max_size ", link::GSO_MAX_SIZE),
        ("gso_max_segs", "gso_max_segs ", link::GSO_MAX_SEGS),
        ("tso_max_size", "tso_max_size ", link::TSO_MAX_SIZE),
        ("tso_max_segs", "tso_max_segs ", link::TSO_MAX_SEGS),
        ("gro_max_size", "gro_max_size ", link::GRO_MAX_SIZE),
    ] {
        if let Some(number) = view.get(attribute)? {
            out.text(text);
            out.put(key, number, " ");
        }
    }
    for (key, text, attribute) in [
        ("phys_port_name", "portname ", link::PHYS_PORT_NAME),
        ("parentbus", "parentbus ", link::PARENT_DEV_BUS_NAME),
        ("parentdev", "parentdev ", link::PARENT_DEV_NAME),
    ] {
        if let Some(name) = view.get(attribute)? {
            out.text(text);
            out.put(key, name, " ");
        }
    }
    Ok(())
}

fn generation(mode: AddrGenMode) -> &'static str {
    match mode {
        AddrGenMode::EUI64 => "eui64",
        AddrGenMode::NONE => "none",
        AddrGenMode::STABLE_PRIVACY => "stable_secret",
        AddrGenMode::RANDOM => "random",
        _ => "unknown",
    }
}

fn link_info(session: &mut Session, info: View<'_, Info>) -> Result<()> {
    session.out.object("linkinfo");
    for (key, suffix, data_key, attribute, data) in [
        ("info_kind", "", "info_data", info::KIND, info::DATA),
        ("info_slave_kind", "_slave", "info_slave_data", info::SLAVE_KIND, info::SLAVE_DATA),
    ] {
        let Some(kind) = info.get(attribute)? else { continue };
        session.out.line();
        session.out.text("    ");
        session.out.put(key, kind, suffix);
        session.out.text(" ");
        if let Some(data) = info.get(data)? {
            kind::print(session, &format!("{kind}{suffix}"), data_key, data)?;
        }
    }
    session.out.end_object();
    Ok(())
}

fn alternative_names(session: &mut Session, view: View<'_, Link>) -> Result<()> {
    let Some(list) = view.nest(link::PROP_LIST)? else { return Ok(()) };
    let out = &mut session.out;
    out.array("altnames");
    for name in list.all(link::ALT_IFNAME) {
        out.line();
        out.text("    altname ");
        out.item(name?, "");
    }
    out.end_array();
    Ok(())
}
