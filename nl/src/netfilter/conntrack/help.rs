//! Helper (`linux/netfilter/nfnetlink_conntrack.h`).

use crate::attr::attributes;
use crate::value::{Bytes, Str};

attributes! {
    /// Helper (`CTA_HELP_*`).
    Help = "CTA_HELP" {
        /// Name.
        NAME: Str = 1;
        /// Data of the helper.
        INFO: Bytes = 2;
    }
}
