//! Size and fields of a set (`linux/netfilter/nf_tables.h`).

use crate::attr::{Indexed, Nest, attributes};
use crate::netfilter::set_field::SetField;
use crate::value::Be32;

attributes! {
    /// Size and fields of a set (`NFTA_SET_DESC_*`).
    Description = "NFTA_SET_DESC" {
        /// Most elements.
        SIZE: Be32 = 1;
        /// The fields of a key, in order.
        CONCAT: Nest<Indexed<Nest<SetField>>> = 2;
    }
}
