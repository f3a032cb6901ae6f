//! Counters of links by group: `RTM_GETSTATS` (`linux/if_link.h`).

use crate::attr::{Attr, Nest, attributes, messages};
use crate::route::link_stats::LinkStats64;
use crate::value::{Bytes, bits};
use crate::wire::header;

messages! {
    /// Every reply about counters.
    NEW: IfStats, Stats = 92, "RTM_NEWSTATS";
    /// Ask for counters.
    GET: IfStats, Stats = 94, "RTM_GETSTATS";
    /// Turn optional counters on or off.
    SET: IfStats, Stats = 95, "RTM_SETSTATS";
}

header! {
    /// `struct if_stats_msg`.
    IfStats = "if_stats_msg", 12 {
        /// Address family.
        family: u8, 0, family;
        /// Index of the link.
        index: u32, 4, native;
        /// Which groups to send.
        filter: Filter, 8, native;
    }
}

attributes! {
    /// Groups of counters (`IFLA_STATS_*`).
    Stats = "IFLA_STATS" {
        /// The link's own.
        LINK_64: LinkStats64<'static> = 1;
        /// Of the link's kind, as a master.
        LINK_XSTATS: Bytes = 2;
        /// Of the link's kind, as a port.
        LINK_XSTATS_SLAVE: Bytes = 3;
        /// Of the hardware.
        LINK_OFFLOAD_XSTATS: Nest<super::stats_offload::Offload> = 4;
        /// By address family.
        AF_SPEC: Bytes = 5;
    }
}

/// `IFLA_STATS_GET_FILTERS`: filters inside the groups, in a request.
pub const GET_FILTERS: Attr<Stats, Bytes> = Attr::new(1);

bits! {
    /// Which groups: bit n-1 for group n.
    Filter: u32, native, "IFLA_STATS_" {
        /// The link's own.
        LINK_64 = 0x1;
        /// Of the link's kind, as a master.
        LINK_XSTATS = 0x2;
        /// Of the link's kind, as a port.
        LINK_XSTATS_SLAVE = 0x4;
        /// Of the hardware.
        LINK_OFFLOAD_XSTATS = 0x8;
        /// By address family.
        AF_SPEC = 0x10;
    }
}
