//! `bridge link`: the ports of all bridges.

use nl::route::BRIDGE;
use nl::route::bridge_port::{self, BridgePort};
use nl::route::link::{self, IfInfo, Link};
use nl::value::U8;
use nl::{Attr, View};

use crate::ip::failure::{Failure, Result};
use crate::ip::link::show::{flags, name};
use crate::ip::out::{Out, Val};
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::Words;

const HELP: &str = "\
Usage: bridge link show [ dev DEV ]
";

/// Carries out `bridge link ...`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    super::is_show(words, "link", HELP)?;
    let mut device = None;
    while let Some(word) = words.next() {
        if word != "dev" {
            return Err(Failure::garbage("dev", &word));
        }
        device = Some(super::expect_link(session, &words.value()?, "device")?);
    }
    let header = IfInfo { family: BRIDGE, ..IfInfo::default() };
    let ports = session.list(link::GET, header, &Settings::default())?;
    session.out.array("");
    for port in &ports {
        let (header, view) = port.message().decode(link::NEW)?;
        if device.is_none_or(|device| device == header.index as u32) {
            session.out.object("");
            print(session, &header, view)?;
            session.out.end_object();
        }
    }
    session.out.end_array();
    Ok(())
}

fn print(session: &mut Session, header: &IfInfo, view: View<'_, Link>) -> Result<()> {
    session.out.put("ifindex", header.index, ": ");
    let m_down = name(session, view, ": ")?;
    flags(session, header.flags, m_down);
    if let Some(mtu) = view.get(link::MTU)? {
        session.out.text("mtu ");
        session.out.put("mtu", mtu, " ");
    }
    if let Some(master) = view.get(link::MASTER)? {
        let name = session.link_name(master);
        session.out.text("master ");
        session.out.put("master", Val::Bytes(&name), " ");
    }
    if let Some(port) = view.nest(link::PROTINFO)? {
        settings(session, port)?;
    }
    session.out.text("\n");
    Ok(())
}

fn settings(session: &mut Session, port: View<'_, BridgePort>) -> Result<()> {
    let out = &mut session.out;
    if let Some(state) = port.get(bridge_port::STATE)? {
        out.text("state ");
        match state.name() {
            Some(name) => out.put("state", &name.to_ascii_lowercase(), " "),
            None => out.put("state", state.0, " "),
        }
    }
    if let Some(priority) = port.get(bridge_port::PRIORITY)? {
        out.text("priority ");
        out.put("priority", priority, " ");
    }
    if let Some(cost) = port.get(bridge_port::COST)? {
        out.text("cost ");
        out.put("cost", cost, " ");
    }
    if !session.options.details {
        return Ok(());
    }
    let out = &mut session.out;
    out.line();
    out.text("    ");
    switches(
        out,
        port,
        &[
            ("hairpin", bridge_port::MODE),
            ("guard", bridge_port::GUARD),
            ("root_block", bridge_port::PROTECT),
            ("fastleave", bridge_port::FAST_LEAVE),
            ("learning", bridge_port::LEARNING),
            ("learning_sync", bridge_port::LEARNING_SYNC),
            ("flood", bridge_port::UNICAST_FLOOD),
            ("mcast_flood", bridge_port::MCAST_FLOOD),
            ("bcast_flood", bridge_port::BCAST_FLOOD),
        ],
    )?;
    if let Some(router) = port.get(bridge_port::MULTICAST_ROUTER)? {
        out.text("mcast_router ");
        out.put("mcast_router", router, " ");
    }
    switches(
        out,
        port,
        &[
            ("mcast_to_unicast", bridge_port::MCAST_TO_UCAST),
            ("neigh_suppress", bridge_port::NEIGH_SUPPRESS),
            ("vlan_tunnel", bridge_port::VLAN_TUNNEL),
        ],
    )?;
    if let Some(backup) = port.get(bridge_port::BACKUP_PORT)? {
        let name = session.link_name(backup);
        session.out.text("backup_port ");
        session.out.put("backup_port", Val::Bytes(&name), " ");
    }
    let last = [("isolated", bridge_port::ISOLATED), ("locked", bridge_port::LOCKED)];
    switches(&mut session.out, port, &last)
}

/// Settings that are `on` or `off`, as far as the kernel tells them.
fn switches(
    out: &mut Out,
    port: View<'_, BridgePort>,
    list: &[(&str, Attr<BridgePort, U8>)],
) -> Result<()> {
    for &(name, key) in list {
        if let Some(value) = port.get(key)? {
            out.json(name, Val::Bool(value != 0));
            out.text(name);
            out.text(if value != 0 { " on " } else { " off " });
        }
    }
    Ok(())
}
