//! Address translation (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::{Be32, bits, numbers};

attributes! {
    /// `nat` (`NFTA_NAT_*`).
    Nat = "NFTA_NAT" {
        /// Which end.
        TYPE: Type = 1;
        /// Family of the address, see [`Family`](crate::netfilter::Family).
        FAMILY: Be32 = 2;
        /// Register with the first address.
        REG_ADDR_MIN: Register = 3;
        /// Register with the last address.
        REG_ADDR_MAX: Register = 4;
        /// Register with the first port.
        REG_PROTO_MIN: Register = 5;
        /// Register with the last port.
        REG_PROTO_MAX: Register = 6;
        /// Flags.
        FLAGS: NatFlags = 7;
    }
}

numbers! {
    /// Which end is translated.
    Type: u32, big, "NFT_NAT_" {
        /// The source.
        SNAT = 0;
        /// The destination.
        DNAT = 1;
    }
}

bits! {
    /// How to choose among addresses and ports (`linux/netfilter/nf_nat.h`).
    NatFlags: u32, big, "NF_NAT_RANGE_" {
        /// Addresses are given.
        MAP_IPS = 0x1;
        /// Ports are given.
        PROTO_SPECIFIED = 0x2;
        /// Random ports.
        PROTO_RANDOM = 0x4;
        /// The same address for the same client.
        PERSISTENT = 0x8;
        /// Fully random ports.
        PROTO_RANDOM_FULLY = 0x10;
        /// Ports keep their distance from the first.
        PROTO_OFFSET = 0x20;
        /// Addresses keep their host part.
        NETMAP = 0x40;
    }
}
