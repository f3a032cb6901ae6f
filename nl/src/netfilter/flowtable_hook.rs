//! Where a flow table hooks in (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes};
use crate::netfilter::hook_devices::HookDevices;
use crate::value::{Be32, BeI32};

attributes! {
    /// Where a flow table hooks in (`NFTA_FLOWTABLE_HOOK_*`).
    FlowtableHook = "NFTA_FLOWTABLE_HOOK" {
        /// The hook: ingress.
        NUM: Be32 = 1;
        /// Priority.
        PRIORITY: BeI32 = 2;
        /// Links.
        DEVS: Nest<HookDevices> = 3;
    }
}
