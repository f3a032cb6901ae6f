//! A command of a family (`linux/genetlink.h`).

use crate::attr::attributes;
use crate::generic::OperationFlags;
use crate::value::U32;

attributes! {
    /// A command of a family (`CTRL_ATTR_OP_*`).
    Operation = "CTRL_ATTR_OP" {
        /// Its number.
        ID: U32 = 1;
        /// What it is.
        FLAGS: OperationFlags = 2;
    }
}
