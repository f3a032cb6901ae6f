//! The socket a packet belongs to (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::{Be32, numbers};

attributes! {
    /// `socket` (`NFTA_SOCKET_*`).
    Socket = "NFTA_SOCKET" {
        /// What.
        KEY: Key = 1;
        /// Register to load into.
        DREG: Register = 2;
        /// Level of the control group.
        LEVEL: Be32 = 3;
    }
}

numbers! {
    /// What of the socket.
    Key: u32, big, "NFT_SOCKET_" {
        /// Whether it is transparent, 1 byte.
        TRANSPARENT = 0;
        /// Mark.
        MARK = 1;
        /// Whether it is bound to any address, 1 byte.
        WILDCARD = 2;
        /// Control group, 8 bytes.
        CGROUPV2 = 3;
    }
}
