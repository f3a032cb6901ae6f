//! Protocol and ports (`linux/netfilter/nfnetlink_conntrack.h`).

use crate::attr::attributes;
use crate::value::{Be16, U8};

attributes! {
    /// Protocol and ports (`CTA_PROTO_*`).
    CtProto = "CTA_PROTO" {
        /// IP protocol.
        NUM: U8 = 1;
        /// Source port.
        SRC_PORT: Be16 = 2;
        /// Destination port.
        DST_PORT: Be16 = 3;
        /// ICMP identifier.
        ICMP_ID: Be16 = 4;
        /// ICMP type.
        ICMP_TYPE: U8 = 5;
        /// ICMP code.
        ICMP_CODE: U8 = 6;
        /// ICMPv6 identifier.
        ICMPV6_ID: Be16 = 7;
        /// ICMPv6 type.
        ICMPV6_TYPE: U8 = 8;
        /// ICMPv6 code.
        ICMPV6_CODE: U8 = 9;
    }
}
