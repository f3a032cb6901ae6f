//! nsrun: see the library.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use nsrun::cli::{self, What, help};
use nsrun::ip::Program;
use nsrun::{commands, sys};

fn main() -> ExitCode {
    if sys::credentials::is_set_uid() {
        say("nsrun: cannot be run set-uid: it would launch anything with its owner's rights");
        return ExitCode::from(commands::WRONG_USAGE);
    }
    if let Some((program, arguments, trace)) = iproute() {
        if trace {
            commands::start_trace();
        }
        return ExitCode::from(commands::ip(program, arguments));
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

/// A command line of `ip` or `bridge`: after `nsrun ip`, or when this program is called as `ip`; and
/// whether `--trace` stands beside that `ip`, which has no such option of its own.
fn iproute() -> Option<(Program, impl Iterator<Item = OsString>, bool)> {
    let mut arguments = env::args_os().peekable();
    let called = arguments.next()?;
    if let Some(program) = Path::new(&called).file_name().and_then(Program::named) {
        return Some((program, arguments, false));
    }
    let before = arguments.next_if(|word| word == "--trace").is_some();
    let program = Program::named(arguments.peek()?)?;
    let _ = arguments.next();
    let after = arguments.next_if(|word| word == "--trace").is_some();
    Some((program, arguments, before || after))
}

/// A reader that has seen enough is no error.
fn print(text: &str) -> ExitCode {
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}
