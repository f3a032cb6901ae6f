//! `ip address`.

mod change;
mod show;

use super::failure::{Failure, Result};
use super::help;
use super::session::Session;
use super::words::{Words, which};
use change::Verb;

pub(super) use show::{covers, print};

const HELP: &str = "\
Usage: ip address {add|change|replace} IFADDR dev IFNAME [ LIFETIME ] [ CONFFLAG-LIST ]
       ip address del IFADDR dev IFNAME
       ip address {save|flush} [ dev IFNAME ] [ scope SCOPE-ID ] [ to PREFIX ] [ FLAG-LIST ]
                               [ label LABEL ] [ up ]
       ip address [ show [ dev IFNAME ] [ scope SCOPE-ID ] [ master DEVICE ] [ nomaster ]
                         [ type TYPE ] [ to PREFIX ] [ FLAG-LIST ] [ label LABEL ] [ up ] ]
IFADDR := PREFIX | ADDR peer PREFIX [ broadcast ADDR ] [ label IFNAME ] [ scope SCOPE-ID ]
          [ metric METRIC ]
FLAG  := [ permanent | dynamic | secondary | primary | tentative | deprecated | dadfailed |
           temporary | CONFFLAG ]
CONFFLAG := [ home | nodad | mngtmpaddr | noprefixroute | autojoin ]
LIFETIME := [ valid_lft LFT ] [ preferred_lft LFT ]
LFT := forever | SECONDS
";

/// Carries out `ip address ...`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    let Some(word) = words.next() else { return show::run(session, words) };
    const VERBS: &[&str] =
        &["add", "change", "chg", "replace", "delete", "show", "lst", "list", "flush", "help"];
    match which(&word, VERBS) {
        Some("add") => change::run(session, words, Verb::Add),
        Some("change" | "chg") => change::run(session, words, Verb::Change),
        Some("replace") => change::run(session, words, Verb::Replace),
        Some("delete") => change::run(session, words, Verb::Delete),
        Some("show" | "lst" | "list") => show::run(session, words),
        Some("flush") => show::flush(session, words),
        Some("help") => Err(help::text(HELP)),
        _ => Err(Failure::unknown_command(&word, "address")),
    }
}
