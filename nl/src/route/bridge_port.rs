//! A port of a bridge (`linux/if_link.h`).

use crate::attr::attributes;
use crate::route::bridge::BridgeId;
use crate::value::{Bytes, Flag, Struct, U8, U16, U32, U64, numbers};

attributes! {
    /// A port of a bridge (`IFLA_BRPORT_*`). `U8` switches are 0 or 1; times are in hundredths
    /// of a second.
    BridgePort = "IFLA_BRPORT" {
        /// Spanning tree state.
        STATE: State = 1;
        /// Priority.
        PRIORITY: U16 = 2;
        /// Cost.
        COST: U32 = 3;
        /// Whether frames may leave by the port they came in (hairpin).
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
        /// Proxy ARP.
        PROXYARP: U8 = 10;
        /// Whether hardware's learnt addresses are taken over.
        LEARNING_SYNC: U8 = 11;
        /// Proxy ARP for wireless.
        PROXYARP_WIFI: U8 = 12;
        /// Identifier of the root bridge.
        ROOT_ID: Struct<BridgeId> = 13;
        /// Identifier of the designated bridge.
        BRIDGE_ID: Struct<BridgeId> = 14;
        /// Designated port.
        DESIGNATED_PORT: U16 = 15;
        /// Designated cost.
        DESIGNATED_COST: U16 = 16;
        /// Identifier: priority and number.
        ID: U16 = 17;
        /// Number.
        NO: U16 = 18;
        /// Whether a topology change is acknowledged.
        TOPOLOGY_CHANGE_ACK: U8 = 19;
        /// Whether a configuration packet is due.
        CONFIG_PENDING: U8 = 20;
        /// Time left of the message age timer.
        MESSAGE_AGE_TIMER: U64 = 21;
        /// Time left of the forward delay timer.
        FORWARD_DELAY_TIMER: U64 = 22;
        /// Time left of the hold timer.
        HOLD_TIMER: U64 = 23;
        /// Forget all addresses learnt on this port.
        FLUSH: Flag = 24;
        /// Multicast router: 0 never, 1 as learnt, 2 always, 3 for a time.
        MULTICAST_ROUTER: U8 = 25;
        /// Padding.
        PAD: Bytes = 26;
        /// Whether unknown multicast is flooded.
        MCAST_FLOOD: U8 = 27;
        /// Whether multicast is sent as unicast to each member.
        MCAST_TO_UCAST: U8 = 28;
        /// Whether VLANs map to tunnels.
        VLAN_TUNNEL: U8 = 29;
        /// Whether broadcast is flooded.
        BCAST_FLOOD: U8 = 30;
        /// Mask of link-local groups to forward.
        GROUP_FWD_MASK: U16 = 31;
        /// Whether ARP and neighbour discovery are answered here.
        NEIGH_SUPPRESS: U8 = 32;
        /// Whether ports with this flag cannot reach each other.
        ISOLATED: U8 = 33;
        /// Index of the port used while this one is down.
        BACKUP_PORT: U32 = 34;
        /// Whether the MRP ring is open.
        MRP_RING_OPEN: U8 = 35;
        /// Whether the MRP interconnection is open.
        MRP_IN_OPEN: U8 = 36;
        /// Most hosts tracked.
        MCAST_EHT_HOSTS_LIMIT: U32 = 37;
        /// Hosts tracked.
        MCAST_EHT_HOSTS_CNT: U32 = 38;
        /// Whether unknown sources are dropped.
        LOCKED: U8 = 39;
        /// MAC authentication bypass.
        MAB: U8 = 40;
        /// Multicast groups.
        MCAST_N_GROUPS: U32 = 41;
        /// Most multicast groups; 0 is no limit.
        MCAST_MAX_GROUPS: U32 = 42;
        /// [`NEIGH_SUPPRESS`] by VLAN.
        NEIGH_VLAN_SUPPRESS: U8 = 43;
        /// Next-hop object used while this port is down.
        BACKUP_NHID: U32 = 44;
    }
}

numbers! {
    /// Spanning tree state of a port (`linux/if_bridge.h`).
    State: u8, native, "BR_STATE_" {
        /// Forwards nothing.
        DISABLED = 0;
        /// Listens to other bridges.
        LISTENING = 1;
        /// Learns addresses.
        LEARNING = 2;
        /// Forwards.
        FORWARDING = 3;
        /// Blocks a loop.
        BLOCKING = 4;
    }
}
