//! The part of the table about published ports and the firewall.

use super::shared::{ONLY_HELP, WITH_JSON};
use crate::cli::command::{Command, More, Operands};

const PORTS: &str = "Ports";

pub(super) const PUBLICATION: &str = "[HOSTIP:]HOSTPORT[-END]:PORT[-END][/PROTOCOL]";

pub(super) const PUBLISH: Command = Command {
    name: "publish",
    group: PORTS,
    summary: "let ports of this host lead to a run",
    about: &[
        "Publishes ports of a run that is there, all or none, and prints them. They are reached from \
         other hosts, from this host by any of its addresses and by 127.0.0.1, from other runs and \
         from the run itself.",
        "PORTS is [HOSTIP:]HOSTPORT[-END]:PORT[-END][/PROTOCOL], as for \"nsrun run --publish\". A port \
         that another run or a process of this host has, by the same address or by all, is refused.",
        "TARGET is what \"nsrun connect\" takes. Ports of what is no run, or began without a network, \
         lead to the link that it was given, and end with it.",
    ],
    operands: Operands { required: &["TARGET", "PORTS"], more: More::Any("PORTS") },
    sections: ONLY_HELP,
    examples: &[
        ("A web server", "nsrun publish web 8080:80"),
        (
            "From this host only, and a range",
            "nsrun publish web 127.0.0.1:53:53/udp 9000-9009:9000-9009",
        ),
    ],
    ..Command::EMPTY
};

pub(super) const UNPUBLISH: Command = Command {
    name: "unpublish",
    group: PORTS,
    summary: "take published ports back",
    about: &["Takes back published ports of a run. Connections that are there go on."],
    operands: Operands { required: &["TARGET", "PORTS"], more: More::Any("PORTS") },
    sections: ONLY_HELP,
    examples: &[("As port prints it", "nsrun unpublish web 8080:80/tcp")],
    ..Command::EMPTY
};

pub(super) const PORT: Command = Command {
    name: "port",
    group: PORTS,
    summary: "list the published ports of a run",
    about: &["Lists the published ports of a run, one a line, as they are typed."],
    operands: Operands { required: &["TARGET"], more: More::None },
    sections: WITH_JSON,
    examples: &[("The ports of \"web\"", "nsrun port web")],
    ..Command::EMPTY
};

pub(super) const FIREWALL: Command = Command {
    name: "firewall",
    group: PORTS,
    summary: "show the firewall rules of nsrun, or make them anew",
    about: &[
        "All rules of nsrun are in one table of nf_tables, \"inet nsrun\". What they must be follows \
         from the networks and runs that are there.",
    ],
    sections: ONLY_HELP,
    subcommands: &[FIREWALL_SHOW, FIREWALL_RELOAD],
    examples: &[("After \"nft flush ruleset\"", "nsrun firewall reload")],
    ..Command::EMPTY
};

const FIREWALL_SHOW: Command = Command {
    name: "show",
    group: PORTS,
    summary: "show the rules, and whether they are there",
    about: &[
        "Shows the rules as nft(8) would list them, and published ports of runs that are gone.",
    ],
    sections: WITH_JSON,
    examples: &[("For people", "nsrun firewall show")],
    ..Command::EMPTY
};

const FIREWALL_RELOAD: Command = Command {
    name: "reload",
    group: PORTS,
    summary: "make all rules anew",
    about: &[
        "Makes the rules of every network and the published ports of every run anew, at once: after \
         somebody flushed or changed them. Connections that are there go on.",
    ],
    sections: ONLY_HELP,
    examples: &[("All of them", "nsrun firewall reload")],
    ..Command::EMPTY
};
