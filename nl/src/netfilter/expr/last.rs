//! When a rule last matched (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::{Be32, Be64, Bytes};

attributes! {
    /// `last` (`NFTA_LAST_*`).
    Last = "NFTA_LAST" {
        /// Whether it ever did.
        SET: Be32 = 1;
        /// How long ago, in milliseconds.
        MSECS: Be64 = 2;
        /// Padding.
        PAD: Bytes = 3;
    }
}
