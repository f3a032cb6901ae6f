//! Ids one network namespace gives to others: `RTM_NEWNSID` (`linux/net_namespace.h`).

use crate::attr::{MessageType, attributes};
use crate::value::{I32, U32};
use crate::wire::header;

/// `RTM_NEWNSID`.
pub const NEW: MessageType<RtGen, NsId> = MessageType::new(88);
/// `RTM_DELNSID`.
pub const DEL: MessageType<RtGen, NsId> = MessageType::new(89);
/// `RTM_GETNSID`.
pub const GET: MessageType<RtGen, NsId> = MessageType::new(90);

header! {
    /// `struct rtgenmsg`, padded to 4 bytes.
    RtGen = "rtgenmsg", 4 {
        /// Address family: 0.
        family: u8, 0, native;
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
