//! The begin and end of a batch of changes (`linux/netfilter/nfnetlink.h`). Both take
//! [`NfGen::BATCH`].

use crate::attr::{attributes, messages};
use crate::netfilter::NfGen;
use crate::value::Be32;

messages! {
    /// Begins a batch.
    BEGIN: NfGen, Batch = 0x10, "NFNL_MSG_BATCH_BEGIN";
    /// Ends a batch: now the changes take effect, all or none.
    END: NfGen, Batch = 0x11, "NFNL_MSG_BATCH_END";
}

attributes! {
    /// Attributes of a begin (`NFNL_BATCH_*`).
    Batch = "NFNL_BATCH" {
        /// Only if the ruleset is still of this generation; else `ERESTART`.
        GENID: Be32 = 1;
    }
}
