//! What can be typed: every command and option, once.
//!
//! The parser and the help read this table and nothing else. To add a command, write a
//! `const` of type [`Command`] and list it in the `subcommands` of its parent, [`NSRUN`] or a
//! group; to add an option, add one [`Opt`] to a section of its command.

use super::command::{Command, More, Operands, Opt, Section};
use super::table_decode::DECODE;
use super::table_link::LINK;
use super::table_netns::NETNS;
use super::table_network::{CONNECT, DISCONNECT, NETWORK, NETWORKS};

// Options that several commands share. Every command ends with HELP.

pub(super) const HELP: Opt = Opt::flag("help", "show this text").short('h');
pub(super) const JSON: Opt = Opt::flag("json", "print JSON instead of text");
const TRACE: Opt = Opt::flag(
    "trace",
    "print each netlink message, sent or received, to standard error; for every command, before or \
     after its name",
)
.everywhere();
const DRY_RUN: Opt = Opt::flag("dry-run", "print what would be done, and do nothing");
const FORMAT: Opt = Opt::one_of(
    "format",
    &["tree", "ip", "json", "netlink"],
    "how --dry-run prints: a tree to read, the equivalent ip, nft and sysctl command lines, JSON, or \
     the netlink messages byte by byte; default tree",
);

/// What a section is called in a command that needs only one.
pub(super) const OPTIONS: &str = "Options";

const RUNS: &str = "Processes";
const PORTS: &str = "Ports";

pub(super) const STATUS_OF_CMD: &str = "That of CMD; 128+N when signal N ended it; 125 when nsrun itself \
    failed, 126 when CMD cannot be executed, 127 when there is no such command, 2 for wrong usage.";

/// The root of the table.
pub static NSRUN: Command = Command {
    name: "nsrun",
    about: &[
        "nsrun launches a process inside a network namespace that is already wired up: link, \
         address, default route and resolv.conf, within milliseconds. It needs no daemon and keeps no \
         files.",
    ],
    sections: &[Section {
        heading: OPTIONS,
        options: &[TRACE, HELP, Opt::flag("version", "show the version").short('V')],
    }],
    subcommands: &[
        RUN,
        EXEC,
        PS,
        INSPECT,
        STOP,
        WAIT,
        PUBLISH,
        UNPUBLISH,
        PORT,
        FIREWALL,
        NETWORK,
        CONNECT,
        DISCONNECT,
        NETNS,
        LINK,
        IP,
        BRIDGE,
        GC,
        DECODE,
        HELP_COMMAND,
    ],
    notes: &[(
        "Exit status",
        "0 done, 1 failed, 2 wrong usage. run, exec, netns exec and wait give the status of the \
         launched command instead.",
    )],
    examples: &[
        (
            "Launch a web server in a network of its own",
            "nsrun run --name web -- python3 -m http.server 80",
        ),
        ("See what runs, with its addresses", "nsrun ps"),
    ],
    ..Command::EMPTY
};

const RUN: Command = Command {
    name: "run",
    group: RUNS,
    summary: "launch a command in a wired-up network namespace",
    about: &[
        "Launches CMD in a network namespace with a link, an address, a default route and a \
         resolv.conf of its own, and waits for it.",
        "CMD also gets its own process ids, mounts, host name and IPC objects. Options end at the \
         first word of CMD, so that \"nsrun run ping -c1 192.0.2.1\" works without \"--\".",
    ],
    operands: Operands { required: &[], more: More::Command },
    sections: &[
        Section {
            heading: "Network",
            options: &[
                Opt::value(
                    "net",
                    "NETWORK[,KEY=VALUE...]",
                    "network to join: \"bridge\" (a bridge on this host, made on first use with a \
                     subnet that nothing else uses), \"ptp\" (a link of its own that the host routes \
                     to), one made by \"nsrun network create\", or, with ip=ADDRESS/LENGTH and \
                     gateway=ADDRESS, what there is on this host: bridge:LINK, macvlan:LINK or \
                     ipvlan:LINK (with mode=MODE; LINK.TAG makes a VLAN); repeated for eth0, eth1 \
                     and so on; keys are ip, mac, mtu, ifname and default-route=yes|no. Or the only one: \
                     \"none\" (loopback only), or what to share: \"host\", ns:NAME, ns:/PATH, pid:PID or \
                     container:NAME (that of a run); default bridge",
                )
                .aliases(&["network"])
                .repeat(),
                Opt::value(
                    "ip",
                    "ADDRESS",
                    "IPv4 address from the network's subnet; default any free one",
                ),
                Opt::value(
                    "mac",
                    "MAC",
                    "hardware address, such as 02:00:00:00:00:07; default chosen by nsrun",
                ),
                Opt::value("mtu", "BYTES", "largest packet; default the network's"),
                Opt::value(
                    "ifname",
                    "NAME",
                    "name of the link inside, like --ip, --mac and --mtu for a single network; \
                     default eth0",
                ),
                Opt::value(
                    "publish",
                    PUBLICATION,
                    "let a port of this host lead to a port inside: tcp, udp or sctp; default tcp, \
                     by every address of this host; HOSTPORT 0 or nothing takes a free one and says \
                     which",
                )
                .short('p')
                .repeat(),
                Opt::value(
                    "sysctl",
                    "net.KEY=VALUE",
                    "set a parameter of the namespace's network, such as net.ipv4.ip_forward=1",
                )
                .repeat(),
            ],
        },
        Section {
            heading: "Names and resolution",
            options: &[
                Opt::value(
                    "name",
                    "NAME",
                    "name of the run for ps, inspect, stop, exec and wait: 1 to 63 letters, digits, \
                     \"-\" or \"_\", unique on this host; default made up",
                ),
                Opt::value(
                    "network-alias",
                    "NAME",
                    "further name by which the other members of its networks find the run",
                )
                .repeat(),
                Opt::value("hostname", "NAME", "host name inside; default the name of the run"),
                Opt::value(
                    "dns",
                    "ADDRESS",
                    "name server to ask for all names but those of members; default those of this \
                     host; \"none\": names of members are not answered",
                )
                .repeat(),
                Opt::value(
                    "dns-search",
                    "DOMAIN",
                    "domain to try short names in; default those of this host",
                )
                .repeat(),
                Opt::value(
                    "dns-option",
                    "OPTION",
                    "option line of resolv.conf, such as ndots:2; default those of this host",
                )
                .repeat(),
                Opt::value("add-host", "HOST:IP", "further line for /etc/hosts inside").repeat(),
            ],
        },
        Section {
            heading: "Process",
            options: &[
                Opt::flag("detach", "return once CMD has started, and print the name of the run")
                    .short('d'),
                Opt::value(
                    "log",
                    "FILE",
                    "with --detach: write output and errors of CMD to FILE; default /dev/null",
                ),
                Opt::value(
                    "env",
                    "NAME=VALUE",
                    "set an environment variable, besides those of the caller",
                )
                .short('e')
                .repeat(),
                Opt::value(
                    "env-file",
                    "FILE",
                    "read environment variables from FILE, one NAME=VALUE a line; --env wins",
                )
                .repeat(),
                Opt::value(
                    "workdir",
                    "DIR",
                    "directory to start in; default the current one, or / with --rootfs",
                )
                .short('w'),
                Opt::value(
                    "user",
                    "UID[:GID]",
                    "user to run CMD as, by number or name, and its group; default the caller",
                )
                .short('u'),
                Opt::value(
                    "preserve-fds",
                    "N",
                    "pass N open file descriptors, from 3 on, to CMD; default 0: only 0, 1 and 2",
                ),
                Opt::flag(
                    "survive",
                    "let CMD live on when nsrun is killed; default CMD dies with it",
                ),
            ],
        },
        Section {
            heading: "Isolation",
            options: &[
                Opt::value(
                    "cap-add",
                    "CAPABILITY",
                    "keep a capability besides the default ones (see below), such as sys_time; \
                     \"all\" for all",
                )
                .repeat(),
                Opt::value("cap-drop", "CAPABILITY", "drop a capability; \"all\" for all").repeat(),
                Opt::flag(
                    "no-new-privs",
                    "let no set-uid program or file capability give CMD more rights",
                ),
                Opt::one_of(
                    "pid",
                    &["private", "host"],
                    "process ids; default private: CMD sees only its own",
                ),
                Opt::one_of(
                    "ipc",
                    &["private", "host"],
                    "System V IPC and message queues; default private",
                ),
                Opt::one_of("uts", &["private", "host"], "host name; default private"),
                Opt::one_of(
                    "cgroup",
                    &["private", "host"],
                    "view of the control groups; default host",
                ),
                Opt::flag(
                    "userns",
                    "run in a user namespace: root inside is the caller outside, and every \
                     capability is harmless there",
                ),
                Opt::value(
                    "uidmap",
                    "INSIDE:OUTSIDE:COUNT",
                    "with --userns: COUNT user ids from INSIDE on are those from OUTSIDE on",
                )
                .repeat(),
                Opt::value("gidmap", "INSIDE:OUTSIDE:COUNT", "the same for group ids").repeat(),
            ],
        },
        Section {
            heading: "File system",
            options: &[
                Opt::value(
                    "rootfs",
                    "DIR",
                    "make DIR the root directory of CMD; default that of this host",
                ),
                Opt::value(
                    "bind",
                    "SRC:DST[:ro]",
                    "show SRC of this host at DST inside; \":ro\" for reading only",
                )
                .repeat(),
                Opt::value(
                    "tmpfs",
                    "DIR",
                    "put an empty file system, kept in memory, at DIR inside",
                )
                .repeat(),
            ],
        },
        Section {
            heading: "Output",
            options: &[
                Opt::value(
                    "json-status-fd",
                    "N",
                    "write one JSON object about the run to file descriptor N once CMD has started",
                ),
                DRY_RUN,
                FORMAT,
                HELP,
            ],
        },
    ],
    notes: &[
        (
            "Capabilities",
            "Root inside keeps audit_write, chown, dac_override, fowner, fsetid, kill, mknod, \
             net_bind_service, net_raw, setfcap, setgid, setpcap, setuid and sys_chroot. Without \
             --userns, net_admin reaches the host's links and filters: nsrun warns when it is \
             added. Any user inside can ping and bind ports below 1024.",
        ),
        ("Exit status", STATUS_OF_CMD),
    ],
    examples: &[
        ("A shell in a network of its own", "nsrun run bash"),
        (
            "A web server with a name, in the background",
            "nsrun run -d --name web -- python3 -m http.server 80",
        ),
        (
            "A web server that others reach by port 8080 of this host",
            "nsrun run -p 8080:80 -- python3 -m http.server 80",
        ),
        ("No network at all; needs no root", "nsrun run --net none -- make test"),
        (
            "On two networks, with an address on the second",
            "nsrun run --net front --net back,ip=10.80.0.7 -- nginx",
        ),
        (
            "On the LAN behind eth1, with an address of its own",
            "nsrun run --net macvlan:eth1,ip=192.0.2.7/24,gateway=192.0.2.1 -- sh",
        ),
        ("In the network of another run", "nsrun run --net container:web -- tcpdump -n"),
        (
            "Another root directory, another user",
            "nsrun run --rootfs /srv/alpine -u 1000:1000 -- /bin/sh",
        ),
        ("What would be done, as ip command lines", "nsrun run --dry-run --format ip -- true"),
    ],
    ..Command::EMPTY
};

const EXEC: Command = Command {
    name: "exec",
    group: RUNS,
    summary: "launch a command beside a running one",
    about: &[
        "Launches CMD in the namespaces of a run: its network, its mounts, and whatever else it \
              has of its own.",
    ],
    operands: Operands { required: &["NAME|PID"], more: More::Command },
    sections: &[Section { heading: OPTIONS, options: &[HELP] }],
    notes: &[("Exit status", STATUS_OF_CMD)],
    examples: &[
        ("The addresses that \"web\" sees", "nsrun exec web -- ip address"),
        ("The same run, found by a process id", "nsrun exec 4711 -- sh"),
    ],
    ..Command::EMPTY
};

const PS: Command = Command {
    name: "ps",
    group: RUNS,
    summary: "list what runs",
    about: &["Lists the runs on this host with their process ids, networks and addresses, as the \
              kernel knows them."],
    sections: &[Section { heading: OPTIONS, options: &[JSON, HELP] }],
    examples: &[("A table", "nsrun ps"), ("For a program", "nsrun ps --json")],
    ..Command::EMPTY
};

const INSPECT: Command = Command {
    name: "inspect",
    group: RUNS,
    summary: "show everything about one run",
    about: &[
        "Shows the command, start time, networks, addresses and links of the run with that name, \
              or of the one that process belongs to.",
    ],
    operands: Operands { required: &["NAME|PID"], more: More::None },
    sections: &[Section { heading: OPTIONS, options: &[JSON, HELP] }],
    examples: &[("For people", "nsrun inspect web"), ("For a program", "nsrun inspect web --json")],
    ..Command::EMPTY
};

const STOP: Command = Command {
    name: "stop",
    group: RUNS,
    summary: "end runs",
    about: &[
        "Sends SIGTERM to each run, and SIGKILL to those that are still there some time later.",
    ],
    operands: Operands { required: &["NAME"], more: More::Any("NAME") },
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

const WAIT: Command = Command {
    name: "wait",
    group: RUNS,
    summary: "wait for a run to end and give its exit status",
    about: &[
        "Waits for the run to end, and exits with the status of its command: 128+N when signal N \
              ended it.",
    ],
    operands: Operands { required: &["NAME"], more: More::None },
    sections: &[Section { heading: OPTIONS, options: &[HELP] }],
    examples: &[(
        "A detached run's exit status",
        "nsrun run -d --name job -- make test && nsrun wait job",
    )],
    ..Command::EMPTY
};

const IP: Command = Command {
    name: "ip",
    group: NETWORKS,
    summary: "links, addresses and routes, as iproute2's ip",
    about: &["Takes the words, abbreviations and options of ip(8) and prints what it prints, for \
         systems that lack it: objects link, address, route, neighbour, rule, netns and monitor. \
         Options follow \"ip\". A link to nsrun that is called \"ip\" is the same."],
    operands: Operands { required: &[], more: More::Any("ARG") },
    sections: &[Section { heading: OPTIONS, options: &[HELP] }],
    notes: &[("Exit status", "0 done, 1 or 255 wrong words, 2 refused by the kernel: as ip(8).")],
    examples: &[("Which addresses there are", "nsrun ip address")],
    ..Command::EMPTY
};

const BRIDGE: Command = Command {
    name: "bridge",
    group: NETWORKS,
    summary: "ports and forwarding entries, as iproute2's bridge",
    about: &["Takes \"link show\" and \"fdb show\" as bridge(8) does and prints what it prints. \
         Options follow \"bridge\". A link to nsrun that is called \"bridge\" is the same."],
    operands: Operands { required: &[], more: More::Any("ARG") },
    sections: &[Section { heading: OPTIONS, options: &[HELP] }],
    notes: &[("Exit status", "0 done, 1 or 255 wrong words, 2 refused by the kernel.")],
    examples: &[("Which addresses a bridge has learnt", "nsrun bridge fdb show br BRIDGE")],
    ..Command::EMPTY
};

const PUBLICATION: &str = "[HOSTIP:]HOSTPORT[-END]:PORT[-END][/PROTOCOL]";

const PUBLISH: Command = Command {
    name: "publish",
    group: PORTS,
    summary: "let ports of this host lead to a run",
    about: &[
        "Publishes ports of a run that is there, all or none, and prints them. They are reached from \
         other hosts, from this host by any of its addresses and by 127.0.0.1, from other runs and \
         from the run itself.",
        "PORTS is [HOSTIP:]HOSTPORT[-END]:PORT[-END][/PROTOCOL], as for \"nsrun run --publish\". A port \
         that another run or a process of this host has, by the same address or by all, is refused.",
    ],
    operands: Operands { required: &["NAME|PID", "PORTS"], more: More::Any("PORTS") },
    sections: &[Section { heading: OPTIONS, options: &[HELP] }],
    examples: &[
        ("A web server", "nsrun publish web 8080:80"),
        (
            "From this host only, and a range",
            "nsrun publish web 127.0.0.1:53:53/udp 9000-9009:9000-9009",
        ),
    ],
    ..Command::EMPTY
};

const UNPUBLISH: Command = Command {
    name: "unpublish",
    group: PORTS,
    summary: "take published ports back",
    about: &["Takes back published ports of a run. Connections that are there go on."],
    operands: Operands { required: &["NAME|PID", "PORTS"], more: More::Any("PORTS") },
    sections: &[Section { heading: OPTIONS, options: &[HELP] }],
    examples: &[("As port prints it", "nsrun unpublish web 8080:80/tcp")],
    ..Command::EMPTY
};

const PORT: Command = Command {
    name: "port",
    group: PORTS,
    summary: "list the published ports of a run",
    about: &["Lists the published ports of a run, one a line, as they are typed."],
    operands: Operands { required: &["NAME|PID"], more: More::None },
    sections: &[Section { heading: OPTIONS, options: &[JSON, HELP] }],
    examples: &[("The ports of \"web\"", "nsrun port web")],
    ..Command::EMPTY
};

const FIREWALL: Command = Command {
    name: "firewall",
    group: PORTS,
    summary: "show the firewall rules of nsrun, or make them anew",
    about: &[
        "All rules of nsrun are in one table of nf_tables, \"inet nsrun\". What they must be follows \
         from the networks and runs that are there.",
    ],
    sections: &[Section { heading: OPTIONS, options: &[HELP] }],
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
    sections: &[Section { heading: OPTIONS, options: &[JSON, HELP] }],
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
    sections: &[Section { heading: OPTIONS, options: &[HELP] }],
    examples: &[("All of them", "nsrun firewall reload")],
    ..Command::EMPTY
};

const GC: Command = Command {
    name: "gc",
    group: RUNS,
    summary: "remove what killed runs left",
    about: &[
        "Removes published ports of runs whose nsrun was killed, and says which. Everything else the \
         kernel removes by itself; and before an address or a port is taken again, its old ports are \
         removed anyway.",
    ],
    sections: &[Section { heading: OPTIONS, options: &[JSON, HELP] }],
    examples: &[("Tidy up", "nsrun gc")],
    ..Command::EMPTY
};

const HELP_COMMAND: Command = Command {
    name: "help",
    group: "Help",
    summary: "show the help of a command",
    about: &["Shows the help of a command; without one, what commands there are."],
    operands: Operands { required: &[], more: More::Any("COMMAND") },
    sections: &[Section { heading: OPTIONS, options: &[HELP] }],
    examples: &[("All options of run", "nsrun help run")],
    ..Command::EMPTY
};

#[cfg(test)]
mod tests {
    use super::*;

    fn check(c: &'static Command) {
        assert!(c.options().any(|o| o.long == "help"), "{} has no --help", c.name);
        assert!(!c.about.is_empty(), "{} says nothing about itself", c.name);
        assert!(
            c.subcommands.is_empty() || c.operands.required.is_empty(),
            "{} is a group; its operands are never read",
            c.name
        );
        let mut seen = std::collections::BTreeSet::new();
        for option in c.options() {
            assert!(option.long.len() > 1 && !option.help.is_empty(), "--{}", option.long);
            assert!(!option.help.ends_with('.'), "--{}: full stop", option.long);
            let letter = option.short.map(String::from);
            for name in option.longs().map(String::from).chain(letter) {
                assert!(seen.insert(name.clone()), "{} has {name} twice", c.name);
            }
        }
        let mut names = std::collections::BTreeSet::new();
        for below in c.subcommands {
            assert!(!below.group.is_empty() && !below.summary.is_empty(), "{}", below.name);
            for name in below.names() {
                assert!(names.insert(name), "{name} names two commands");
            }
            check(below);
        }
    }

    #[test]
    fn every_entry_is_complete_and_no_name_is_taken_twice() {
        check(&NSRUN);
    }

    #[test]
    fn every_example_is_a_command_line_the_parser_takes() {
        fn examples(c: &'static Command) -> Vec<&'static str> {
            let own = c.examples.iter().map(|(_, line)| *line);
            own.chain(c.subcommands.iter().flat_map(examples)).collect()
        }
        for line in examples(&NSRUN).iter().flat_map(|line| line.split(" && ")) {
            let words = line.split(' ').skip(1).map(Into::into);
            super::super::parse(words).unwrap_or_else(|usage| panic!("{line}: {usage}"));
        }
    }

    #[test]
    fn usage_lines_follow_from_the_table() {
        assert_eq!(NSRUN.usage(""), "nsrun COMMAND [ARG...]");
        assert_eq!(RUN.usage("run"), "nsrun run [OPTIONS] [--] CMD [ARG...]");
        assert_eq!(EXEC.usage("exec"), "nsrun exec NAME|PID [--] CMD [ARG...]");
        assert_eq!(STOP.usage("stop"), "nsrun stop [OPTIONS] NAME [NAME...]");
        assert_eq!(HELP_COMMAND.usage("help"), "nsrun help [COMMAND...]");
    }
}
