//! More about an entry of a multicast database (`linux/if_bridge.h`).

use crate::attr::attributes;
use crate::route::route::Protocol;
use crate::value::{Be16, Bytes, Ip, U8, U32};

attributes! {
    /// More about an entry (`MDBA_MDB_EATTR_*`).
    MdbDetails = "MDBA_MDB_EATTR" {
        /// Time left, in hundredths of a second.
        TIMER: U32 = 1;
        /// Sources.
        SRC_LIST: Bytes = 2;
        /// 0 all sources but those listed, 1 only those.
        GROUP_MODE: U8 = 3;
        /// Source.
        SOURCE: Ip = 4;
        /// Who made it.
        RTPROT: Protocol = 5;
        /// Remote end (VXLAN).
        DST: Ip = 6;
        /// UDP port of the remote end.
        DST_PORT: Be16 = 7;
        /// Network identifier of the remote end.
        VNI: U32 = 8;
        /// Index of the link towards the remote end.
        IFINDEX: U32 = 9;
        /// Network identifier of the entry.
        SRC_VNI: U32 = 10;
    }
}
