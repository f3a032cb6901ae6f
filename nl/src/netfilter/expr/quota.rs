//! Quota (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::{Be64, Bytes, bits};

attributes! {
    /// `quota` (`NFTA_QUOTA_*`).
    Quota = "NFTA_QUOTA" {
        /// Bytes allowed.
        BYTES: Be64 = 1;
        /// Flags.
        FLAGS: QuotaFlags = 2;
        /// Padding.
        PAD: Bytes = 3;
        /// Bytes used.
        CONSUMED: Be64 = 4;
    }
}

bits! {
    /// Flags of a quota.
    QuotaFlags: u32, big, "NFT_QUOTA_F_" {
        /// Go on when it is exceeded.
        INV = 0x1;
        /// It was exceeded.
        DEPLETED = 0x2;
    }
}
