//! Geneve: generic encapsulation over UDP (`linux/if_link.h`, RFC 8926).

use crate::attr::attributes;
use crate::route::vxlan::{DontFragment, PortRange};
use crate::value::{Be16, Be32, Flag, Ip, Struct, U8, U32};

attributes! {
    /// A Geneve tunnel (`IFLA_GENEVE_*`).
    Geneve = "IFLA_GENEVE" {
        /// Network identifier, 24 bits.
        ID: U32 = 1;
        /// Remote address (IPv4).
        REMOTE: Ip = 2;
        /// Time to live; 0 inherits.
        TTL: U8 = 3;
        /// Type of service; 1 inherits.
        TOS: U8 = 4;
        /// UDP destination port.
        PORT: Be16 = 5;
        /// Tunnel data come with each packet (external mode).
        COLLECT_METADATA: Flag = 6;
        /// Remote address (IPv6).
        REMOTE6: Ip = 7;
        /// UDP checksums over IPv4.
        UDP_CSUM: U8 = 8;
        /// Send zero UDP checksums over IPv6.
        UDP_ZERO_CSUM6_TX: U8 = 9;
        /// Accept zero UDP checksums over IPv6.
        UDP_ZERO_CSUM6_RX: U8 = 10;
        /// Flow label of the outer header.
        LABEL: Be32 = 11;
        /// Time to live from the inner header.
        TTL_INHERIT: U8 = 12;
        /// Don't-fragment bit of the outer header.
        DF: DontFragment = 13;
        /// Carry IP packets without an Ethernet header.
        INNER_PROTO_INHERIT: Flag = 14;
        /// UDP source ports.
        PORT_RANGE: Struct<PortRange> = 15;
    }
}
