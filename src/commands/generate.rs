//! `nsrun generate`: the table of the command line, printed for programs.

use std::io::{self, Write};

use crate::cli::{Args, generate};
use crate::error::{Error, Result};
use crate::sys::errno;

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
    print(&generate::page(command))
}

pub(super) fn bash(_: &Args) -> Result<u8> {
    print(&generate::bash())
}

pub(super) fn zsh(_: &Args) -> Result<u8> {
    print(&generate::zsh())
}

pub(super) fn fish(_: &Args) -> Result<u8> {
    print(&generate::fish())
}

/// A page that is cut short must not be taken for a whole one, unless its reader wanted no more.
fn print(text: &str) -> Result<u8> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::new("cannot write to standard output").because(errno(&error).desc()))
        }
        _ => Ok(0),
    }
}
