//! Bit operations (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes};
use crate::netfilter::data::{Data, Register};
use crate::value::{Be32, numbers};

attributes! {
    /// `bitwise` (`NFTA_BITWISE_*`).
    Bitwise = "NFTA_BITWISE" {
        /// Register to take.
        SREG: Register = 1;
        /// Register to load into.
        DREG: Register = 2;
        /// How many bytes.
        LEN: Be32 = 3;
        /// Bits to keep.
        MASK: Nest<Data> = 4;
        /// Bits to flip after that.
        XOR: Nest<Data> = 5;
        /// Which operation.
        OP: Op = 6;
        /// By how many bits to shift, host byte order.
        DATA: Nest<Data> = 7;
        /// Second register (kernel 6.13).
        SREG2: Register = 8;
    }
}

numbers! {
    /// Which operation.
    Op: u32, big, "NFT_BITWISE_" {
        /// Keep some bits, then flip some.
        MASK_XOR = 0;
        /// Shift left.
        LSHIFT = 1;
        /// Shift right.
        RSHIFT = 2;
        /// And (kernel 6.13).
        AND = 3;
        /// Or (kernel 6.13).
        OR = 4;
        /// Exclusive or (kernel 6.13).
        XOR = 5;
    }
}
