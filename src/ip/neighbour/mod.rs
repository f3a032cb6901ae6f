//! `ip neighbour`.

mod filter;
mod print;

use nl::Flags;
use nl::route::neighbour::{self, ExtFlags, NdMsg, NeighbourFlags, State};

use super::failure::{Failure, Result};
use super::help;
use super::names::Table;
use super::parse;
use super::session::Session;
use super::settings::Settings;
use super::words::{Words, option, which};

pub(super) use filter::Filter;
pub(super) use print::print;

const HELP: &str = "\
Usage: ip neigh { add | del | change | replace }
                { ADDR [ lladdr LLADDR ] [ nud STATE ] proxy ADDR } [ dev DEV ] [ router ]
                [ use ] [ managed ] [ extern_learn ] [ protocol PROTO ]
       ip neigh { show | flush } [ proxy ] [ to PREFIX ] [ dev DEV ] [ nud STATE ]
                [ vrf NAME ] [ nomaster ]
       ip neigh get { ADDR | proxy ADDR } dev DEV
STATE := { delay | failed | incomplete | noarp | none | permanent | probe | reachable | stale }
";

/// The states, in the order they are printed.
const STATES: &[(&str, State)] = &[
    ("INCOMPLETE", State::INCOMPLETE),
    ("REACHABLE", State::REACHABLE),
    ("STALE", State::STALE),
    ("DELAY", State::DELAY),
    ("PROBE", State::PROBE),
    ("FAILED", State::FAILED),
    ("NOARP", State::NOARP),
    ("PERMANENT", State::PERMANENT),
];

/// Carries out `ip neighbour ...`.
pub(super) fn run(session: &mut Session, words: &mut Words) -> Result<()> {
    let Some(word) = words.next() else { return show(session, words) };
    const VERBS: &[&str] = &[
        "add", "change", "chg", "replace", "delete", "get", "show", "lst", "list", "flush", "help",
    ];
    match which(&word, VERBS) {
        Some("add") => change(session, words, Some(Flags::CREATE | Flags::EXCL)),
        Some("change" | "chg") => change(session, words, Some(Flags::REPLACE)),
        Some("replace") => change(session, words, Some(Flags::CREATE | Flags::REPLACE)),
        Some("delete") => change(session, words, None),
        Some("get") => get(session, words),
        Some("show" | "lst" | "list") => show(session, words),
        Some("flush") => flush(session, words),
        Some("help") => Err(help::text(HELP)),
        _ => Err(Failure::unknown_command(&word, "neigh")),
    }
}

/// The state that `word` means; `None` is none at all.
fn state(word: &str) -> Result<State> {
    const NAMES: &[(&str, u8)] = &[
        ("permanent", 1),
        ("reachable", 1),
        ("noarp", 5),
        ("none", 4),
        ("stale", 5),
        ("failed", 1),
        ("delay", 5),
        ("probe", 5),
        ("incomplete", 10),
    ];
    let name = option(word, NAMES);
    if name == Some("none") {
        return Ok(State::empty());
    }
    let found =
        name.and_then(|name| STATES.iter().find(|state| state.0.eq_ignore_ascii_case(name)));
    match (found, parse::unsigned(word)) {
        (Some((_, state)), _) => Ok(*state),
        (None, Some(number)) if number < 256 && number.count_ones() < 2 => {
            Ok(State::from_bits_retain(number as u16))
        }
        _ => Err(Failure::wrong(word, "nud state is bad")),
    }
}

/// Adds or changes a neighbour; without `flags` removes it.
fn change(session: &mut Session, words: &mut Words, flags: Option<Flags>) -> Result<()> {
    let mut header = NdMsg { family: session.options.family, ..NdMsg::default() };
    header.state = State::PERMANENT;
    let mut settings = Settings::default();
    let (mut device, mut destination, mut extended) = (None, None, ExtFlags::empty());
    while let Some(word) = words.next() {
        const OPTIONS: &[(&str, u8)] = &[
            ("lladdr", 1),
            ("nud", 3),
            ("proxy", 1),
            ("router", 6),
            ("use", 3),
            ("managed", 7),
            ("extern_learn", 1),
            ("dev", 3),
            ("protocol", 4),
            ("to", 2),
            ("help", 1),
        ];
        match option(&word, OPTIONS) {
            Some("lladdr") => {
                let word = words.value()?;
                settings.once("lladdr", &[neighbour::LLADDR.code()], &word)?;
                settings.put(neighbour::LLADDR, &parse::mac(&word)?);
            }
            Some("nud") => header.state = state(&words.value()?)?,
            Some("router") => header.flags |= NeighbourFlags::ROUTER,
            Some("use") => header.flags |= NeighbourFlags::USE,
            Some("managed") => {
                extended |= ExtFlags::MANAGED;
                header.state = State::empty();
            }
            Some("extern_learn") => header.flags |= NeighbourFlags::EXT_LEARNED,
            Some("dev") => device = Some(words.value()?),
            Some("protocol") => {
                let word = words.value()?;
                let wrong = || Failure::wrong_value(&word, "\"protocol\" value is invalid");
                let protocol = session.names.number(Table::Protocols, &word).ok_or_else(wrong)?;
                settings.put(neighbour::PROTOCOL, protocol as u8);
            }
            Some("help") => return Err(help::text(HELP)),
            option => {
                if option == Some("proxy") {
                    header.flags |= NeighbourFlags::PROXY;
                }
                let word = if option.is_some() { words.value()? } else { word };
                if destination.is_some() {
                    return Err(Failure::garbage("to", &word));
                }
                let address = parse::expect_address(&word, header.family)?;
                header.family = parse::family_of(address);
                destination = Some(address);
            }
        }
    }
    let (Some(device), Some(destination)) = (device, destination) else {
        let text = "Device and destination are required arguments.";
        return Err(Failure::usage(text.into()));
    };
    settings.put(neighbour::DST, destination);
    if !extended.is_empty() {
        settings.put(neighbour::FLAGS_EXT, extended);
    }
    header.index = session.expect_link(&device)? as i32;
    match flags {
        Some(flags) => session.change(neighbour::NEW, flags, header, &settings),
        None => session.change(neighbour::DEL, Flags::empty(), header, &settings),
    }
}

/// `ip neighbour get`.
fn get(session: &mut Session, words: &mut Words) -> Result<()> {
    let mut header = NdMsg { family: session.options.family, ..NdMsg::default() };
    let mut settings = Settings::default();
    let (mut device, mut known) = (None, false);
    while let Some(word) = words.next() {
        let word = match option(&word, &[("dev", 3), ("proxy", 1), ("to", 2)]) {
            Some("dev") => {
                device = Some(words.value()?);
                continue;
            }
            Some("proxy") => {
                header.flags |= NeighbourFlags::PROXY;
                words.value()?
            }
            Some(_) => words.value()?,
            None => word,
        };
        let address = parse::expect_address(&word, header.family)?;
        header.family = parse::family_of(address);
        settings.put(neighbour::DST, address);
        known = true;
    }
    let Some(device) = device.filter(|_| known) else {
        let text = "Device and address are required arguments.";
        return Err(Failure::new(text.into()));
    };
    header.index = session.expect_link(&device)? as i32;
    let answer = session.ask(neighbour::GET, Flags::empty(), header, &settings)?;
    let replies = answer.map_err(|refusal| Failure::refused(&refusal))?;
    print_all(session, &replies, &Filter::default())
}

fn show(session: &mut Session, words: &mut Words) -> Result<()> {
    let filter = Filter::parse(session, words)?;
    let neighbours = filter.neighbours(session)?;
    print_all(session, &neighbours, &filter)
}

fn print_all(
    session: &mut Session,
    replies: &[crate::kernel::Reply],
    filter: &Filter,
) -> Result<()> {
    session.out.array("");
    for reply in replies {
        session.out.object("");
        print(session, &reply.message(), filter)?;
        session.out.end_object();
    }
    session.out.end_array();
    Ok(())
}

/// `ip neighbour flush`: removes what `show` with the same words would show, but not what was
/// set by hand.
fn flush(session: &mut Session, words: &mut Words) -> Result<()> {
    if words.peek().is_none() {
        return Err(Failure::new("Flush requires arguments.".into()));
    }
    if words.peek() == Some("all") {
        let _ = words.next();
    }
    let mut filter = Filter::parse(session, words)?;
    let lasting = State::PERMANENT | State::NOARP;
    filter.states.get_or_insert(State::all() - lasting);
    for reply in filter.neighbours(session)? {
        let (header, view) = reply.message().decode(neighbour::NEW)?;
        let mut settings = Settings::default();
        if let Some(address) = view.get(neighbour::DST)? {
            settings.put(neighbour::DST, address);
        }
        session.change(neighbour::DEL, Flags::empty(), header, &settings)?;
    }
    Ok(())
}
