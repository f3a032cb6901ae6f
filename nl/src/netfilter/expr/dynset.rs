//! Adds elements to a set (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes};
use crate::netfilter::data::Register;
use crate::netfilter::expr::list::{Expression, Expressions};
use crate::value::{Be32, Be64, Bytes, Str, bits, numbers};

attributes! {
    /// `dynset` (`NFTA_DYNSET_*`).
    Dynset = "NFTA_DYNSET" {
        /// Name of the set.
        SET_NAME: Str = 1;
        /// The set, by its number inside the batch.
        SET_ID: Be32 = 2;
        /// What to do.
        OP: Op = 3;
        /// Register with the key.
        SREG_KEY: Register = 4;
        /// Register with the data.
        SREG_DATA: Register = 5;
        /// Time until the element is removed, in milliseconds.
        TIMEOUT: Be64 = 6;
        /// What happens at the element.
        EXPR: Nest<Expression> = 7;
        /// Padding.
        PAD: Bytes = 8;
        /// Flags.
        FLAGS: DynsetFlags = 9;
        /// The same, several.
        EXPRESSIONS: Nest<Expressions> = 10;
    }
}

numbers! {
    /// What to do.
    Op: u32, big, "NFT_DYNSET_OP_" {
        /// Add.
        ADD = 0;
        /// Add, or begin its timeout again.
        UPDATE = 1;
        /// Remove.
        DELETE = 2;
    }
}

bits! {
    /// Flags.
    DynsetFlags: u32, big, "NFT_DYNSET_F_" {
        /// Go on when it fails.
        INV = 0x1;
        /// Several expressions.
        EXPR = 0x2;
    }
}
