//! Buckets of resilient next-hop groups: `RTM_NEWNEXTHOPBUCKET` (`linux/nexthop.h`).

use crate::attr::{attributes, messages};
use crate::route::nexthop::{NextHop, NhMsg};
use crate::value::{Bytes, U16, U32, U64};

messages! {
    /// Every reply and notification about a bucket.
    NEW: NhMsg, NextHop = 116, "RTM_NEWNEXTHOPBUCKET";
    /// Not sent by any kernel so far.
    DEL: NhMsg, NextHop = 117, "RTM_DELNEXTHOPBUCKET";
    /// Ask for buckets.
    GET: NhMsg, NextHop = 118, "RTM_GETNEXTHOPBUCKET";
}

attributes! {
    /// A bucket (`NHA_RES_BUCKET_*`).
    ResilientBucket = "NHA_RES_BUCKET" {
        /// Padding.
        PAD: Bytes = 0;
        /// Its number.
        INDEX: U16 = 1;
        /// How long it has been idle, in hundredths of a second.
        IDLE_TIME: U64 = 2;
        /// Id of its next hop.
        NH_ID: U32 = 3;
    }
}
