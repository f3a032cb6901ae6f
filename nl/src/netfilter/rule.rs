//! Rules (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes, messages};
use crate::encode::Attrs;
use crate::netfilter::NfGen;
use crate::netfilter::expr::list::Expressions;
use crate::netfilter::rule_compat::Compat;
use crate::value::{Be32, Be64, Bytes, Str};

messages! {
    /// Add a rule: with [`Flags::APPEND`](crate::Flags::APPEND) at the end, else at the begin,
    /// or beside [`POSITION`]; also every reply and notification about one.
    NEW: NfGen, Rule = 0xa06, "NFT_MSG_NEWRULE";
    /// Ask for rules.
    GET: NfGen, Rule = 0xa07, "NFT_MSG_GETRULE";
    /// Remove a rule by handle; without one all of the chain.
    DEL: NfGen, Rule = 0xa08, "NFT_MSG_DELRULE";
    /// As [`GET`], and sets counters to zero.
    GET_RESET: NfGen, Rule = 0xa19, "NFT_MSG_GETRULE_RESET";
    /// As [`DEL`], without an error when there is none (kernel 6.3).
    DESTROY: NfGen, Rule = 0xa1c, "NFT_MSG_DESTROYRULE";
}

attributes! {
    /// Attributes of a rule (`NFTA_RULE_*`).
    Rule = "NFTA_RULE" {
        /// Name of the table.
        TABLE: Str = 1;
        /// Name of the chain.
        CHAIN: Str = 2;
        /// Handle.
        HANDLE: Be64 = 3;
        /// What it does.
        EXPRESSIONS: Nest<Expressions> = 4;
        /// For extensions of iptables.
        COMPAT: Nest<Compat> = 5;
        /// Handle of the rule to add it after, or before without [`Flags::APPEND`](crate::Flags::APPEND).
        POSITION: Be64 = 6;
        /// Bytes for user space, see [`userdata`](super::userdata).
        USERDATA: Bytes = 7;
        /// Padding.
        PAD: Bytes = 8;
        /// A number that names it inside the batch.
        ID: Be32 = 9;
        /// As [`POSITION`], by its number inside the batch.
        POSITION_ID: Be32 = 10;
        /// The chain, by its number inside the batch.
        CHAIN_ID: Be32 = 11;
    }
}

impl Attrs<'_, Rule> {
    /// Writes what the rule does, in order.
    #[inline]
    pub fn expressions(&mut self, fill: impl FnOnce(&mut Attrs<'_, Expressions>)) -> &mut Self {
        self.nest(EXPRESSIONS, fill)
    }
}
