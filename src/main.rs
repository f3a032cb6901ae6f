//! nsrun: see the library.
#![no_main]

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use nsrun::cli::{self, What, help};
use nsrun::{commands, sys};

nsrun::entry!(start);

fn start(words: Vec<OsString>) -> u8 {
    commands::start_timings();
    if sys::credentials::is_set_uid() {
        say("nsrun: cannot be run set-uid: it would launch anything with its owner's rights");
        return commands::WRONG_USAGE;
    }
    if let Some((arguments, trace)) = ip_arguments(&words) {
        if trace {
            commands::start_trace();
        }
        return commands::ip(arguments);
    }
    let invocation = match cli::parse(words.into_iter().skip(1)) {
        Ok(invocation) => invocation,
        Err(usage) => {
            say(usage);
            return commands::WRONG_USAGE;
        }
    };
    if invocation.trace {
        commands::start_trace();
    }
    match invocation.what {
        What::Help => {
            let style = help::Style::detect(io::stdout().is_terminal());
            print(&help::command(invocation.command, &invocation.path, style))
        }
        What::Version => print(&format!("{}\n", help::version())),
        What::Run => match commands::dispatch(&invocation.path, &invocation.args) {
            Ok(status) => status,
            Err((error, status)) => {
                say(error);
                status
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
fn ip_arguments(words: &[OsString]) -> Option<(impl Iterator<Item = OsString>, bool)> {
    let mut arguments = words.iter().cloned().peekable();
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
fn print(text: &str) -> u8 {
    let _ = io::stdout().write_all(text.as_bytes());
    0
}
