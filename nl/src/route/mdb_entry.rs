//! The entries of one multicast group (`linux/if_bridge.h`).

use crate::attr::{HeaderNest, attributes};
use crate::route::mdb::Entry;
use crate::route::mdb_details::MdbDetails;

attributes! {
    /// Entries (`MDBA_MDB_ENTRY_*`); [`INFO`] repeats.
    MdbEntry = "MDBA_MDB_ENTRY" {
        /// One entry, and more about it.
        INFO: HeaderNest<Entry, MdbDetails> = 1;
    }
}
