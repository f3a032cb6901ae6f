//! `nsrun doctor`.

use super::shared::WITH_JSON;
use crate::cli::command::Command;

pub(super) const DOCTOR: Command = Command {
    name: "doctor",
    group: "Help",
    summary: "check whether this machine has what nsrun needs",
    about: &[
        "Asks the kernel for everything that nsrun uses, in a network namespace that ends with it, and \
         looks at rights, forwarding, rules of other firewalls that drop what networks send, its own \
         rules, and what killed runs left. It changes nothing, and works without root, but then sees \
         less.",
        "Each line is \"ok\"; \"lacking\", where something that not everybody needs does not work; \
         \"wrong\", where something has to be done; or \"unknown\".",
    ],
    sections: WITH_JSON,
    notes: &[("Exit status", "0 nothing is wrong, 1 something is, 2 wrong usage.")],
    examples: &[("For people", "nsrun doctor"), ("For a program", "nsrun doctor --json")],
    ..Command::EMPTY
};
