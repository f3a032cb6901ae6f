//! `nsrun generate`: the table of the command line, printed for programs.

use super::output::print;
use crate::cli::{Args, generate};
use crate::error::{Error, Result};

pub(super) fn man(args: &Args) -> Result<u8> {
    let command = match args.operands() {
        [] => generate::pages().next(),
        [name] => generate::pages().find(|command| command.names().any(|known| known == name)),
        [_, second, ..] => {
            return Err(Error::usage(format!("unexpected argument \"{}\"", second.display()))
                .hint("the page of a group is about all commands in it: name the group alone"));
        }
    };
    let Some(command) = command else {
        return Err(Error::usage("there is no manual page for that command")
            .hint("\"nsrun help\" lists the commands"));
    };
    print(&generate::page(command)).map(|()| 0)
}

pub(super) fn bash(_: &Args) -> Result<u8> {
    print(&generate::bash()).map(|()| 0)
}

pub(super) fn zsh(_: &Args) -> Result<u8> {
    print(&generate::zsh()).map(|()| 0)
}

pub(super) fn fish(_: &Args) -> Result<u8> {
    print(&generate::fish()).map(|()| 0)
}
