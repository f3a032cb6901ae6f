//! IPv6 settings of a link: `IFLA_AF_SPEC`, `AF_INET6` (`linux/if_link.h`).

use crate::attr::attributes;
use crate::value::{Bytes, U8, U32};

attributes! {
    /// IPv6 settings of a link (`IFLA_INET6_*`).
    Inet6 = "IFLA_INET6" {
        /// `IF_RA_*` and others.
        FLAGS: U32 = 1;
        /// Settings, as an array of 32-bit integers.
        CONF: Bytes = 2;
        /// Counters.
        STATS: Bytes = 3;
        /// Multicast counters.
        MCAST: Bytes = 4;
        /// Age of the entries, reachable time and so on.
        CACHEINFO: Bytes = 5;
        /// ICMPv6 counters.
        ICMP6STATS: Bytes = 6;
        /// Token of automatic addresses.
        TOKEN: Bytes = 7;
        /// How link-local addresses are made: 0 EUI-64, 1 not at all, 2 stable, 3 random.
        ADDR_GEN_MODE: U8 = 8;
        /// MTU learnt from router advertisements.
        RA_MTU: U32 = 9;
    }
}

/// `ADDR_GEN_MODE`: no automatic IPv6 addresses.
pub const ADDR_GEN_NONE: u8 = 1;
