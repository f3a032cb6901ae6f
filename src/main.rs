//! nsrun: see the library.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use nsrun::cli::{self, What, help};
use nsrun::{commands, sys};

fn main() -> ExitCode {
    if sys::credentials::is_set_uid() {
        say("nsrun: cannot be run set-uid: it would launch anything with its owner's rights");
        return ExitCode::from(commands::WRONG_USAGE);
    }
    let invocation = match cli::parse(std::env::args_os().skip(1)) {
        Ok(invocation) => invocation,
        Err(usage) => {
            say(usage);
            return ExitCode::from(commands::WRONG_USAGE);
        }
    };
    let style = help::Style::detect(io::stdout().is_terminal());
    match invocation.what {
        What::Help => print(&help::command(invocation.command, &invocation.path, style)),
        What::Version => print(&format!("{}\n", help::version())),
        What::Run => match commands::dispatch(&invocation.path, &invocation.args) {
            Ok(status) => ExitCode::from(status),
            Err((error, status)) => {
                say(error);
                ExitCode::from(status)
            }
        },
    }
}

/// For people. That nobody reads it is no error.
fn say(text: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// A reader that has seen enough is no error.
fn print(text: &str) -> ExitCode {
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}
