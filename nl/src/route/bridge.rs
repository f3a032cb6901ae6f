//! What is particular to a bridge (`linux/if_link.h`).

use crate::attr::attributes;
use crate::value::{Be16, Bytes, Flag, U8, U16, U32, U64};

attributes! {
    /// A bridge (`IFLA_BR_*`). Times are in hundredths of a second.
    Bridge = "IFLA_BR" {
        /// Time a port spends listening and learning, each.
        FORWARD_DELAY: U32 = 1;
        /// Time between hello packets.
        HELLO_TIME: U32 = 2;
        /// Age at which a neighbour bridge is given up.
        MAX_AGE: U32 = 3;
        /// Age at which a learnt address is forgotten.
        AGEING_TIME: U32 = 4;
        /// Spanning tree: 0 off, 1 kernel, 2 user space.
        STP_STATE: U32 = 5;
        /// Priority of the bridge.
        PRIORITY: U16 = 6;
        /// Whether VLANs are told apart.
        VLAN_FILTERING: U8 = 7;
        /// Ethernet type of VLAN tags.
        VLAN_PROTOCOL: Be16 = 8;
        /// Mask of link-local groups to forward.
        GROUP_FWD_MASK: U16 = 9;
        /// Identifier of the root bridge.
        ROOT_ID: Bytes = 10;
        /// Own identifier.
        BRIDGE_ID: Bytes = 11;
        /// Port towards the root.
        ROOT_PORT: U16 = 12;
        /// Cost of the path to the root.
        ROOT_PATH_COST: U32 = 13;
        /// Whether the topology changed.
        TOPOLOGY_CHANGE: U8 = 14;
        /// Whether a topology change was detected.
        TOPOLOGY_CHANGE_DETECTED: U8 = 15;
        /// Time left of the hello timer.
        HELLO_TIMER: U64 = 16;
        /// Time left of the topology change notification timer.
        TCN_TIMER: U64 = 17;
        /// Time left of the topology change timer.
        TOPOLOGY_CHANGE_TIMER: U64 = 18;
        /// Time left of the garbage collection timer.
        GC_TIMER: U64 = 19;
        /// Group address.
        GROUP_ADDR: Bytes = 20;
        /// Forget all learnt addresses.
        FDB_FLUSH: Flag = 21;
        /// Multicast router.
        MCAST_ROUTER: U8 = 22;
        /// Multicast snooping: 0 off, 1 on.
        MCAST_SNOOPING: U8 = 23;
    }
}
