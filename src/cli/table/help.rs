//! `nsrun help`.

use super::shared::ONLY_HELP;
use crate::cli::command::{Command, More, Operands};

pub(super) const HELP_COMMAND: Command = Command {
    name: "help",
    group: "Help",
    summary: "show the help of a command",
    about: &["Shows the help of a command; without one, what commands there are."],
    operands: Operands { required: &[], more: More::Any("COMMAND") },
    sections: ONLY_HELP,
    examples: &[("All options of run", "nsrun help run")],
    ..Command::EMPTY
};
