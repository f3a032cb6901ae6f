//! Comparison with a range (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes};
use crate::netfilter::data::{Data, Register};
use crate::value::numbers;

attributes! {
    /// `range` (`NFTA_RANGE_*`).
    Range = "NFTA_RANGE" {
        /// Register to compare.
        SREG: Register = 1;
        /// How.
        OP: Op = 2;
        /// First.
        FROM_DATA: Nest<Data> = 3;
        /// Last.
        TO_DATA: Nest<Data> = 4;
    }
}

numbers! {
    /// How to compare.
    Op: u32, big, "NFT_RANGE_" {
        /// Inside.
        EQ = 0;
        /// Outside.
        NEQ = 1;
    }
}
