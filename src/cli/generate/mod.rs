//! The table printed for programs: man pages, and completion scripts of shells.

mod bash;
mod fish;
mod man;
mod value;
mod zsh;

pub use bash::bash;
pub use fish::fish;
pub use man::{page, pages};
pub use zsh::zsh;

use super::command::{Command, Opt};

/// Calls `look` with every command below `command` that help lists, groups before their members.
fn each(command: &'static Command, path: &str, look: &mut dyn FnMut(&'static Command, &str)) {
    look(command, path);
    for below in shown(command) {
        each(below, format!("{path} {}", below.name).trim_start(), look);
    }
}

/// The commands of a group that help lists.
fn shown(command: &'static Command) -> impl Iterator<Item = &'static Command> {
    command.subcommands.iter().filter(|below| !below.hidden)
}

/// The first statement of an option's help: enough beside a list of options.
fn brief(option: &Opt) -> &'static str {
    let end = |mark| option.help.find(mark).unwrap_or(option.help.len());
    // "with --detach: …" says something only after the colon.
    let colon = if option.help.starts_with("with ") { option.help.len() } else { end(": ") };
    option.help.get(..end("; ").min(end(" (")).min(colon)).unwrap_or_default()
}

/// In single quotes for a shell of Bourne's family, or fish.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
