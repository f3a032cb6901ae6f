//! Tables: the outermost container (`linux/netfilter/nf_tables.h`).

use crate::attr::{attributes, messages};
use crate::netfilter::NfGen;
use crate::value::{Be32, Be64, Bytes, Str, bits};

messages! {
    /// Add a table, or change its flags; also every reply and notification about one.
    NEW: NfGen, Table = 0xa00, "NFT_MSG_NEWTABLE";
    /// Ask for tables.
    GET: NfGen, Table = 0xa01, "NFT_MSG_GETTABLE";
    /// Remove a table and what is in it; without a name all of the family.
    DEL: NfGen, Table = 0xa02, "NFT_MSG_DELTABLE";
    /// As [`DEL`], without an error when there is none (kernel 6.3).
    DESTROY: NfGen, Table = 0xa1a, "NFT_MSG_DESTROYTABLE";
}

attributes! {
    /// Attributes of a table (`NFTA_TABLE_*`).
    Table = "NFTA_TABLE" {
        /// Name.
        NAME: Str = 1;
        /// Flags.
        FLAGS: TableFlags = 2;
        /// How many objects are in it.
        USE: Be32 = 3;
        /// Handle.
        HANDLE: Be64 = 4;
        /// Padding.
        PAD: Bytes = 5;
        /// Bytes for user space, see [`userdata`](super::userdata).
        USERDATA: Bytes = 6;
        /// Port of the socket that owns it.
        OWNER: Be32 = 7;
    }
}

bits! {
    /// Flags of a table.
    TableFlags: u32, big, "NFT_TABLE_F_" {
        /// Its base chains are not hooked in.
        DORMANT = 0x1;
        /// Belongs to the socket that made it, and goes with it.
        OWNER = 0x2;
        /// Stays when its owner goes (kernel 6.9).
        PERSIST = 0x4;
    }
}
