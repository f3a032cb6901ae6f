//! ipvlan and ipvtap: links that share the hardware address of another (`linux/if_link.h`).

use crate::attr::attributes;
use crate::value::{bits, numbers};

attributes! {
    /// An ipvlan or ipvtap (`IFLA_IPVLAN_*`).
    Ipvlan = "IFLA_IPVLAN" {
        /// Layer that packets are switched on.
        MODE: Mode = 1;
        /// Flags.
        FLAGS: IpvlanFlags = 2;
    }
}

numbers! {
    /// Layer that packets are switched on.
    Mode: u16, native, "IPVLAN_MODE_" {
        /// Layer 2.
        L2 = 0;
        /// Layer 3.
        L3 = 1;
        /// Layer 3, seen by netfilter.
        L3S = 2;
    }
}

bits! {
    /// Flags of an ipvlan; neither means bridge mode.
    IpvlanFlags: u16, native, "IPVLAN_F_" {
        /// Links on the same link below cannot reach each other.
        PRIVATE = 0x1;
        /// A switch reflects the frames.
        VEPA = 0x2;
    }
}
