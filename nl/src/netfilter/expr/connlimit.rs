//! Connection limit (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::Be32;

attributes! {
    /// `connlimit` (`NFTA_CONNLIMIT_*`).
    Connlimit = "NFTA_CONNLIMIT" {
        /// Connections.
        COUNT: Be32 = 1;
        /// Bit 0 inverts.
        FLAGS: Be32 = 2;
    }
}
