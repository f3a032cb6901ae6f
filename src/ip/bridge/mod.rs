//! `bridge`: the ports and forwarding entries of bridges, shown as bridge(8) shows them.

mod fdb;
mod link;

use super::failure::{Failure, Result};
use super::help;
use super::session::Session;
use super::words::{Words, which};

/// What `bridge help` prints.
pub(super) const HELP: &str = "\
Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }
       bridge [ -force ] -batch filename
where  OBJECT := { link | fdb }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -o[neline] | -n[etns] name |
                    -c[olor] | -p[retty] | -j[son] }
";

/// The options that bridge(8) knows, of those `ip` does.
pub(super) const OPTIONS: &[&str] = &[
    "help",
    "Version",
    "stats",
    "statistics",
    "details",
    "oneline",
    "timestamp",
    "family",
    "4",
    "6",
    "netns",
    "color",
    "force",
    "json",
    "pretty",
    "batch",
];

/// Carries out one command.
pub(super) fn command(session: &mut Session, words: &mut Words) -> Result<()> {
    let word = words.value()?;
    match which(&word, &["link", "fdb", "mdb", "vlan", "vni", "monitor", "help"]) {
        Some("link") => link::run(session, words),
        Some("fdb") => fdb::run(session, words),
        Some("help") => Err(help::text(HELP)),
        _ => Err(Failure::usage(format!("Object \"{word}\" is unknown, try \"bridge help\"."))),
    }
}

/// Whether `show` is meant, the only verb there is besides `help`.
fn is_show(words: &mut Words, object: &str, help: &str) -> Result<()> {
    let Some(word) = words.next() else { return Ok(()) };
    match which(&word, &["show", "lst", "list", "help"]) {
        Some("help") => Err(help::text(help)),
        Some(_) => Ok(()),
        None => {
            let text = format!("Command \"{word}\" is unknown, try \"bridge {object} help\".");
            Err(Failure::usage(text))
        }
    }
}

/// The index of the link that a filter names.
fn expect_link(session: &mut Session, name: &str, what: &str) -> Result<u32> {
    let missing = || Failure::usage(format!("Cannot find {what} \"{name}\""));
    session.find_link(name).ok_or_else(missing)
}
