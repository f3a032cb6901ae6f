//! What is particular to a bridge (`linux/if_link.h`).

use crate::attr::{Nest, attributes};
use crate::route::bridge_querier::Querier;
use crate::value::{Be16, Bytes, Flag, Mac, Struct, U8, U16, U32, U64, bits};
use crate::wire::header;

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
        ROOT_ID: Struct<BridgeId> = 10;
        /// Own identifier.
        BRIDGE_ID: Struct<BridgeId> = 11;
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
        GROUP_ADDR: Mac = 20;
        /// Forget all learnt addresses.
        FDB_FLUSH: Flag = 21;
        /// Multicast router: 0 never, 1 as learnt, 2 always.
        MCAST_ROUTER: U8 = 22;
        /// Multicast snooping: 0 off, 1 on.
        MCAST_SNOOPING: U8 = 23;
        /// Whether queries use the bridge's own address.
        MCAST_QUERY_USE_IFADDR: U8 = 24;
        /// Whether the bridge sends queries.
        MCAST_QUERIER: U8 = 25;
        /// Without effect since kernel 4.20.
        MCAST_HASH_ELASTICITY: U32 = 26;
        /// Most multicast groups.
        MCAST_HASH_MAX: U32 = 27;
        /// Queries before a group is given up.
        MCAST_LAST_MEMBER_CNT: U32 = 28;
        /// Queries at start.
        MCAST_STARTUP_QUERY_CNT: U32 = 29;
        /// Time between queries before a group is given up.
        MCAST_LAST_MEMBER_INTVL: U64 = 30;
        /// Time after which a membership ends.
        MCAST_MEMBERSHIP_INTVL: U64 = 31;
        /// Time after which another querier is given up.
        MCAST_QUERIER_INTVL: U64 = 32;
        /// Time between queries.
        MCAST_QUERY_INTVL: U64 = 33;
        /// Time to answer a query.
        MCAST_QUERY_RESPONSE_INTVL: U64 = 34;
        /// Time between queries at start.
        MCAST_STARTUP_QUERY_INTVL: U64 = 35;
        /// Whether iptables sees bridged packets.
        NF_CALL_IPTABLES: U8 = 36;
        /// Whether ip6tables sees bridged packets.
        NF_CALL_IP6TABLES: U8 = 37;
        /// Whether arptables sees bridged packets.
        NF_CALL_ARPTABLES: U8 = 38;
        /// VLAN of untagged packets; 0 is none.
        VLAN_DEFAULT_PVID: U16 = 39;
        /// Padding.
        PAD: Bytes = 40;
        /// Whether VLANs have counters.
        VLAN_STATS_ENABLED: U8 = 41;
        /// Whether multicast has counters.
        MCAST_STATS_ENABLED: U8 = 42;
        /// IGMP version: 2 or 3.
        MCAST_IGMP_VERSION: U8 = 43;
        /// MLD version: 1 or 2.
        MCAST_MLD_VERSION: U8 = 44;
        /// Whether VLAN counters are kept per port.
        VLAN_STATS_PER_PORT: U8 = 45;
        /// More switches, see [`Options`].
        MULTI_BOOLOPT: Struct<OptionChange> = 46;
        /// The elected querier.
        MCAST_QUERIER_STATE: Nest<Querier> = 47;
        /// Addresses learnt.
        FDB_N_LEARNED: U32 = 48;
        /// Most addresses learnt; 0 is no limit.
        FDB_MAX_LEARNED: U32 = 49;
    }
}

header! {
    /// `struct ifla_bridge_id`.
    BridgeId = "ifla_bridge_id", 8 {
        /// Priority.
        priority: u16, 0, big;
        /// Hardware address.
        address: [u8; 6], 2, bytes;
    }
}

header! {
    /// `struct br_boolopt_multi` (`linux/if_bridge.h`).
    OptionChange = "br_boolopt_multi", 8 {
        /// Values.
        value: Options, 0, native;
        /// Which to change.
        mask: Options, 4, native;
    }
}

bits! {
    /// Switches of a bridge, one bit each.
    Options: u32, native, "BR_BOOLOPT_" {
        /// Learning from link-local packets is off.
        NO_LL_LEARN = 1;
        /// Multicast snooping per VLAN.
        MCAST_VLAN_SNOOPING = 2;
        /// Multiple spanning trees.
        MST_ENABLE = 4;
        /// MDB offload failures are notified.
        MDB_OFFLOAD_FAIL_NOTIFICATION = 8;
        /// Learning in the local entry of VLAN 0.
        FDB_LOCAL_VLAN_0 = 16;
    }
}
