//! Settings of the connections that use a route: `RTA_METRICS` (`linux/rtnetlink.h`).

use crate::attr::attributes;
use crate::value::{Str, U32};

attributes! {
    /// Settings of connections (`RTAX_*`). Times are in milliseconds times 8 (rtt), times 4
    /// (rttvar) or as is.
    Metrics = "RTAX" {
        /// Which of the others the kernel shall not change: bit n for number n.
        LOCK: U32 = 1;
        /// Largest packet, in bytes.
        MTU: U32 = 2;
        /// Largest window, in bytes.
        WINDOW: U32 = 3;
        /// Round-trip time.
        RTT: U32 = 4;
        /// Variance of the round-trip time.
        RTTVAR: U32 = 5;
        /// Slow start threshold.
        SSTHRESH: U32 = 6;
        /// Largest congestion window.
        CWND: U32 = 7;
        /// Segment size announced, in bytes.
        ADVMSS: U32 = 8;
        /// Reordering expected.
        REORDERING: U32 = 9;
        /// Hop limit.
        HOPLIMIT: U32 = 10;
        /// Congestion window at start, in segments.
        INITCWND: U32 = 11;
        /// `RTAX_FEATURE_*`.
        FEATURES: U32 = 12;
        /// Smallest retransmission timeout.
        RTO_MIN: U32 = 13;
        /// Receive window at start, in segments.
        INITRWND: U32 = 14;
        /// Quick acknowledgements.
        QUICKACK: U32 = 15;
        /// Congestion control algorithm.
        CC_ALGO: Str = 16;
        /// Fast open without cookie.
        FASTOPEN_NO_COOKIE: U32 = 17;
    }
}
