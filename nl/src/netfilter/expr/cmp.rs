//! Comparison: the rule goes on when it holds (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes};
use crate::netfilter::data::{Data, Register};
use crate::value::numbers;

attributes! {
    /// `cmp` (`NFTA_CMP_*`).
    Cmp = "NFTA_CMP" {
        /// Register to compare.
        SREG: Register = 1;
        /// How.
        OP: Op = 2;
        /// With what.
        DATA: Nest<Data> = 3;
    }
}

numbers! {
    /// How to compare; bytes in order, as big-endian numbers.
    Op: u32, big, "NFT_CMP_" {
        /// Equal.
        EQ = 0;
        /// Not equal.
        NEQ = 1;
        /// Less.
        LT = 2;
        /// Less or equal.
        LTE = 3;
        /// Greater.
        GT = 4;
        /// Greater or equal.
        GTE = 5;
    }
}
