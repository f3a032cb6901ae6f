//! Look-up of a route (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::{bits, numbers};

attributes! {
    /// `fib` (`NFTA_FIB_*`).
    Fib = "NFTA_FIB" {
        /// Register to load into.
        DREG: Register = 1;
        /// What.
        RESULT: Result = 2;
        /// By what.
        FLAGS: FibFlags = 3;
    }
}

numbers! {
    /// What to load; in host byte order.
    Result: u32, big, "NFT_FIB_RESULT_" {
        /// Index of the link.
        OIF = 1;
        /// Name of the link, 16 bytes.
        OIFNAME = 2;
        /// [`Kind`](crate::route::route::Kind) of the route, 4 bytes.
        ADDRTYPE = 3;
    }
}

bits! {
    /// By what to look.
    FibFlags: u32, big, "NFTA_FIB_F_" {
        /// Source address.
        SADDR = 0x1;
        /// Destination address.
        DADDR = 0x2;
        /// Mark.
        MARK = 0x4;
        /// Link it came in by.
        IIF = 0x8;
        /// Link it goes out by.
        OIF = 0x10;
        /// Load only whether there is one.
        PRESENT = 0x20;
    }
}
