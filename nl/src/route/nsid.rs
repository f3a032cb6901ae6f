//! Ids one network namespace gives to others: `RTM_NEWNSID` (`linux/net_namespace.h`).

use crate::attr::{attributes, messages};
use crate::value::{I32, U32};
use crate::wire::header;

messages! {
    /// Give a namespace an id; also every reply and notification about ids.
    NEW: RtGen, NsId = 88, "RTM_NEWNSID";
    /// Notification: an id is gone. The kernel knows no request to remove one.
    DEL: RtGen, NsId = 89, "RTM_DELNSID";
    /// Ask for the id of a namespace, or for all.
    GET: RtGen, NsId = 90, "RTM_GETNSID";
}

header! {
    /// `struct rtgenmsg`, padded to 4 bytes.
    RtGen = "rtgenmsg", 4 {
        /// Address family: 0.
        family: u8, 0, family;
    }
}

attributes! {
    /// Attributes of a namespace id (`NETNSA_*`).
    NsId = "NETNSA" {
        /// The id; -1 when none is assigned.
        NSID: I32 = 1;
        /// The namespace, by the id of a process in it.
        PID: U32 = 2;
        /// The namespace, by file descriptor.
        FD: U32 = 3;
        /// Ask as if from the namespace with this id.
        TARGET_NSID: I32 = 4;
        /// The id that [`TARGET_NSID`]'s namespace has here.
        CURRENT_NSID: I32 = 5;
    }
}
