//! More about a forwarding entry (`linux/neighbour.h`).

use crate::attr::attributes;
use crate::value::U8;

attributes! {
    /// More about a forwarding entry (`NFEA_*`).
    FdbExt = "NFEA" {
        /// Tell when it becomes active or inactive: bit 0 notify, bit 1 is inactive.
        ACTIVITY_NOTIFY: U8 = 1;
        /// Leave its time of last change alone.
        DONT_REFRESH: U8 = 2;
    }
}
