//! Send a copy by another link (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;

attributes! {
    /// `dup` (`NFTA_DUP_*`).
    Dup = "NFTA_DUP" {
        /// Register with the next hop.
        SREG_ADDR: Register = 1;
        /// Register with the index of the link.
        SREG_DEV: Register = 2;
    }
}
