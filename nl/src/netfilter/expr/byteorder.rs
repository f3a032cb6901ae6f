//! Byte order (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::{Be32, numbers};

attributes! {
    /// `byteorder` (`NFTA_BYTEORDER_*`).
    Byteorder = "NFTA_BYTEORDER" {
        /// Register to take.
        SREG: Register = 1;
        /// Register to load into.
        DREG: Register = 2;
        /// Which way.
        OP: Op = 3;
        /// How many bytes.
        LEN: Be32 = 4;
        /// Bytes of one integer.
        SIZE: Be32 = 5;
    }
}

numbers! {
    /// Which way.
    Op: u32, big, "NFT_BYTEORDER_" {
        /// Network to host.
        NTOH = 0;
        /// Host to network.
        HTON = 1;
    }
}
