//! A value or verdict (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes};
use crate::netfilter::data::{Data, Register};

attributes! {
    /// `immediate` (`NFTA_IMMEDIATE_*`).
    Immediate = "NFTA_IMMEDIATE" {
        /// Register to load into.
        DREG: Register = 1;
        /// What.
        DATA: Nest<Data> = 2;
    }
}
