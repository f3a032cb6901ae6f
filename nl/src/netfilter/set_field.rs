//! One field of a key (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::Be32;

attributes! {
    /// One field of a key (`NFTA_SET_FIELD_*`).
    SetField = "NFTA_SET_FIELD" {
        /// Bytes, without padding.
        LEN: Be32 = 1;
    }
}
