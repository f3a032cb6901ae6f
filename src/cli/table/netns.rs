//! The part of the table about named namespaces.

use super::shared::{HELP, JSON, ONLY_HELP, OPTIONS, STATUS_OF_CMD, WITH_JSON};
use crate::cli::command::{Command, More, Operands, Opt, Section};

pub(super) const NAMESPACES: &str = "Namespaces";
const NAMES: &str = "Names";
const COMMANDS: &str = "Commands in them";
const IDS: &str = "Ids";

pub(super) const NETNS: Command = Command {
    name: "netns",
    group: NAMESPACES,
    summary: "network namespaces with a name",
    about: &[
        "Network namespaces that last until they are deleted, with or without processes in them. \
         They are the files in /run/netns that \"ip netns\" uses too: each of the two sees what the \
         other made.",
    ],
    sections: ONLY_HELP,
    subcommands: &[ADD, ATTACH, DELETE, LIST, MONITOR, EXEC, IDENTIFY, PIDS, SET, LIST_ID],
    examples: &[
        (
            "Two processes in one network",
            "nsrun netns add web && nsrun netns exec web nginx && nsrun netns exec web sh",
        ),
        ("What there is", "nsrun netns list"),
    ],
    ..Command::EMPTY
};

const ONE_NAME: Operands = Operands { required: &["NAME"], more: More::None };

const ADD: Command = Command {
    name: "add",
    group: NAMES,
    summary: "add a namespace",
    about: &[
        "Adds an empty network namespace; its loopback link is down. NAME can be any file name.",
        "An empty file that an interrupted add has left under that name is replaced.",
    ],
    operands: ONE_NAME,
    sections: ONLY_HELP,
    examples: &[("A namespace", "nsrun netns add web")],
    ..Command::EMPTY
};

const ATTACH: Command = Command {
    name: "attach",
    group: NAMES,
    summary: "give a process's namespace a name",
    about: &["Gives the network namespace of process PID a name. It then outlives the process."],
    operands: Operands { required: &["NAME", "PID"], more: More::None },
    sections: ONLY_HELP,
    examples: &[("The network of process 4711", "nsrun netns attach old 4711")],
    ..Command::EMPTY
};

const DELETE: Command = Command {
    name: "delete",
    aliases: &["del", "rm"],
    group: NAMES,
    summary: "delete names of namespaces",
    about: &[
        "Deletes each name. A namespace without processes goes with its last name; one that still \
         has some lasts as long as they do, and they are told on standard error.",
    ],
    operands: Operands { required: &["NAME"], more: More::Any("NAME") },
    sections: ONLY_HELP,
    examples: &[("Two of them", "nsrun netns delete web db")],
    ..Command::EMPTY
};

const LIST: Command = Command {
    name: "list",
    aliases: &["ls"],
    group: NAMES,
    summary: "list namespaces with a name",
    about: &["Lists names, with the id that this network namespace has given to each, if any. \
         \"stale\" is a name without a namespace; nsrun netns delete removes it."],
    sections: WITH_JSON,
    examples: &[("For a program", "nsrun netns list --json")],
    ..Command::EMPTY
};

const MONITOR: Command = Command {
    name: "monitor",
    group: NAMES,
    summary: "report names as they come and go",
    about: &["Prints a line for each name that is added or deleted, until interrupted."],
    sections: ONLY_HELP,
    examples: &[("A log of them", "nsrun netns monitor")],
    ..Command::EMPTY
};

const EXEC: Command = Command {
    name: "exec",
    group: COMMANDS,
    summary: "launch a command in a namespace",
    about: &[
        "Becomes CMD in the network namespace NAME. /sys shows the links there, and each file of \
         /etc/netns/NAME stands in the place of the file of that name in /etc, for CMD alone.",
        "\"all\" launches CMD in every namespace with a name, one after the other.",
    ],
    operands: Operands { required: &["NAME|all"], more: More::Command },
    sections: ONLY_HELP,
    notes: &[("Exit status", STATUS_OF_CMD)],
    examples: &[
        ("A shell there", "nsrun netns exec web bash"),
        ("The addresses of all", "nsrun netns exec all ip address"),
    ],
    ..Command::EMPTY
};

const IDENTIFY: Command = Command {
    name: "identify",
    group: COMMANDS,
    summary: "show the name of a process's namespace",
    about: &[
        "Prints the names of the network namespace that process PID is in, one a line, and nothing \
         when it has none. Without PID: of the one this command is in.",
    ],
    operands: Operands { required: &[], more: More::Any("PID") },
    sections: ONLY_HELP,
    examples: &[("Where is process 4711?", "nsrun netns identify 4711")],
    ..Command::EMPTY
};

const PIDS: Command = Command {
    name: "pids",
    group: COMMANDS,
    summary: "list the processes in a namespace",
    about: &["Prints the ids of the processes in the network namespace NAME, one a line."],
    operands: ONE_NAME,
    sections: ONLY_HELP,
    examples: &[("Who is in \"web\"?", "nsrun netns pids web")],
    ..Command::EMPTY
};

const SET: Command = Command {
    name: "set",
    group: IDS,
    summary: "give a namespace an id",
    about: &[
        "Gives the network namespace NAME an id in this one, by which netlink messages mean it. \
         \"auto\" lets the kernel choose. An id cannot be changed.",
    ],
    operands: Operands { required: &["NAME", "ID|auto"], more: More::None },
    sections: ONLY_HELP,
    examples: &[("Any id", "nsrun netns set web auto")],
    ..Command::EMPTY
};

const LIST_ID: Command = Command {
    name: "list-id",
    group: IDS,
    summary: "list ids of namespaces",
    about: &[
        "Lists the ids that this network namespace has given to others, and their names. The kernel \
         gives them of its own accord too, for instance to the other end of a veth.",
    ],
    sections: &[Section {
        heading: OPTIONS,
        options: &[
            Opt::value(
                "target-nsid",
                "ID",
                "list those that the namespace with this id has given; default this one",
            ),
            Opt::value("nsid", "ID", "list only this one; default all"),
            JSON,
            HELP,
        ],
    }],
    examples: &[("All of them", "nsrun netns list-id")],
    ..Command::EMPTY
};
