//! Bytes of a packet (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::{Be32, bits, numbers};

attributes! {
    /// `payload` (`NFTA_PAYLOAD_*`).
    Payload = "NFTA_PAYLOAD" {
        /// Register to load into.
        DREG: Register = 1;
        /// What the offset counts from.
        BASE: Base = 2;
        /// Where, in bytes.
        OFFSET: Be32 = 3;
        /// How many bytes.
        LEN: Be32 = 4;
        /// Register to write from.
        SREG: Register = 5;
        /// Checksum to mend: 0 none, 1 Internet, 2 SCTP.
        CSUM_TYPE: Be32 = 6;
        /// Where the checksum is, from the same base.
        CSUM_OFFSET: Be32 = 7;
        /// Flags.
        CSUM_FLAGS: ChecksumFlags = 8;
    }
}

numbers! {
    /// What an offset counts from.
    Base: u32, big, "NFT_PAYLOAD_" {
        /// Link-layer header.
        LL_HEADER = 0;
        /// IP header.
        NETWORK_HEADER = 1;
        /// TCP, UDP, … header.
        TRANSPORT_HEADER = 2;
        /// What follows it.
        INNER_HEADER = 3;
        /// Tunnel header.
        TUN_HEADER = 4;
    }
}

bits! {
    /// How to mend checksums.
    ChecksumFlags: u32, big, "NFT_PAYLOAD_" {
        /// The transport checksum covers it too.
        L4CSUM_PSEUDOHDR = 0x1;
    }
}
