//! The settings of each kind of link: one table per kind.

use nl::route::{bond, bridge, bridge_port, geneve, ipvlan, macvlan, tun, vlan, vrf, vxlan};
use nl::{Schema, Set};

/// How a value is written and read.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    /// Decimal.
    Number,
    /// `on`, `off`; in JSON true, false.
    Switch,
    /// One of these words; the value is its place, or what stands for it.
    Word(&'static [(&'static str, u64)]),
    /// Hundredths of a second, shown as seconds.
    Timer,
    /// `8000.02:00:00:00:00:01`.
    BridgeId,
    /// Hexadecimal, in JSON as text.
    Hexadecimal,
    /// Hardware address.
    Mac,
    /// IP address, left out when it is any; the second number is for IPv6.
    Address(u16),
    /// Name of a link, by its index. The number is as of [`Negated`]; 0 when there is no such word.
    Link(u8),
    /// Word when on, `no` and the word when off; nothing in the text when it is as stated here. The
    /// number is how much of the word with `no` has to be typed.
    Negated(bool, u8),
    /// One bit of the bridge's options.
    Bit(u32),
    /// Being there is the message.
    Flag,
    /// `low high`, big-endian.
    Ports,
    /// Hexadecimal, or `inherit` for 1; not shown when 0.
    Tos,
    /// Number, `auto` for 0, or `inherit`, which is another attribute.
    Ttl(u16),
    /// `on` or `off` for one bit of the VLAN's flags.
    FlagBit(u32),
    /// A word for one bit of the flags; for none of them when 0.
    OneBit(u16),
    /// Pairs `1:2` of priorities.
    Map,
    /// Source addresses and what to do with them.
    Sources,
    /// Hexadecimal, not shown when 0.
    Label,
    /// Number of a routing table, or its name.
    RouteTable,
    /// Number, not shown when 0.
    Limit,
    /// Being there is the message. Not shown.
    Hidden,
    /// Before one of the flags, or before `null`.
    Flags,
    /// Another word for this setting.
    Same(&'static str),
}

/// One setting: what the command line and the text call it, what JSON calls it, its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// How much of the name has to be typed, as in iproute2; 0 for what cannot be set.
    pub(super) least: u8,
    pub(super) json: &'static str,
    pub(super) code: u16,
    pub(super) how: How,
}

const fn field(name: &'static str, least: u8, code: u16, how: How) -> Field {
    Field { name, least, json: name, code, how }
}

/// A setting whose name in JSON is another.
const fn other(name: &'static str, least: u8, json: &'static str, code: u16, how: How) -> Field {
    Field { name, least, json, code, how }
}

use How::{
    Address, Bit, BridgeId, Flag, FlagBit, Flags, Hexadecimal, Hidden, Label, Limit, Link, Mac,
    Map, Negated, Number, OneBit, Ports, RouteTable, Same, Sources, Switch, Timer, Tos, Ttl, Word,
};

const VLAN_PROTOCOLS: How = Word(&[("802.1Q", 0x8100), ("802.1ad", 0x88a8)]);
const DF: How = Word(&[("unset", 0), ("set", 1), ("inherit", 2)]);

const BRIDGE: &[Field] = &[
    field("fdb_flush", 2, bridge::FDB_FLUSH.code(), Hidden),
    field("forward_delay", 1, bridge::FORWARD_DELAY.code(), Number),
    field("hello_time", 1, bridge::HELLO_TIME.code(), Number),
    field("max_age", 1, bridge::MAX_AGE.code(), Number),
    field("ageing_time", 1, bridge::AGEING_TIME.code(), Number),
    field("stp_state", 1, bridge::STP_STATE.code(), Number),
    field("priority", 1, bridge::PRIORITY.code(), Number),
    field("vlan_filtering", 1, bridge::VLAN_FILTERING.code(), Number),
    field("vlan_protocol", 6, bridge::VLAN_PROTOCOL.code(), VLAN_PROTOCOLS),
    field("bridge_id", 0, bridge::BRIDGE_ID.code(), BridgeId),
    other("designated_root", 0, "root_id", bridge::ROOT_ID.code(), BridgeId),
    field("root_port", 0, bridge::ROOT_PORT.code(), Number),
    field("root_path_cost", 0, bridge::ROOT_PATH_COST.code(), Number),
    field("topology_change", 0, bridge::TOPOLOGY_CHANGE.code(), Number),
    field("topology_change_detected", 0, bridge::TOPOLOGY_CHANGE_DETECTED.code(), Number),
    field("hello_timer", 0, bridge::HELLO_TIMER.code(), Timer),
    field("tcn_timer", 0, bridge::TCN_TIMER.code(), Timer),
    field("topology_change_timer", 0, bridge::TOPOLOGY_CHANGE_TIMER.code(), Timer),
    field("gc_timer", 0, bridge::GC_TIMER.code(), Timer),
    field("vlan_default_pvid", 6, bridge::VLAN_DEFAULT_PVID.code(), Number),
    field("vlan_stats_enabled", 6, bridge::VLAN_STATS_ENABLED.code(), Number),
    field("vlan_stats_per_port", 12, bridge::VLAN_STATS_PER_PORT.code(), Number),
    field("group_fwd_mask", 1, bridge::GROUP_FWD_MASK.code(), Hexadecimal),
    other("group_address", 7, "group_addr", bridge::GROUP_ADDR.code(), Mac),
    field("mcast_snooping", 7, bridge::MCAST_SNOOPING.code(), Number),
    field("no_linklocal_learn", 18, bridge::MULTI_BOOLOPT.code(), Bit(0)),
    field("mcast_vlan_snooping", 19, bridge::MULTI_BOOLOPT.code(), Bit(1)),
    field("mcast_router", 2, bridge::MCAST_ROUTER.code(), Number),
    field("mcast_query_use_ifaddr", 7, bridge::MCAST_QUERY_USE_IFADDR.code(), Number),
    field("mcast_querier", 11, bridge::MCAST_QUERIER.code(), Number),
    field("mcast_hash_elasticity", 7, bridge::MCAST_HASH_ELASTICITY.code(), Number),
    field("mcast_hash_max", 12, bridge::MCAST_HASH_MAX.code(), Number),
    other(
        "mcast_last_member_count",
        7,
        "mcast_last_member_cnt",
        bridge::MCAST_LAST_MEMBER_CNT.code(),
        Number,
    ),
    other(
        "mcast_startup_query_count",
        8,
        "mcast_startup_query_cnt",
        bridge::MCAST_STARTUP_QUERY_CNT.code(),
        Number,
    ),
    other(
        "mcast_last_member_interval",
        19,
        "mcast_last_member_intvl",
        bridge::MCAST_LAST_MEMBER_INTVL.code(),
        Number,
    ),
    other(
        "mcast_membership_interval",
        7,
        "mcast_membership_intvl",
        bridge::MCAST_MEMBERSHIP_INTVL.code(),
        Number,
    ),
    other(
        "mcast_querier_interval",
        14,
        "mcast_querier_intvl",
        bridge::MCAST_QUERIER_INTVL.code(),
        Number,
    ),
    other(
        "mcast_query_interval",
        13,
        "mcast_query_intvl",
        bridge::MCAST_QUERY_INTVL.code(),
        Number,
    ),
    other(
        "mcast_query_response_interval",
        13,
        "mcast_query_response_intvl",
        bridge::MCAST_QUERY_RESPONSE_INTVL.code(),
        Number,
    ),
    other(
        "mcast_startup_query_interval",
        21,
        "mcast_startup_query_intvl",
        bridge::MCAST_STARTUP_QUERY_INTVL.code(),
        Number,
    ),
    field("mcast_stats_enabled", 10, bridge::MCAST_STATS_ENABLED.code(), Number),
    field("mcast_igmp_version", 7, bridge::MCAST_IGMP_VERSION.code(), Number),
    field("mcast_mld_version", 8, bridge::MCAST_MLD_VERSION.code(), Number),
    field("nf_call_iptables", 1, bridge::NF_CALL_IPTABLES.code(), Number),
    field("nf_call_ip6tables", 11, bridge::NF_CALL_IP6TABLES.code(), Number),
    field("nf_call_arptables", 9, bridge::NF_CALL_ARPTABLES.code(), Number),
];

const PORT_STATES: How =
    Word(&[("disabled", 0), ("listening", 1), ("learning", 2), ("forwarding", 3), ("blocking", 4)]);

const BRIDGE_PORT: &[Field] = &[
    field("fdb_flush", 1, bridge_port::FLUSH.code(), Hidden),
    field("state", 1, bridge_port::STATE.code(), PORT_STATES),
    field("priority", 1, bridge_port::PRIORITY.code(), Number),
    field("cost", 1, bridge_port::COST.code(), Number),
    field("hairpin", 1, bridge_port::MODE.code(), Switch),
    field("guard", 1, bridge_port::GUARD.code(), Switch),
    field("root_block", 1, bridge_port::PROTECT.code(), Switch),
    field("fastleave", 2, bridge_port::FAST_LEAVE.code(), Switch),
    field("learning", 1, bridge_port::LEARNING.code(), Switch),
    field("flood", 2, bridge_port::UNICAST_FLOOD.code(), Switch),
    other("port_id", 0, "id", bridge_port::ID.code(), Hexadecimal),
    other("port_no", 0, "no", bridge_port::NO.code(), Hexadecimal),
    field("designated_port", 0, bridge_port::DESIGNATED_PORT.code(), Number),
    field("designated_cost", 0, bridge_port::DESIGNATED_COST.code(), Number),
    other("designated_bridge", 0, "bridge_id", bridge_port::BRIDGE_ID.code(), BridgeId),
    other("designated_root", 0, "root_id", bridge_port::ROOT_ID.code(), BridgeId),
    field("hold_timer", 0, bridge_port::HOLD_TIMER.code(), Timer),
    field("message_age_timer", 0, bridge_port::MESSAGE_AGE_TIMER.code(), Timer),
    field("forward_delay_timer", 0, bridge_port::FORWARD_DELAY_TIMER.code(), Timer),
    field("topology_change_ack", 0, bridge_port::TOPOLOGY_CHANGE_ACK.code(), Number),
    field("config_pending", 0, bridge_port::CONFIG_PENDING.code(), Number),
    field("proxy_arp", 3, bridge_port::PROXYARP.code(), Switch),
    field("proxy_arp_wifi", 10, bridge_port::PROXYARP_WIFI.code(), Switch),
    other("mcast_router", 7, "multicast_router", bridge_port::MULTICAST_ROUTER.code(), Number),
    // Shown under a second name in the text alone.
    other("mcast_fast_leave", 8, "", bridge_port::FAST_LEAVE.code(), Switch),
    field("mcast_flood", 1, bridge_port::MCAST_FLOOD.code(), Switch),
    field("bcast_flood", 1, bridge_port::BCAST_FLOOD.code(), Switch),
    field("mcast_to_unicast", 7, bridge_port::MCAST_TO_UCAST.code(), Switch),
    field("neigh_suppress", 1, bridge_port::NEIGH_SUPPRESS.code(), Switch),
    field("group_fwd_mask", 2, bridge_port::GROUP_FWD_MASK.code(), Hexadecimal),
    field("group_fwd_mask_str", 0, bridge_port::GROUP_FWD_MASK.code(), Hexadecimal),
    field("vlan_tunnel", 1, bridge_port::VLAN_TUNNEL.code(), Switch),
    field("isolated", 1, bridge_port::ISOLATED.code(), Switch),
    field("locked", 2, bridge_port::LOCKED.code(), Switch),
    field("backup_port", 2, bridge_port::BACKUP_PORT.code(), Link(2)),
];

const VXLAN: &[Field] = &[
    field("external", 1, vxlan::COLLECT_METADATA.code(), Negated(false, 3)),
    field("vnifilter", 9, vxlan::VNIFILTER.code(), Negated(false, 11)),
    field("id", 1, vxlan::ID.code(), Number),
    field("vni", 1, 0, Same("id")),
    field("group", 1, vxlan::GROUP.code(), Address(vxlan::GROUP6.code())),
    field("remote", 1, vxlan::GROUP.code(), Address(vxlan::GROUP6.code())),
    field("local", 1, vxlan::LOCAL.code(), Address(vxlan::LOCAL6.code())),
    other("dev", 1, "link", vxlan::LINK.code(), Link(0)),
    other("srcport", 1, "port_range", vxlan::PORT_RANGE.code(), Ports),
    field("port", 1, 0, Same("srcport")),
    other("dstport", 3, "port", vxlan::PORT.code(), Number),
    field("learning", 2, vxlan::LEARNING.code(), Negated(true, 1)),
    field("proxy", 2, vxlan::PROXY.code(), Negated(false, 3)),
    field("rsc", 2, vxlan::RSC.code(), Negated(false, 3)),
    field("l2miss", 2, vxlan::L2MISS.code(), Negated(false, 4)),
    field("l3miss", 2, vxlan::L3MISS.code(), Negated(false, 4)),
    field("tos", 2, vxlan::TOS.code(), Tos),
    field("ttl", 1, vxlan::TTL.code(), Ttl(vxlan::TTL_INHERIT.code())),
    field("hoplimit", 1, 0, Same("ttl")),
    field("dsfield", 2, 0, Same("tos")),
    field("label", 2, 0, Same("flowlabel")),
    field("df", 2, vxlan::DF.code(), DF),
    other("flowlabel", 1, "label", vxlan::LABEL.code(), Label),
    field("ageing", 1, vxlan::AGEING.code(), Number),
    other("maxaddress", 1, "limit", vxlan::LIMIT.code(), Limit),
    other("udpcsum", 1, "udp_csum", vxlan::UDP_CSUM.code(), Negated(true, 3)),
    other(
        "udp6zerocsumtx",
        4,
        "udp_zero_csum6_tx",
        vxlan::UDP_ZERO_CSUM6_TX.code(),
        Negated(true, 6),
    ),
    other(
        "udp6zerocsumrx",
        13,
        "udp_zero_csum6_rx",
        vxlan::UDP_ZERO_CSUM6_RX.code(),
        Negated(true, 15),
    ),
    field("gbp", 2, vxlan::GBP.code(), Flag),
    field("gpe", 2, vxlan::GPE.code(), Flag),
];

const MACVLAN: &[Field] = &[
    field(
        "mode",
        1,
        macvlan::MODE.code(),
        Word(&[("private", 1), ("vepa", 2), ("bridge", 4), ("passthru", 8), ("source", 16)]),
    ),
    field("nopromisc", 1, macvlan::FLAGS.code(), OneBit(1)),
    field("nodst", 3, macvlan::FLAGS.code(), OneBit(2)),
    field("flag", 1, macvlan::FLAGS.code(), Flags),
    field("bcqueuelen", 1, macvlan::BC_QUEUE_LEN.code(), Number),
    field("usedbcqueuelen", 0, macvlan::BC_QUEUE_LEN_USED.code(), Number),
    field("macaddr", 2, macvlan::MACADDR_COUNT.code(), Sources),
];

const IPVLAN: &[Field] = &[
    field("mode", 1, ipvlan::MODE.code(), Word(&[("l2", 0), ("l3", 1), ("l3s", 2)])),
    field("private", 1, ipvlan::FLAGS.code(), OneBit(1)),
    field("vepa", 1, ipvlan::FLAGS.code(), OneBit(2)),
    field("bridge", 1, ipvlan::FLAGS.code(), OneBit(0)),
];

const VLAN: &[Field] = &[
    field("protocol", 1, vlan::PROTOCOL.code(), VLAN_PROTOCOLS),
    field("id", 1, vlan::ID.code(), Number),
    field("reorder_hdr", 1, vlan::FLAGS.code(), FlagBit(0x1)),
    field("gvrp", 1, vlan::FLAGS.code(), FlagBit(0x2)),
    field("loose_binding", 1, vlan::FLAGS.code(), FlagBit(0x4)),
    field("mvrp", 1, vlan::FLAGS.code(), FlagBit(0x8)),
    field("bridge_binding", 1, vlan::FLAGS.code(), FlagBit(0x10)),
    other("ingress-qos-map", 2, "ingress_qos", vlan::INGRESS_QOS.code(), Map),
    other("egress-qos-map", 1, "egress_qos", vlan::EGRESS_QOS.code(), Map),
];

const TUN: &[Field] = &[
    field("type", 0, tun::TYPE.code(), Word(&[("tun", 1), ("tap", 2)])),
    field("pi", 0, tun::PI.code(), Switch),
    field("vnet_hdr", 0, tun::VNET_HDR.code(), Switch),
    other("", 0, "multi_queue", tun::MULTI_QUEUE.code(), Switch),
    field("persist", 0, tun::PERSIST.code(), Switch),
];

const VRF: &[Field] = &[field("table", 1, vrf::TABLE.code(), RouteTable)];

const BOND_MODES: How = Word(&[
    ("balance-rr", 0),
    ("active-backup", 1),
    ("balance-xor", 2),
    ("broadcast", 3),
    ("802.3ad", 4),
    ("balance-tlb", 5),
    ("balance-alb", 6),
]);

const BOND: &[Field] = &[
    field("mode", 1, bond::MODE.code(), BOND_MODES),
    field("miimon", 2, bond::MIIMON.code(), Number),
];

const GENEVE: &[Field] = &[
    field("id", 1, geneve::ID.code(), Number),
    field("remote", 1, geneve::REMOTE.code(), Address(geneve::REMOTE6.code())),
    field("ttl", 1, geneve::TTL.code(), Ttl(geneve::TTL_INHERIT.code())),
    field("tos", 2, geneve::TOS.code(), Tos),
    field("vni", 1, 0, Same("id")),
    field("hoplimit", 1, 0, Same("ttl")),
    field("dsfield", 1, 0, Same("tos")),
    other("dstport", 3, "port", geneve::PORT.code(), Number),
];

/// The settings of a kind and the schema of their numbers.
pub(super) fn table(kind: &str) -> Option<(&'static [Field], &'static Schema)> {
    Some(match kind {
        "bridge" => (BRIDGE, bridge::Bridge::schema()),
        "bridge_slave" => (BRIDGE_PORT, bridge_port::BridgePort::schema()),
        "vxlan" => (VXLAN, vxlan::Vxlan::schema()),
        "macvlan" | "macvtap" => (MACVLAN, macvlan::Macvlan::schema()),
        "ipvlan" | "ipvtap" => (IPVLAN, ipvlan::Ipvlan::schema()),
        "vlan" => (VLAN, vlan::Vlan::schema()),
        "tun" => (TUN, tun::Tun::schema()),
        "vrf" | "vrf_slave" => (VRF, vrf::Vrf::schema()),
        "bond" => (BOND, bond::Bond::schema()),
        "geneve" => (GENEVE, geneve::Geneve::schema()),
        _ => return None,
    })
}
