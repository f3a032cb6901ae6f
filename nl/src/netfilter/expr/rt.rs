//! What routing knows (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::numbers;

attributes! {
    /// `rt` (`NFTA_RT_*`).
    Rt = "NFTA_RT" {
        /// Register to load into.
        DREG: Register = 1;
        /// What.
        KEY: Key = 2;
    }
}

numbers! {
    /// What routing knows.
    Key: u32, big, "NFT_RT_" {
        /// Realm.
        CLASSID = 0;
        /// Next hop (IPv4).
        NEXTHOP4 = 1;
        /// Next hop (IPv6).
        NEXTHOP6 = 2;
        /// TCP segment size, 2 bytes.
        TCPMSS = 3;
        /// Whether IPsec applies, 1 byte.
        XFRM = 4;
    }
}
