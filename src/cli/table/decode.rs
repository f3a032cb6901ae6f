//! The part of the table about netlink messages.

use super::shared::{HELP, JSON, OPTIONS};
use crate::cli::command::{Command, More, Operands, Opt, Section};

pub(super) const DECODE: Command = Command {
    name: "decode",
    group: "Messages",
    summary: "show netlink messages in words",
    about: &[
        "Shows what each byte of netlink messages means: offset, bytes, name, value. Unknown \
         attributes are shown as they are.",
        "The messages come from FILE, from standard input when that is \"-\" or missing, or stand \
         there as HEX: bytes as they are, hex digits with or without 0x and \\x, or the strings \
         that strace(1) writes.",
    ],
    operands: Operands { required: &[], more: More::Any("FILE|HEX") },
    sections: &[Section {
        heading: OPTIONS,
        options: &[
            Opt::one_of(
                "family",
                &["route", "netfilter", "generic"],
                "kind of socket the messages are for: links and addresses, nf_tables and conntrack, \
                 or families that the kernel numbers as it runs; default route",
            ),
            JSON,
            HELP,
        ],
    }],
    notes: &[(
        "Exit status",
        "0 done, 1 when the bytes are no messages, or no bytes: what comes before is shown; 2 wrong \
         usage.",
    )],
    examples: &[
        ("A request", "nsrun decode 14000000 12000103 01000000 00000000 00000000"),
        ("A recording, for a program", "nsrun decode --family netfilter --json rules.bin"),
        ("What a command says to the kernel", "nsrun ps --trace"),
    ],
    ..Command::EMPTY
};
