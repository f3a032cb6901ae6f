//! Verdicts (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::{Be32, Str, numbers};

attributes! {
    /// A verdict (`NFTA_VERDICT_*`).
    Verdict = "NFTA_VERDICT" {
        /// What happens.
        CODE: Code = 1;
        /// Name of the chain to jump or go to.
        CHAIN: Str = 2;
        /// The chain, by its number inside the batch.
        CHAIN_ID: Be32 = 3;
    }
}

numbers! {
    /// What happens to a packet (`NF_*` from `linux/netfilter.h`, `NFT_*`).
    Code: i32, big, "" {
        /// It is dropped.
        DROP = 0;
        /// It passes this base chain.
        ACCEPT = 1;
        /// Somebody keeps it.
        STOLEN = 2;
        /// User space decides.
        QUEUE = 3;
        /// The hook is called again.
        REPEAT = 4;
        /// It passes all base chains of the hook.
        STOP = 5;
        /// The next rule decides.
        CONTINUE = -1;
        /// The rest of the rule is left out.
        BREAK = -2;
        /// Another chain decides, then the next rule.
        JUMP = -3;
        /// Another chain decides, then the caller of this one.
        GOTO = -4;
        /// The caller of this chain goes on.
        RETURN = -5;
    }
}
