//! The entries of a bridge's multicast database (`linux/if_bridge.h`).

use crate::attr::{Nest, attributes};
use crate::route::mdb_entry::MdbEntry;

attributes! {
    /// Entries (`MDBA_MDB_*`), those of one group together; [`ENTRY`] repeats.
    MdbList = "MDBA_MDB" {
        /// The entries of one group.
        ENTRY: Nest<MdbEntry> = 1;
    }
}
