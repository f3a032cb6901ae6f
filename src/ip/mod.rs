//! `ip` and `bridge`: links, addresses, routes, neighbours, rules, ports and forwarding entries in
//! iproute2's grammar and output.
//!
//! Every command reads its words into `Settings` or a filter, sends one request
//! through [`crate::kernel`], and prints the replies through `Out`. Where it differs from
//! iproute2 on purpose is listed in `docs/ip.md`.

mod address;
mod batch;
mod bridge;
mod failure;
mod help;
mod link;
mod monitor;
mod names;
mod neighbour;
pub mod netns;
mod options;
mod out;
mod parse;
mod program;
mod route;
mod rule;
mod session;
mod settings;
mod words;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

use crate::kernel::Kernel;
use crate::sys::namespace::Namespaces;
use failure::{Failure, Result};
use options::Options;
use out::Out;
use session::Session;
use words::Words;

pub use program::Program;

/// Carries out a command line of `program`, without its name; the exit code.
pub fn run(
    program: Program,
    arguments: impl Iterator<Item = OsString>,
    netns: &'static netns::Verbs,
) -> u8 {
    match start(program, arguments, netns) {
        Ok(code) => code,
        Err(failure) => report(&failure),
    }
}

fn report(failure: &Failure) -> u8 {
    let _ = io::stderr().write_all(failure.text.as_bytes());
    failure.code
}

fn start(
    program: Program,
    arguments: impl Iterator<Item = OsString>,
    netns: &'static netns::Verbs,
) -> Result<u8> {
    let mut list = Vec::new();
    for argument in arguments {
        list.push(argument.into_string().map_err(|bytes| {
            Failure::usage(format!("Error: \"{}\" is not text in UTF-8.", bytes.display()))
        })?);
    }
    let mut words = Words::new(list);
    let options = Options::parse(program, &mut words, io::stdout().is_terminal())?;
    if options.version {
        let version = concat!(" utility, nsrun-", env!("CARGO_PKG_VERSION"), "\n");
        let mut out = Out::default();
        out.text(program.name());
        out.text(version);
        return out.flush().map(|()| 0);
    }
    if options.help || (words.peek().is_none() && options.batch.is_none()) {
        return Err(program.help());
    }
    if let Some(name) = &options.namespace {
        enter(name)?;
    }
    let mut session = Session::new(Kernel::open()?, options, netns);
    match session.options.batch.clone() {
        Some(file) => batch::run(&mut session, &file),
        None => {
            program.command(&mut session, &mut words)?;
            Ok(session.code)
        }
    }
}

/// Moves this process into a named namespace.
fn enter(name: &str) -> Result<()> {
    let cannot = |what: &str, error: io::Error| {
        let text = failure::errno_text(error.raw_os_error().unwrap_or_default());
        Failure::usage(format!("{what} \"{name}\": {text}"))
    };
    let file = Session::open_namespace(name)
        .map_err(|error| cannot("Cannot open network namespace", error))?;
    crate::sys::namespace::join(file.as_fd(), Namespaces::NET)
        .map_err(|errno| cannot("setting the network namespace", errno.into()))
}

/// Every object of iproute2, so that abbreviations mean what they mean there.
const OBJECTS: &[&str] = &[
    "address",
    "addrlabel",
    "maddress",
    "route",
    "rule",
    "neighbor",
    "neighbour",
    "ntable",
    "ntbl",
    "link",
    "l2tp",
    "fou",
    "ila",
    "macsec",
    "tunnel",
    "tunl",
    "tuntap",
    "tap",
    "token",
    "tcpmetrics",
    "tcp_metrics",
    "monitor",
    "xfrm",
    "mroute",
    "mrule",
    "netns",
    "netconf",
    "vrf",
    "sr",
    "nexthop",
    "mptcp",
    "ioam",
    "help",
    "stats",
    "amt",
];

/// Carries out one command of `ip`.
fn command(session: &mut Session, words: &mut Words) -> Result<()> {
    let word = words.value()?;
    match words::which(&word, OBJECTS) {
        Some("address") => address::run(session, words),
        Some("link") => link::run(session, words),
        Some("route") => route::run(session, words),
        Some("rule") => rule::run(session, words),
        Some("neighbor" | "neighbour") => neighbour::run(session, words),
        Some("netns") => netns::run(session, words),
        Some("monitor") => monitor::run(session, words),
        Some("help") => Err(Program::Ip.help()),
        _ => Err(Failure::new(format!("Object \"{word}\" is unknown, try \"ip help\"."))),
    }
}
