//! The part of the table about networks, and links for what runs already.

use super::shared::{HELP, ONLY_HELP, OPTIONS, WITH_JSON};
use crate::cli::command::{Command, More, Operands, Opt, Section};

pub(super) const NETWORKS: &str = "Networks";

pub(super) const NETWORK: Command = Command {
    name: "network",
    aliases: &["net"],
    group: NETWORKS,
    summary: "make, list and remove networks",
    about: &[
        "A network is a bridge on this host with a subnet; runs join it with \"nsrun run --net NAME\". \
         All about it is kept in the bridge itself: it is there until it is removed, or the host \
         starts anew.",
    ],
    sections: ONLY_HELP,
    subcommands: &[NETWORK_CREATE, NETWORK_LIST, NETWORK_INSPECT, NETWORK_RM, NETWORK_PRUNE],
    notes: &[(
        "Networks that return",
        "/etc/nsrun/networks/NAME.json declares a network that is made when it is first joined: an \
         object whose keys are the options of \"nsrun network create\", such as {\"subnet\": \
         \"10.80.0.0/24\", \"internal\": true}. nsrun only reads these files.",
    )],
    examples: &[
        (
            "A network, and a process on it",
            "nsrun network create front && nsrun run --net front -- nginx",
        ),
        ("Who is on it", "nsrun network inspect front"),
    ],
    ..Command::EMPTY
};

const TARGETS: &str = "TARGET is the name or lease of a run, a process id, the name of a namespace \
    (\"ip netns list\"), or the path of one. The prefixes container:, pid: and ns: say which is meant.";

pub(super) const CONNECT: Command = Command {
    name: "connect",
    group: NETWORKS,
    summary: "give a link to what runs already",
    about: &[
        "Makes a link in TARGET, with an address, on NETWORK: a network's name, bridge:LINK (a \
         bridge that somebody else made), macvlan:LINK or ipvlan:LINK, with keys as in \"nsrun run \
         --net\". Prints the link's name and address. The default route leads there only where \
         there is none yet. Names of members resolve in a run that began on a network; in others, \
         and in what is no run, nobody answers them.",
        TARGETS,
    ],
    operands: Operands { required: &["TARGET", "NETWORK[,KEY=VALUE...]"], more: More::None },
    sections: &[Section {
        heading: OPTIONS,
        options: &[
            Opt::value(
                "ip",
                "ADDRESS",
                "address; with its prefix length where no network says it; default the next free \
                 one of the network",
            ),
            Opt::value("mac", "MAC", "hardware address; default chosen by nsrun"),
            Opt::value("mtu", "BYTES", "largest packet; default the network's"),
            Opt::value(
                "ifname",
                "NAME",
                "name of the link; default the first free of eth0, eth1 …",
            ),
            Opt::value(
                "route",
                "PREFIX[,GATEWAY]",
                "further route by this link; default gateway the network's",
            )
            .repeat(),
            HELP,
        ],
    }],
    examples: &[
        ("A second network for a run", "nsrun connect web back"),
        (
            "A link on docker0 for a process",
            "nsrun connect 4711 bridge:docker0 --ip 172.17.0.99/16 --ifname eth1",
        ),
        ("A named namespace on the LAN", "nsrun connect blue macvlan:eth1,ip=192.0.2.77/24"),
    ],
    ..Command::EMPTY
};

pub(super) const DISCONNECT: Command = Command {
    name: "disconnect",
    group: NETWORKS,
    summary: "take a link from what runs",
    about: &[
        "Deletes the link of TARGET that is on a network or has a name. Ports of a run that are \
         published by it end, and are printed.",
        TARGETS,
    ],
    operands: Operands { required: &["TARGET", "NETWORK|LINK"], more: More::None },
    sections: ONLY_HELP,
    examples: &[
        ("From a network", "nsrun disconnect web back"),
        ("By the name of the link", "nsrun disconnect 4711 eth1"),
    ],
    ..Command::EMPTY
};

const NETWORK_CREATE: Command = Command {
    name: "create",
    group: NETWORKS,
    summary: "make a network",
    about: &[
        "Makes a network. Its subnet must overlap nothing that this host has an address or a route \
         for; without --subnet, one is chosen.",
    ],
    operands: Operands { required: &["NAME"], more: More::None },
    sections: &[
        Section {
            heading: "Addresses",
            options: &[
                Opt::value(
                    "subnet",
                    "PREFIX",
                    "IPv4 subnet of 8 to 30 bits; default one that nothing else uses",
                ),
                Opt::value(
                    "gateway",
                    "ADDRESS",
                    "address of the gateway; default the first of the subnet",
                ),
                Opt::value(
                    "ip-range",
                    "RANGE",
                    "addresses to choose from, as PREFIX or FIRST-LAST; default the whole subnet",
                ),
                Opt::value("exclude", "RANGE", "address or range that no member gets").repeat(),
                Opt::flag("ipv6", "give members IPv6 too, from a random local prefix"),
                Opt::value(
                    "subnet6",
                    "PREFIX",
                    "the same from this prefix of 8 to 96 bits; the host part is that of the IPv4 \
                     address",
                ),
            ],
        },
        Section {
            heading: "Links",
            options: &[
                Opt::one_of(
                    "driver",
                    &["bridge", "ptp", "macvlan", "ipvlan"],
                    "how members are connected: as ports of a bridge; each by a link that the host \
                     routes to, without the limit of 1023; or each by a link on --parent, past this \
                     host, which they do not reach; default bridge",
                ),
                Opt::value(
                    "parent",
                    "LINK",
                    "link of this host that macvlans or ipvlans sit on; subnet and gateway are by \
                     default those this host has there",
                ),
                Opt::value(
                    "mode",
                    "MODE",
                    "of macvlans: bridge, private or vepa; of ipvlans: l2, l3 or l3s; default the \
                     first",
                ),
                Opt::value(
                    "vlan",
                    "TAG",
                    "use the VLAN LINK.TAG of --parent or --uplink, which is made, and removed with \
                     the network, if it is not there",
                ),
                Opt::value(
                    "mtu",
                    "BYTES",
                    "largest packet; default that of --parent or of the link with the default route",
                ),
                Opt::value("bridge-name", "NAME", "name of the bridge; default nsrun and a number"),
                Opt::value(
                    "uplink",
                    "LINK",
                    "link of this host to put into the bridge, so that members sit on its LAN; it \
                     must have no addresses; needs --subnet, and --gateway is the LAN's router",
                ),
            ],
        },
        Section {
            heading: "Reach",
            options: &[
                Opt::flag(
                    "internal",
                    "members reach each other and this host only, and resolve no other names",
                ),
                Opt::flag("isolated", "members do not reach each other"),
                Opt::flag(
                    "open",
                    "members reach those of other open networks; default: networks are kept apart",
                ),
                Opt::value(
                    "snat",
                    "ADDRESS",
                    "source of what members send to the world; default that of the link by which \
                     it leaves this host",
                ),
                Opt::one_of(
                    "masquerade",
                    &["on", "off"],
                    "off: members keep their own source, and the world must have a route to the \
                     subnet; default on",
                ),
                Opt::flag("unmanaged", "make no firewall rules for it"),
                HELP,
            ],
        },
    ],
    examples: &[
        ("Everything chosen", "nsrun network create web"),
        (
            "A subnet of its own, half of it for automatic addresses",
            "nsrun network create --subnet 10.80.0.0/24 --ip-range 10.80.0.128/25 web",
        ),
        (
            "Members on the LAN behind eth1, which has no address here",
            "nsrun network create --uplink eth1 --subnet 192.0.2.0/24 lan",
        ),
        (
            "Members on the LAN of eth0, which this host uses too",
            "nsrun network create --driver macvlan --parent eth0 lan",
        ),
    ],
    ..Command::EMPTY
};

const NETWORK_LIST: Command = Command {
    name: "list",
    aliases: &["ls"],
    group: NETWORKS,
    summary: "list networks",
    about: &[
        "Lists the networks on this host, with how many are on each; and those that are declared in \
         /etc/nsrun/networks and made when they are first joined.",
    ],
    sections: WITH_JSON,
    examples: &[("For a program", "nsrun network list --json")],
    ..Command::EMPTY
};

const NETWORK_INSPECT: Command = Command {
    name: "inspect",
    group: NETWORKS,
    summary: "show everything about one network",
    about: &["Shows the subnet, the options and the members of a network."],
    operands: Operands { required: &["NAME"], more: More::None },
    sections: WITH_JSON,
    examples: &[("For people", "nsrun network inspect bridge")],
    ..Command::EMPTY
};

const NETWORK_RM: Command = Command {
    name: "rm",
    aliases: &["remove", "delete"],
    group: NETWORKS,
    summary: "remove networks",
    about: &["Removes networks that nobody is on."],
    operands: Operands { required: &["NAME"], more: More::Any("NAME") },
    sections: ONLY_HELP,
    examples: &[("Two networks", "nsrun network rm front back")],
    ..Command::EMPTY
};

const NETWORK_PRUNE: Command = Command {
    name: "prune",
    group: NETWORKS,
    summary: "remove all networks that nobody is on",
    about: &[
        "Removes every network that nobody is on, and prints their names. The default network \
         comes back when it is next used.",
    ],
    sections: ONLY_HELP,
    examples: &[("After work", "nsrun network prune")],
    ..Command::EMPTY
};
