//! Options, headings and texts that several commands share.

use crate::cli::command::{Opt, Section};

pub(super) const HELP: Opt = Opt::flag("help", "show this text").short('h');
pub(super) const JSON: Opt = Opt::flag("json", "print JSON instead of text");

/// What a section is called in a command that needs only one.
pub(super) const OPTIONS: &str = "Options";

pub(super) const ONLY_HELP: &[Section] = &[Section { heading: OPTIONS, options: &[HELP] }];
pub(super) const WITH_JSON: &[Section] = &[Section { heading: OPTIONS, options: &[JSON, HELP] }];

pub(super) const STATUS_OF_CMD: &str = "That of CMD; 128+N when signal N ended it; 125 when nsrun itself \
    failed, 126 when CMD cannot be executed, 127 when there is no such command, 2 for wrong usage.";
