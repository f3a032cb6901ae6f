//! Number generator (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::{Be32, numbers};

attributes! {
    /// `numgen` (`NFTA_NG_*`).
    Numgen = "NFTA_NG" {
        /// Register to load into.
        DREG: Register = 1;
        /// One more than the greatest number.
        MODULUS: Be32 = 2;
        /// Which numbers.
        TYPE: Type = 3;
        /// Added to it.
        OFFSET: Be32 = 4;
    }
}

numbers! {
    /// Which numbers.
    Type: u32, big, "NFT_NG_" {
        /// One after the other.
        INCREMENTAL = 0;
        /// Random.
        RANDOM = 1;
    }
}
