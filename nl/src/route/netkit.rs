//! netkit: a pair of links switched by BPF programs (`linux/if_link.h`, kernel 6.7).

use crate::attr::{HeaderNest, attributes};
use crate::route::link::{IfInfo, Link};
use crate::value::{U8, U16, U32, numbers};

attributes! {
    /// A netkit pair (`IFLA_NETKIT_*`).
    Netkit = "IFLA_NETKIT" {
        /// The other end.
        PEER_INFO: HeaderNest<IfInfo, Link> = 1;
        /// Whether this end is the primary.
        PRIMARY: U8 = 2;
        /// What happens to packets without a program.
        POLICY: Policy = 3;
        /// The same at the other end.
        PEER_POLICY: Policy = 4;
        /// Layer.
        MODE: Mode = 5;
        /// What is cleared when a packet changes namespace: 0 nothing, 1 mark and priority.
        SCRUB: U32 = 6;
        /// The same at the other end.
        PEER_SCRUB: U32 = 7;
        /// Headroom in front of a packet, in bytes.
        HEADROOM: U16 = 8;
        /// Room behind a packet, in bytes.
        TAILROOM: U16 = 9;
    }
}

numbers! {
    /// What happens to packets without a program.
    Policy: u32, native, "NETKIT_" {
        /// They pass.
        PASS = 0;
        /// They are dropped.
        DROP = 2;
    }
}

numbers! {
    /// Layer of a netkit pair.
    Mode: u32, native, "NETKIT_" {
        /// Ethernet frames.
        L2 = 0;
        /// IP packets.
        L3 = 1;
    }
}
