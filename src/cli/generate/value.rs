//! What a value is, so that a shell can offer those there are.

use super::shown;
use crate::cli::command::{Command, More, Opt, Takes};
use crate::cli::table::NSRUN;

/// What a value or an operand stands for. As text it is the word for it in the scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The name of a run.
    Run,
    /// The name of a network.
    Network,
    /// What `--net` takes: a network, or a word for the lack of one.
    Net,
    /// The name of a network namespace.
    Namespace,
    /// A run or a network namespace.
    Target,
    /// A link of this host.
    Link,
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A program to launch, and what it takes.
    Program,
    /// One of these.
    Words(Vec<&'static str>),
    /// What nobody can guess.
    Other,
}

impl Kind {
    /// The word for it in the scripts.
    pub(super) fn word(&self) -> String {
        let word = match self {
            Kind::Run => "run",
            Kind::Network => "network",
            Kind::Net => "net",
            Kind::Namespace => "namespace",
            Kind::Target => "target",
            Kind::Link => "link",
            Kind::File => "file",
            Kind::Directory => "directory",
            Kind::Program => "program",
            Kind::Words(words) => return words.join("|"),
            Kind::Other => "other",
        };
        word.into()
    }

    /// The value of an option that takes one of any kind.
    fn of_value(name: &'static str) -> Kind {
        match name {
            "FILE" => Kind::File,
            "DIR" => Kind::Directory,
            "LINK" => Kind::Link,
            "TARGET" => Kind::Target,
            _ if name.starts_with("NETWORK") => Kind::Net,
            _ => Kind::Other,
        }
    }

    /// The operand of the command at `path` that its usage line calls `name`.
    fn of_operand(path: &str, name: &'static str) -> Kind {
        let (group, verb) = path.split_once(' ').unwrap_or(("", path));
        match (group, verb, name) {
            (_, _, "NAME|PID") => Kind::Run,
            ("netns", "add" | "attach", _) | ("network", "create", _) => Kind::Other,
            ("netns", _, "NAME" | "NAME|all") => Kind::Namespace,
            ("network", _, "NAME") => Kind::Network,
            (_, _, "TARGET") => Kind::Target,
            (_, _, "LINK") => Kind::Link,
            (_, _, "COMMAND") => Kind::Words(shown(&NSRUN).map(|command| command.name).collect()),
            _ if name.starts_with("FILE") => Kind::File,
            _ if name.starts_with("NETWORK") => Kind::Network,
            _ if name.contains('|') && !name.contains(char::is_uppercase) => {
                Kind::Words(name.split('|').collect())
            }
            _ => Kind::Other,
        }
    }
}

/// The kind of an option's value; `None` for a flag.
pub(super) fn of_option(option: &Opt) -> Option<Kind> {
    match option.takes {
        Takes::Nothing => None,
        Takes::Value(name) => Some(Kind::of_value(name)),
        Takes::OneOf(words) => Some(Kind::Words(words.to_vec())),
    }
}

/// The operands of the command at `path`: name, kind, and whether any number of them may follow.
pub(super) fn of_operands(command: &Command, path: &str) -> Vec<(&'static str, Kind, bool)> {
    let required = command.operands.required.iter();
    let mut operands: Vec<_> =
        required.map(|&name| (name, Kind::of_operand(path, name), false)).collect();
    match command.operands.more {
        More::None => {}
        More::Any(name) => {
            // "NAME [NAME...]" is one sort of word.
            if operands.last().is_some_and(|(last, ..)| *last == name) {
                operands.pop();
            }
            operands.push((name, Kind::of_operand(path, name), true));
        }
        More::Command => operands.push(("CMD", Kind::Program, true)),
    }
    operands
}
