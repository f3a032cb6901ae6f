//! Counters of one member of a next-hop group (`linux/nexthop.h`).

use crate::attr::attributes;
use crate::value::{U32, Uint};

attributes! {
    /// Counters of one member (`NHA_GROUP_STATS_ENTRY_*`).
    Entry = "NHA_GROUP_STATS_ENTRY" {
        /// Id of the next hop.
        ID: U32 = 1;
        /// Packets.
        PACKETS: Uint = 2;
        /// Of these, by the hardware.
        PACKETS_HW: Uint = 3;
    }
}
