//! macvlan and macvtap: links of their own hardware address on top of another
//! (`linux/if_link.h`).

use crate::attr::{Nest, attributes};
use crate::value::{I32, Mac, U32, bits, numbers};

attributes! {
    /// A macvlan or macvtap (`IFLA_MACVLAN_*`).
    Macvlan = "IFLA_MACVLAN" {
        /// Who may talk to whom.
        MODE: Mode = 1;
        /// Flags.
        FLAGS: MacvlanFlags = 2;
        /// What to do with [`MACADDR`] and [`MACADDR_DATA`].
        MACADDR_MODE: AddressMode = 3;
        /// One source address. It repeats in replies, inside [`MACADDR_DATA`].
        MACADDR: Mac = 4;
        /// Several source addresses, as [`MACADDR`].
        MACADDR_DATA: Nest<Macvlan> = 5;
        /// How many source addresses there are.
        MACADDR_COUNT: U32 = 6;
        /// Broadcast queue length asked for, in packets.
        BC_QUEUE_LEN: U32 = 7;
        /// Broadcast queue length in use, in packets.
        BC_QUEUE_LEN_USED: U32 = 8;
        /// From how many links of a group on a multicast goes through the broadcast queue.
        BC_CUTOFF: I32 = 9;
    }
}

numbers! {
    /// Who may talk to whom.
    Mode: u32, native, "MACVLAN_MODE_" {
        /// Nobody on the same link below.
        PRIVATE = 1;
        /// All on the same link below, if a switch reflects the frames.
        VEPA = 2;
        /// All on the same link below, directly.
        BRIDGE = 4;
        /// The only one, with the address of the link below.
        PASSTHRU = 8;
        /// Receives from listed source addresses only.
        SOURCE = 16;
    }
}

numbers! {
    /// What to do with source addresses.
    AddressMode: u32, native, "MACVLAN_MACADDR_" {
        /// Add one.
        ADD = 0;
        /// Remove one.
        DEL = 1;
        /// Remove all.
        FLUSH = 2;
        /// Replace all.
        SET = 3;
    }
}

bits! {
    /// Flags of a macvlan.
    MacvlanFlags: u16, native, "MACVLAN_FLAG_" {
        /// Do not make the link below promiscuous.
        NOPROMISC = 0x1;
        /// Do not copy frames of listed sources.
        NODST = 0x2;
    }
}
