//! A port of a bridge that a multicast router is behind (`linux/if_bridge.h`).

use crate::attr::attributes;
use crate::value::{U8, U16, U32};

attributes! {
    /// A port (`MDBA_ROUTER_PATTR_*`). Times are in hundredths of a second.
    MdbRouterPort = "MDBA_ROUTER_PATTR" {
        /// Time left.
        TIMER: U32 = 1;
        /// 0 none, 1 as learnt, 2 always, 3 for a time.
        TYPE: U8 = 2;
        /// Time left (IPv4).
        INET_TIMER: U32 = 3;
        /// Time left (IPv6).
        INET6_TIMER: U32 = 4;
        /// VLAN.
        VID: U16 = 5;
    }
}
