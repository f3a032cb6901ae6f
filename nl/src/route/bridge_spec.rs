//! `IFLA_AF_SPEC` of messages of family `AF_BRIDGE`: VLANs of a bridge and its ports
//! (`linux/if_bridge.h`).

use crate::attr::{Nest, attributes};
use crate::route::bridge_tunnel::Tunnel;
use crate::value::{Bytes, Struct, U16, bits};
use crate::wire::header;

attributes! {
    /// VLANs of a bridge or port, and more (`IFLA_BRIDGE_*`).
    BridgeSpec = "IFLA_BRIDGE" {
        /// 1 the bridge itself, 2 the port.
        FLAGS: U16 = 0;
        /// 0 VEB, 1 VEPA, 0xffff undefined (hardware bridges).
        MODE: U16 = 1;
        /// One VLAN, or one end of a range. It repeats.
        VLAN_INFO: Struct<VlanInfo> = 2;
        /// A VLAN's tunnel. It repeats.
        VLAN_TUNNEL_INFO: Nest<Tunnel> = 3;
        /// Media redundancy protocol.
        MRP: Bytes = 4;
        /// Connectivity fault management.
        CFM: Bytes = 5;
        /// Multiple spanning trees.
        MST: Bytes = 6;
    }
}

header! {
    /// `struct bridge_vlan_info`.
    VlanInfo = "bridge_vlan_info", 4 {
        /// Flags.
        flags: VlanInfoFlags, 0, native;
        /// VLAN, 1 to 4094.
        vid: u16, 2, native;
    }
}

bits! {
    /// Flags of a VLAN of a port.
    VlanInfoFlags: u16, native, "BRIDGE_VLAN_INFO_" {
        /// Of the bridge, not the port.
        MASTER = 0x1;
        /// VLAN of untagged packets.
        PVID = 0x2;
        /// Leaves untagged.
        UNTAGGED = 0x4;
        /// First of a range.
        RANGE_BEGIN = 0x8;
        /// Last of a range.
        RANGE_END = 0x10;
        /// Of the bridge itself, not only a global entry.
        BRENTRY = 0x20;
        /// Only the options change.
        ONLY_OPTS = 0x40;
    }
}
