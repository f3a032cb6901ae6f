//! Counters of traffic control (`linux/gen_stats.h`).

use crate::attr::attributes;
use crate::value::{Bytes, Struct, U64};
use crate::wire::header;

attributes! {
    /// Counters (`TCA_STATS_*`).
    TrafficStats = "TCA_STATS" {
        /// Bytes and packets.
        BASIC: Struct<Basic> = 1;
        /// Estimated rates.
        RATE_EST: Bytes = 2;
        /// Queue.
        QUEUE: Struct<Queue> = 3;
        /// Of the kind.
        APP: Bytes = 4;
        /// Estimated rates, 64 bits.
        RATE_EST64: Bytes = 5;
        /// Padding.
        PAD: Bytes = 6;
        /// Bytes and packets in the hardware.
        BASIC_HW: Struct<Basic> = 7;
        /// Packets, 64 bits.
        PKT64: U64 = 8;
    }
}

header! {
    /// `struct gnet_stats_basic`.
    Basic = "gnet_stats_basic", 12 {
        /// Bytes.
        bytes: u64, 0, native;
        /// Packets, low 32 bits.
        packets: u32, 8, native;
    }
}

header! {
    /// `struct gnet_stats_queue`.
    Queue = "gnet_stats_queue", 20 {
        /// Packets waiting.
        qlen: u32, 0, native;
        /// Bytes waiting.
        backlog: u32, 4, native;
        /// Packets dropped.
        drops: u32, 8, native;
        /// Packets queued again.
        requeues: u32, 12, native;
        /// Times a limit was exceeded.
        overlimits: u32, 16, native;
    }
}
