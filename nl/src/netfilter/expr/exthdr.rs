//! Extension headers and options (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::{Be32, U8, numbers};

attributes! {
    /// `exthdr` (`NFTA_EXTHDR_*`).
    Exthdr = "NFTA_EXTHDR" {
        /// Register to load into.
        DREG: Register = 1;
        /// Header or option.
        TYPE: U8 = 2;
        /// Where, in bytes.
        OFFSET: Be32 = 3;
        /// How many bytes.
        LEN: Be32 = 4;
        /// Bit 0 loads only whether it is there.
        FLAGS: Be32 = 5;
        /// Of which protocol.
        OP: Op = 6;
        /// Register to write from.
        SREG: Register = 7;
    }
}

numbers! {
    /// Of which protocol.
    Op: u32, big, "NFT_EXTHDR_OP_" {
        /// IPv6 extension header.
        IPV6 = 0;
        /// TCP option.
        TCPOPT = 1;
        /// IPv4 option.
        IPV4 = 2;
        /// SCTP chunk.
        SCTP = 3;
        /// DCCP option.
        DCCP = 4;
    }
}
