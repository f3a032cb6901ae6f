//! VRF: a routing domain with its own table (`linux/if_link.h`).

use crate::attr::attributes;
use crate::value::U32;

attributes! {
    /// A VRF (`IFLA_VRF_*`).
    Vrf = "IFLA_VRF" {
        /// Its routing table.
        TABLE: U32 = 1;
    }
}
