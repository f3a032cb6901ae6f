//! A VLAN on top of a link (`linux/if_link.h`, `linux/if_vlan.h`, IEEE 802.1Q).

use crate::attr::{Nest, attributes};
use crate::value::{Be16, Struct, U16, bits};
use crate::wire::header;

attributes! {
    /// A VLAN (`IFLA_VLAN_*`).
    Vlan = "IFLA_VLAN" {
        /// The tag, 0 to 4094.
        ID: U16 = 1;
        /// Flags and which of them to change.
        FLAGS: Struct<FlagChange> = 2;
        /// From packet priority to tag priority.
        EGRESS_QOS: Nest<Qos> = 3;
        /// From tag priority to packet priority.
        INGRESS_QOS: Nest<Qos> = 4;
        /// Ethernet type of the tag: [`DOT1Q`] or [`DOT1AD`].
        PROTOCOL: Be16 = 5;
    }
}

attributes! {
    /// Mappings between priorities (`IFLA_VLAN_QOS_*`); [`MAPPING`] repeats.
    Qos = "IFLA_VLAN_QOS" {
        /// One mapping.
        MAPPING: Struct<Mapping> = 1;
    }
}

header! {
    /// `struct ifla_vlan_flags`.
    FlagChange = "ifla_vlan_flags", 8 {
        /// Their new values.
        flags: VlanFlags, 0, native;
        /// Which to change.
        mask: VlanFlags, 4, native;
    }
}

header! {
    /// `struct ifla_vlan_qos_mapping`.
    Mapping = "ifla_vlan_qos_mapping", 8 {
        /// Priority before.
        from: u32, 0, native;
        /// Priority after.
        to: u32, 4, native;
    }
}

bits! {
    /// Flags of a VLAN.
    VlanFlags: u32, native, "VLAN_FLAG_" {
        /// Packets look untagged to the VLAN's own sockets.
        REORDER_HDR = 0x1;
        /// Registered by GVRP.
        GVRP = 0x2;
        /// Up and down independently of the link below.
        LOOSE_BINDING = 0x4;
        /// Registered by MVRP.
        MVRP = 0x8;
        /// Up while the bridge below has a port in this VLAN.
        BRIDGE_BINDING = 0x10;
    }
}

/// `ETH_P_8021Q`.
pub const DOT1Q: u16 = 0x8100;
/// `ETH_P_8021AD`.
pub const DOT1AD: u16 = 0x88a8;
