//! Flow tables (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes, messages};
use crate::netfilter::NfGen;
use crate::netfilter::flowtable_hook::FlowtableHook;
use crate::value::{Be32, Be64, Bytes, Str};

messages! {
    /// Add a flow table; also every reply and notification about one.
    NEW: NfGen, Flowtable = 0xa16, "NFT_MSG_NEWFLOWTABLE";
    /// Ask for flow tables.
    GET: NfGen, Flowtable = 0xa17, "NFT_MSG_GETFLOWTABLE";
    /// Remove a flow table.
    DEL: NfGen, Flowtable = 0xa18, "NFT_MSG_DELFLOWTABLE";
    /// As [`DEL`], without an error when there is none (kernel 6.3).
    DESTROY: NfGen, Flowtable = 0xa20, "NFT_MSG_DESTROYFLOWTABLE";
}

attributes! {
    /// Attributes of a flow table (`NFTA_FLOWTABLE_*`).
    Flowtable = "NFTA_FLOWTABLE" {
        /// Name of the table.
        TABLE: Str = 1;
        /// Name.
        NAME: Str = 2;
        /// Where it hooks in.
        HOOK: Nest<FlowtableHook> = 3;
        /// How many rules refer to it.
        USE: Be32 = 4;
        /// Handle.
        HANDLE: Be64 = 5;
        /// Padding.
        PAD: Bytes = 6;
        /// Bit 0 hardware offload, bit 1 counters.
        FLAGS: Be32 = 7;
    }
}
