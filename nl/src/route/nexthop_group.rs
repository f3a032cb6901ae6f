//! Resilient next-hop groups and the counters of group members (`linux/nexthop.h`).

use crate::attr::{Nest, attributes};
use crate::route::nexthop_group_entry::Entry;
use crate::value::{Bytes, U16, U32, U64};

attributes! {
    /// Settings of a resilient group (`NHA_RES_GROUP_*`). Times are in hundredths of a second.
    Resilient = "NHA_RES_GROUP" {
        /// Padding.
        PAD: Bytes = 0;
        /// Buckets.
        BUCKETS: U16 = 1;
        /// How long a bucket is idle before it may move.
        IDLE_TIMER: U32 = 2;
        /// How long the group may be out of balance before buckets move anyway; 0 is for ever.
        UNBALANCED_TIMER: U32 = 3;
        /// How long the group has been out of balance.
        UNBALANCED_TIME: U64 = 4;
    }
}

attributes! {
    /// Counters of a group's members (`NHA_GROUP_STATS_*`); [`ENTRY`] repeats.
    GroupStats = "NHA_GROUP_STATS" {
        /// One member.
        ENTRY: Nest<Entry> = 1;
    }
}
