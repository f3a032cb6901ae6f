//! The part of the table about links that exist.

use super::netns::NAMESPACES;
use super::shared::{HELP, ONLY_HELP, OPTIONS};
use crate::cli::command::{Command, More, Operands, Opt, Section};

const LINKS: &str = "Commands";

const TARGET: (&str, &str) = (
    "TARGET",
    "The name of a run, a process id, the name of a network namespace, or the path of one. Where one \
     word could be several, write container:NAME, pid:PID or ns:NAME.",
);

pub(super) const LINK: Command = Command {
    name: "link",
    group: NAMESPACES,
    summary: "move links between namespaces",
    about: &[
        "Gives a running process, or a namespace, a link of this host, such as a second network \
         card, and takes it back.",
    ],
    sections: ONLY_HELP,
    subcommands: &[MOVE, RETURN, PROMISC],
    examples: &[
        ("A network card for a run", "nsrun link move eth1 web"),
        ("The same card back", "nsrun link return eth1 web"),
    ],
    ..Command::EMPTY
};

const MOVE: Command = Command {
    name: "move",
    group: LINKS,
    summary: "move a link of this namespace to another",
    about: &[
        "Moves LINK to the network namespace of TARGET. A link that is up here is up there; its \
         addresses and routes are lost.",
        "When that namespace ends, the kernel returns a network card to the first namespace of the \
         machine, and deletes links that are not physical.",
    ],
    operands: Operands { required: &["LINK", "TARGET"], more: More::None },
    sections: &[Section {
        heading: OPTIONS,
        options: &[Opt::value("name", "NAME", "what it is called there; default as here"), HELP],
    }],
    notes: &[TARGET],
    examples: &[
        ("To a run", "nsrun link move eth1 web"),
        ("By another name", "nsrun link move enp3s0 pid:4711 --name eth1"),
    ],
    ..Command::EMPTY
};

const RETURN: Command = Command {
    name: "return",
    group: LINKS,
    summary: "take a link of another namespace back",
    about: &[
        "Moves LINK of the network namespace of TARGET to this one. A link that \"link move\" gave \
         another name has its old one again.",
    ],
    operands: Operands { required: &["LINK", "TARGET"], more: More::None },
    sections: &[Section {
        heading: OPTIONS,
        options: &[
            Opt::value(
                "name",
                "NAME",
                "what it is called here; default as before it was moved, or else as there",
            ),
            HELP,
        ],
    }],
    notes: &[TARGET],
    examples: &[("From a run", "nsrun link return eth1 web")],
    ..Command::EMPTY
};

const PROMISC: Command = Command {
    name: "promisc",
    group: LINKS,
    summary: "have a link receive all that passes by",
    about: &[
        "Switches promiscuous mode of LINK on or off: with it, packets for others are received too.",
    ],
    operands: Operands { required: &["LINK", "on|off"], more: More::None },
    sections: &[Section {
        heading: OPTIONS,
        options: &[
            Opt::value(
                "in",
                "TARGET",
                "network namespace of LINK, as in \"nsrun link move\"; default this one",
            ),
            HELP,
        ],
    }],
    notes: &[TARGET],
    examples: &[
        ("A link of this host", "nsrun link promisc eth1 on"),
        ("A link of a run", "nsrun link promisc eth0 on --in web"),
    ],
    ..Command::EMPTY
};
