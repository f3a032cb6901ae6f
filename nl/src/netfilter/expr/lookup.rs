//! Look-up in a set or map (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::{Be32, Str, bits};

attributes! {
    /// `lookup` (`NFTA_LOOKUP_*`).
    Lookup = "NFTA_LOOKUP" {
        /// Name of the set.
        SET: Str = 1;
        /// Register with the key.
        SREG: Register = 2;
        /// Register for the data of a map; [`Register::VERDICT`] for a verdict map.
        DREG: Register = 3;
        /// The set, by its number inside the batch.
        SET_ID: Be32 = 4;
        /// Flags.
        FLAGS: LookupFlags = 5;
    }
}

bits! {
    /// Flags of a look-up.
    LookupFlags: u32, big, "NFT_LOOKUP_F_" {
        /// Go on when it is not there.
        INV = 0x1;
    }
}
