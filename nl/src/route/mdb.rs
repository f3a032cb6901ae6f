//! The multicast database of bridges and VXLANs: `RTM_NEWMDB` and its family
//! (`linux/if_bridge.h`).

use crate::attr::{Attr, Nest, attributes, messages};
use crate::route::mdb_list::MdbList;
use crate::route::mdb_router::MdbRouter;
use crate::value::{Struct, bits};
use crate::wire::header;

messages! {
    /// Add an entry; also every reply and notification about entries, except that bridges answer
    /// dumps with [`GET`].
    NEW: BridgePortMsg, Mdb = 84, "RTM_NEWMDB";
    /// Remove an entry.
    DEL: BridgePortMsg, Mdb = 85, "RTM_DELMDB";
    /// Ask for entries; also the reply of a bridge.
    GET: BridgePortMsg, Mdb = 86, "RTM_GETMDB";
}

header! {
    /// `struct br_port_msg`.
    BridgePortMsg = "br_port_msg", 8 {
        /// Address family: `AF_BRIDGE` in requests.
        family: u8, 0, family;
        /// Index of the bridge.
        index: u32, 4, native;
    }
}

attributes! {
    /// Entries and routers of a bridge (`MDBA_*`), as replies hold them. For requests see
    /// [`SET_ENTRY`].
    Mdb = "MDBA" {
        /// The entries.
        MDB: Nest<MdbList> = 1;
        /// The ports routers are behind.
        ROUTER: Nest<MdbRouter> = 2;
    }
}

/// `MDBA_SET_ENTRY`: the entry to add or remove, in a request.
pub const SET_ENTRY: Attr<Mdb, Struct<Entry>> = Attr::new(1);

header! {
    /// `struct br_mdb_entry`.
    Entry = "br_mdb_entry", 28 {
        /// Index of the port.
        index: u32, 0, native;
        /// 0 temporary, 1 permanent.
        state: u8, 4, native;
        /// Flags.
        flags: EntryFlags, 5, native;
        /// VLAN.
        vid: u16, 6, native;
        /// The group: 4 bytes of IPv4, 16 of IPv6, or 6 of Ethernet, zeroes behind.
        group: [u8; 16], 8, bytes;
        /// Ethernet type, which says what the group is; 0 for Ethernet.
        protocol: u16, 24, big;
    }
}

bits! {
    /// Flags of an entry.
    EntryFlags: u8, native, "MDB_FLAGS_" {
        /// In the hardware.
        OFFLOAD = 0x1;
        /// The host left quickly.
        FAST_LEAVE = 0x2;
        /// Made for a source that is excluded elsewhere.
        STAR_EXCL = 0x4;
        /// Blocked.
        BLOCKED = 0x8;
    }
}
