//! Routes: `RTM_NEWROUTE` and its family (`linux/rtnetlink.h`).

use crate::attr::{Hops, Nest, attributes, messages};
use crate::route::metrics::Metrics;
use crate::value::{Be16, Be32, Bytes, Ip, Struct, U8, U32, Via, bits, numbers};
use crate::wire::header;

messages! {
    /// Add a route, or change one; also every reply and notification about a route.
    NEW: RtMsg, Route = 24, "RTM_NEWROUTE";
    /// Remove a route.
    DEL: RtMsg, Route = 25, "RTM_DELROUTE";
    /// Ask for the route to a destination, or with [`Flags::DUMP`](crate::Flags::DUMP) for all.
    GET: RtMsg, Route = 26, "RTM_GETROUTE";
}

header! {
    /// `struct rtmsg`.
    ///
    /// ```text
    ///  0    1    2    3    4    5    6    7    8                   12
    ///  +----+----+----+----+----+----+----+----+-------------------+
    ///  | fam| dst| src| tos| tbl|prot| scp|type| flags             |
    ///  +----+----+----+----+----+----+----+----+-------------------+
    /// ```
    RtMsg = "rtmsg", 12 {
        /// Address family.
        family: u8, 0, family;
        /// Length of the destination prefix, in bits.
        dst_len: u8, 1, native;
        /// Length of the source prefix, in bits.
        src_len: u8, 2, native;
        /// Type of service.
        tos: u8, 3, native;
        /// Table, when below 256; see [`TABLE`] and [`RT_TABLE_MAIN`].
        table: u8, 4, native;
        /// Who made the route.
        protocol: Protocol, 5, native;
        /// How far the destination is.
        scope: Scope, 6, native;
        /// What the route does.
        kind: Kind, 7, native;
        /// Flags of the route, and of its only next hop ([`HopFlags`]).
        flags: RouteFlags, 8, native;
    }
}

attributes! {
    /// Attributes of a route (`RTA_*`).
    Route = "RTA" {
        /// Destination.
        DST: Ip = 1;
        /// Source prefix.
        SRC: Ip = 2;
        /// Index of the link packets come in by.
        IIF: U32 = 3;
        /// Index of the link packets go out by.
        OIF: U32 = 4;
        /// Next hop.
        GATEWAY: Ip = 5;
        /// Metric: the smallest wins.
        PRIORITY: U32 = 6;
        /// Preferred source address.
        PREFSRC: Ip = 7;
        /// Settings of the connections that use it.
        METRICS: Nest<Metrics> = 8;
        /// Several next hops.
        MULTIPATH: Hops<Hop, Route> = 9;
        /// Without effect.
        PROTOINFO: Bytes = 10;
        /// Realms: source in the upper 16 bits, destination in the lower.
        FLOW: U32 = 11;
        /// Use and expiry.
        CACHEINFO: Struct<CacheInfo> = 12;
        /// Without effect.
        SESSION: Bytes = 13;
        /// Without effect.
        MP_ALGO: Bytes = 14;
        /// Table, all 32 bits.
        TABLE: U32 = 15;
        /// Mark that a look-up is for.
        MARK: U32 = 16;
        /// Multicast forwarding counters.
        MFC_STATS: Struct<MulticastStats> = 17;
        /// Next hop of another family.
        VIA: Via = 18;
        /// Label stack to swap in (MPLS).
        NEWDST: Bytes = 19;
        /// Router preference (IPv6): 0 medium, 1 high, 3 low (RFC 4191).
        PREF: U8 = 20;
        /// Type of the encapsulation, see [`EncapType`].
        ENCAP_TYPE: EncapType = 21;
        /// Encapsulation, raw.
        ENCAP: Bytes = 22;
        /// Time until it expires, in seconds.
        EXPIRES: U32 = 23;
        /// Padding.
        PAD: Bytes = 24;
        /// User that a look-up is for.
        UID: U32 = 25;
        /// Whether TTL is passed on (MPLS).
        TTL_PROPAGATE: U8 = 26;
        /// IP protocol that a look-up is for.
        IP_PROTO: U8 = 27;
        /// Source port that a look-up is for.
        SPORT: Be16 = 28;
        /// Destination port that a look-up is for.
        DPORT: Be16 = 29;
        /// Next-hop object.
        NH_ID: U32 = 30;
        /// Flow label that a look-up is for.
        FLOWLABEL: Be32 = 31;
    }
}

header! {
    /// `struct rtnexthop`: one of several next hops. Attributes follow.
    ///
    /// ```text
    ///  0         2    3    4                   8
    ///  +---------+----+----+-------------------+--------
    ///  | len     | flg|hops| ifindex           | attributes …   len counts all of these
    ///  +---------+----+----+-------------------+--------
    /// ```
    Hop = "rtnexthop", 8 {
        /// Bytes of struct and attributes. Written for you.
        len: u16, 0, native;
        /// Flags.
        flags: HopFlags, 2, native;
        /// Weight minus 1.
        hops: u8, 3, native;
        /// Index of the link.
        index: i32, 4, native;
    }
}

header! {
    /// `struct rta_cacheinfo`.
    CacheInfo = "rta_cacheinfo", 32 {
        /// References.
        references: u32, 0, native;
        /// When it was last used, in hundredths of a second before now.
        last_use: u32, 4, native;
        /// When it expires, in hundredths of a second from now.
        expires: i32, 8, native;
        /// The errno packets meet.
        error: u32, 12, native;
        /// Times it was used.
        used: u32, 16, native;
        /// Identifier of the last packet.
        id: u32, 20, native;
        /// TCP timestamp.
        timestamp: u32, 24, native;
        /// Age of the TCP timestamp.
        timestamp_age: u32, 28, native;
    }
}

header! {
    /// `struct rta_mfc_stats`.
    MulticastStats = "rta_mfc_stats", 24 {
        /// Packets forwarded.
        packets: u64, 0, native;
        /// Bytes forwarded.
        bytes: u64, 8, native;
        /// Packets from the wrong link.
        wrong_link: u64, 16, native;
    }
}

/// `RT_TABLE_DEFAULT`.
pub const RT_TABLE_DEFAULT: u8 = 253;
/// `RT_TABLE_COMPAT`: the table is above 255, see [`TABLE`].
pub const RT_TABLE_COMPAT: u8 = 252;
/// `RT_TABLE_MAIN`.
pub const RT_TABLE_MAIN: u8 = 254;
/// `RT_TABLE_LOCAL`.
pub const RT_TABLE_LOCAL: u8 = 255;
/// Made by an administrator's command.
pub const PROTOCOL_BOOT: Protocol = Protocol::BOOT;
/// Anywhere.
pub const SCOPE_UNIVERSE: Scope = Scope::UNIVERSE;
/// On the link.
pub const SCOPE_LINK: Scope = Scope::LINK;
/// A gateway or a direct route.
pub const UNICAST: Kind = Kind::UNICAST;

numbers! {
    /// What a route does.
    Kind: u8, native, "RTN_" {
        /// Nothing said.
        UNSPEC = 0;
        /// A gateway or a direct route.
        UNICAST = 1;
        /// Accept locally.
        LOCAL = 2;
        /// Accept as broadcast, send as broadcast.
        BROADCAST = 3;
        /// Accept as broadcast, send as unicast.
        ANYCAST = 4;
        /// Multicast.
        MULTICAST = 5;
        /// Drop.
        BLACKHOLE = 6;
        /// Destination is unreachable.
        UNREACHABLE = 7;
        /// Administratively prohibited.
        PROHIBIT = 8;
        /// Not in this table.
        THROW = 9;
        /// Translate this address.
        NAT = 10;
        /// Use an external resolver.
        XRESOLVE = 11;
    }
}

numbers! {
    /// How far a destination is.
    Scope: u8, native, "RT_SCOPE_" {
        /// Anywhere.
        UNIVERSE = 0;
        /// Inside the site.
        SITE = 200;
        /// On the link.
        LINK = 253;
        /// This host.
        HOST = 254;
        /// Nowhere.
        NOWHERE = 255;
    }
}

numbers! {
    /// Who made a route. User space may choose numbers from 4 on.
    Protocol: u8, native, "RTPROT_" {
        /// Nobody said.
        UNSPEC = 0;
        /// ICMP redirects.
        REDIRECT = 1;
        /// The kernel.
        KERNEL = 2;
        /// An administrator's command.
        BOOT = 3;
        /// An administrator, to override dynamic routing.
        STATIC = 4;
        /// GateD.
        GATED = 8;
        /// Router advertisements.
        RA = 9;
        /// Merit MRT.
        MRT = 10;
        /// Zebra.
        ZEBRA = 11;
        /// BIRD.
        BIRD = 12;
        /// DECnet routing daemon.
        DNROUTED = 13;
        /// XORP.
        XORP = 14;
        /// Netsukuku.
        NTK = 15;
        /// DHCP.
        DHCP = 16;
        /// Multicast daemon.
        MROUTED = 17;
        /// keepalived.
        KEEPALIVED = 18;
        /// Babel.
        BABEL = 42;
        /// Open/R.
        OPENR = 99;
        /// BGP.
        BGP = 186;
        /// IS-IS.
        ISIS = 187;
        /// OSPF.
        OSPF = 188;
        /// RIP.
        RIP = 189;
        /// EIGRP.
        EIGRP = 192;
    }
}

bits! {
    /// Flags of a route.
    RouteFlags: u32, native, "RTM_F_" {
        /// Notify of changes.
        NOTIFY = 0x100;
        /// Cloned from another route; in a dump request: cached routes and exceptions.
        CLONED = 0x200;
        /// Equalize multipath.
        EQUALIZE = 0x400;
        /// Prefix from a router advertisement.
        PREFIX = 0x800;
        /// Answer with the table the look-up used.
        LOOKUP_TABLE = 0x1000;
        /// Answer with the route that matched, not with the result.
        FIB_MATCH = 0x2000;
        /// In the hardware.
        OFFLOAD = 0x4000;
        /// The hardware hands its packets to the kernel.
        TRAP = 0x8000;
        /// The hardware has no room for it.
        OFFLOAD_FAILED = 0x2000_0000;
    }
}

impl RouteFlags {
    /// [`HopFlags::ONLINK`], of the only next hop.
    pub const ONLINK: Self = Self::from_bits_retain(0x4);
}

bits! {
    /// Flags of a next hop.
    HopFlags: u8, native, "RTNH_F_" {
        /// Dead.
        DEAD = 0x1;
        /// Must be on the link: not looked up.
        PERVASIVE = 0x2;
        /// On the link, whatever the addresses say.
        ONLINK = 0x4;
        /// In the hardware.
        OFFLOAD = 0x8;
        /// The link has no carrier.
        LINKDOWN = 0x10;
        /// Not resolved (multicast).
        UNRESOLVED = 0x20;
        /// The hardware hands its packets to the kernel.
        TRAP = 0x40;
    }
}

numbers! {
    /// Type of an encapsulation (`linux/lwtunnel.h`).
    EncapType: u16, native, "LWTUNNEL_ENCAP_" {
        /// None.
        NONE = 0;
        /// MPLS.
        MPLS = 1;
        /// IP tunnel.
        IP = 2;
        /// Identifier locator addressing.
        ILA = 3;
        /// IPv6 tunnel.
        IP6 = 4;
        /// Segment routing.
        SEG6 = 5;
        /// BPF.
        BPF = 6;
        /// Segment routing, local.
        SEG6_LOCAL = 7;
        /// RPL source routing.
        RPL = 8;
        /// In-situ OAM.
        IOAM6 = 9;
        /// XFRM.
        XFRM = 10;
    }
}
