//! nsrun: see the library.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use nsrun::cli::{self, What, help};
use nsrun::{commands, sys};

fn main() -> ExitCode {
    if sys::credentials::is_set_uid() {
        say("nsrun: cannot be run set-uid: it would launch anything with its owner's rights");
        return ExitCode::from(commands::WRONG_USAGE);
    }
    if let Some((arguments, trace)) = ip_arguments() {
        if trace {
            commands::start_trace();
        }
        return ExitCode::from(commands::ip(arguments));
    }
    let invocation = match cli::parse(env::args_os().skip(1)) {
        Ok(invocation) => invocation,
        Err(usage) => {
            say(usage);
            return ExitCode::from(commands::WRONG_USAGE);
        }
    };
    if invocation.trace {
        commands::start_trace();
    }
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

/// The words of an `ip` command line: after `nsrun ip`, or when this program is called as `ip`; and
/// whether `--trace` stands beside that `ip`, which has no such option of its own.
fn ip_arguments() -> Option<(impl Iterator<Item = OsString>, bool)> {
    let mut arguments = env::args_os().peekable();
    let program = arguments.next()?;
    if Path::new(&program).file_name().is_some_and(|name| name == "ip") {
        return Some((arguments, false));
    }
    let before = arguments.next_if(|word| word == "--trace").is_some();
    arguments.next_if(|word| word == "ip")?;
    let after = arguments.next_if(|word| word == "--trace").is_some();
    Some((arguments, before || after))
}

/// A reader that has seen enough is no error.
fn print(text: &str) -> ExitCode {
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}
