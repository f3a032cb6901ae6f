//! `bridge fdb`: the forwarding entries of bridges, VXLANs and links.

use nl::View;
use nl::route::BRIDGE;
use nl::route::neighbour::{self, ExtFlags, NdMsg, Neighbour, NeighbourFlags, State};

use crate::ip::failure::{Failure, Result};
use crate::ip::out::{Colour, Val};
use crate::ip::parse;
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::{Words, which};

const HELP: &str = "\
Usage: bridge fdb [ show [ br BRDEV ] [ brport DEV ] [ vlan VID ] [ state STATE ] [ dynamic ] ]
";

/// Which entries to show.
#[derive(Debug, Default)]
struct Filter {
    bridge: Option<u32>,
    port: Option<u32>,
    vlan: Option<u16>,
    states: Option<State>,
    dynamic: bool,
}

/// Carries out `bridge fdb ...`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    super::is_show(words, "fdb", HELP)?;
    let filter = Filter::parse(session, words)?;
    let mut settings = Settings::default();
    if let Some(bridge) = filter.bridge {
        settings.put(neighbour::MASTER, bridge);
    }
    let index = filter.port.unwrap_or_default() as i32;
    let header = NdMsg { family: BRIDGE, index, ..NdMsg::default() };
    let entries = session.list(neighbour::GET, header, &settings)?;
    session.out.array("");
    for entry in &entries {
        let (header, view) = entry.message().decode(neighbour::NEW)?;
        if header.family == BRIDGE && filter.passes(&header, view)? {
            session.out.object("");
            print(session, &header, view, filter.port.is_none())?;
            session.out.end_object();
        }
    }
    session.out.end_array();
    Ok(())
}

impl Filter {
    fn parse(session: &mut Session, words: &mut Words) -> Result<Filter> {
        let mut filter = Filter::default();
        while let Some(word) = words.next() {
            match word.as_str() {
                "br" => {
                    let name = words.value()?;
                    filter.bridge = Some(super::expect_link(session, &name, "bridge device")?);
                }
                "brport" | "dev" => {
                    filter.port = Some(super::expect_link(session, &words.value()?, "device")?);
                }
                "vlan" => filter.vlan = Some(parse::number(&words.value()?, "invalid vlan")?),
                "state" => {
                    let word = words.value()?;
                    filter.states = states(&word)?;
                }
                "dynamic" => filter.dynamic = true,
                _ if which(&word, &["help"]).is_some() => {
                    return Err(crate::ip::help::text(HELP));
                }
                _ => return Err(Failure::garbage("dev", &word)),
            }
        }
        Ok(filter)
    }

    fn passes(&self, header: &NdMsg, view: View<'_, Neighbour>) -> Result<bool> {
        let vlan = view.get(neighbour::VLAN)?.unwrap_or_default();
        Ok(self.port.is_none_or(|port| port == header.index as u32)
            && self.vlan.is_none_or(|wanted| wanted == vlan)
            && self.states.is_none_or(|states| states.intersects(header.state))
            && !(self.dynamic && header.state.contains(State::PERMANENT)))
    }
}

/// The states that a word means; `None` is all of them.
fn states(word: &str) -> Result<Option<State>> {
    const STATES: &[&str] =
        &["permanent", "static", "temp", "dynamic", "reachable", "stale", "all"];
    let states = match which(word, STATES) {
        Some("permanent") => State::PERMANENT,
        Some("static" | "temp") => State::NOARP,
        Some("dynamic" | "reachable") => State::REACHABLE,
        Some("stale") => State::STALE,
        Some(_) => return Ok(None),
        None => {
            let wrong = || Failure::wrong(word, "invalid state");
            State::from_bits_retain(parse::number(word, "").map_err(|_| wrong())?)
        }
    };
    Ok(Some(states))
}

fn print(
    session: &mut Session,
    header: &NdMsg,
    view: View<'_, Neighbour>,
    with_link: bool,
) -> Result<()> {
    if let Some(address) = view.get(neighbour::LLADDR)? {
        session.out.paint(Colour::Mac, "mac", &parse::mac_text(address, 1), " ");
    }
    if with_link && header.index != 0 {
        let name = session.link_name(header.index as u32);
        session.out.text("dev ");
        session.out.paint(Colour::Link, "ifname", Val::Bytes(&name), " ");
    }
    if let Some(remote) = view.get(neighbour::DST)? {
        let colour = Colour::of(parse::family_of(remote));
        session.out.text("dst ");
        session.out.paint(colour, "dst", &parse::ip_text(remote), " ");
    }
    let numbers = [
        ("vlan", view.get(neighbour::VLAN)?.map(u32::from)),
        ("port", view.get(neighbour::PORT)?.map(u32::from)),
        ("vni", view.get(neighbour::VNI)?),
        ("src_vni", view.get(neighbour::SRC_VNI)?),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            session.out.text(name);
            session.out.text(" ");
            session.out.put(name, number, " ");
        }
    }
    if let Some(towards) = view.get(neighbour::IFINDEX)? {
        let name = session.link_name(towards);
        session.out.text("via ");
        session.out.put("viaIf", Val::Bytes(&name), " ");
    }
    let out = &mut session.out;
    if let Some(id) = view.get(neighbour::NH_ID)? {
        out.text("nhid ");
        out.put("nhid", id, " ");
    }
    if let Some(id) = view.get(neighbour::LINK_NETNSID)? {
        out.text("link-netnsid ");
        out.put("linkNetNsId", id, " ");
    }
    if session.options.statistics > 0
        && let Some(times) = view.get(neighbour::CACHEINFO)?
    {
        out.text("used ");
        out.put("used", times.used / 100, "/");
        out.put("updated", times.updated / 100, " ");
    }
    print_flags(session, header.flags, view)?;
    if let Some(master) = view.get(neighbour::MASTER)? {
        let name = session.link_name(master);
        session.out.text("master ");
        session.out.put("master", Val::Bytes(&name), " ");
    }
    let state = match header.state {
        state if state.contains(State::PERMANENT) => "permanent".to_owned(),
        state if state.contains(State::NOARP) => "static".to_owned(),
        state if state.contains(State::STALE) => "stale".to_owned(),
        state if state.contains(State::REACHABLE) => String::new(),
        state if session.out.json => format!("{:#x}", state.bits()),
        state => format!("state={:#x}", state.bits()),
    };
    session.out.put("state", &state, "\n");
    Ok(())
}

fn print_flags(
    session: &mut Session,
    flags: NeighbourFlags,
    view: View<'_, Neighbour>,
) -> Result<()> {
    let extended = view.get(neighbour::FLAGS_EXT)?.unwrap_or_default();
    let out = &mut session.out;
    out.array("flags");
    for (name, on) in [
        ("self", flags.contains(NeighbourFlags::SELF)),
        ("router", flags.contains(NeighbourFlags::ROUTER)),
        ("extern_learn", flags.contains(NeighbourFlags::EXT_LEARNED)),
        ("offload", flags.contains(NeighbourFlags::OFFLOADED)),
        ("master", flags.contains(NeighbourFlags::MASTER)),
        ("sticky", flags.contains(NeighbourFlags::STICKY)),
        ("locked", extended.contains(ExtFlags::LOCKED)),
    ] {
        if on {
            out.item(name, " ");
        }
    }
    out.end_array();
    Ok(())
}
