//! Which counters the hardware keeps (`linux/if_link.h`).

use crate::attr::attributes;
use crate::value::U8;

attributes! {
    /// Whether the hardware keeps a group of counters (`IFLA_OFFLOAD_XSTATS_HW_S_INFO_*`).
    Hardware = "IFLA_OFFLOAD_XSTATS_HW_S_INFO" {
        /// Whether it was asked to.
        REQUEST: U8 = 1;
        /// Whether it does.
        USED: U8 = 2;
    }
}
