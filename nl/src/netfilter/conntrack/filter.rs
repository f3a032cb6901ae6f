//! Which parts of tuples select (`linux/netfilter/nfnetlink_conntrack.h`).

use crate::attr::attributes;
use crate::value::U32;

attributes! {
    /// Which parts of tuples select (`CTA_FILTER_*`).
    Filter = "CTA_FILTER" {
        /// Of the first packet's tuple; host byte order.
        ORIG_FLAGS: U32 = 1;
        /// Of the answers' tuple; host byte order.
        REPLY_FLAGS: U32 = 2;
    }
}
