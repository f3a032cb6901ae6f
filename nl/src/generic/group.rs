//! A multicast group of a family (`linux/genetlink.h`).

use crate::attr::attributes;
use crate::value::{Str, U32};

attributes! {
    /// A multicast group of a family (`CTRL_ATTR_MCAST_GRP_*`).
    Group = "CTRL_ATTR_MCAST_GRP" {
        /// Name.
        NAME: Str = 1;
        /// Its number, for `NETLINK_ADD_MEMBERSHIP`.
        ID: U32 = 2;
    }
}
