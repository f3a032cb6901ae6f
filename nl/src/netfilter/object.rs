//! Objects that rules and elements refer to by name (`linux/netfilter/nf_tables.h`).

use crate::attr::{Attr, Nest, attributes, messages};
use crate::netfilter::NfGen;
use crate::netfilter::expr::counter::Counter;
use crate::netfilter::expr::limit::Limit;
use crate::netfilter::expr::quota::Quota;
use crate::netfilter::object_helper::Helper;
use crate::value::{Be32, Be64, Bytes, Str, numbers};

messages! {
    /// Add an object; also every reply and notification about one.
    NEW: NfGen, Object = 0xa12, "NFT_MSG_NEWOBJ";
    /// Ask for objects.
    GET: NfGen, Object = 0xa13, "NFT_MSG_GETOBJ";
    /// Remove an object; it must be unused.
    DEL: NfGen, Object = 0xa14, "NFT_MSG_DELOBJ";
    /// As [`GET`], and sets counters to zero.
    GET_RESET: NfGen, Object = 0xa15, "NFT_MSG_GETOBJ_RESET";
    /// As [`DEL`], without an error when there is none (kernel 6.3).
    DESTROY: NfGen, Object = 0xa1f, "NFT_MSG_DESTROYOBJ";
}

attributes! {
    /// Attributes of an object (`NFTA_OBJ_*`).
    Object = "NFTA_OBJ" {
        /// Name of the table.
        TABLE: Str = 1;
        /// Name.
        NAME: Str = 2;
        /// Type.
        TYPE: Type = 3;
        /// What is particular to the type, raw; typed under the name of each type.
        DATA: Bytes = 4 => TYPE number {
            1: Nest<Counter>,
            2: Nest<Quota>,
            3: Nest<Helper>,
            4: Nest<Limit>,
        };
        /// How many refer to it.
        USE: Be32 = 5;
        /// Handle.
        HANDLE: Be64 = 6;
        /// Padding.
        PAD: Bytes = 7;
        /// Bytes for user space, see [`userdata`](super::userdata).
        USERDATA: Bytes = 8;
    }
}

/// `NFTA_OBJ_DATA` of a counter.
pub const COUNTER: Attr<Object, Nest<Counter>> = Attr::new(4);
/// `NFTA_OBJ_DATA` of a quota.
pub const QUOTA: Attr<Object, Nest<Quota>> = Attr::new(4);
/// `NFTA_OBJ_DATA` of a connection tracking helper.
pub const HELPER: Attr<Object, Nest<Helper>> = Attr::new(4);
/// `NFTA_OBJ_DATA` of a limit.
pub const LIMIT: Attr<Object, Nest<Limit>> = Attr::new(4);

numbers! {
    /// Type of an object.
    Type: u32, big, "NFT_OBJECT_" {
        /// Counter.
        COUNTER = 1;
        /// Quota.
        QUOTA = 2;
        /// Connection tracking helper.
        CT_HELPER = 3;
        /// Limit.
        LIMIT = 4;
        /// Connection limit.
        CONNLIMIT = 5;
        /// Tunnel.
        TUNNEL = 6;
        /// Connection tracking timeout.
        CT_TIMEOUT = 7;
        /// Security mark.
        SECMARK = 8;
        /// Connection tracking expectation.
        CT_EXPECT = 9;
        /// SYN proxy.
        SYNPROXY = 10;
    }
}
