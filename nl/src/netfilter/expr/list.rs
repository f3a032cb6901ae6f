//! A list of expressions (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes};
pub use crate::netfilter::expr::expression::Expression;

attributes! {
    /// A list of expressions (`NFTA_LIST_*`); [`ELEM`] repeats.
    Expressions = "NFTA_LIST" {
        /// One expression.
        ELEM: Nest<Expression> = 1;
    }
}
