//! `ip rule`.

mod asked;
mod print;

use nl::Flags;
use nl::route::INET;
use nl::route::rule::{self, Action, FibRule};

use super::failure::{Failure, Result};
use super::help;
use super::session::Session;
use super::settings::Settings;
use super::words::{Words, which};
use asked::{Asked, passes};

pub(super) use print::print;

const HELP: &str = "\
Usage: ip rule { add | del } SELECTOR ACTION
       ip rule { flush | list [ SELECTOR ] }
SELECTOR := [ not ] [ from PREFIX ] [ to PREFIX ] [ tos TOS ] [ fwmark FWMARK[/MASK] ]
            [ iif STRING ] [ oif STRING ] [ pref NUMBER ] [ l3mdev ]
            [ uidrange NUMBER-NUMBER ] [ ipproto PROTOCOL ]
            [ sport [ NUMBER | NUMBER-NUMBER ] ] [ dport [ NUMBER | NUMBER-NUMBER ] ]
ACTION := [ table TABLE_ID ] [ protocol PROTO ] [ realms [SRCREALM/]DSTREALM ]
          [ goto NUMBER ] [ suppress_prefixlength NUMBER ] [ suppress_ifgroup GROUP ]
          [ blackhole | unreachable | prohibit | nop ]
";

/// Carries out `ip rule ...`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    let Some(word) = words.next() else { return show(session, words) };
    match which(&word, &["list", "lst", "show", "add", "delete", "flush", "help"]) {
        Some("list" | "lst" | "show") => show(session, words),
        Some("add") => change(session, words, false),
        Some("delete") => change(session, words, true),
        Some("flush") => flush(session, words),
        Some("help") => Err(help::text(HELP)),
        _ => Err(Failure::unknown_command(&word, "rule")),
    }
}

fn change(session: &mut Session, words: &mut Words, delete: bool) -> Result<()> {
    let verb = if delete { "del" } else { "add" };
    if words.peek().is_none() {
        return Err(Failure::new(format!("\"ip rule {verb}\" requires arguments.")));
    }
    let mut asked = Asked::parse(session, words, false)?;
    let header = &mut asked.header;
    header.family = if header.family == 0 { INET } else { header.family };
    if !delete {
        // A rule that does nothing else looks in the main table.
        if header.action == Action::UNSPEC {
            let l3mdev = asked.settings.has(rule::L3MDEV.code());
            if asked.table.is_none() && !l3mdev {
                header.table = nl::route::route::RT_TABLE_MAIN;
            }
            header.action = Action::TO_TBL;
        }
        return session.change(
            rule::NEW,
            Flags::CREATE | Flags::EXCL,
            asked.header,
            &asked.settings,
        );
    }
    session.change(rule::DEL, Flags::empty(), asked.header, &asked.settings)
}

/// The rules, of IPv4 when no family was asked for.
fn rules(session: &mut Session) -> Result<Vec<crate::kernel::Reply>> {
    let family = session.options.family;
    let header = FibRule { family: if family == 0 { INET } else { family }, ..FibRule::default() };
    session.list(rule::GET, header, &Settings::default())
}

/// `ip rule flush`: removes what `show` with the same words would show, but for the first.
fn flush(session: &mut Session, words: &mut Words) -> Result<()> {
    let asked = Asked::parse(session, words, true)?;
    for reply in rules(session)? {
        let message = reply.message();
        let (header, view) = message.decode(rule::NEW)?;
        let first = view.get(rule::PRIORITY)?.unwrap_or_default() == 0;
        if first || !passes(&asked, &header, view)? {
            continue;
        }
        let mut settings = Settings::default();
        for attr in view.iter() {
            let attr = attr?;
            settings.raw(attr.kind, attr.value);
        }
        session.change(rule::DEL, Flags::empty(), header, &settings)?;
    }
    Ok(())
}

fn show(session: &mut Session, words: &mut Words) -> Result<()> {
    let asked = Asked::parse(session, words, true)?;
    let rules = rules(session)?;
    session.out.array("");
    for reply in &rules {
        let message = reply.message();
        let (header, view) = message.decode(rule::NEW)?;
        if passes(&asked, &header, view)? {
            session.out.object("");
            print(session, &message)?;
            session.out.end_object();
        }
    }
    session.out.end_array();
    Ok(())
}
