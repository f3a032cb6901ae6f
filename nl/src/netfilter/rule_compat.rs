//! For extensions of iptables (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::Be32;

attributes! {
    /// For extensions of iptables (`NFTA_RULE_COMPAT_*`).
    Compat = "NFTA_RULE_COMPAT" {
        /// IP protocol.
        PROTO: Be32 = 1;
        /// Bit 1 inverts the protocol.
        FLAGS: Be32 = 2;
    }
}
