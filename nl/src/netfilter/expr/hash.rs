//! Hash (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::{Be32, numbers};

attributes! {
    /// `hash` (`NFTA_HASH_*`).
    Hash = "NFTA_HASH" {
        /// Register to take.
        SREG: Register = 1;
        /// Register to load into.
        DREG: Register = 2;
        /// How many bytes.
        LEN: Be32 = 3;
        /// One more than the greatest hash.
        MODULUS: Be32 = 4;
        /// Secret.
        SEED: Be32 = 5;
        /// Added to it.
        OFFSET: Be32 = 6;
        /// Which hash.
        TYPE: Type = 7;
    }
}

numbers! {
    /// Which hash.
    Type: u32, big, "NFT_HASH_" {
        /// Jenkins.
        JENKINS = 0;
        /// The same in both directions.
        SYM = 1;
    }
}
