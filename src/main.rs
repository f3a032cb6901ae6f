//! nsrun: see the library.
#![no_main]

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::Path;

use nsrun::cli::{self, What, help};
use nsrun::commands::Program;
use nsrun::error::say;
use nsrun::{commands, sys};

nsrun::entry!(start);

fn start(words: Vec<OsString>) -> u8 {
    commands::start_timings();
    if sys::credentials::is_set_uid() {
        say("nsrun: cannot be run set-uid: it would launch anything with its owner's rights");
        return commands::WRONG_USAGE;
    }
    if let Some((program, arguments, trace)) = iproute(&words) {
        if trace {
            commands::start_trace();
        }
        return commands::ip(program, arguments);
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

/// A command line of `ip` or `bridge`: after `nsrun ip`, or when this program is called as `ip`; and
/// whether `--trace` stands beside that `ip`, which has no such option of its own.
fn iproute(words: &[OsString]) -> Option<(Program, impl Iterator<Item = OsString>, bool)> {
    let mut arguments = words.iter().cloned().peekable();
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

fn print(text: &str) -> u8 {
    match commands::print(text) {
        Ok(()) => 0,
        Err(error) => {
            say(error);
            commands::FAILED
        }
    }
}
