//! Send by another link (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::Be32;

attributes! {
    /// `fwd` (`NFTA_FWD_*`).
    Fwd = "NFTA_FWD" {
        /// Register with the index of the link.
        SREG_DEV: Register = 1;
        /// Register with the next hop.
        SREG_ADDR: Register = 2;
        /// Family of the next hop.
        NFPROTO: Be32 = 3;
    }
}
