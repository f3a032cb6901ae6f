//! Connection tracking helpers as objects (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::{Be16, Str, U8};

attributes! {
    /// A connection tracking helper (`NFTA_CT_HELPER_*`).
    Helper = "NFTA_CT_HELPER" {
        /// Name, such as `ftp`.
        NAME: Str = 1;
        /// Family.
        L3PROTO: Be16 = 2;
        /// IP protocol.
        L4PROTO: U8 = 3;
    }
}
