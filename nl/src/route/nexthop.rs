//! Next-hop objects: `RTM_NEWNEXTHOP` and its family (`linux/nexthop.h`).

use crate::attr::{Nest, attributes, messages};
use crate::route::nexthop_bucket::ResilientBucket;
use crate::route::nexthop_group::{GroupStats, Resilient};
use crate::route::route::{EncapType, Protocol, Scope};
use crate::value::{Bytes, Flag, Ip, U32, bits, numbers};
use crate::wire::header;

messages! {
    /// Add a next hop or group, or change one; also every reply and notification about one.
    NEW: NhMsg, NextHop = 104, "RTM_NEWNEXTHOP";
    /// Remove a next hop or group.
    DEL: NhMsg, NextHop = 105, "RTM_DELNEXTHOP";
    /// Ask for next hops.
    GET: NhMsg, NextHop = 106, "RTM_GETNEXTHOP";
}

header! {
    /// `struct nhmsg`.
    NhMsg = "nhmsg", 8 {
        /// Address family.
        family: u8, 0, family;
        /// How far it is; only in replies.
        scope: Scope, 1, native;
        /// Who made it.
        protocol: Protocol, 2, native;
        /// Flags, see [`HopFlags`](super::route::HopFlags).
        flags: NextHopFlags, 4, native;
    }
}

attributes! {
    /// Attributes of a next hop (`NHA_*`).
    NextHop = "NHA" {
        /// Its id; 0 lets the kernel choose.
        ID: U32 = 1;
        /// The members of a group, see [`Members`].
        GROUP: Bytes = 2;
        /// How a group chooses.
        GROUP_TYPE: GroupType = 3;
        /// Drops packets.
        BLACKHOLE: Flag = 4;
        /// Index of the link.
        OIF: U32 = 5;
        /// Gateway.
        GATEWAY: Ip = 6;
        /// Type of the encapsulation.
        ENCAP_TYPE: EncapType = 7;
        /// Encapsulation, raw.
        ENCAP: Bytes = 8;
        /// Dump groups only.
        GROUPS: Flag = 9;
        /// Dump next hops by links of this bridge or VRF only.
        MASTER: U32 = 10;
        /// For forwarding entries.
        FDB: Flag = 11;
        /// Settings of a resilient group.
        RES_GROUP: Nest<Resilient> = 12;
        /// A bucket of a resilient group.
        RES_BUCKET: Nest<ResilientBucket> = 13;
        /// What a reply shall hold: `NHA_OP_FLAG_*`.
        OP_FLAGS: U32 = 14;
        /// Counters of a group's members.
        GROUP_STATS: Nest<GroupStats> = 15;
        /// Whether the hardware counts.
        HW_STATS_ENABLE: U32 = 16;
        /// Whether any hardware counts now.
        HW_STATS_USED: U32 = 17;
    }
}

header! {
    /// `struct nexthop_grp`: one member of a group.
    Member = "nexthop_grp", 8 {
        /// Id of the next hop.
        id: u32, 0, native;
        /// Low 8 bits of the weight minus 1.
        weight: u8, 4, native;
        /// High 8 bits of the weight minus 1 (kernel 6.12).
        weight_high: u8, 5, native;
    }
}

/// The members of a group: iterates over the value of [`GROUP`].
#[derive(Clone, Debug)]
pub struct Members<'a>(&'a [u8]);

impl<'a> Members<'a> {
    /// The members in the value of [`GROUP`].
    pub fn new(group: &'a [u8]) -> Self {
        Members(group)
    }
}

impl Iterator for Members<'_> {
    type Item = Member;

    fn next(&mut self) -> Option<Member> {
        use crate::wire::Header;
        let member = Member::parse(self.0)?;
        self.0 = self.0.get(Member::LEN..).unwrap_or_default();
        Some(member)
    }
}

bits! {
    /// Flags of a next hop: [`HopFlags`](super::route::HopFlags) in 32 bits.
    NextHopFlags: u32, native, "RTNH_F_" {
        /// Dead.
        DEAD = 0x1;
        /// On the link, whatever the addresses say.
        ONLINK = 0x4;
        /// In the hardware.
        OFFLOAD = 0x8;
        /// The link has no carrier.
        LINKDOWN = 0x10;
        /// The hardware hands its packets to the kernel.
        TRAP = 0x40;
    }
}

numbers! {
    /// How a group chooses.
    GroupType: u16, native, "NEXTHOP_GRP_TYPE_" {
        /// By hash, thresholds by weight.
        MPATH = 0;
        /// By a table of buckets that changes slowly.
        RES = 1;
    }
}
