//! Source address of the link a packet goes out by (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::netfilter::expr::nat::NatFlags;

attributes! {
    /// `masq` (`NFTA_MASQ_*`).
    Masq = "NFTA_MASQ" {
        /// Flags.
        FLAGS: NatFlags = 1;
        /// Register with the first port.
        REG_PROTO_MIN: Register = 2;
        /// Register with the last port.
        REG_PROTO_MAX: Register = 3;
    }
}
