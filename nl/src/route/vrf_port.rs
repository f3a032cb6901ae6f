//! A port of a VRF (`linux/if_link.h`).

use crate::attr::attributes;
use crate::value::U32;

attributes! {
    /// A port of a VRF (`IFLA_VRF_PORT_*`).
    VrfPort = "IFLA_VRF_PORT" {
        /// The VRF's routing table.
        TABLE: U32 = 1;
    }
}
