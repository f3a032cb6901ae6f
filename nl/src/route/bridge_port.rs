//! A port of a bridge (`linux/if_link.h`).

use crate::attr::attributes;
use crate::value::{U8, U16, U32};

attributes! {
    /// A port of a bridge (`IFLA_BRPORT_*`).
    BridgePort = "IFLA_BRPORT" {
        /// Spanning tree state.
        STATE: U8 = 1;
        /// Priority.
        PRIORITY: U16 = 2;
        /// Cost.
        COST: U32 = 3;
        /// Whether frames may leave by the port they came in.
        MODE: U8 = 4;
        /// BPDU guard.
        GUARD: U8 = 5;
        /// Root block.
        PROTECT: U8 = 6;
        /// Fast leave.
        FAST_LEAVE: U8 = 7;
        /// Whether addresses are learnt.
        LEARNING: U8 = 8;
        /// Whether unknown unicast is flooded.
        UNICAST_FLOOD: U8 = 9;
        /// Whether ports with this flag cannot reach each other.
        ISOLATED: U8 = 33;
    }
}
