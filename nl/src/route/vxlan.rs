//! VXLAN: Ethernet over UDP (`linux/if_link.h`, RFC 7348).

use crate::attr::attributes;
use crate::value::{Be16, Be32, Flag, Ip, Struct, U8, U32, numbers};
use crate::wire::header;

attributes! {
    /// A VXLAN (`IFLA_VXLAN_*`).
    Vxlan = "IFLA_VXLAN" {
        /// Network identifier, 24 bits.
        ID: U32 = 1;
        /// Remote or multicast address (IPv4).
        GROUP: Ip = 2;
        /// Index of the link below.
        LINK: U32 = 3;
        /// Own address (IPv4).
        LOCAL: Ip = 4;
        /// Time to live; 0 inherits.
        TTL: U8 = 5;
        /// Type of service; 1 inherits.
        TOS: U8 = 6;
        /// Whether addresses are learnt.
        LEARNING: U8 = 7;
        /// Age at which a learnt address is forgotten, in seconds.
        AGEING: U32 = 8;
        /// Most addresses learnt.
        LIMIT: U32 = 9;
        /// UDP source ports.
        PORT_RANGE: Struct<PortRange> = 10;
        /// Answer ARP on behalf of remote hosts.
        PROXY: U8 = 11;
        /// Route short circuit.
        RSC: U8 = 12;
        /// Notify of unknown destinations.
        L2MISS: U8 = 13;
        /// Notify of unknown addresses.
        L3MISS: U8 = 14;
        /// UDP destination port.
        PORT: Be16 = 15;
        /// Remote or multicast address (IPv6).
        GROUP6: Ip = 16;
        /// Own address (IPv6).
        LOCAL6: Ip = 17;
        /// UDP checksums over IPv4.
        UDP_CSUM: U8 = 18;
        /// Send zero UDP checksums over IPv6.
        UDP_ZERO_CSUM6_TX: U8 = 19;
        /// Accept zero UDP checksums over IPv6.
        UDP_ZERO_CSUM6_RX: U8 = 20;
        /// Remote checksum offload, sending.
        REMCSUM_TX: U8 = 21;
        /// Remote checksum offload, receiving.
        REMCSUM_RX: U8 = 22;
        /// Group based policy.
        GBP: Flag = 23;
        /// Remote checksum offload without partial checksums.
        REMCSUM_NOPARTIAL: Flag = 24;
        /// Tunnel data come with each packet (external mode).
        COLLECT_METADATA: U8 = 25;
        /// Flow label of the outer header.
        LABEL: Be32 = 26;
        /// Generic protocol extension.
        GPE: Flag = 27;
        /// Time to live from the inner header.
        TTL_INHERIT: U8 = 28;
        /// Don't-fragment bit of the outer header.
        DF: DontFragment = 29;
        /// Accept listed network identifiers only.
        VNIFILTER: U8 = 30;
        /// Deliver to local VXLANs without encapsulation.
        LOCALBYPASS: U8 = 31;
        /// Where the flow label comes from: 0 fixed, 1 inherited.
        LABEL_POLICY: U32 = 32;
        /// Header bits that must be zero.
        RESERVED_BITS: Struct<ReservedBits> = 33;
        /// Route multicast in the overlay.
        MC_ROUTE: U8 = 34;
    }
}

header! {
    /// `struct ifla_vxlan_port_range`.
    PortRange = "ifla_vxlan_port_range", 4 {
        /// First port.
        low: u16, 0, big;
        /// Last port.
        high: u16, 2, big;
    }
}

header! {
    /// `struct vxlanhdr`, as a mask.
    ReservedBits = "vxlanhdr", 8 {
        /// Flags.
        flags: u32, 0, big;
        /// Network identifier and reserved byte.
        vni: u32, 4, big;
    }
}

numbers! {
    /// Don't-fragment bit of the outer header.
    DontFragment: u8, native, "VXLAN_DF_" {
        /// Not set.
        UNSET = 0;
        /// Set.
        SET = 1;
        /// From the inner header.
        INHERIT = 2;
    }
}
