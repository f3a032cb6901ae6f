//! The options before the object.

use nl::route::{BRIDGE, INET, INET6, MPLS, UNSPEC};

use super::failure::{Failure, Result};
use super::program::Program;
use super::words::{Words, is};

/// Address family of links (`-0`): `AF_PACKET`.
pub(super) const PACKET: u8 = 17;

/// What the options before the object said.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) program: Program,
    pub(super) family: u8,
    pub(super) statistics: u8,
    pub(super) details: bool,
    pub(super) json: bool,
    pub(super) pretty: bool,
    pub(super) brief: bool,
    pub(super) oneline: bool,
    pub(super) colour: bool,
    pub(super) numeric: bool,
    pub(super) timestamp: Timestamp,
    pub(super) force: bool,
    pub(super) all: bool,
    pub(super) loops: u32,
    pub(super) batch: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) version: bool,
    pub(super) help: bool,
}

/// What stands before the lines of `monitor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timestamp {
    None,
    Long,
    Short,
}

/// The options of ip(8).
pub(super) const IP: &[&str] = &[
    "loops",
    "family",
    "4",
    "6",
    "0",
    "M",
    "B",
    "human-readable",
    "iec",
    "statistics",
    "stats",
    "details",
    "resolve",
    "oneline",
    "timestamp",
    "tshort",
    "Version",
    "force",
    "batch",
    "brief",
    "json",
    "pretty",
    "rcvbuf",
    "color",
    "help",
    "netns",
    "Numeric",
    "all",
];

impl Options {
    /// Reads the options; the words that follow stay.
    pub(super) fn parse(program: Program, words: &mut Words, terminal: bool) -> Result<Options> {
        let mut options = Options {
            program,
            family: UNSPEC,
            statistics: 0,
            details: false,
            json: false,
            pretty: false,
            brief: false,
            oneline: false,
            colour: false,
            numeric: false,
            timestamp: Timestamp::None,
            force: false,
            all: false,
            loops: 10,
            batch: None,
            namespace: None,
            version: false,
            help: false,
        };
        while let Some(word) = words.next() {
            if word == "--" {
                break;
            }
            let Some(option) = word.strip_prefix('-') else {
                words.back();
                break;
            };
            let option = option.strip_prefix('-').unwrap_or(option);
            options.take(option, &word, words, terminal)?;
        }
        Ok(options)
    }

    fn take(&mut self, option: &str, word: &str, words: &mut Words, terminal: bool) -> Result<()> {
        let (name, value) = match option.split_once('=') {
            Some((name, value)) if is(name, "color") => (name, Some(value)),
            _ => (option, None),
        };
        match super::words::which(name, self.program.options()).filter(|_| !name.is_empty()) {
            Some("loops") => self.loops = super::parse::number(&words.value()?, "loop count")?,
            Some("family") => {
                let word = words.value()?;
                self.family = super::names::family_number(&word)
                    .ok_or_else(|| Failure::wrong(&word, "invalid protocol family"))?;
            }
            Some("4") => self.family = INET,
            Some("6") => self.family = INET6,
            Some("0") => self.family = PACKET,
            Some("M") => self.family = MPLS,
            Some("B") => self.family = BRIDGE,
            // Numbers are always printed whole, and addresses as addresses.
            Some("human-readable" | "iec" | "resolve") => {}
            Some("rcvbuf") => drop(words.value()?),
            Some("statistics" | "stats") => self.statistics = self.statistics.saturating_add(1),
            Some("details") => self.details = true,
            Some("oneline") => self.oneline = true,
            Some("timestamp") => self.timestamp = Timestamp::Long,
            Some("tshort") => self.timestamp = Timestamp::Short,
            Some("Version") => self.version = true,
            Some("force") => self.force = true,
            Some("batch") => self.batch = Some(words.value()?),
            Some("brief") => self.brief = true,
            Some("json") => self.json = true,
            Some("pretty") => self.pretty = true,
            Some("color") => {
                self.colour = match value {
                    None | Some("always") => true,
                    Some("auto") => terminal,
                    Some("never") => false,
                    Some(_) => return Err(self.unknown(word)),
                }
            }
            Some("help") => self.help = true,
            Some("netns") => self.namespace = Some(words.value()?),
            Some("Numeric") => self.numeric = true,
            Some("all") => self.all = true,
            _ => return Err(self.unknown(word)),
        }
        Ok(())
    }

    fn unknown(&self, word: &str) -> Failure {
        let help = match self.program {
            Program::Ip => "ip -help",
            Program::Bridge => "bridge help",
        };
        Failure::usage(format!("Option \"{word}\" is unknown, try \"{help}\"."))
    }
}
