//! Counters (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::{Be64, Bytes};

attributes! {
    /// `counter` (`NFTA_COUNTER_*`).
    Counter = "NFTA_COUNTER" {
        /// Bytes.
        BYTES: Be64 = 1;
        /// Packets.
        PACKETS: Be64 = 2;
        /// Padding.
        PAD: Bytes = 3;
    }
}
