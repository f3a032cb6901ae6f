//! `nsrun run`.

use super::ports::PUBLICATION;
use super::processes::RUNS;
use super::shared::{HELP, STATUS_OF_CMD};
use crate::cli::command::{Command, More, Operands, Opt, Section};

const DRY_RUN: Opt = Opt::flag("dry-run", "print what would be done, and do nothing");
const FORMAT: Opt = Opt::one_of(
    "format",
    &["tree", "ip", "json", "netlink"],
    "how --dry-run prints: a tree to read, the equivalent ip, nft and sysctl command lines, JSON, or \
     the netlink messages byte by byte; default tree",
);

pub(super) const RUN: Command = Command {
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
                     ipvlan:LINK (with mode=MODE; LINK.TAG makes a VLAN; without ip, a bridge's \
                     subnet is asked for a free address unless ip=none); repeated for eth0, eth1 \
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
                Opt::flag(
                    "unconfined",
                    "with --rootfs or --userns, neither cover what is the host's in /proc and /sys \
                     nor refuse the system calls that container engines refuse",
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
                    "run in a user namespace: root inside is the caller outside; where that is \
                     not root, CMD keeps all capabilities",
                ),
                Opt::value(
                    "uidmap",
                    "INSIDE:OUTSIDE:COUNT",
                    "with --userns: COUNT user ids from INSIDE on are those from OUTSIDE on",
                )
                .repeat(),
                Opt::value(
                    "gidmap",
                    "INSIDE:OUTSIDE:COUNT",
                    "the same for group ids; default for root those of --uidmap",
                )
                .repeat(),
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
                Opt::flag(
                    "timings",
                    "print to standard error where the time of the launch went, in microseconds; with \
                     --detach to the log",
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
            "Root inside keeps audit_write, chown, dac_override, fowner, fsetid, kill, mknod \
             (not with --rootfs), net_bind_service, net_raw, setfcap, setgid, setpcap, setuid and \
             sys_chroot. Without --userns, net_admin reaches the host's links and filters, and \
             sys_ptrace nsrun itself; with it and root of this host inside, sys_admin reaches the \
             host's kernel; with --rootfs, mknod its devices: nsrun warns when they are added. \
             With --userns and no root of this host inside (an ordinary user's, or --uidmap \
             0:100000:65536), it keeps all, and none reaches the host. \
             Any user inside can ping and bind ports below 1024.",
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
