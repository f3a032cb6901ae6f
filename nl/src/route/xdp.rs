//! Express data path: a BPF program at a link (`linux/if_link.h`).

use crate::attr::attributes;
use crate::value::{I32, U32, numbers};

attributes! {
    /// A program at a link (`IFLA_XDP_*`).
    Xdp = "IFLA_XDP" {
        /// Program to attach, by file descriptor; -1 detaches.
        FD: I32 = 1;
        /// Where a program is attached.
        ATTACHED: Attached = 2;
        /// `XDP_FLAGS_*`.
        FLAGS: U32 = 3;
        /// Id of the program.
        PROG_ID: U32 = 4;
        /// Id of the program in the driver.
        DRV_PROG_ID: U32 = 5;
        /// Id of the program in the stack.
        SKB_PROG_ID: U32 = 6;
        /// Id of the program in the hardware.
        HW_PROG_ID: U32 = 7;
        /// Only if this program is attached now, by file descriptor.
        EXPECTED_FD: I32 = 8;
    }
}

numbers! {
    /// Where a program is attached.
    Attached: u8, native, "XDP_ATTACHED_" {
        /// Nowhere.
        NONE = 0;
        /// Driver.
        DRV = 1;
        /// Stack.
        SKB = 2;
        /// Hardware.
        HW = 3;
        /// Several places.
        MULTI = 4;
    }
}
