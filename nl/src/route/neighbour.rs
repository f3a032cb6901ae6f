//! Neighbours and the forwarding entries of bridges and VXLANs: `RTM_NEWNEIGH` and its family
//! (`linux/neighbour.h`).

use crate::attr::{Nest, attributes, messages};
use crate::route::route::Kind;
use crate::value::{Be16, I32, Ip, Mac, Struct, U8, U16, U32, bits};
use crate::wire::header;

messages! {
    /// Add a neighbour, or change one; also every reply and notification about a neighbour.
    NEW: NdMsg, Neighbour = 28, "RTM_NEWNEIGH";
    /// Remove a neighbour.
    DEL: NdMsg, Neighbour = 29, "RTM_DELNEIGH";
    /// Ask for neighbours; family `AF_BRIDGE` asks for forwarding entries.
    GET: NdMsg, Neighbour = 30, "RTM_GETNEIGH";
}

header! {
    /// `struct ndmsg`.
    ///
    /// ```text
    ///  0    1         4                   8         10   11   12
    ///  +----+---------+-------------------+---------+----+----+
    ///  | fam|         | ifindex           | state   | flg|type|
    ///  +----+---------+-------------------+---------+----+----+
    /// ```
    NdMsg = "ndmsg", 12 {
        /// Address family; `AF_BRIDGE` for a forwarding entry.
        family: u8, 0, family;
        /// Index of the link.
        index: i32, 4, native;
        /// State.
        state: State, 8, native;
        /// The low 8 bits of the flags; more are in [`FLAGS_EXT`].
        flags: NeighbourFlags, 10, native;
        /// Type of the route to it.
        kind: Kind, 11, native;
    }
}

attributes! {
    /// Attributes of a neighbour (`NDA_*`).
    Neighbour = "NDA" {
        /// Address; of a forwarding entry of a VXLAN: the remote end.
        DST: Ip = 1;
        /// Link-layer address.
        LLADDR: Mac = 2;
        /// Use.
        CACHEINFO: Struct<CacheInfo> = 3;
        /// Probes sent.
        PROBES: U32 = 4;
        /// VLAN.
        VLAN: U16 = 5;
        /// UDP port of the remote end.
        PORT: Be16 = 6;
        /// Network identifier of the remote end.
        VNI: U32 = 7;
        /// Index of the link towards the remote end.
        IFINDEX: U32 = 8;
        /// Index of the bridge.
        MASTER: U32 = 9;
        /// Id of the namespace that link is in.
        LINK_NETNSID: I32 = 10;
        /// Network identifier of the entry.
        SRC_VNI: U32 = 11;
        /// Who made the entry, see [`Protocol`](super::route::Protocol).
        PROTOCOL: U8 = 12;
        /// Next-hop object.
        NH_ID: U32 = 13;
        /// More about a forwarding entry.
        FDB_EXT_ATTRS: Nest<super::fdb_ext::FdbExt> = 14;
        /// More flags.
        FLAGS_EXT: ExtFlags = 15;
        /// Which bits of the state a bulk removal compares.
        NDM_STATE_MASK: U16 = 16;
        /// Which bits of the flags a bulk removal compares.
        NDM_FLAGS_MASK: U8 = 17;
    }
}

header! {
    /// `struct nda_cacheinfo`. Times are in hundredths of a second before now.
    CacheInfo = "nda_cacheinfo", 16 {
        /// When it was last confirmed.
        confirmed: u32, 0, native;
        /// When it was last used.
        used: u32, 4, native;
        /// When it was last changed.
        updated: u32, 8, native;
        /// References.
        references: u32, 12, native;
    }
}

bits! {
    /// State of a neighbour; one bit at a time, or none.
    State: u16, native, "NUD_" {
        /// Being resolved.
        INCOMPLETE = 0x1;
        /// Confirmed.
        REACHABLE = 0x2;
        /// Not confirmed for a while.
        STALE = 0x4;
        /// Waits for confirmation by a higher layer.
        DELAY = 0x8;
        /// Being probed.
        PROBE = 0x10;
        /// Resolution failed.
        FAILED = 0x20;
        /// Needs no resolution.
        NOARP = 0x40;
        /// Set by hand.
        PERMANENT = 0x80;
    }
}

bits! {
    /// Flags of a neighbour.
    NeighbourFlags: u8, native, "NTF_" {
        /// Resolve it now.
        USE = 0x1;
        /// Entry of the link itself.
        SELF = 0x2;
        /// Entry of the link's master.
        MASTER = 0x4;
        /// Answer for it.
        PROXY = 0x8;
        /// Learnt from outside.
        EXT_LEARNED = 0x10;
        /// In the hardware.
        OFFLOADED = 0x20;
        /// Does not move to another port.
        STICKY = 0x40;
        /// Is a router (IPv6).
        ROUTER = 0x80;
    }
}

bits! {
    /// More flags of a neighbour.
    ExtFlags: u32, native, "NTF_EXT_" {
        /// The kernel keeps it resolved.
        MANAGED = 0x1;
        /// Of a locked port: not usable.
        LOCKED = 0x2;
        /// Validated by a control plane.
        EXT_VALIDATED = 0x4;
    }
}
