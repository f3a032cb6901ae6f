//! Routes: `RTM_NEWROUTE` and its family (`linux/rtnetlink.h`).

use crate::attr::{MessageType, attributes};
use crate::value::{Bytes, Ip, U8, U16, U32};
use crate::wire::header;

/// `RTM_NEWROUTE`.
pub const NEW: MessageType<RtMsg, Route> = MessageType::new(24);
/// `RTM_DELROUTE`.
pub const DEL: MessageType<RtMsg, Route> = MessageType::new(25);
/// `RTM_GETROUTE`.
pub const GET: MessageType<RtMsg, Route> = MessageType::new(26);

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
        family: u8, 0, native;
        /// Length of the destination prefix, in bits.
        dst_len: u8, 1, native;
        /// Length of the source prefix, in bits.
        src_len: u8, 2, native;
        /// Type of service.
        tos: u8, 3, native;
        /// Table, when below 256; see [`TABLE`] and [`RT_TABLE_MAIN`].
        table: u8, 4, native;
        /// Who made the route: `RTPROT_*`.
        protocol: u8, 5, native;
        /// `RT_SCOPE_*`.
        scope: u8, 6, native;
        /// `RTN_*`.
        kind: u8, 7, native;
        /// `RTM_F_*` and `RTNH_F_*`.
        flags: u32, 8, native;
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
        /// `RTAX_*`.
        METRICS: Bytes = 8;
        /// Several next hops.
        MULTIPATH: Bytes = 9;
        /// Realms.
        FLOW: U32 = 11;
        /// `struct rta_cacheinfo`.
        CACHEINFO: Bytes = 12;
        /// Table, all 32 bits.
        TABLE: U32 = 15;
        /// Mark.
        MARK: U32 = 16;
        /// Multicast forwarding counters.
        MFC_STATS: Bytes = 17;
        /// Next hop of another family.
        VIA: Bytes = 18;
        /// Label stack to push.
        NEWDST: Bytes = 19;
        /// Router preference (IPv6).
        PREF: U8 = 20;
        /// Type of the encapsulation.
        ENCAP_TYPE: U16 = 21;
        /// Encapsulation.
        ENCAP: Bytes = 22;
        /// Expiry.
        EXPIRES: U32 = 23;
        /// User that a look-up is for.
        UID: U32 = 25;
        /// Whether TTL is passed on.
        TTL_PROPAGATE: U8 = 26;
        /// Next-hop object.
        NH_ID: U32 = 30;
    }
}

/// `RT_TABLE_MAIN`.
pub const RT_TABLE_MAIN: u8 = 254;
/// `RT_TABLE_LOCAL`.
pub const RT_TABLE_LOCAL: u8 = 255;
/// `RTPROT_BOOT`: made by an administrator's command.
pub const PROTOCOL_BOOT: u8 = 3;
/// `RT_SCOPE_UNIVERSE`.
pub const SCOPE_UNIVERSE: u8 = 0;
/// `RT_SCOPE_LINK`.
pub const SCOPE_LINK: u8 = 253;
/// `RTN_UNICAST`.
pub const UNICAST: u8 = 1;
