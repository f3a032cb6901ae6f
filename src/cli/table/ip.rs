//! `nsrun ip` and `nsrun bridge`, whose words are those of ip(8) and bridge(8) and stand in no table.

use super::network::NETWORKS;
use super::shared::ONLY_HELP;
use crate::cli::command::{Command, More, Operands};

pub(super) const IP: Command = Command {
    name: "ip",
    group: NETWORKS,
    summary: "links, addresses and routes, as iproute2's ip",
    about: &["Takes the words, abbreviations and options of ip(8) and prints what it prints, for \
         systems that lack it: objects link, address, route, neighbour, rule, netns and monitor. \
         Options follow \"ip\". A link to nsrun that is called \"ip\" is the same."],
    operands: Operands { required: &[], more: More::Any("ARG") },
    sections: ONLY_HELP,
    notes: &[("Exit status", "0 done, 1 or 255 wrong words, 2 refused by the kernel: as ip(8).")],
    examples: &[("Which addresses there are", "nsrun ip address")],
    ..Command::EMPTY
};

pub(super) const BRIDGE: Command = Command {
    name: "bridge",
    group: NETWORKS,
    summary: "ports and forwarding entries, as iproute2's bridge",
    about: &["Takes \"link show\" and \"fdb show\" as bridge(8) does and prints what it prints. \
         Options follow \"bridge\". A link to nsrun that is called \"bridge\" is the same."],
    operands: Operands { required: &[], more: More::Any("ARG") },
    sections: ONLY_HELP,
    notes: &[("Exit status", "0 done, 1 or 255 wrong words, 2 refused by the kernel.")],
    examples: &[("Which addresses a bridge has learnt", "nsrun bridge fdb show br BRIDGE")],
    ..Command::EMPTY
};
