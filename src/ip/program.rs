//! The programs that are here: `ip` and `bridge`.

use std::ffi::OsStr;

use super::failure::{Failure, Result};
use super::session::Session;
use super::words::Words;
use super::{bridge, help, options};

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// ip(8).
    Ip,
    /// bridge(8).
    Bridge,
}

impl Program {
    /// The one of that name.
    pub fn named(name: &OsStr) -> Option<Program> {
        [Program::Ip, Program::Bridge].into_iter().find(|program| name == program.name())
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Program::Ip => "ip",
            Program::Bridge => "bridge",
        }
    }

    /// The options that it has.
    pub(super) fn options(self) -> &'static [&'static str] {
        match self {
            Program::Ip => options::IP,
            Program::Bridge => bridge::OPTIONS,
        }
    }

    pub(super) fn help(self) -> Failure {
        help::text(match self {
            Program::Ip => help::GENERAL,
            Program::Bridge => bridge::HELP,
        })
    }

    /// Carries out one command and prints its output.
    pub(super) fn command(self, session: &mut Session, words: &mut Words) -> Result<()> {
        let done = match self {
            Program::Ip => super::command(session, words),
            Program::Bridge => bridge::command(session, words),
        };
        if done.is_err() && session.out.json {
            // Half a document helps nobody.
            session.out.clear();
        }
        session.flush()?;
        done
    }
}
