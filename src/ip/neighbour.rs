//! `ip neighbour`.

use nl::route::neighbour::{self, ExtFlags, NdMsg, Neighbour, NeighbourFlags, State};
use nl::{Flags, Message, View};

use super::failure::{Failure, Result};
use super::help;
use super::names::Table;
use super::out::{Colour, Val};
use super::parse::{self, Prefix};
use super::session::Session;
use super::settings::Settings;
use super::words::{Words, is, which};

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
    if word == "none" {
        return Ok(State::empty());
    }
    let upper = word.to_ascii_uppercase();
    let found = STATES.iter().find(|state| is(&upper, state.0));
    match (found, parse::unsigned(word)) {
        (Some((_, state)), _) => Ok(*state),
        (None, Some(number)) => Ok(State::from_bits_retain(number as u16)),
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
        const OPTIONS: &[&str] = &[
            "lladdr",
            "nud",
            "proxy",
            "router",
            "use",
            "managed",
            "extern_learn",
            "dev",
            "protocol",
            "to",
            "help",
        ];
        let exact = OPTIONS.iter().copied().find(|option| *option == word);
        match exact
            .or_else(|| which(&word, &["router", "use", "managed", "extern_learn", "protocol"]))
        {
            Some("lladdr") => settings.put(neighbour::LLADDR, &parse::mac(&words.value()?)?),
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
        if word == "dev" {
            device = Some(words.value()?);
            continue;
        }
        let word = match word.as_str() {
            "proxy" => {
                header.flags |= NeighbourFlags::PROXY;
                words.value()?
            }
            "to" => words.value()?,
            _ => word,
        };
        let address = parse::expect_address(&word, header.family)?;
        header.family = parse::family_of(address);
        settings.put(neighbour::DST, address);
        known = true;
    }
    let Some(device) = device.filter(|_| known) else {
        let text = "Device and address are required arguments.";
        return Err(Failure::usage(text.into()));
    };
    header.index = session.expect_link(&device)? as i32;
    let answer = session.ask(neighbour::GET, Flags::empty(), header, &settings)?;
    let replies = answer.map_err(|refusal| Failure::refused(&refusal))?;
    print_all(session, &replies, &Filter::default())
}

/// Which neighbours to show.
#[derive(Debug, Default)]
pub(super) struct Filter {
    family: u8,
    device: Option<u32>,
    master: Option<u32>,
    to: Option<Prefix>,
    states: Option<State>,
    with_none: bool,
    unused: bool,
    proxy: bool,
    protocol: Option<u8>,
}

impl Filter {
    fn parse(session: &mut Session, words: &mut Words) -> Result<Filter> {
        let mut filter = Filter { family: session.options.family, ..Filter::default() };
        while let Some(word) = words.next() {
            match word.as_str() {
                "dev" => filter.device = Some(session.expect_link(&words.value()?)?),
                "master" => filter.master = Some(session.expect_master(&words.value()?)?),
                "vrf" => filter.master = Some(session.expect_vrf(&words.value()?)?),
                "nomaster" => filter.master = Some(0),
                "unused" => filter.unused = true,
                "nud" => {
                    let word = words.value()?;
                    let states = filter.states.get_or_insert_default();
                    if word == "all" {
                        *states = State::all();
                        filter.with_none = true;
                    } else {
                        let state = state(&word)?;
                        filter.with_none |= state.is_empty();
                        *states |= state;
                    }
                }
                "proxy" => filter.proxy = true,
                "protocol" | "proto" => {
                    let word = words.value()?;
                    let wrong = || Failure::wrong(&word, "invalid \"protocol\"\n");
                    let number = session.names.number(Table::Protocols, &word);
                    filter.protocol = Some(number.ok_or_else(wrong)? as u8);
                }
                _ => {
                    let word = if word == "to" { words.value()? } else { word };
                    let prefix = parse::expect_prefix(&word, filter.family)?;
                    filter.family = prefix.family;
                    filter.to = Some(prefix);
                }
            }
        }
        Ok(filter)
    }

    fn passes(&self, header: &NdMsg, view: View<'_, Neighbour>) -> Result<bool> {
        let usual = State::all() - State::NOARP;
        let states = self.states.unwrap_or(usual);
        let marked = NeighbourFlags::PROXY | NeighbourFlags::EXT_LEARNED;
        let none = header.state.is_empty();
        let by_state = states.intersects(header.state) || (none && self.with_none);
        let used = view.get(neighbour::CACHEINFO)?.is_some_and(|times| times.references > 0);
        let protocol = view.get(neighbour::PROTOCOL)?.unwrap_or_default();
        let address = view.get(neighbour::DST)?;
        Ok((self.family == 0 || self.family == header.family)
            && (by_state || header.flags.intersects(marked))
            && self.proxy == header.flags.contains(NeighbourFlags::PROXY)
            && self.device.is_none_or(|device| device == header.index as u32)
            && self.protocol.is_none_or(|wanted| wanted == protocol)
            && !(self.unused && used)
            && self.to.is_none_or(|to| super::address::covers(to, address)))
    }

    /// The neighbours that are wanted, from the kernel.
    fn neighbours(&self, session: &mut Session) -> Result<Vec<crate::kernel::Reply>> {
        let mut header = NdMsg { family: self.family, ..NdMsg::default() };
        if self.proxy {
            header.flags = NeighbourFlags::PROXY;
        }
        let mut settings = Settings::default();
        if let Some(device) = self.device.filter(|_| !self.proxy) {
            settings.put(neighbour::IFINDEX, device);
        }
        if let Some(master) = self.master {
            settings.put(neighbour::MASTER, master);
        }
        let mut found = Vec::new();
        for reply in session.list(neighbour::GET, header, &settings)? {
            let (header, view) = reply.message().decode(neighbour::NEW)?;
            // Entries of bridges are another matter.
            let is_ip = matches!(header.family, nl::route::INET | nl::route::INET6);
            if is_ip && self.passes(&header, view)? {
                found.push(reply);
            }
        }
        Ok(found)
    }
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

/// Prints one neighbour.
pub(super) fn print(session: &mut Session, message: &Message<'_>, filter: &Filter) -> Result<()> {
    let gone = message.header.kind == neighbour::DEL.code();
    let (header, view) = message.decode(if gone { neighbour::DEL } else { neighbour::NEW })?;
    if gone {
        session.out.flag("deleted", "Deleted ");
    }
    let brief = session.options.brief;
    let text = view.get(neighbour::DST)?.map(parse::ip_text).unwrap_or_default();
    let blanks =
        |width: usize, len: usize| " ".repeat(if brief { width.max(len) - len + 1 } else { 1 });
    let colour = Colour::of(header.family);
    session.out.paint(colour, "dst", &text, &blanks(39, text.len()));
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
