//! Addresses, protocol and ports (`linux/netfilter/nfnetlink_conntrack.h`).

use crate::attr::{Nest, attributes};
use crate::netfilter::conntrack::ip::CtIp;
use crate::netfilter::conntrack::proto::CtProto;
use crate::value::Be16;

attributes! {
    /// Addresses, protocol and ports (`CTA_TUPLE_*`).
    Tuple = "CTA_TUPLE" {
        /// Addresses.
        IP: Nest<CtIp> = 1;
        /// Protocol and ports.
        PROTO: Nest<CtProto> = 2;
        /// Zone.
        ZONE: Be16 = 3;
    }
}
