//! Settings of the neighbour tables: `RTM_NEWNEIGHTBL` (`linux/neighbour.h`).

use crate::attr::{Nest, attributes, messages};
use crate::route::neighbour_parameters::Parameters;
use crate::route::nsid::RtGen;
use crate::value::{Bytes, Str, Struct, U32, U64, counters};
use crate::wire::header;

messages! {
    /// Every reply about a table. The parameters of each link are a message of their own.
    NEW: RtGen, Table = 64, "RTM_NEWNEIGHTBL";
    /// Ask for the tables.
    GET: RtGen, Table = 66, "RTM_GETNEIGHTBL";
    /// Change a table.
    SET: RtGen, Table = 67, "RTM_SETNEIGHTBL";
}

attributes! {
    /// Attributes of a neighbour table (`NDTA_*`).
    Table = "NDTA" {
        /// `arp_cache` or `ndisc_cache`.
        NAME: Str = 1;
        /// Entries below which none are removed.
        THRESH1: U32 = 2;
        /// Entries above which old ones are removed after 5 seconds.
        THRESH2: U32 = 3;
        /// Most entries.
        THRESH3: U32 = 4;
        /// Configuration.
        CONFIG: Struct<Config> = 5;
        /// Parameters, of all links or of one.
        PARMS: Nest<Parameters> = 6;
        /// Counters.
        STATS: TableStats<'static> = 7;
        /// Time between removals, in milliseconds.
        GC_INTERVAL: U64 = 8;
        /// Padding.
        PAD: Bytes = 9;
    }
}

header! {
    /// `struct ndt_config`.
    Config = "ndt_config", 32 {
        /// Bytes of an address.
        key_len: u16, 0, native;
        /// Bytes of an entry.
        entry_size: u16, 2, native;
        /// Entries.
        entries: u32, 4, native;
        /// When it was last flushed, in milliseconds before now.
        last_flush: u32, 8, native;
        /// When reachable times were last drawn, in milliseconds before now.
        last_rand: u32, 12, native;
        /// Secret of the hash table.
        hash_rnd: u32, 16, native;
        /// Mask of the hash table.
        hash_mask: u32, 20, native;
        /// Not used.
        hash_chain_gc: u32, 24, native;
        /// Packets waiting for a proxied answer.
        proxy_qlen: u32, 28, native;
    }
}

counters! {
    /// `struct ndt_stats`.
    TableStats: u64 = "ndt_stats" {
        /// Entries made.
        allocs, 0;
        /// Entries removed.
        destroys, 1;
        /// Times the hash table grew.
        hash_grows, 2;
        /// Resolutions that failed.
        res_failed, 3;
        /// Look-ups.
        lookups, 4;
        /// Look-ups that found an entry.
        hits, 5;
        /// Multicast probes received.
        rcv_probes_mcast, 6;
        /// Unicast probes received.
        rcv_probes_ucast, 7;
        /// Periodic removals.
        periodic_gc_runs, 8;
        /// Forced removals.
        forced_gc_runs, 9;
        /// Entries refused because the table was full.
        table_fulls, 10;
    }
}
