//! A target of iptables (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::{Be32, Bytes, Str};

attributes! {
    /// `target` (`NFTA_TARGET_*`).
    Target = "NFTA_TARGET" {
        /// Name.
        NAME: Str = 1;
        /// Revision.
        REV: Be32 = 2;
        /// Its struct.
        INFO: Bytes = 3;
    }
}
