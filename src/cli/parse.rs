//! From words to an [`Invocation`]: what was typed, checked against the table.

use std::ffi::{OsStr, OsString};
use std::fmt;

use lexopt::{Arg, Parser};

use super::args::Args;
use super::command::{Command, More, Opt, Takes, full};
use super::nearest::nearest;
use super::table::NSRUN;

/// A command line that the table allows.
#[derive(Debug)]
pub struct Invocation {
    /// The command that was named; the table's root when none was.
    pub command: &'static Command,
    /// Its name as typed after `nsrun`, aliases resolved: `run`, `netns add`; empty for the root.
    pub path: String,
    /// Its options and operands.
    pub args: Args,
    /// Whether to show what is said to the kernel.
    pub trace: bool,
    /// Whether to run it or to say something about it.
    pub what: What,
}

/// What an [`Invocation`] asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Run the command.
    Run,
    /// Print the command's help.
    Help,
    /// Print the version.
    Version,
}

/// A command line that makes no sense, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub hint: String,
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nsrun: {}\nhint: {}", self.message, self.hint)
    }
}

impl std::error::Error for Usage {}

/// Reads the words after the program's name.
///
/// # Errors
/// The table does not allow them; nothing has been done yet.
pub fn parse(args: impl Iterator<Item = OsString>) -> Result<Invocation, Usage> {
    parse_with(&NSRUN, args)
}

fn parse_with(
    root: &'static Command,
    words: impl Iterator<Item = OsString>,
) -> Result<Invocation, Usage> {
    let mut parser = Parser::from_args(words);
    let mut path = String::new();
    let mut args = Args { command: root, given: Vec::new(), operands: Vec::new() };
    let mut trace = false;
    let everywhere = || root.options().filter(|option| option.everywhere);
    let done = |args: Args, path, trace, what| {
        let command = args.command;
        Invocation { command, path, args, trace, what }
    };

    loop {
        let option = match parser.next().map_err(|e| takes_no_value(e, &path))? {
            None => break,
            Some(Arg::Value(word)) if !args.command.subcommands.is_empty() => {
                args.command = descend(args.command, &mut path, &word)?;
                continue;
            }
            Some(Arg::Value(word)) => {
                let launches = args.command.operands.more == More::Command
                    && args.operands.len() == args.command.operands.required.len();
                args.operands.push(word);
                if launches {
                    // From here on every word, dashes or not, belongs to the launched command.
                    args.operands.extend(parser.raw_args().into_iter().flatten());
                }
                continue;
            }
            Some(Arg::Long(name)) => {
                let mut options = args.command.options().chain(everywhere());
                let found = options.find(|o| o.longs().any(|long| long == name));
                found.ok_or_else(|| unknown_long(args.command, &path, name))?
            }
            Some(Arg::Short(letter)) => {
                match args.command.options().find(|o| o.short == Some(letter)) {
                    Some(option) => option,
                    None => return Err(unknown_short(args.command, &path, letter, parser)),
                }
            }
        };
        match option.long {
            "help" => return Ok(done(args, path, trace, What::Help)),
            "version" => return Ok(done(args, path, trace, What::Version)),
            "trace" => {
                trace = true;
                continue;
            }
            _ => {}
        }
        let value = match option.takes {
            Takes::Nothing => OsString::new(),
            _ => value_of(option, &path, &mut parser)?,
        };
        if option.takes != Takes::Nothing
            && !option.repeat
            && let Some((_, first)) = args.given.iter().find(|(o, _)| o.long == option.long)
        {
            return Err(Usage {
                message: format!(
                    "option \"--{}\" given twice for \"{}\"",
                    option.long,
                    full(&path)
                ),
                hint: format!("give either {} or {}", quoted(first), quoted(&value)),
            });
        }
        args.given.push((option, value));
    }

    if !args.command.subcommands.is_empty() {
        return match path.is_empty() {
            true => Ok(done(args, path, trace, What::Help)),
            false => Err(Usage {
                message: format!("missing COMMAND for \"{}\"", full(&path)),
                hint: see(&path),
            }),
        };
    }
    if path == "help" {
        path.clear();
        args.command = root;
        for word in std::mem::take(&mut args.operands) {
            args.command = descend(args.command, &mut path, &word)?;
        }
        return Ok(done(args, path, trace, What::Help));
    }
    count_operands(&args, &path)?;
    Ok(done(args, path, trace, What::Run))
}

/// The subcommand of that name or alias; `path` grows by its name.
fn descend(
    command: &'static Command,
    path: &mut String,
    word: &OsStr,
) -> Result<&'static Command, Usage> {
    if command.subcommands.is_empty() {
        return Err(Usage {
            message: format!("unexpected argument {} for \"{}\"", quoted(word), full(path)),
            hint: format!("\"{}\" has no commands below it", full(path)),
        });
    }
    match command.subcommands.iter().find(|c| c.names().any(|name| name == word)) {
        Some(found) => {
            path.push_str(if path.is_empty() { "" } else { " " });
            path.push_str(found.name);
            Ok(found)
        }
        None => {
            let visible = command.subcommands.iter().filter(|c| !c.hidden);
            let near = nearest(&word.to_string_lossy(), visible.flat_map(Command::names));
            let below = if path.is_empty() { "" } else { &format!(" for \"{}\"", full(path)) };
            Err(Usage {
                message: format!("unknown command {}{below}", quoted(word)),
                hint: did_you_mean(near.map(String::from), path),
            })
        }
    }
}

/// The option's value: joined to it, or the next word unless that begins with a dash.
fn value_of(option: &'static Opt, path: &str, parser: &mut Parser) -> Result<OsString, Usage> {
    let long = option.long;
    let missing = |hint| Usage {
        message: format!("missing value for option \"--{long}\" of \"{}\"", full(path)),
        hint,
    };
    let value = match parser.optional_value() {
        Some(value) => value,
        None => {
            let write = format!("write --{long}={}", option.metavar());
            let next = parser.raw_args().ok().and_then(|words| words.peek().map(OsString::from));
            match next {
                None => return Err(missing(write)),
                Some(word) if word.len() > 1 && word.as_encoded_bytes().starts_with(b"-") => {
                    let word = word.to_string_lossy();
                    return Err(missing(format!(
                        "{write}; if the value is to be {word:?}, write --{long}={}",
                        word.escape_debug()
                    )));
                }
                Some(_) => parser.value().map_err(|_| missing(write))?,
            }
        }
    };
    match option.takes {
        Takes::OneOf(choices) if !choices.iter().any(|choice| *choice == value) => Err(Usage {
            message: format!("unknown value {} for option \"--{long}\"", quoted(&value)),
            hint: format!("give one of {}; {}", choices.join(", "), see(path)),
        }),
        _ => Ok(value),
    }
}

fn count_operands(args: &Args, path: &str) -> Result<(), Usage> {
    let allowed = args.command.operands;
    let given = args.operands.len();
    let missing = match (allowed.required.get(given), allowed.more) {
        (Some(name), _) => Some(*name),
        (None, More::Command) if given == allowed.required.len() => Some("CMD"),
        _ => None,
    };
    let message = if let Some(name) = missing {
        format!("missing {name} for \"{}\"", full(path))
    } else if allowed.more == More::None
        && let Some(extra) = args.operands.get(allowed.required.len())
    {
        format!("unexpected argument {} for \"{}\"", quoted(extra), full(path))
    } else {
        return Ok(());
    };
    Err(Usage { message, hint: format!("usage: {}  {}", args.command.usage(path), see(path)) })
}

fn unknown_long(command: &'static Command, path: &str, name: &str) -> Usage {
    let near = nearest(name, command.options().flat_map(Opt::longs));
    // `nsrun --net bridge …`: the option is right, its command is missing.
    let below = || {
        command.subcommands.iter().filter(|c| !c.hidden).find_map(|c| {
            c.options()
                .any(|o| o.longs().any(|long| long == name))
                .then(|| format!("{} {} --{name}", full(path), c.name))
        })
    };
    Usage {
        message: format!("unknown option {:?} for \"{}\"", format!("--{name}"), full(path)),
        hint: did_you_mean(near.map(|near| format!("--{near}")).or_else(below), path),
    }
}

/// `-name web` is read as a bundle of letters; it may be a long option short of a dash.
fn unknown_short(command: &'static Command, path: &str, letter: char, mut parser: Parser) -> Usage {
    let rest = parser.optional_value().unwrap_or_default();
    let word = format!("{letter}{}", rest.to_string_lossy());
    let long = command.options().flat_map(Opt::longs).find(|long| *long == word);
    Usage {
        message: format!("unknown option {:?} for \"{}\"", format!("-{letter}"), full(path)),
        hint: did_you_mean(long.map(|long| format!("--{long}")), path),
    }
}

/// The only complaint lexopt has of its own: `--flag=value`.
fn takes_no_value(error: lexopt::Error, path: &str) -> Usage {
    let message = match error {
        lexopt::Error::UnexpectedValue { option, value } => {
            format!("option \"{option}\" takes no value, but got {}", quoted(&value))
        }
        other => other.to_string(),
    };
    Usage { message, hint: see(path) }
}

fn did_you_mean(near: Option<String>, path: &str) -> String {
    match near {
        Some(near) => format!("did you mean \"{near}\"?  {}", see(path)),
        None => see(path),
    }
}

fn see(path: &str) -> String {
    format!("see: {} --help", full(path))
}

/// In double quotes, with control characters made visible.
pub(super) fn quoted(word: &OsStr) -> String {
    format!("{:?}", word.to_string_lossy())
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
