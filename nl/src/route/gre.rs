//! The GRE family: gre, gretap, erspan and their IPv6 forms ip6gre, ip6gretap, ip6erspan
//! (`linux/if_tunnel.h`, RFC 2784, RFC 2890).

use crate::attr::attributes;
use crate::value::{Be16, Be32, Flag, Ip, U8, U16, U32, bits};

attributes! {
    /// A tunnel of the GRE family (`IFLA_GRE_*`).
    Gre = "IFLA_GRE" {
        /// Index of the link below.
        LINK: U32 = 1;
        /// What incoming packets carry.
        IFLAGS: GreFlags = 2;
        /// What outgoing packets carry.
        OFLAGS: GreFlags = 3;
        /// Key of incoming packets.
        IKEY: Be32 = 4;
        /// Key of outgoing packets.
        OKEY: Be32 = 5;
        /// Own address.
        LOCAL: Ip = 6;
        /// Remote address.
        REMOTE: Ip = 7;
        /// Time to live; 0 inherits.
        TTL: U8 = 8;
        /// Type of service; 1 inherits.
        TOS: U8 = 9;
        /// Whether the path's MTU is discovered.
        PMTUDISC: U8 = 10;
        /// Encapsulation limit (IPv6).
        ENCAP_LIMIT: U8 = 11;
        /// Traffic class and flow label (IPv6).
        FLOWINFO: Be32 = 12;
        /// `IP6_TNL_F_*`.
        FLAGS: U32 = 13;
        /// Encapsulation around the tunnel, see [`Encap`](super::tunnel::Encap).
        ENCAP_TYPE: U16 = 14;
        /// `TUNNEL_ENCAP_FLAG_*`.
        ENCAP_FLAGS: U16 = 15;
        /// Its source port.
        ENCAP_SPORT: Be16 = 16;
        /// Its destination port.
        ENCAP_DPORT: Be16 = 17;
        /// Tunnel data come with each packet (external mode).
        COLLECT_METADATA: Flag = 18;
        /// Ignore the don't-fragment bit of inner packets.
        IGNORE_DF: U8 = 19;
        /// Mark of outer packets.
        FWMARK: U32 = 20;
        /// Index of an ERSPAN session.
        ERSPAN_INDEX: U32 = 21;
        /// ERSPAN version.
        ERSPAN_VER: U8 = 22;
        /// ERSPAN direction.
        ERSPAN_DIR: U8 = 23;
        /// ERSPAN hardware id.
        ERSPAN_HWID: U16 = 24;
    }
}

bits! {
    /// What packets carry; big-endian on the wire.
    GreFlags: u16, big, "GRE_" {
        /// Checksum.
        CSUM = 0x8000;
        /// Routing.
        ROUTING = 0x4000;
        /// Key.
        KEY = 0x2000;
        /// Sequence number.
        SEQ = 0x1000;
    }
}
