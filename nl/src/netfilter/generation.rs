//! The generation of the ruleset (`linux/netfilter/nf_tables.h`).

use crate::attr::{attributes, messages};
use crate::netfilter::NfGen;
use crate::value::{Be32, Str};

messages! {
    /// The reply, and the notification that ends those of a batch.
    NEW: NfGen, Generation = 0xa0f, "NFT_MSG_NEWGEN";
    /// Ask for the generation.
    GET: NfGen, Generation = 0xa10, "NFT_MSG_GETGEN";
}

attributes! {
    /// The generation (`NFTA_GEN_*`).
    Generation = "NFTA_GEN" {
        /// Its number; each batch makes a new one.
        ID: Be32 = 1;
        /// Process that made it.
        PROC_PID: Be32 = 2;
        /// Name of that process.
        PROC_NAME: Str = 3;
    }
}
