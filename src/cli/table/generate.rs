//! `nsrun generate`.

use super::shared::ONLY_HELP;
use crate::cli::command::{Command, More, Operands};

const PRINTS: &str = "What it prints";

pub(super) const GENERATE: Command = Command {
    name: "generate",
    group: "Help",
    summary: "print man pages and shell completions",
    about: &[
        "Prints a manual page, or a script by which a shell completes commands, options, and the names \
         of runs, networks and namespaces. \"make install\" puts all of them in place.",
    ],
    sections: ONLY_HELP,
    subcommands: &[MAN, BASH, ZSH, FISH],
    examples: &[(
        "Completion in this shell only",
        "nsrun generate bash > nsrun.bash && . ./nsrun.bash",
    )],
    files: &[
        ("/usr/share/bash-completion/completions/nsrun", "Where bash-completion looks."),
        (
            "/usr/share/zsh/vendor-completions/_nsrun",
            "Where zsh looks on Debian; elsewhere $fpath says.",
        ),
        ("/usr/share/fish/vendor_completions.d/nsrun.fish", "Where fish looks."),
    ],
    ..Command::EMPTY
};

const MAN: Command = Command {
    name: "man",
    group: PRINTS,
    summary: "print a manual page",
    about: &[
        "Prints nsrun(1), or the page of COMMAND, which is one of those that \"nsrun help\" lists; that \
         of a group is about all commands in it.",
    ],
    operands: Operands { required: &[], more: More::Any("COMMAND") },
    sections: ONLY_HELP,
    examples: &[("Read one that is not installed", "nsrun generate man run | man -l -")],
    ..Command::EMPTY
};

const BASH: Command = Command {
    name: "bash",
    group: PRINTS,
    summary: "print the completion script for bash",
    about: &["Prints the completion script for bash 4 or later; bash-completion is not needed."],
    sections: ONLY_HELP,
    examples: &[("To be sourced later", "nsrun generate bash")],
    ..Command::EMPTY
};

const ZSH: Command = Command {
    name: "zsh",
    group: PRINTS,
    summary: "print the completion script for zsh",
    about: &[
        "Prints the completion script for zsh, to be saved as _nsrun in a directory of $fpath.",
    ],
    sections: ONLY_HELP,
    examples: &[("To be saved", "nsrun generate zsh")],
    ..Command::EMPTY
};

const FISH: Command = Command {
    name: "fish",
    group: PRINTS,
    summary: "print the completion script for fish",
    about: &["Prints the completion script for fish 3.4 or later."],
    sections: ONLY_HELP,
    examples: &[("To be saved", "nsrun generate fish")],
    ..Command::EMPTY
};
