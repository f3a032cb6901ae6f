//! netfilter: nf_tables and connection tracking (`linux/netfilter/nfnetlink.h`,
//! `linux/netfilter/nf_tables.h`, nft(8)).
//!
//! All integers are big-endian except where a type says otherwise; what registers hold is in
//! network byte order for packet data and in host byte order for what the kernel itself knows
//! (marks, link indexes, connection states).
//!
//! nf_tables changes travel between [`batch::BEGIN`] and [`batch::END`] in one send; either all
//! take effect or none.
//!
//! ```
//! use nl::netfilter::{NfGen, Register, batch, chain, expr::{cmp, meta}, rule, table};
//! use nl::{Batch, Flags};
//!
//! let mut buf = [0; 1024];
//! let mut batch = Batch::new(&mut buf, 1);
//! batch.push(batch::BEGIN, Flags::empty(), NfGen::BATCH, |_| {});
//! batch.push(table::NEW, Flags::CREATE, NfGen::INET, |t| {
//!     t.put(table::NAME, "demo");
//! });
//! batch.push(chain::NEW, Flags::CREATE, NfGen::INET, |c| {
//!     c.put(chain::TABLE, "demo").put(chain::NAME, "input");
//!     c.base("filter", chain::Hook::LOCAL_IN, 0);
//! });
//! // Before kernel 6.11 the end gets no acknowledgement: ask for that of the last change.
//! batch.push(rule::NEW, Flags::CREATE | Flags::APPEND | Flags::ACK, NfGen::INET, |r| {
//!     r.put(rule::TABLE, "demo").put(rule::CHAIN, "input").expressions(|e| {
//!         e.meta(meta::Key::IIF, Register::R1);
//!         e.cmp(Register::R1, cmp::Op::EQ, &1u32.to_ne_bytes());
//!         e.accept();
//!     });
//! });
//! batch.push(batch::END, Flags::empty(), NfGen::BATCH, |_| {});
//! assert!(batch.finish().is_ok());
//! ```

pub mod batch;
pub mod chain;
pub mod conntrack;
pub mod data;
pub mod element;
pub mod elements;
pub mod expr;
pub mod flowtable;
pub mod flowtable_hook;
pub mod generation;
pub mod hook;
pub mod hook_devices;
pub mod object;
pub mod object_helper;
pub mod rule;
pub mod rule_compat;
pub mod set;
pub mod set_description;
pub mod set_field;
pub mod table;
pub mod userdata;
pub mod verdict;

pub use data::Register;

use crate::attr::MessageSchema;
use crate::value::numbers;
use crate::wire::header;

header! {
    /// `struct nfgenmsg`, with which every message of netfilter begins.
    ///
    /// ```text
    ///  0    1    2         4
    ///  +----+----+---------+
    ///  | fam| ver| res_id  |   res_id is big-endian
    ///  +----+----+---------+
    /// ```
    NfGen = "nfgenmsg", 4 {
        /// Family, see [`Family`].
        family: u8, 0, nfproto;
        /// `NFNETLINK_V0`: 0.
        version: u8, 1, native;
        /// The subsystem in a batch's begin and end, otherwise 0; in replies of nf_tables the
        /// low 16 bits of the generation.
        res_id: u16, 2, big;
    }
}

impl NfGen {
    /// Of family `inet`: IPv4 and IPv6 in one table.
    pub const INET: Self = NfGen { family: 1, version: 0, res_id: 0 };
    /// IPv4.
    pub const IPV4: Self = NfGen { family: 2, version: 0, res_id: 0 };
    /// IPv6.
    pub const IPV6: Self = NfGen { family: 10, version: 0, res_id: 0 };
    /// Of the begin and end of a batch for nf_tables: `NFNL_SUBSYS_NFTABLES`.
    pub const BATCH: Self = NfGen { family: 0, version: 0, res_id: 10 };
}

impl From<Family> for NfGen {
    fn from(family: Family) -> Self {
        NfGen { family: family.0, ..NfGen::default() }
    }
}

numbers! {
    /// Families of netfilter (`NFPROTO_*`, `linux/netfilter.h`).
    Family: u8, native, "NFPROTO_" {
        /// Any.
        UNSPEC = 0;
        /// IPv4 and IPv6.
        INET = 1;
        /// IPv4.
        IPV4 = 2;
        /// ARP.
        ARP = 3;
        /// Ingress and egress of a link.
        NETDEV = 5;
        /// Bridges.
        BRIDGE = 7;
        /// IPv6.
        IPV6 = 10;
    }
}

numbers! {
    /// Multicast groups: who listens to what (`linux/netfilter/nfnetlink.h`).
    Group: u32, native, "NFNLGRP_" {
        /// Connections that appear.
        CONNTRACK_NEW = 1;
        /// Connections that change.
        CONNTRACK_UPDATE = 2;
        /// Connections that go.
        CONNTRACK_DESTROY = 3;
        /// nf_tables.
        NFTABLES = 7;
        /// Traces of packets through nf_tables.
        NFTRACE = 9;
    }
}

/// The message types of netfilter, one table per module.
pub(crate) static MESSAGES: &[&[MessageSchema]] = &[
    batch::MESSAGES,
    table::MESSAGES,
    chain::MESSAGES,
    rule::MESSAGES,
    set::MESSAGES,
    elements::MESSAGES,
    generation::MESSAGES,
    object::MESSAGES,
    flowtable::MESSAGES,
    conntrack::MESSAGES,
];
