//! Manual pages, in the macros of man(7): one for the program, one for each command it has.

use std::fmt::Write as _;

use super::{each, shown};
use crate::cli::command::{Command, Opt, Takes, full};
use crate::cli::table::NSRUN;

/// When the pages last changed in what they say; a page without a date is not well-formed.
const DATE: &str = "2026-11-21";
/// Widest line of the source.
const WIDTH: usize = 78;
/// The note that every page has.
const EXIT_STATUS: &str = "Exit status";

/// The commands that have a page: the program itself, and each but those inside groups.
pub fn pages() -> impl Iterator<Item = &'static Command> {
    std::iter::once(&NSRUN).chain(shown(&NSRUN))
}

/// The manual page of one of [`pages`].
pub fn page(command: &'static Command) -> String {
    let path = if command.name == NSRUN.name { "" } else { command.name };
    let mut out = String::from(".\\\" Printed by \"nsrun generate man\".\n");
    let title = title(command);
    let version = env!("CARGO_PKG_VERSION");
    let _ =
        writeln!(out, ".TH {} 1 {DATE} \"nsrun {version}\" \"nsrun manual\"", title.to_uppercase());
    // No hyphens, no stretched spaces: names and options would be hard to read.
    out.push_str(".nh\n.ad l\n.SH NAME\n");
    let summary = if path.is_empty() {
        "launch processes in wired-up network namespaces"
    } else {
        command.summary
    };
    let _ = writeln!(out, "{} \\- {}", escaped(&title), escaped(summary));
    out.push_str(".SH SYNOPSIS\n");
    if command.subcommands.is_empty() || path.is_empty() {
        synopsis(&mut out, command, path);
    } else {
        for below in shown(command) {
            synopsis(&mut out, below, &format!("{path} {}", below.name));
        }
    }
    out.push_str(".SH DESCRIPTION\n");
    about(&mut out, command);
    if path.is_empty() {
        index(&mut out, command);
    } else if !command.subcommands.is_empty() {
        out.push_str(".SH COMMANDS\n");
        for below in shown(command) {
            member(&mut out, below, &format!("{path} {}", below.name));
        }
    }
    options(&mut out, command);
    notes(&mut out, command);
    files(&mut out, command);
    examples(&mut out, command);
    see_also(&mut out, command);
    out
}

/// `nsrun-run`.
fn title(command: &Command) -> String {
    if command.name == NSRUN.name { "nsrun".into() } else { format!("nsrun-{}", command.name) }
}

/// The usage line: what is typed as it is in bold, what stands for something in italics.
fn synopsis(out: &mut String, command: &Command, path: &str) {
    let usage = command.usage(path);
    let names = full(path);
    let _ = writeln!(out, "{}.B {}", between(out), escaped(&names));
    let words = usage.get(names.len()..).unwrap_or_default().trim_start();
    if !words.is_empty() {
        let _ = writeln!(out, ".I {}", escaped(words));
    }
}

fn about(out: &mut String, command: &Command) {
    for paragraph in command.about {
        out.push_str(between(out));
        flow(out, paragraph);
    }
}

/// The commands of the program, each with its page.
fn index(out: &mut String, command: &'static Command) {
    out.push_str(".SH COMMANDS\n");
    let mut groups: Vec<&str> = Vec::new();
    for below in shown(command) {
        if !groups.contains(&below.group) {
            groups.push(below.group);
        }
    }
    for group in groups {
        let _ = writeln!(out, ".SS {}", escaped(group));
        for below in shown(command).filter(|below| below.group == group) {
            let _ = writeln!(out, ".TP\n.BR {} (1)", escaped(&title(below)));
            flow(out, below.summary);
        }
    }
}

/// A command of a group: all about it under one heading.
fn member(out: &mut String, command: &'static Command, path: &str) {
    let _ = writeln!(out, ".SS {}", escaped(&full(path)));
    synopsis(out, command, path);
    about(out, command);
    if !command.aliases.is_empty() {
        out.push_str(".P\n");
        flow(out, &format!("Also called {}.", command.aliases.join(" and ")));
    }
    for option in command.options().filter(|option| option.long != "help") {
        entry(out, option);
    }
    for (heading, text) in command.notes {
        out.push_str(".P\n");
        flow(out, &format!("{heading}: {text}"));
    }
}

fn options(out: &mut String, command: &Command) {
    out.push_str(".SH OPTIONS\n");
    for section in command.sections {
        if command.sections.len() > 1 {
            let _ = writeln!(out, ".SS {}", escaped(section.heading));
        }
        for option in section.options {
            entry(out, option);
        }
    }
}

fn entry(out: &mut String, option: &Opt) {
    let names: Vec<String> = option
        .short
        .map(|letter| format!("-{letter}"))
        .into_iter()
        .chain(option.longs().map(|long| format!("--{long}")))
        .map(|name| format!("\\fB{}\\fR", escaped(&name)))
        .collect();
    let _ = write!(out, ".TP\n{}", names.join(", "));
    match option.takes {
        Takes::Nothing => {}
        Takes::OneOf(words) => {
            let _ = write!(out, " \\fB{}\\fR", escaped(&words.join("|")));
        }
        Takes::Value(name) => {
            let _ = write!(out, " \\fI{}\\fR", escaped(name));
        }
    }
    out.push_str(if option.repeat { "...\n" } else { "\n" });
    let mut letters = option.help.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    flow(out, &format!("{}.", first.chain(letters).collect::<String>()));
}

/// The further parts of the help, but for what has a place of its own here.
fn notes(out: &mut String, command: &Command) {
    for (heading, text) in command.notes {
        let _ = writeln!(out, ".SH {}", escaped(&heading.to_uppercase()));
        flow(out, text);
    }
    if !command.notes.iter().any(|(heading, _)| *heading == EXIT_STATUS) {
        let _ = writeln!(out, ".SH {}", EXIT_STATUS.to_uppercase());
        flow(out, "0 done, 1 failed, 2 wrong usage.");
    }
}

/// The examples of a command and of those below it, but those of the commands with a page of
/// their own.
fn examples(out: &mut String, command: &'static Command) {
    out.push_str(".SH EXAMPLES\n");
    let mut list = |command: &Command| {
        for (purpose, line) in command.examples {
            let _ = writeln!(out, "{}{}:", between(out), escaped(purpose));
            let _ = writeln!(out, ".P\n.RS\n.nf\n{}\n.fi\n.RE", escaped(line));
        }
    };
    match command.name == NSRUN.name {
        true => list(command),
        false => each(command, "", &mut |command, _| list(command)),
    }
}

fn files(out: &mut String, command: &Command) {
    if !command.files.is_empty() {
        out.push_str(".SH FILES\n");
    }
    for (path, text) in command.files {
        let _ = writeln!(out, ".TP\n.I {}", escaped(path));
        flow(out, text);
    }
}

/// The program's page, those of the same group, and what the table names.
fn see_also(out: &mut String, command: &'static Command) {
    let group = shown(&NSRUN).filter(|other| other.group == command.group);
    let pages = std::iter::once(&NSRUN).chain(group).filter(|other| other.name != command.name);
    let pages = pages.map(|other| (title(other), "1"));
    let others = command.see.iter().map(|&(name, section)| (name.to_owned(), section));
    let lines: Vec<String> = pages
        .chain(others)
        .map(|(name, section)| format!(".BR {} ({section})", escaped(&name)))
        .collect();
    let _ = writeln!(out, ".SH SEE ALSO\n{}", lines.join(" ,\n"));
}

/// Text that roff takes as it is.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\e"),
            '-' => out.push_str("\\-"),
            '\'' => out.push_str("\\(aq"),
            '~' => out.push_str("\\(ti"),
            '^' => out.push_str("\\(ha"),
            '`' => out.push_str("\\(ga"),
            _ if c.is_ascii() => out.push(c),
            _ => {
                let _ = write!(out, "\\[u{:04X}]", u32::from(c));
            }
        }
    }
    // A line that begins so would be a request.
    if out.starts_with('.') {
        out.insert_str(0, "\\&");
    }
    out
}

/// What keeps two paragraphs apart: nothing where a heading does.
fn between(out: &str) -> &'static str {
    let last = out.trim_end().lines().last().unwrap_or_default();
    if last.starts_with(".S") { "" } else { ".P\n" }
}

/// A paragraph, in lines of a handy length.
fn flow(out: &mut String, text: &str) {
    let mut column = 0;
    for word in text.split_whitespace().map(escaped) {
        if column + word.len() > WIDTH {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
        }
        column += word.len() + 1;
        out.push_str(&word);
    }
    out.push('\n');
}
