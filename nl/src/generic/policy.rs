//! Which policy a command has (`linux/genetlink.h`).

use crate::attr::attributes;
use crate::value::U32;

attributes! {
    /// Which policy a command has (`CTRL_ATTR_POLICY_*`).
    OperationPolicy = "CTRL_ATTR_POLICY" {
        /// Doing.
        DO: U32 = 1;
        /// Dumping.
        DUMP: U32 = 2;
    }
}
