//! Destination address of this host (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::netfilter::expr::nat::NatFlags;

attributes! {
    /// `redir` (`NFTA_REDIR_*`).
    Redir = "NFTA_REDIR" {
        /// Register with the first port.
        REG_PROTO_MIN: Register = 1;
        /// Register with the last port.
        REG_PROTO_MAX: Register = 2;
        /// Flags.
        FLAGS: NatFlags = 3;
    }
}
