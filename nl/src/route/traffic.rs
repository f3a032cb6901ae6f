//! Traffic control: queueing disciplines, classes, filters and chains (`linux/rtnetlink.h`,
//! `linux/pkt_sched.h`, `linux/gen_stats.h`). Options are raw except for tbf.

use crate::attr::{Attr, Nest, attributes, messages};
use crate::route::tbf::Tbf;
use crate::route::traffic_stats::TrafficStats;
use crate::value::{Bytes, Flag, Str, U8, U32};
use crate::wire::header;

messages! {
    /// Add a queueing discipline, or change one; also every reply and notification about one.
    NEW_QDISC: TcMsg, Traffic = 36, "RTM_NEWQDISC";
    /// Remove a queueing discipline.
    DEL_QDISC: TcMsg, Traffic = 37, "RTM_DELQDISC";
    /// Ask for queueing disciplines.
    GET_QDISC: TcMsg, Traffic = 38, "RTM_GETQDISC";
    /// Add a class, or change one; also every reply and notification about one.
    NEW_CLASS: TcMsg, Traffic = 40, "RTM_NEWTCLASS";
    /// Remove a class.
    DEL_CLASS: TcMsg, Traffic = 41, "RTM_DELTCLASS";
    /// Ask for the classes of a link.
    GET_CLASS: TcMsg, Traffic = 42, "RTM_GETTCLASS";
    /// Add a filter, or change one; also every reply and notification about one.
    NEW_FILTER: TcMsg, Traffic = 44, "RTM_NEWTFILTER";
    /// Remove a filter.
    DEL_FILTER: TcMsg, Traffic = 45, "RTM_DELTFILTER";
    /// Ask for the filters of a parent.
    GET_FILTER: TcMsg, Traffic = 46, "RTM_GETTFILTER";
    /// Add a chain of filters.
    NEW_CHAIN: TcMsg, Traffic = 100, "RTM_NEWCHAIN";
    /// Remove a chain of filters.
    DEL_CHAIN: TcMsg, Traffic = 101, "RTM_DELCHAIN";
    /// Ask for chains of filters.
    GET_CHAIN: TcMsg, Traffic = 102, "RTM_GETCHAIN";
}

header! {
    /// `struct tcmsg`.
    ///
    /// ```text
    ///  0    1         4         8         12        16        20
    ///  +----+---------+---------+---------+---------+---------+
    ///  | fam|         | ifindex | handle  | parent  | info    |
    ///  +----+---------+---------+---------+---------+---------+
    /// ```
    TcMsg = "tcmsg", 20 {
        /// Address family: 0.
        family: u8, 0, family;
        /// Index of the link; [`BLOCK`] for a shared block.
        index: i32, 4, native;
        /// Own handle: major number in the upper 16 bits, minor in the lower.
        handle: u32, 8, native;
        /// Handle of the parent, or [`ROOT`], [`INGRESS`], [`CLSACT`].
        parent: u32, 12, native;
        /// References of a queueing discipline; of a filter the priority in the upper 16 bits
        /// and the Ethernet type, big-endian, in the lower.
        info: u32, 16, native;
    }
}

attributes! {
    /// Attributes of traffic control (`TCA_*`).
    Traffic = "TCA" {
        /// The kind, such as `tbf`.
        KIND: Str = 1;
        /// What is particular to the kind, raw; typed under the name of each kind.
        OPTIONS: Bytes = 2 => KIND {
            "tbf": Nest<Tbf>,
        };
        /// `struct tc_stats`.
        STATS: Bytes = 3;
        /// Counters of the kind.
        XSTATS: Bytes = 4;
        /// Rate estimator.
        RATE: Bytes = 5;
        /// Count.
        FCNT: Bytes = 6;
        /// Counters.
        STATS2: Nest<TrafficStats> = 7;
        /// Size table.
        STAB: Bytes = 8;
        /// Padding.
        PAD: Bytes = 9;
        /// Dump built-in queueing disciplines too.
        DUMP_INVISIBLE: Flag = 10;
        /// Chain of filters.
        CHAIN: U32 = 11;
        /// Whether it is in the hardware.
        HW_OFFLOAD: U8 = 12;
        /// Block of incoming filters.
        INGRESS_BLOCK: U32 = 13;
        /// Block of outgoing filters.
        EGRESS_BLOCK: U32 = 14;
        /// `TCA_DUMP_FLAGS_*`.
        DUMP_FLAGS: Bytes = 15;
        /// A warning in the kernel's own words.
        EXT_WARN_MSG: Str = 16;
    }
}

/// `TCA_OPTIONS` of a tbf.
pub const TBF: Attr<Traffic, Nest<Tbf>> = Attr::new(2);

/// `TC_H_ROOT`: the parent of a link's outermost queueing discipline.
pub const ROOT: u32 = 0xffff_ffff;
/// `TC_H_INGRESS`: the parent of a link's ingress queueing discipline.
pub const INGRESS: u32 = 0xffff_fff1;
/// `TC_H_CLSACT`: the parent of a link's clsact, same as [`INGRESS`].
pub const CLSACT: u32 = INGRESS;
/// `TCM_IFINDEX_MAGIC_BLOCK`: the parent is a block.
pub const BLOCK: i32 = -1;
