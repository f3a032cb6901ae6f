//! Chains of rules (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes, messages};
use crate::encode::Attrs;
use crate::netfilter::NfGen;
use crate::netfilter::expr::counter::Counter;
use crate::netfilter::hook;
use crate::netfilter::verdict::Code;
use crate::value::{Be32, Be64, Bytes, Str, bits, numbers};

messages! {
    /// Add a chain, or change one; also every reply and notification about one.
    NEW: NfGen, Chain = 0xa03, "NFT_MSG_NEWCHAIN";
    /// Ask for chains.
    GET: NfGen, Chain = 0xa04, "NFT_MSG_GETCHAIN";
    /// Remove a chain; it must be empty and unused.
    DEL: NfGen, Chain = 0xa05, "NFT_MSG_DELCHAIN";
    /// As [`DEL`], without an error when there is none (kernel 6.3).
    DESTROY: NfGen, Chain = 0xa1b, "NFT_MSG_DESTROYCHAIN";
}

attributes! {
    /// Attributes of a chain (`NFTA_CHAIN_*`).
    Chain = "NFTA_CHAIN" {
        /// Name of the table.
        TABLE: Str = 1;
        /// Handle.
        HANDLE: Be64 = 2;
        /// Name.
        NAME: Str = 3;
        /// Where it hooks in; then it is a base chain.
        HOOK: Nest<hook::Hook> = 4;
        /// What happens to packets at its end: accept or drop.
        POLICY: Code = 5;
        /// How many rules refer to it.
        USE: Be32 = 6;
        /// `filter`, `nat` or `route`.
        TYPE: Str = 7;
        /// Counters of the policy.
        COUNTERS: Nest<Counter> = 8;
        /// Padding.
        PAD: Bytes = 9;
        /// Flags.
        FLAGS: ChainFlags = 10;
        /// A number that names it inside the batch.
        ID: Be32 = 11;
        /// Bytes for user space, see [`userdata`](super::userdata).
        USERDATA: Bytes = 12;
    }
}

impl Attrs<'_, Chain> {
    /// Makes it a base chain: its type (`filter`, `nat`, `route`), where it hooks in, and its
    /// priority.
    #[inline]
    pub fn base(&mut self, kind: &str, at: Hook, priority: i32) -> &mut Self {
        self.put(TYPE, kind).nest(HOOK, |h| {
            h.put(hook::HOOKNUM, at.0).put(hook::PRIORITY, priority);
        })
    }
}

numbers! {
    /// Where packets meet a base chain (`linux/netfilter.h`).
    Hook: u32, big, "NF_INET_" {
        /// As they come in.
        PRE_ROUTING = 0;
        /// On their way to this host.
        LOCAL_IN = 1;
        /// On their way through.
        FORWARD = 2;
        /// From this host.
        LOCAL_OUT = 3;
        /// As they go out.
        POST_ROUTING = 4;
        /// Before all that, by link.
        INGRESS = 5;
    }
}

/// Priorities of base chains (`linux/netfilter_ipv4.h`): the smallest comes first.
pub mod priority {
    /// `NF_IP_PRI_RAW`: before connection tracking.
    pub const RAW: i32 = -300;
    /// `NF_IP_PRI_MANGLE`.
    pub const MANGLE: i32 = -150;
    /// `NF_IP_PRI_NAT_DST`.
    pub const DSTNAT: i32 = -100;
    /// `NF_IP_PRI_FILTER`.
    pub const FILTER: i32 = 0;
    /// `NF_IP_PRI_SECURITY`.
    pub const SECURITY: i32 = 50;
    /// `NF_IP_PRI_NAT_SRC`.
    pub const SRCNAT: i32 = 100;
}

bits! {
    /// Flags of a chain.
    ChainFlags: u32, big, "NFT_CHAIN_" {
        /// A base chain; only in replies.
        BASE = 0x1;
        /// To be put into the hardware.
        HW_OFFLOAD = 0x2;
        /// Belongs to the one rule that uses it.
        BINDING = 0x4;
    }
}
