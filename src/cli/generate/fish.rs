//! Completion for fish: a `complete` line for each option, and one for each command's operands.

use std::fmt::Write as _;

use super::value::{self, Kind};
use super::{brief, each, quoted, shown};
use crate::cli::command::{Command, More, Opt};
use crate::cli::table::NSRUN;

/// Everything that does not depend on the table.
const WALK: &str = include_str!("walk.fish");

/// The completion script for fish.
pub fn fish() -> String {
    let mut out = String::from(
        "# Completion of nsrun for fish, printed by \"nsrun generate fish\".\n\n\
         # The first name of the command $argv; \"group\", \"verb\", or how many operands come before\n\
         # the command that it launches; its options that take a value.\n\
         function __nsrun_command\n    switch \"$argv\"\n",
    );
    each(&NSRUN, "", &mut |command, path| known(&mut out, command, path));
    out.push_str("    end\nend\n\n");
    out.push_str(WALK);
    each(&NSRUN, "", &mut |command, path| entry(&mut out, command, path));
    out
}

/// What the walk has to know of a command.
fn known(out: &mut String, command: &'static Command, path: &str) {
    if path.is_empty() {
        return;
    }
    let before = path.strip_suffix(command.name).unwrap_or_default();
    let names: Vec<String> =
        command.names().map(|name| quoted(&format!("{before}{name}"))).collect();
    let _ = writeln!(out, "        case {}", names.join(" "));
    let _ = writeln!(out, "            echo {}", quoted(path));
    let sort = match command.operands.more {
        _ if !command.subcommands.is_empty() => "group".into(),
        More::Command => command.operands.required.len().to_string(),
        _ => "verb".into(),
    };
    let _ = writeln!(out, "            echo {sort}");
    let with_value = command.options().filter(|option| value::of_option(option).is_some());
    let names: Vec<String> = with_value.flat_map(dashed).collect();
    if !names.is_empty() {
        let _ = writeln!(out, "            printf '%s\\n' {}", names.join(" "));
    }
}

/// What is typed for an option.
fn dashed(option: &Opt) -> Vec<String> {
    let longs = option.longs().map(|long| format!("--{long}"));
    longs.chain(option.short.map(|letter| format!("-{letter}"))).collect()
}

fn entry(out: &mut String, command: &'static Command, path: &str) {
    let _ = writeln!(out, "\n# nsrun {path}");
    let at =
        |n: &str| format!("complete -c nsrun -n {}", quoted(&format!("__nsrun_at {n} {path}")));
    for below in shown(command) {
        let _ = writeln!(out, "{} -a {} -d {}", at("0"), below.name, quoted(below.summary));
    }
    for option in command.options() {
        let _ = write!(out, "{}", at("-"));
        for long in option.longs() {
            let _ = write!(out, " -l {long}");
        }
        if let Some(letter) = option.short {
            let _ = write!(out, " -s {letter}");
        }
        match value::of_option(option).as_ref().map(offer) {
            None => {}
            Some(None) => out.push_str(" -r"),
            Some(Some(words)) => {
                let _ = write!(out, " -x -a {}", quoted(&words));
            }
        }
        let _ = writeln!(out, " -d {}", quoted(brief(option)));
    }
    for (n, (_, kind, any)) in value::of_operands(command, path).iter().enumerate() {
        let n = if *any { format!("{n}+") } else { n.to_string() };
        match (kind, offer(kind)) {
            (Kind::Program, _) => {
                let n = n.trim_end_matches('+');
                let _ = writeln!(out, "{} -a '(__nsrun_launched)'", at(n));
            }
            (Kind::File, _) => {
                let _ = writeln!(out, "{} -F", at(&n));
            }
            (_, Some(words)) if !words.is_empty() => {
                let _ = writeln!(out, "{} -a {}", at(&n), quoted(&words));
            }
            _ => {}
        }
    }
}

/// What offers words of a kind; `None` for files, which fish offers by itself.
fn offer(kind: &Kind) -> Option<String> {
    match kind {
        Kind::File | Kind::Program => None,
        Kind::Directory => Some("(__fish_complete_directories)".into()),
        Kind::Words(words) => Some(words.join(" ")),
        Kind::Other => Some(String::new()),
        named => Some(format!("(__nsrun_names {})", named.word())),
    }
}
