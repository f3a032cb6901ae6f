//! IP in IP: ipip, sit, ip6tnl (`linux/if_tunnel.h`).

use crate::attr::{Attr, attributes};
use crate::value::{Be16, Be32, Flag, Ip, U8, U16, U32, numbers};

attributes! {
    /// A tunnel of IP in IP (`IFLA_IPTUN_*`).
    Tunnel = "IFLA_IPTUN" {
        /// Index of the link below.
        LINK: U32 = 1;
        /// Own address.
        LOCAL: Ip = 2;
        /// Remote address.
        REMOTE: Ip = 3;
        /// Time to live; 0 inherits.
        TTL: U8 = 4;
        /// Type of service; 1 inherits.
        TOS: U8 = 5;
        /// Encapsulation limit (ip6tnl).
        ENCAP_LIMIT: U8 = 6;
        /// Traffic class and flow label (ip6tnl).
        FLOWINFO: Be32 = 7;
        /// `SIT_ISATAP` and the like (sit); for ip6tnl see [`FLAGS6`].
        FLAGS: U16 = 8;
        /// IP protocol carried; 0 is any.
        PROTO: U8 = 9;
        /// Whether the path's MTU is discovered.
        PMTUDISC: U8 = 10;
        /// 6rd prefix (sit).
        _6RD_PREFIX: Ip = 11;
        /// 6rd relay prefix (sit).
        _6RD_RELAY_PREFIX: Ip = 12;
        /// Length of the 6rd prefix, in bits.
        _6RD_PREFIXLEN: U16 = 13;
        /// Length of the 6rd relay prefix, in bits.
        _6RD_RELAY_PREFIXLEN: U16 = 14;
        /// Encapsulation around the tunnel.
        ENCAP_TYPE: Encap = 15;
        /// `TUNNEL_ENCAP_FLAG_*`.
        ENCAP_FLAGS: U16 = 16;
        /// Its source port.
        ENCAP_SPORT: Be16 = 17;
        /// Its destination port.
        ENCAP_DPORT: Be16 = 18;
        /// Tunnel data come with each packet (external mode).
        COLLECT_METADATA: Flag = 19;
        /// Mark of outer packets.
        FWMARK: U32 = 20;
    }
}

/// `IFLA_IPTUN_FLAGS` of an ip6tnl: `IP6_TNL_F_*`.
pub const FLAGS6: Attr<Tunnel, U32> = Attr::new(8);

numbers! {
    /// Encapsulation around a tunnel.
    Encap: u16, native, "TUNNEL_ENCAP_" {
        /// None.
        NONE = 0;
        /// Foo over UDP.
        FOU = 1;
        /// Generic UDP encapsulation.
        GUE = 2;
        /// MPLS.
        MPLS = 3;
    }
}
