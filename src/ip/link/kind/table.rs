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
    /// Hundredths of a second, shown as seconds. Not set.
    Timer,
    /// `8000.02:00:00:00:00:01`. Not set.
    BridgeId,
    /// Hexadecimal, in JSON as text.
    Hexadecimal,
    /// Hardware address.
    Mac,
    /// IP address, left out when it is any; the second number is for IPv6.
    Address(u16),
    /// Name of a link, by its index.
    Link,
    /// Word when on, `no` and the word when off; nothing in the text when it is as stated here.
    Negated(bool),
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
    /// Set, not shown.
    Hidden,
}

/// One setting: what the command line and the text call it, what JSON calls it, its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) json: &'static str,
    pub(super) code: u16,
    pub(super) how: How,
}

const fn field(name: &'static str, code: u16, how: How) -> Field {
    Field { name, json: name, code, how }
}

/// A setting whose name in JSON is another.
const fn other(name: &'static str, json: &'static str, code: u16, how: How) -> Field {
    Field { name, json, code, how }
}

use How::{
    Address, Bit, BridgeId, Flag, FlagBit, Hexadecimal, Hidden, Label, Limit, Link, Mac, Map,
    Negated, Number, OneBit, Ports, RouteTable, Sources, Switch, Timer, Tos, Ttl, Word,
};

const VLAN_PROTOCOLS: How = Word(&[("802.1Q", 0x8100), ("802.1ad", 0x88a8)]);
const DF: How = Word(&[("unset", 0), ("set", 1), ("inherit", 2)]);

const BRIDGE: &[Field] = &[
    field("fdb_flush", bridge::FDB_FLUSH.code(), Hidden),
    field("forward_delay", bridge::FORWARD_DELAY.code(), Number),
    field("hello_time", bridge::HELLO_TIME.code(), Number),
    field("max_age", bridge::MAX_AGE.code(), Number),
    field("ageing_time", bridge::AGEING_TIME.code(), Number),
    field("stp_state", bridge::STP_STATE.code(), Number),
    field("priority", bridge::PRIORITY.code(), Number),
    field("vlan_filtering", bridge::VLAN_FILTERING.code(), Number),
    field("vlan_protocol", bridge::VLAN_PROTOCOL.code(), VLAN_PROTOCOLS),
    field("bridge_id", bridge::BRIDGE_ID.code(), BridgeId),
    other("designated_root", "root_id", bridge::ROOT_ID.code(), BridgeId),
    field("root_port", bridge::ROOT_PORT.code(), Number),
    field("root_path_cost", bridge::ROOT_PATH_COST.code(), Number),
    field("topology_change", bridge::TOPOLOGY_CHANGE.code(), Number),
    field("topology_change_detected", bridge::TOPOLOGY_CHANGE_DETECTED.code(), Number),
    field("hello_timer", bridge::HELLO_TIMER.code(), Timer),
    field("tcn_timer", bridge::TCN_TIMER.code(), Timer),
    field("topology_change_timer", bridge::TOPOLOGY_CHANGE_TIMER.code(), Timer),
    field("gc_timer", bridge::GC_TIMER.code(), Timer),
    field("vlan_default_pvid", bridge::VLAN_DEFAULT_PVID.code(), Number),
    field("vlan_stats_enabled", bridge::VLAN_STATS_ENABLED.code(), Number),
    field("vlan_stats_per_port", bridge::VLAN_STATS_PER_PORT.code(), Number),
    field("group_fwd_mask", bridge::GROUP_FWD_MASK.code(), Hexadecimal),
    other("group_address", "group_addr", bridge::GROUP_ADDR.code(), Mac),
    field("mcast_snooping", bridge::MCAST_SNOOPING.code(), Number),
    field("no_linklocal_learn", bridge::MULTI_BOOLOPT.code(), Bit(0)),
    field("mcast_vlan_snooping", bridge::MULTI_BOOLOPT.code(), Bit(1)),
    field("mcast_router", bridge::MCAST_ROUTER.code(), Number),
    field("mcast_query_use_ifaddr", bridge::MCAST_QUERY_USE_IFADDR.code(), Number),
    field("mcast_querier", bridge::MCAST_QUERIER.code(), Number),
    field("mcast_hash_elasticity", bridge::MCAST_HASH_ELASTICITY.code(), Number),
    field("mcast_hash_max", bridge::MCAST_HASH_MAX.code(), Number),
    other(
        "mcast_last_member_count",
        "mcast_last_member_cnt",
        bridge::MCAST_LAST_MEMBER_CNT.code(),
        Number,
    ),
    other(
        "mcast_startup_query_count",
        "mcast_startup_query_cnt",
        bridge::MCAST_STARTUP_QUERY_CNT.code(),
        Number,
    ),
    other(
        "mcast_last_member_interval",
        "mcast_last_member_intvl",
        bridge::MCAST_LAST_MEMBER_INTVL.code(),
        Number,
    ),
    other(
        "mcast_membership_interval",
        "mcast_membership_intvl",
        bridge::MCAST_MEMBERSHIP_INTVL.code(),
        Number,
    ),
    other(
        "mcast_querier_interval",
        "mcast_querier_intvl",
        bridge::MCAST_QUERIER_INTVL.code(),
        Number,
    ),
    other("mcast_query_interval", "mcast_query_intvl", bridge::MCAST_QUERY_INTVL.code(), Number),
    other(
        "mcast_query_response_interval",
        "mcast_query_response_intvl",
        bridge::MCAST_QUERY_RESPONSE_INTVL.code(),
        Number,
    ),
    other(
        "mcast_startup_query_interval",
        "mcast_startup_query_intvl",
        bridge::MCAST_STARTUP_QUERY_INTVL.code(),
        Number,
    ),
    field("mcast_stats_enabled", bridge::MCAST_STATS_ENABLED.code(), Number),
    field("mcast_igmp_version", bridge::MCAST_IGMP_VERSION.code(), Number),
    field("mcast_mld_version", bridge::MCAST_MLD_VERSION.code(), Number),
    field("nf_call_iptables", bridge::NF_CALL_IPTABLES.code(), Number),
    field("nf_call_ip6tables", bridge::NF_CALL_IP6TABLES.code(), Number),
    field("nf_call_arptables", bridge::NF_CALL_ARPTABLES.code(), Number),
];

const PORT_STATES: How =
    Word(&[("disabled", 0), ("listening", 1), ("learning", 2), ("forwarding", 3), ("blocking", 4)]);

const BRIDGE_PORT: &[Field] = &[
    field("fdb_flush", bridge_port::FLUSH.code(), Hidden),
    field("state", bridge_port::STATE.code(), PORT_STATES),
    field("priority", bridge_port::PRIORITY.code(), Number),
    field("cost", bridge_port::COST.code(), Number),
    field("hairpin", bridge_port::MODE.code(), Switch),
    field("guard", bridge_port::GUARD.code(), Switch),
    field("root_block", bridge_port::PROTECT.code(), Switch),
    field("fastleave", bridge_port::FAST_LEAVE.code(), Switch),
    field("learning", bridge_port::LEARNING.code(), Switch),
    field("flood", bridge_port::UNICAST_FLOOD.code(), Switch),
    other("port_id", "id", bridge_port::ID.code(), Hexadecimal),
    other("port_no", "no", bridge_port::NO.code(), Hexadecimal),
    field("designated_port", bridge_port::DESIGNATED_PORT.code(), Number),
    field("designated_cost", bridge_port::DESIGNATED_COST.code(), Number),
    other("designated_bridge", "bridge_id", bridge_port::BRIDGE_ID.code(), BridgeId),
    other("designated_root", "root_id", bridge_port::ROOT_ID.code(), BridgeId),
    field("hold_timer", bridge_port::HOLD_TIMER.code(), Timer),
    field("message_age_timer", bridge_port::MESSAGE_AGE_TIMER.code(), Timer),
    field("forward_delay_timer", bridge_port::FORWARD_DELAY_TIMER.code(), Timer),
    field("topology_change_ack", bridge_port::TOPOLOGY_CHANGE_ACK.code(), Number),
    field("config_pending", bridge_port::CONFIG_PENDING.code(), Number),
    field("proxy_arp", bridge_port::PROXYARP.code(), Switch),
    field("proxy_arp_wifi", bridge_port::PROXYARP_WIFI.code(), Switch),
    other("mcast_router", "multicast_router", bridge_port::MULTICAST_ROUTER.code(), Number),
    // Shown under a second name in the text alone.
    other("mcast_fast_leave", "", bridge_port::FAST_LEAVE.code(), Switch),
    field("mcast_flood", bridge_port::MCAST_FLOOD.code(), Switch),
    field("bcast_flood", bridge_port::BCAST_FLOOD.code(), Switch),
    field("mcast_to_unicast", bridge_port::MCAST_TO_UCAST.code(), Switch),
    field("neigh_suppress", bridge_port::NEIGH_SUPPRESS.code(), Switch),
    field("group_fwd_mask", bridge_port::GROUP_FWD_MASK.code(), Hexadecimal),
    field("group_fwd_mask_str", bridge_port::GROUP_FWD_MASK.code(), Hexadecimal),
    field("vlan_tunnel", bridge_port::VLAN_TUNNEL.code(), Switch),
    field("isolated", bridge_port::ISOLATED.code(), Switch),
    field("locked", bridge_port::LOCKED.code(), Switch),
    field("backup_port", bridge_port::BACKUP_PORT.code(), Link),
];

const VXLAN: &[Field] = &[
    field("external", vxlan::COLLECT_METADATA.code(), Negated(false)),
    field("vnifilter", vxlan::VNIFILTER.code(), Negated(false)),
    other("vni", "", vxlan::ID.code(), Hidden),
    field("id", vxlan::ID.code(), Number),
    field("group", vxlan::GROUP.code(), Address(vxlan::GROUP6.code())),
    field("remote", vxlan::GROUP.code(), Address(vxlan::GROUP6.code())),
    field("local", vxlan::LOCAL.code(), Address(vxlan::LOCAL6.code())),
    other("dev", "link", vxlan::LINK.code(), Link),
    other("srcport", "port_range", vxlan::PORT_RANGE.code(), Ports),
    // Another word for the same.
    other("port", "", vxlan::PORT_RANGE.code(), Ports),
    other("dstport", "port", vxlan::PORT.code(), Number),
    field("learning", vxlan::LEARNING.code(), Negated(true)),
    field("proxy", vxlan::PROXY.code(), Negated(false)),
    field("rsc", vxlan::RSC.code(), Negated(false)),
    field("l2miss", vxlan::L2MISS.code(), Negated(false)),
    field("l3miss", vxlan::L3MISS.code(), Negated(false)),
    field("tos", vxlan::TOS.code(), Tos),
    field("ttl", vxlan::TTL.code(), Ttl(vxlan::TTL_INHERIT.code())),
    field("df", vxlan::DF.code(), DF),
    other("flowlabel", "label", vxlan::LABEL.code(), Label),
    field("ageing", vxlan::AGEING.code(), Number),
    other("maxaddress", "limit", vxlan::LIMIT.code(), Limit),
    other("udpcsum", "udp_csum", vxlan::UDP_CSUM.code(), Negated(true)),
    other("udp6zerocsumtx", "udp_zero_csum6_tx", vxlan::UDP_ZERO_CSUM6_TX.code(), Negated(true)),
    other("udp6zerocsumrx", "udp_zero_csum6_rx", vxlan::UDP_ZERO_CSUM6_RX.code(), Negated(true)),
    field("gbp", vxlan::GBP.code(), Flag),
    field("gpe", vxlan::GPE.code(), Flag),
];

const MACVLAN: &[Field] = &[
    field(
        "mode",
        macvlan::MODE.code(),
        Word(&[("private", 1), ("vepa", 2), ("bridge", 4), ("passthru", 8), ("source", 16)]),
    ),
    field("nopromisc", macvlan::FLAGS.code(), OneBit(1)),
    field("nodst", macvlan::FLAGS.code(), OneBit(2)),
    field("bcqueuelen", macvlan::BC_QUEUE_LEN.code(), Number),
    field("usedbcqueuelen", macvlan::BC_QUEUE_LEN_USED.code(), Number),
    field("macaddr", macvlan::MACADDR_COUNT.code(), Sources),
];

const IPVLAN: &[Field] = &[
    field("mode", ipvlan::MODE.code(), Word(&[("l2", 0), ("l3", 1), ("l3s", 2)])),
    field("private", ipvlan::FLAGS.code(), OneBit(1)),
    field("vepa", ipvlan::FLAGS.code(), OneBit(2)),
    field("bridge", ipvlan::FLAGS.code(), OneBit(0)),
];

const VLAN: &[Field] = &[
    field("protocol", vlan::PROTOCOL.code(), VLAN_PROTOCOLS),
    field("id", vlan::ID.code(), Number),
    field("reorder_hdr", vlan::FLAGS.code(), FlagBit(0x1)),
    field("gvrp", vlan::FLAGS.code(), FlagBit(0x2)),
    field("loose_binding", vlan::FLAGS.code(), FlagBit(0x4)),
    field("mvrp", vlan::FLAGS.code(), FlagBit(0x8)),
    field("bridge_binding", vlan::FLAGS.code(), FlagBit(0x10)),
    other("ingress-qos-map", "ingress_qos", vlan::INGRESS_QOS.code(), Map),
    other("egress-qos-map", "egress_qos", vlan::EGRESS_QOS.code(), Map),
];

const TUN: &[Field] = &[
    field("type", tun::TYPE.code(), Word(&[("tun", 1), ("tap", 2)])),
    field("pi", tun::PI.code(), Switch),
    field("vnet_hdr", tun::VNET_HDR.code(), Switch),
    other("", "multi_queue", tun::MULTI_QUEUE.code(), Switch),
    field("persist", tun::PERSIST.code(), Switch),
];

const VRF: &[Field] = &[field("table", vrf::TABLE.code(), RouteTable)];

const BOND_MODES: How = Word(&[
    ("balance-rr", 0),
    ("active-backup", 1),
    ("balance-xor", 2),
    ("broadcast", 3),
    ("802.3ad", 4),
    ("balance-tlb", 5),
    ("balance-alb", 6),
]);

const BOND: &[Field] =
    &[field("mode", bond::MODE.code(), BOND_MODES), field("miimon", bond::MIIMON.code(), Number)];

const GENEVE: &[Field] = &[
    field("id", geneve::ID.code(), Number),
    field("remote", geneve::REMOTE.code(), Address(geneve::REMOTE6.code())),
    field("ttl", geneve::TTL.code(), Ttl(geneve::TTL_INHERIT.code())),
    field("tos", geneve::TOS.code(), Tos),
    other("dstport", "port", geneve::PORT.code(), Number),
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
