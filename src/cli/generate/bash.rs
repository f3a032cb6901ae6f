//! Completion for bash: the table as a `case`, and a function that walks the words typed so far.

use std::fmt::Write as _;

use super::{each, shown, value};
use crate::cli::command::Command;
use crate::cli::table::NSRUN;

/// Everything that does not depend on the table.
const WALK: &str = include_str!("walk.bash");

/// The completion script for bash.
pub fn bash() -> String {
    let mut out = String::from(
        "# Completion of nsrun for bash, printed by \"nsrun generate bash\".\n\
         # shellcheck shell=bash disable=SC2034\n\n\
         # What may follow the command $1: \"values\" says which kind of value an option takes; the\n\
         # operands are kinds too, and * stands for any number.\n\
         _nsrun_table() {\n    \
             commands='' aliases='' options='' values='' operands=''\n    \
             case $1 in\n",
    );
    each(&NSRUN, "", &mut |command, path| entry(&mut out, command, path));
    out.push_str("    esac\n}\n\n");
    out.push_str(WALK);
    out
}

fn entry(out: &mut String, command: &'static Command, path: &str) {
    let mut lists: [(&str, Vec<String>); 5] =
        ["commands", "aliases", "options", "values", "operands"].map(|name| (name, Vec::new()));
    let [(_, commands), (_, aliases), (_, options), (_, values), (_, operands)] = &mut lists;
    for below in shown(command) {
        commands.push(below.name.into());
        aliases.extend(below.aliases.iter().map(|alias| format!("{alias}={}", below.name)));
    }
    for option in command.options() {
        let longs = option.longs().map(|long| format!("--{long}"));
        let names: Vec<String> = longs.chain(option.short.map(|c| format!("-{c}"))).collect();
        if let Some(kind) = value::of_option(option) {
            values.extend(names.iter().map(|name| format!("{name}={}", kind.word())));
        }
        options.push(format!("--{}", option.long));
    }
    for (_, kind, any) in value::of_operands(command, path) {
        operands.push(format!("{}{}", kind.word(), if any { "*" } else { "" }));
    }
    let _ = write!(out, "    '{path}')");
    for (name, words) in lists {
        // Spaces around each word, so that one can be found as " WORD ".
        match name {
            _ if words.is_empty() => {}
            "aliases" | "values" => {
                let _ = write!(out, "\n        {name}=' {} '", words.join(" "));
            }
            _ => {
                let _ = write!(out, "\n        {name}='{}'", words.join(" "));
            }
        }
    }
    out.push_str(" ;;\n");
}
