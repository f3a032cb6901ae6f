//! Drop with an answer (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::{U8, numbers};

attributes! {
    /// `reject` (`NFTA_REJECT_*`).
    Reject = "NFTA_REJECT" {
        /// What answer.
        TYPE: Type = 1;
        /// Code of the ICMP message, or [`Icmpx`].
        ICMP_CODE: U8 = 2;
    }
}

numbers! {
    /// What answer.
    Type: u32, big, "NFT_REJECT_" {
        /// ICMP destination unreachable.
        ICMP_UNREACH = 0;
        /// TCP reset.
        TCP_RST = 1;
        /// ICMP of the packet's family.
        ICMPX_UNREACH = 2;
    }
}

numbers! {
    /// Code of an ICMP message of either family.
    Icmpx: u8, native, "NFT_REJECT_ICMPX_" {
        /// No route.
        NO_ROUTE = 0;
        /// Port unreachable.
        PORT_UNREACH = 1;
        /// Host unreachable.
        HOST_UNREACH = 2;
        /// Administratively prohibited.
        ADMIN_PROHIBITED = 3;
    }
}
