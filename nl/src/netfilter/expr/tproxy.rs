//! Transparent proxy (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::Be32;

attributes! {
    /// `tproxy` (`NFTA_TPROXY_*`).
    Tproxy = "NFTA_TPROXY" {
        /// Family.
        FAMILY: Be32 = 1;
        /// Register with the address.
        REG_ADDR: Register = 2;
        /// Register with the port.
        REG_PORT: Register = 3;
    }
}
