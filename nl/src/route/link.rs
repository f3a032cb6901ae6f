//! Links: `RTM_NEWLINK` and its family (`linux/if_link.h`).

use crate::attr::{Attr, Nest, attributes, messages};
use crate::flags::LinkFlags;
use crate::route::bridge_port::BridgePort;
use crate::route::bridge_spec::BridgeSpec;
use crate::route::inet::Inet;
use crate::route::inet6::Inet6;
use crate::route::info::Info;
use crate::route::link_stats::{LinkStats, LinkStats64};
use crate::route::{vf, xdp};
use crate::value::{Bytes, I32, Mac, Str, Struct, U8, U16, U32, Uint, bits, numbers};
use crate::wire::header;

messages! {
    /// Create a link, or change one; also every reply and notification about a link.
    NEW: IfInfo, Link = 16, "RTM_NEWLINK";
    /// Delete a link.
    DEL: IfInfo, Link = 17, "RTM_DELLINK";
    /// Ask for one link, or with [`Flags::DUMP`](crate::Flags::DUMP) for all.
    GET: IfInfo, Link = 18, "RTM_GETLINK";
    /// Change a link that exists.
    SET: IfInfo, Link = 19, "RTM_SETLINK";
    /// Add alternative names.
    NEWPROP: IfInfo, Link = 108, "RTM_NEWLINKPROP";
    /// Remove alternative names.
    DELPROP: IfInfo, Link = 109, "RTM_DELLINKPROP";
    /// Ask for alternative names (the kernel has no handler).
    GETPROP: IfInfo, Link = 110, "RTM_GETLINKPROP";
}

header! {
    /// `struct ifinfomsg` (`linux/rtnetlink.h`).
    ///
    /// ```text
    ///  0    1    2         4                   8                   12                  16
    ///  +----+----+---------+-------------------+-------------------+-------------------+
    ///  | fam|    | type    | index             | flags             | change            |
    ///  +----+----+---------+-------------------+-------------------+-------------------+
    /// ```
    IfInfo = "ifinfomsg", 16 {
        /// Address family; 0 except for bridge ports (`AF_BRIDGE`).
        family: u8, 0, family;
        /// `ARPHRD_*`; only in replies.
        arphrd: u16, 2, native;
        /// Index of the link; 0 when it is named by attribute, or to let the kernel choose.
        index: i32, 4, native;
        /// Flags, as far as `change` covers them.
        flags: LinkFlags, 8, native;
        /// Which of the flags to change.
        change: LinkFlags, 12, native;
    }
}

attributes! {
    /// Attributes of a link (`IFLA_*`).
    Link = "IFLA" {
        /// Link-layer address.
        ADDRESS: Mac = 1;
        /// Link-layer broadcast address.
        BROADCAST: Mac = 2;
        /// Name: 1 to 15 bytes.
        IFNAME: Str = 3;
        /// Largest packet, in bytes.
        MTU: U32 = 4;
        /// Index of the link below, such as a vlan's parent or a veth's peer.
        LINK: U32 = 5;
        /// Queueing discipline.
        QDISC: Str = 6;
        /// Counters of 32 bits.
        STATS: LinkStats<'static> = 7;
        /// Without effect.
        COST: Bytes = 8;
        /// Without effect.
        PRIORITY: Bytes = 9;
        /// Index of the bridge, bond or VRF this link belongs to; 0 takes it out.
        MASTER: U32 = 10;
        /// Wireless events.
        WIRELESS: Bytes = 11;
        /// In messages of family `AF_BRIDGE`: the port's bridge port settings. For family
        /// `AF_INET6` see [`PROTINFO6`].
        PROTINFO: Nest<BridgePort> = 12 => family { 10: Nest<Inet6> };
        /// Length of the transmit queue, in packets.
        TXQLEN: U32 = 13;
        /// Device memory and interrupt.
        MAP: Struct<Map> = 14;
        /// Without effect.
        WEIGHT: U32 = 15;
        /// Operational state (RFC 2863).
        OPERSTATE: OperState = 16;
        /// Link mode.
        LINKMODE: LinkMode = 17;
        /// Kind of the link and what is particular to it.
        LINKINFO: Nest<Info> = 18;
        /// Namespace to put the link into, by the id of a process in it.
        NET_NS_PID: U32 = 19;
        /// Description: at most 255 bytes; empty removes it.
        IFALIAS: Str = 20;
        /// Number of virtual functions.
        NUM_VF: U32 = 21;
        /// Virtual functions.
        VFINFO_LIST: Nest<vf::List> = 22;
        /// Counters of 64 bits.
        STATS64: LinkStats64<'static> = 23;
        /// Virtual function ports.
        VF_PORTS: Bytes = 24;
        /// Own port.
        PORT_SELF: Bytes = 25;
        /// Per-family settings. For family `AF_BRIDGE` see [`BRIDGE_SPEC`].
        AF_SPEC: Nest<AfSpec> = 26 => family { 7: Nest<BridgeSpec> };
        /// Group the link belongs to.
        GROUP: U32 = 27;
        /// Namespace to put the link into, by file descriptor.
        NET_NS_FD: U32 = 28;
        /// What a reply shall hold.
        EXT_MASK: ExtMask = 29;
        /// How many times promiscuous mode was asked for.
        PROMISCUITY: U32 = 30;
        /// Transmit queues, at creation.
        NUM_TX_QUEUES: U32 = 31;
        /// Receive queues, at creation.
        NUM_RX_QUEUES: U32 = 32;
        /// Carrier: 1 or 0.
        CARRIER: U8 = 33;
        /// Identifier of the physical port.
        PHYS_PORT_ID: Bytes = 34;
        /// Times the carrier changed.
        CARRIER_CHANGES: U32 = 35;
        /// Identifier of the physical switch.
        PHYS_SWITCH_ID: Bytes = 36;
        /// Id of the namespace the link below is in, as this namespace knows it.
        LINK_NETNSID: I32 = 37;
        /// Name of the physical port.
        PHYS_PORT_NAME: Str = 38;
        /// 1 when a protocol holds the link down.
        PROTO_DOWN: U8 = 39;
        /// Largest number of GSO segments.
        GSO_MAX_SEGS: U32 = 40;
        /// Largest GSO packet, in bytes.
        GSO_MAX_SIZE: U32 = 41;
        /// Padding.
        PAD: Bytes = 42;
        /// Express data path program.
        XDP: Nest<xdp::Xdp> = 43;
        /// Event that caused a notification.
        EVENT: Event = 44;
        /// Namespace id, in replies of another namespace.
        NEW_NETNSID: I32 = 45;
        /// Look in the namespace with this id, instead of the socket's own.
        TARGET_NETNSID: I32 = 46;
        /// Times the carrier came up.
        CARRIER_UP_COUNT: U32 = 47;
        /// Times the carrier went down.
        CARRIER_DOWN_COUNT: U32 = 48;
        /// Index the link shall have in its new namespace.
        NEW_IFINDEX: I32 = 49;
        /// Smallest MTU, in bytes.
        MIN_MTU: U32 = 50;
        /// Largest MTU, in bytes.
        MAX_MTU: U32 = 51;
        /// Alternative names.
        PROP_LIST: Nest<Link> = 52;
        /// One alternative name: 1 to 127 bytes. Inside `PROP_LIST`, or to name a link by.
        ALT_IFNAME: Str = 53;
        /// Permanent hardware address.
        PERM_ADDRESS: Mac = 54;
        /// Why a protocol holds the link down.
        PROTO_DOWN_REASON: Bytes = 55;
        /// Name of the parent device.
        PARENT_DEV_NAME: Str = 56;
        /// Bus of the parent device.
        PARENT_DEV_BUS_NAME: Str = 57;
        /// Largest GRO packet, in bytes.
        GRO_MAX_SIZE: U32 = 58;
        /// Largest TSO packet, in bytes.
        TSO_MAX_SIZE: U32 = 59;
        /// Largest number of TSO segments.
        TSO_MAX_SEGS: U32 = 60;
        /// How many times all multicast was asked for.
        ALLMULTI: U32 = 61;
        /// Port of the devlink instance.
        DEVLINK_PORT: Bytes = 62;
        /// Largest GSO packet over IPv4, in bytes.
        GSO_IPV4_MAX_SIZE: U32 = 63;
        /// Largest GRO packet over IPv4, in bytes.
        GRO_IPV4_MAX_SIZE: U32 = 64;
        /// Pin of a clock (DPLL).
        DPLL_PIN: Bytes = 65;
        /// How far ahead the hardware can pace packets, in nanoseconds.
        MAX_PACING_OFFLOAD_HORIZON: Uint = 66;
        /// 1 when the link may not change namespace.
        NETNS_IMMUTABLE: U8 = 67;
        /// Headroom in front of a packet, in bytes.
        HEADROOM: U16 = 68;
        /// Room behind a packet, in bytes.
        TAILROOM: U16 = 69;
    }
}

attributes! {
    /// Per-family settings of a link (`IFLA_AF_SPEC`), by address family.
    AfSpec = "AF" {
        /// IPv4.
        INET: Nest<Inet> = 2;
        /// IPv6.
        INET6: Nest<Inet6> = 10;
        /// Management component transport.
        MCTP: Bytes = 45;
    }
}

/// `IFLA_AF_SPEC` of messages of family `AF_BRIDGE`.
pub const BRIDGE_SPEC: Attr<Link, Nest<BridgeSpec>> = Attr::new(26);
/// `IFLA_PROTINFO` of messages of family `AF_INET6`.
pub const PROTINFO6: Attr<Link, Nest<Inet6>> = Attr::new(12);

header! {
    /// `struct rtnl_link_ifmap`.
    Map = "rtnl_link_ifmap", 32 {
        /// Begin of shared memory.
        mem_start: u64, 0, native;
        /// End of shared memory.
        mem_end: u64, 8, native;
        /// I/O address.
        base_addr: u64, 16, native;
        /// Interrupt.
        irq: u16, 24, native;
        /// DMA channel.
        dma: u8, 26, native;
        /// Port.
        port: u8, 27, native;
    }
}

bits! {
    /// What a reply about links shall hold (`linux/rtnetlink.h`).
    ExtMask: u32, native, "RTEXT_FILTER_" {
        /// Virtual functions.
        VF = 0x1;
        /// VLANs of bridge ports.
        BRVLAN = 0x2;
        /// The same, as ranges.
        BRVLAN_COMPRESSED = 0x4;
        /// No statistics.
        SKIP_STATS = 0x8;
        /// Media redundancy protocol.
        MRP = 0x10;
        /// Configuration of connectivity fault management.
        CFM_CONFIG = 0x20;
        /// State of connectivity fault management.
        CFM_STATUS = 0x40;
        /// Multiple spanning trees.
        MST = 0x80;
    }
}

numbers! {
    /// Operational state (RFC 2863, `linux/if.h`).
    OperState: u8, native, "IF_OPER_" {
        /// Not known: the driver does not say.
        UNKNOWN = 0;
        /// A part is missing.
        NOTPRESENT = 1;
        /// Down.
        DOWN = 2;
        /// The link below is down.
        LOWERLAYERDOWN = 3;
        /// Being tested.
        TESTING = 4;
        /// Waits for a protocol, such as 802.1X.
        DORMANT = 5;
        /// Up.
        UP = 6;
    }
}

numbers! {
    /// What a carrier alone brings about (`linux/if.h`).
    LinkMode: u8, native, "IF_LINK_MODE_" {
        /// Up.
        DEFAULT = 0;
        /// Dormant, until a protocol says more.
        DORMANT = 1;
        /// Testing.
        TESTING = 2;
    }
}

numbers! {
    /// What caused a notification.
    Event: u32, native, "IFLA_EVENT_" {
        /// Nothing particular.
        NONE = 0;
        /// Internal reset.
        REBOOT = 1;
        /// Features changed.
        FEATURES = 2;
        /// A bond changed its active port.
        BONDING_FAILOVER = 3;
        /// Neighbours shall be told the address.
        NOTIFY_PEERS = 4;
        /// Membership reports shall be sent again.
        IGMP_RESEND = 5;
        /// A bond's option changed.
        BONDING_OPTIONS = 6;
    }
}

/// `EXT_MASK`: leave the statistics out of a dump.
pub const SKIP_STATS: ExtMask = ExtMask::SKIP_STATS;
