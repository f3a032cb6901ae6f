//! Counters of the hardware (`linux/if_link.h`).

use crate::attr::{Indexed, Nest, attributes};
use crate::route::link_stats::LinkStats64;
use crate::route::stats_hardware::Hardware;
use crate::value::Bytes;

attributes! {
    /// Counters of the hardware (`IFLA_OFFLOAD_XSTATS_*`).
    Offload = "IFLA_OFFLOAD_XSTATS" {
        /// Packets that met the kernel.
        CPU_HIT: LinkStats64<'static> = 1;
        /// Which groups the hardware counts, by group: [`L3_STATS`].
        HW_S_INFO: Nest<Indexed<Nest<Hardware>>> = 2;
        /// Routed packets: `struct rtnl_hw_stats64`.
        L3_STATS: Bytes = 3;
    }
}
