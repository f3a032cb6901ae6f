//! Neighbours, printed.

use nl::route::neighbour::{self, ExtFlags, Neighbour, NeighbourFlags, State};
use nl::{Message, View};

use super::{Filter, STATES};
use crate::ip::failure::Result;
use crate::ip::names::Table;
use crate::ip::out::{Colour, Val};
use crate::ip::parse;
use crate::ip::session::Session;

/// Prints one neighbour.
pub(in crate::ip) fn print(
    session: &mut Session,
    message: &Message<'_>,
    filter: &Filter,
) -> Result<()> {
    let gone = message.header.kind == neighbour::DEL.code();
    let (header, view) = message.decode(if gone { neighbour::DEL } else { neighbour::NEW })?;
    if gone {
        session.out.flag("deleted", "Deleted ");
    }
    let brief = session.options.brief;
    let blanks =
        |width: usize, len: usize| " ".repeat(if brief { width.max(len) - len + 1 } else { 1 });
    let colour = Colour::of(header.family);
    // The forwarding entries of bridges have none.
    if let Some(address) = view.get(neighbour::DST)? {
        let text = parse::ip_text(address);
        session.out.paint(colour, "dst", &text, &blanks(39, text.len()));
    }
    if filter.device.is_none() && header.index != 0 {
        let name = session.link_name(header.index as u32);
        if !brief {
            session.out.text("dev ");
        }
        let after = blanks(16, name.len());
        session.out.paint(Colour::Link, "dev", Val::Bytes(&name), &after);
    }
    let out = &mut session.out;
    if let Some(address) = view.get(neighbour::LLADDR)? {
        let hardware = parse::mac_text(address, 1);
        out.text(if brief { "" } else { "lladdr " });
        out.paint(Colour::Mac, "lladdr", &hardware, if brief { "" } else { " " });
    }
    if brief {
        out.text("\n");
        return Ok(());
    }
    let extended = view.get(neighbour::FLAGS_EXT)?.unwrap_or_default();
    for (name, on) in [
        ("router", header.flags.contains(NeighbourFlags::ROUTER)),
        ("proxy", header.flags.contains(NeighbourFlags::PROXY)),
        ("managed", extended.contains(ExtFlags::MANAGED)),
        ("extern_learn", header.flags.contains(NeighbourFlags::EXT_LEARNED)),
        ("offload", header.flags.contains(NeighbourFlags::OFFLOADED)),
    ] {
        if on {
            out.json(name, Val::Null);
            out.text(name);
            out.text(" ");
        }
    }
    if session.options.statistics > 0 {
        statistics(session, view)?;
    }
    states(session, header.state);
    if let Some(protocol) = view.get(neighbour::PROTOCOL)?.filter(|&protocol| protocol != 0) {
        let name = session.names.name(Table::Protocols, protocol.into());
        session.out.text("proto ");
        session.out.put("protocol", &name, " ");
    }
    session.out.text("\n");
    Ok(())
}

fn states(session: &mut Session, state: State) {
    if state.is_empty() {
        return;
    }
    let out = &mut session.out;
    out.array("state");
    let mut found: Vec<_> = STATES.iter().filter(|entry| state.contains(entry.1)).collect();
    let last = found.pop();
    for (name, _) in found {
        out.item(*name, ",");
    }
    if let Some((name, _)) = last {
        out.item(*name, " ");
    }
    out.end_array();
}

fn statistics(session: &mut Session, view: View<'_, Neighbour>) -> Result<()> {
    let out = &mut session.out;
    if let Some(times) = view.get(neighbour::CACHEINFO)? {
        if times.references != 0 {
            out.text(" ref ");
            out.put("refcnt", times.references, "");
        }
        out.text(" used ");
        out.put("used", times.used / 100, "/");
        out.put("confirmed", times.confirmed / 100, "/");
        out.put("updated", times.updated / 100, "");
    }
    if let Some(probes) = view.get(neighbour::PROBES)? {
        out.text("probes ");
        out.put("probes", probes, " ");
    }
    Ok(())
}
