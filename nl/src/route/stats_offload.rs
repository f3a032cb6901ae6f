//! Counters of the hardware (`linux/if_link.h`).

use crate::attr::attributes;
use crate::route::link_stats::LinkStats64;
use crate::value::Bytes;

attributes! {
    /// Counters of the hardware (`IFLA_OFFLOAD_XSTATS_*`).
    Offload = "IFLA_OFFLOAD_XSTATS" {
        /// Packets that met the kernel.
        CPU_HIT: LinkStats64<'static> = 1;
        /// What the hardware counts.
        HW_S_INFO: Bytes = 2;
        /// Routed packets: `struct rtnl_hw_stats64`.
        L3_STATS: Bytes = 3;
    }
}
