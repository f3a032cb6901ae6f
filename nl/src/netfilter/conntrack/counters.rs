//! Counters (`linux/netfilter/nfnetlink_conntrack.h`).

use crate::attr::attributes;
use crate::value::{Be64, Bytes};

attributes! {
    /// Counters (`CTA_COUNTERS_*`).
    Counters = "CTA_COUNTERS" {
        /// Packets.
        PACKETS: Be64 = 1;
        /// Bytes.
        BYTES: Be64 = 2;
        /// Padding.
        PAD: Bytes = 5;
    }
}
