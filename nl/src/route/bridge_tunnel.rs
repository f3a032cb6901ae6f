//! The tunnel of a VLAN of a bridge port (`linux/if_bridge.h`).

use crate::attr::attributes;
use crate::value::{U16, U32};

attributes! {
    /// A VLAN's tunnel (`IFLA_BRIDGE_VLAN_TUNNEL_*`).
    Tunnel = "IFLA_BRIDGE_VLAN_TUNNEL" {
        /// Tunnel identifier.
        ID: U32 = 1;
        /// VLAN.
        VID: U16 = 2;
        /// As in [`VlanInfo`](super::bridge_spec::VlanInfo).
        FLAGS: U16 = 3;
    }
}
