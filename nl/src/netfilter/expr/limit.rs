//! Rate limit (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::{Be32, Be64, Bytes, bits, numbers};

attributes! {
    /// `limit` (`NFTA_LIMIT_*`).
    Limit = "NFTA_LIMIT" {
        /// Packets or bytes per unit of time.
        RATE: Be64 = 1;
        /// Unit of time, in seconds.
        UNIT: Be64 = 2;
        /// Packets or bytes above the rate.
        BURST: Be32 = 3;
        /// What is counted.
        TYPE: Type = 4;
        /// Flags.
        FLAGS: LimitFlags = 5;
        /// Padding.
        PAD: Bytes = 6;
    }
}

numbers! {
    /// What is counted.
    Type: u32, big, "NFT_LIMIT_" {
        /// Packets.
        PKTS = 0;
        /// Bytes.
        PKT_BYTES = 1;
    }
}

bits! {
    /// Flags of a limit.
    LimitFlags: u32, big, "NFT_LIMIT_F_" {
        /// Go on when the rate is exceeded.
        INV = 0x1;
    }
}
