//! Parameters of neighbour resolution (`linux/neighbour.h`).

use crate::attr::attributes;
use crate::value::{Bytes, U32, U64};

attributes! {
    /// Parameters of neighbour resolution (`NDTPA_*`). Times are in milliseconds.
    Parameters = "NDTPA" {
        /// Index of the link; absent in the defaults.
        IFINDEX: U32 = 1;
        /// References.
        REFCNT: U32 = 2;
        /// How long an entry counts as reachable.
        REACHABLE_TIME: U64 = 3;
        /// What that time is drawn around.
        BASE_REACHABLE_TIME: U64 = 4;
        /// Time between probes.
        RETRANS_TIME: U64 = 5;
        /// Age at which an unused entry may be removed.
        GC_STALETIME: U64 = 6;
        /// Time before the first probe.
        DELAY_PROBE_TIME: U64 = 7;
        /// Packets that wait for resolution.
        QUEUE_LEN: U32 = 8;
        /// Probes by a daemon.
        APP_PROBES: U32 = 9;
        /// Unicast probes.
        UCAST_PROBES: U32 = 10;
        /// Multicast probes.
        MCAST_PROBES: U32 = 11;
        /// Longest delay of an anycast answer.
        ANYCAST_DELAY: U64 = 12;
        /// Longest delay of a proxied answer.
        PROXY_DELAY: U64 = 13;
        /// Packets that wait for a proxied answer.
        PROXY_QLEN: U32 = 14;
        /// Shortest time between changes of an entry.
        LOCKTIME: U64 = 15;
        /// Bytes that wait for resolution.
        QUEUE_LENBYTES: U32 = 16;
        /// Multicast probes after unicast ones failed.
        MCAST_REPROBES: U32 = 17;
        /// Padding.
        PAD: Bytes = 18;
        /// Time between probes of managed entries.
        INTERVAL_PROBE_TIME_MS: U64 = 19;
    }
}
