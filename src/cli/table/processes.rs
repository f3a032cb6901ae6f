//! The part of the table about what runs.

use super::shared::{HELP, JSON, ONLY_HELP, OPTIONS, STATUS_OF_CMD, WITH_JSON};
use crate::cli::command::{Command, More, Operands, Opt, Section};

pub(super) const RUNS: &str = "Processes";

pub(super) const EXEC: Command = Command {
    name: "exec",
    group: RUNS,
    summary: "launch a command beside a running one",
    about: &[
        "Launches CMD in the namespaces of a run: its network, its mounts, and whatever else it \
              has of its own.",
    ],
    operands: Operands { required: &["NAME|PID"], more: More::Command },
    sections: ONLY_HELP,
    notes: &[("Exit status", STATUS_OF_CMD)],
    examples: &[
        ("The addresses that \"web\" sees", "nsrun exec web -- ip address"),
        ("The same run, found by a process id", "nsrun exec 4711 -- sh"),
    ],
    ..Command::EMPTY
};

pub(super) const PS: Command = Command {
    name: "ps",
    group: RUNS,
    summary: "list what runs",
    about: &["Lists the runs on this host with their process ids, networks and addresses, as the \
              kernel knows them."],
    sections: &[Section {
        heading: OPTIONS,
        options: &[
            JSON,
            Opt::flag("quiet", "print names alone, one a line, as \"nsrun stop\" takes them")
                .short('q'),
            HELP,
        ],
    }],
    examples: &[
        ("A table", "nsrun ps"),
        ("For a program", "nsrun ps --json"),
        ("End everything", "nsrun ps -q | xargs -r nsrun stop"),
    ],
    ..Command::EMPTY
};

pub(super) const INSPECT: Command = Command {
    name: "inspect",
    group: RUNS,
    summary: "show everything about one run",
    about: &[
        "Shows the command, start time, networks, addresses and links of the run with that name, \
              or of the one that process belongs to.",
    ],
    operands: Operands { required: &["NAME|PID"], more: More::None },
    sections: WITH_JSON,
    examples: &[("For people", "nsrun inspect web"), ("For a program", "nsrun inspect web --json")],
    ..Command::EMPTY
};

pub(super) const STOP: Command = Command {
    name: "stop",
    group: RUNS,
    summary: "end runs",
    about: &[
        "Sends SIGTERM to each run, and SIGKILL to those that are still there some time later.",
    ],
    operands: Operands { required: &["NAME|PID"], more: More::Any("NAME|PID") },
    sections: &[Section {
        heading: OPTIONS,
        options: &[
            Opt::value("time", "SECONDS", "how long to wait before SIGKILL; default 10").short('t'),
            HELP,
        ],
    }],
    examples: &[("Two runs", "nsrun stop web db"), ("At once", "nsrun stop --time 0 web")],
    ..Command::EMPTY
};

pub(super) const WAIT: Command = Command {
    name: "wait",
    group: RUNS,
    summary: "wait for a run to end and give its exit status",
    about: &[
        "Waits for the run to end, and exits with the status of its command: 128+N when signal N \
              ended it.",
    ],
    operands: Operands { required: &["NAME|PID"], more: More::None },
    sections: ONLY_HELP,
    examples: &[(
        "A detached run's exit status",
        "nsrun run -d --name job -- make test && nsrun wait job",
    )],
    ..Command::EMPTY
};

pub(super) const GC: Command = Command {
    name: "gc",
    group: RUNS,
    summary: "remove what killed runs left",
    about: &[
        "Removes published ports of runs whose nsrun was killed, and says which. Everything else the \
         kernel removes by itself; and before an address or a port is taken again, its old ports are \
         removed anyway. Firewall rules of nsrun that are not as they should be are made anew.",
    ],
    sections: WITH_JSON,
    examples: &[("Tidy up", "nsrun gc")],
    ..Command::EMPTY
};
