//! Begin and end (`linux/netfilter/nfnetlink_conntrack.h`).

use crate::attr::attributes;
use crate::value::{Be64, Bytes};

attributes! {
    /// Begin and end (`CTA_TIMESTAMP_*`).
    Timestamp = "CTA_TIMESTAMP" {
        /// Begin, in nanoseconds since 1970.
        START: Be64 = 1;
        /// End, in nanoseconds since 1970.
        STOP: Be64 = 2;
        /// Padding.
        PAD: Bytes = 3;
    }
}
