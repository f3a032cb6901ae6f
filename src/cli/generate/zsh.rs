//! Completion for zsh: a function with `_arguments` for each command.

use std::fmt::Write as _;

use super::value::{self, Kind};
use super::{brief, each, quoted, shown};
use crate::cli::command::{Command, Opt};
use crate::cli::table::NSRUN;

/// Everything that does not depend on the table.
const KINDS: &str = include_str!("kinds.zsh");

/// The completion script for zsh.
pub fn zsh() -> String {
    let mut out = String::from(
        "#compdef nsrun\n# Completion of nsrun for zsh, printed by \"nsrun generate zsh\".\n\n",
    );
    out.push_str(KINDS);
    each(&NSRUN, "", &mut |command, path| entry(&mut out, command, path));
    out.push_str("\n_nsrun \"$@\"\n");
    out
}

fn entry(out: &mut String, command: &'static Command, path: &str) {
    let name = function(path);
    let mut arguments: Vec<String> = command.options().map(argument).collect();
    if command.subcommands.is_empty() {
        for (operand, kind, any) in value::of_operands(command, path) {
            let repeat = match kind {
                Kind::Program => "*::",
                _ if any => "*:",
                _ => ":",
            };
            let operand = operand.replace(':', "\\:");
            arguments.push(quoted(&format!("{repeat}{operand}:{}", action(&kind))));
        }
        let _ = write!(out, "\n{name}() {{\n    _arguments -s -S");
        for argument in arguments {
            let _ = write!(out, " \\\n        {argument}");
        }
        out.push_str("\n}\n");
        return;
    }
    let _ = write!(
        out,
        "\n{name}() {{\n    local curcontext=$curcontext state line\n    local -a commands\n    \
         commands=("
    );
    for below in shown(command) {
        let text = format!("{}:{}", below.name, below.summary);
        let _ = write!(out, "\n        {}", quoted(&text));
    }
    out.push_str("\n    )\n    _arguments -C -s -S");
    arguments.extend(["'1: :->command'".into(), "'*:: :->rest'".into()]);
    for argument in arguments {
        let _ = write!(out, " \\\n        {argument}");
    }
    let _ = write!(
        out,
        " && return\n    case $state in\n    command) _describe -t commands command commands ;;\n    \
         rest)\n        case $words[1] in\n"
    );
    for below in shown(command) {
        let names: Vec<_> = below.names().collect();
        let path = format!("{path} {}", below.name);
        let _ = writeln!(out, "        {}) {} ;;", names.join(" | "), function(path.trim()));
    }
    out.push_str("        esac\n        ;;\n    esac\n}\n");
}

/// The function for the command at `path`.
fn function(path: &str) -> String {
    format!("_nsrun {path}").trim_end().replace([' ', '-'], "_")
}

/// An option, as `_arguments` takes it: `'(-t --time)'{-t+,--time=}'[how long]:SECONDS:'`.
fn argument(option: &Opt) -> String {
    let takes = value::of_option(option);
    let (joined, after) = if takes.is_some() { ("=", "+") } else { ("", "") };
    let longs = option.longs().map(|long| format!("--{long}{joined}"));
    let names: Vec<String> =
        option.short.map(|c| format!("-{c}{after}")).into_iter().chain(longs).collect();
    let bare: Vec<&str> = names.iter().map(|name| name.trim_end_matches(['=', '+'])).collect();
    let first = if option.repeat { "*".into() } else { format!("({})", bare.join(" ")) };
    let help = brief(option).replace(['[', ']'], "").replace(':', "\\:");
    let mut spec = format!("[{help}]");
    if let Some(kind) = takes {
        let _ = write!(spec, ":{}:{}", option.metavar().replace(':', "\\:"), action(&kind));
    }
    match &names[..] {
        [name] => quoted(&format!("{first}{name}{spec}")),
        _ => format!("{}{{{}}}{}", quoted(&first), names.join(","), quoted(&spec)),
    }
}

/// What offers words of a kind.
fn action(kind: &Kind) -> String {
    match kind {
        Kind::File => "_files".into(),
        Kind::Directory => "_files -/".into(),
        Kind::Program => "_normal".into(),
        Kind::Words(words) => format!("({})", words.join(" ")),
        Kind::Other => String::new(),
        // Behind a space, because what compadd is to be given would come before the kind.
        named => format!(" _nsrun_of_kind {}", named.word()),
    }
}
