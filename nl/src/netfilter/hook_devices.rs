//! The links of a base chain or flow table (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::Str;

attributes! {
    /// Links; [`NAME`] repeats (`NFTA_DEVICE_*`).
    HookDevices = "NFTA_DEVICE" {
        /// Name of a link.
        NAME: Str = 1;
        /// Names of links that begin so (kernel 6.18).
        PREFIX: Str = 2;
    }
}
