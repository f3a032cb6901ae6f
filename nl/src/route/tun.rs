//! tun and tap: a link whose other end is a file descriptor (`linux/if_link.h`). Made by ioctl,
//! not by netlink: these attributes are only read.

use crate::attr::attributes;
use crate::value::{U8, U32, numbers};

attributes! {
    /// A tun or tap (`IFLA_TUN_*`).
    Tun = "IFLA_TUN" {
        /// User that may attach.
        OWNER: U32 = 1;
        /// Group that may attach.
        GROUP: U32 = 2;
        /// Which of the two it is.
        TYPE: Type = 3;
        /// Whether packets carry a header of protocol and flags.
        PI: U8 = 4;
        /// Whether packets carry a `virtio_net_hdr`.
        VNET_HDR: U8 = 5;
        /// Whether it outlives its last descriptor.
        PERSIST: U8 = 6;
        /// Whether it may have several queues.
        MULTI_QUEUE: U8 = 7;
        /// Queues in use.
        NUM_QUEUES: U32 = 8;
        /// Queues not in use.
        NUM_DISABLED_QUEUES: U32 = 9;
    }
}

numbers! {
    /// Which of the two it is (`linux/if_tun.h`).
    Type: u8, native, "IFF_" {
        /// IP packets.
        TUN = 1;
        /// Ethernet frames.
        TAP = 2;
    }
}
