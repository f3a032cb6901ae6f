//! `ip route`.

mod change;
mod filter;
mod get;
mod show;

use nl::route::route::Route;
use nl::route::{INET, INET6, UNSPEC};

use super::failure::{Failure, Result};
use super::help;
use super::session::Session;
use super::words::{Words, which};
use change::Verb;

pub(super) use change::realms;

const HELP: &str = "\
Usage: ip route { list | flush } [ root PREFIX ] [ match PREFIX ] [ exact PREFIX ]
                [ table TABLE_ID ] [ proto RTPROTO ] [ type TYPE ] [ scope SCOPE ]
       ip route get ADDRESS [ from ADDRESS iif STRING ] [ oif STRING ] [ tos TOS ]
                [ mark NUMBER ] [ uid NUMBER ] [ ipproto PROTOCOL ] [ sport NUMBER ]
                [ dport NUMBER ]
       ip route { add | del | change | append | replace } ROUTE
ROUTE := [ TYPE ] PREFIX [ tos TOS ] [ table TABLE_ID ] [ proto RTPROTO ] [ scope SCOPE ]
         [ metric METRIC ] [ via [ FAMILY ] ADDRESS ] [ dev STRING ] [ src ADDRESS ]
         [ onlink ] [ mtu [ lock ] NUMBER ] [ advmss NUMBER ] [ hoplimit NUMBER ] ...
         [ realms REALM ] [ pref PREF ] [ expires TIME ] [ nexthop NH ]...
NH := [ via [ FAMILY ] ADDRESS ] [ dev STRING ] [ weight NUMBER ] [ onlink ]
TYPE := { unicast | local | broadcast | multicast | throw | unreachable | prohibit |
          blackhole }
TABLE_ID := [ local | main | default | all | NUMBER ]
PREF := [ low | medium | high ]
";

/// Carries out `ip route ...`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    let Some(word) = words.next() else { return show::run(session, words) };
    const VERBS: &[&str] = &[
        "list", "show", "lst", "get", "add", "append", "change", "chg", "replace", "prepend",
        "delete", "test", "flush", "help",
    ];
    match which(&word, VERBS) {
        Some("list" | "show" | "lst") => show::run(session, words),
        Some("get") => get::run(session, words),
        Some("add") => change::run(session, words, Verb::Add),
        Some("append") => change::run(session, words, Verb::Append),
        Some("change" | "chg") => change::run(session, words, Verb::Change),
        Some("replace") => change::run(session, words, Verb::Replace),
        Some("prepend") => change::run(session, words, Verb::Prepend),
        Some("delete") => change::run(session, words, Verb::Delete),
        Some("flush") => show::flush(session, words),
        Some("help") => Err(help::text(HELP)),
        _ => Err(Failure::unknown_command(&word, "route")),
    }
}

/// Prints a route that came or went.
pub(super) fn print(session: &mut Session, message: &nl::Message<'_>) -> Result<()> {
    show::print(session, message, &filter::Filter::default())
}

/// The settings of connections: name on the command line, and number.
const METRICS: &[(&str, u8, u16)] = &[
    ("mtu", 3, 2),
    ("window", 1, 3),
    ("rtt", 3, 4),
    ("rttvar", 2, 5),
    ("ssthresh", 1, 6),
    ("cwnd", 1, 7),
    ("advmss", 6, 8),
    ("reordering", 1, 9),
    ("hoplimit", 8, 10),
    ("initcwnd", 1, 11),
    ("features", 1, 12),
    ("rto_min", 7, 13),
    ("initrwnd", 5, 14),
    ("quickack", 1, 15),
    ("congctl", 2, 16),
    ("fastopen_no_cookie", 2, 17),
];

/// The family routes are about when nobody says.
fn family(asked: u8) -> u8 {
    if asked == UNSPEC { INET } else { asked }
}

/// The attributes of a route, by name, for the modules here.
type RouteView<'a> = nl::View<'a, Route>;

/// The table of a VRF.
fn vrf_table(session: &mut Session, name: &str) -> Result<u32> {
    let wrong = || Failure::wrong_value(name, "Invalid VRF");
    Ok(session.vrf(name)?.ok_or_else(wrong)?.1)
}

/// Whether it is IPv6.
fn is_six(family: u8) -> bool {
    family == INET6
}
