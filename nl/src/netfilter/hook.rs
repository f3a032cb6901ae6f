//! Where a base chain hooks in (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes};
use crate::netfilter::hook_devices::HookDevices;
use crate::value::{Be32, BeI32, Str};

attributes! {
    /// Where a base chain hooks in (`NFTA_HOOK_*`).
    Hook = "NFTA_HOOK" {
        /// The hook, see [`chain::Hook`](super::chain::Hook).
        HOOKNUM: Be32 = 1;
        /// Priority: the smallest comes first.
        PRIORITY: BeI32 = 2;
        /// Name of the link (family netdev).
        DEV: Str = 3;
        /// Names of several links (family netdev).
        DEVS: Nest<HookDevices> = 4;
    }
}
