//! What was typed, asked for by name.

use std::ffi::{OsStr, OsString};

use super::command::{Command, Opt, Takes};
use super::parse::{Usage, quoted};

/// The options and operands of one command, as typed.
#[derive(Debug)]
pub struct Args {
    pub(super) command: &'static Command,
    /// A flag stands here with an empty value.
    pub(super) given: Vec<(&'static Opt, OsString)>,
    pub(super) operands: Vec<OsString>,
}

impl Args {
    /// Whether the flag was given.
    pub fn flag(&self, name: &str) -> bool {
        self.given(name, false).next().is_some()
    }

    /// The option's value; the last one if it was given more than once.
    pub fn value(&self, name: &str) -> Option<&OsStr> {
        self.given(name, true).last()
    }

    /// Every value of an option that may be repeated, in the order given.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &OsStr> {
        self.given(name, true)
    }

    /// [`value`](Self::value) as text.
    ///
    /// # Errors
    /// The value is not valid UTF-8.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Usage> {
        self.value(name).map(|value| text(name, value)).transpose()
    }

    /// [`values`](Self::values) as text.
    ///
    /// # Errors
    /// One of the values is not valid UTF-8.
    pub fn texts(&self, name: &str) -> Result<Vec<&str>, Usage> {
        self.values(name).map(|value| text(name, value)).collect()
    }

    /// The words that are not options; the command to launch and its arguments are the last of them.
    pub fn operands(&self) -> &[OsString] {
        &self.operands
    }

    fn given(&self, name: &str, with_value: bool) -> impl Iterator<Item = &OsStr> {
        debug_assert!(
            self.command
                .options()
                .any(|o| o.long == name && (o.takes != Takes::Nothing) == with_value),
            "the table of {:?} has no such option: --{name}",
            self.command.name
        );
        self.given
            .iter()
            .filter(move |(option, _)| option.long == name)
            .map(|(_, value)| value.as_os_str())
    }
}

fn text<'a>(name: &str, value: &'a OsStr) -> Result<&'a str, Usage> {
    value.to_str().ok_or_else(|| Usage {
        message: format!("value {} of option \"--{name}\" is not valid UTF-8", quoted(value)),
        hint: format!("give \"--{name}\" plain text"),
    })
}
