//! `ip link`.

mod change;
pub(super) mod filter;
mod kind;
pub(super) mod show;
pub(super) mod statistics;

use nl::Flags;
use nl::route::link::ExtMask;

use super::failure::{Failure, Result};
use super::help;
use super::session::Session;
use super::words::{Words, which};

const HELP: &str = "\
Usage: ip link add [link DEV] [ name ] NAME [ txqueuelen PACKETS ] [ address LLADDR ]
                   [ broadcast LLADDR ] [ mtu MTU ] [ index IDX ] [ numtxqueues COUNT ]
                   [ numrxqueues COUNT ] [ netns { PID | NAME } ] type TYPE [ ARGS ]
       ip link delete { DEVICE | dev DEVICE | group GROUP } [ type TYPE ]
       ip link set { DEVICE | dev DEVICE | group GROUP } [ { up | down } ] [ type TYPE ARGS ]
                   [ arp { on | off } ] [ multicast { on | off } ] [ promisc { on | off } ]
                   [ allmulticast { on | off } ] [ txqueuelen PACKETS ] [ name NEWNAME ]
                   [ address LLADDR ] [ broadcast LLADDR ] [ mtu MTU ] [ alias TEXT ]
                   [ netns { PID | NAME } ] [ master DEVICE | nomaster ] [ group GROUP ]
                   [ addrgenmode { eui64 | none | stable_secret | random } ]
       ip link show [ DEVICE | group GROUP ] [ up ] [ master DEV ] [ type TYPE ] [ nomaster ]
       ip link property { add | del } dev DEVICE altname NAME ...
";

/// What replies about links shall hold.
pub(super) fn mask(statistics: bool) -> ExtMask {
    if statistics { ExtMask::VF } else { ExtMask::VF | ExtMask::SKIP_STATS }
}

/// Carries out `ip link ...`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    let Some(word) = words.next() else { return show::run(session, words) };
    const VERBS: &[&str] =
        &["add", "set", "change", "replace", "delete", "show", "lst", "list", "property", "help"];
    match which(&word, VERBS) {
        Some("add") => change::add(session, words, Flags::CREATE | Flags::EXCL),
        Some("replace") => change::add(session, words, Flags::CREATE | Flags::REPLACE),
        Some("set" | "change") => change::set(session, words),
        Some("delete") => change::delete(session, words),
        Some("property") => change::property(session, words),
        Some("show" | "lst" | "list") => show::run(session, words),
        Some("help") => match words.next().and_then(|kind| kind::help(&kind)) {
            Some(text) => {
                session.out.text(&text);
                Ok(())
            }
            None => Err(help::text(HELP)),
        },
        _ => Err(Failure::unknown_command(&word, "link")),
    }
}
