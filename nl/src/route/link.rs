//! Links: `RTM_NEWLINK` and its family (`linux/if_link.h`).

use crate::attr::{MessageType, Nest, attributes};
use crate::flags::LinkFlags;
use crate::route::bridge_port::BridgePort;
use crate::route::inet6::Inet6;
use crate::route::info::Info;
use crate::value::{Bytes, I32, Mac, Str, U8, U16, U32};
use crate::wire::header;

/// `RTM_NEWLINK`: create a link, or change one; also every reply and notification about a link.
pub const NEW: MessageType<IfInfo, Link> = MessageType::new(16);
/// `RTM_DELLINK`.
pub const DEL: MessageType<IfInfo, Link> = MessageType::new(17);
/// `RTM_GETLINK`.
pub const GET: MessageType<IfInfo, Link> = MessageType::new(18);
/// `RTM_SETLINK`: change a link that exists.
pub const SET: MessageType<IfInfo, Link> = MessageType::new(19);
/// `RTM_NEWLINKPROP`: add alternative names.
pub const NEWPROP: MessageType<IfInfo, Link> = MessageType::new(108);
/// `RTM_DELLINKPROP`: remove alternative names.
pub const DELPROP: MessageType<IfInfo, Link> = MessageType::new(109);

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
        family: u8, 0, native;
        /// `ARPHRD_*`; only in replies.
        arphrd: u16, 2, native;
        /// Index of the link; 0 when it is named by attribute, or to let the kernel choose.
        index: i32, 4, native;
        /// Flags, as far as `change` covers them.
        flags: LinkFlags, 8, bits;
        /// Which of the flags to change.
        change: LinkFlags, 12, bits;
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
        /// `struct rtnl_link_stats`.
        STATS: Bytes = 7;
        /// Index of the bridge, bond or VRF this link belongs to; 0 takes it out.
        MASTER: U32 = 10;
        /// Data of the master about this port.
        PROTINFO: Nest<BridgePort> = 12;
        /// Length of the transmit queue, in packets.
        TXQLEN: U32 = 13;
        /// `struct rtnl_link_ifmap`.
        MAP: Bytes = 14;
        /// Operational state (RFC 2863).
        OPERSTATE: U8 = 16;
        /// Link mode: 0 default, 1 dormant.
        LINKMODE: U8 = 17;
        /// Kind of the link and what is particular to it.
        LINKINFO: Nest<Info> = 18;
        /// Namespace to put the link into, by the id of a process in it.
        NET_NS_PID: U32 = 19;
        /// Description: at most 255 bytes; empty removes it.
        IFALIAS: Str = 20;
        /// Number of virtual functions.
        NUM_VF: U32 = 21;
        /// Virtual functions.
        VFINFO_LIST: Bytes = 22;
        /// `struct rtnl_link_stats64`.
        STATS64: Bytes = 23;
        /// Virtual function ports.
        VF_PORTS: Bytes = 24;
        /// Own port.
        PORT_SELF: Bytes = 25;
        /// Per-family settings.
        AF_SPEC: Nest<AfSpec> = 26;
        /// Group the link belongs to.
        GROUP: U32 = 27;
        /// Namespace to put the link into, by file descriptor.
        NET_NS_FD: U32 = 28;
        /// What a dump shall hold: `RTEXT_FILTER_*`.
        EXT_MASK: U32 = 29;
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
        /// Express data path program.
        XDP: Bytes = 43;
        /// Event that caused a notification.
        EVENT: U32 = 44;
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
        /// Packet memory provider.
        DPLL_PIN: Bytes = 65;
        /// Data direct DMA.
        MAX_PACING_OFFLOAD_HORIZON: Bytes = 66;
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
        INET: Bytes = 2;
        /// IPv6.
        INET6: Nest<Inet6> = 10;
    }
}

/// `EXT_MASK`: leave the statistics out of a dump.
pub const SKIP_STATS: u32 = 8;
