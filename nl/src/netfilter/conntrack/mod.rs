//! Connection tracking (`linux/netfilter/nfnetlink_conntrack.h`). Attributes are big-endian.

pub mod counters;
pub mod filter;
pub mod help;
pub mod ip;
pub mod proto;
pub mod protoinfo;
pub mod tcp;
pub mod timestamp;
pub mod tuple;

use counters::Counters;
use filter::Filter;
use help::Help;
use protoinfo::ProtoInfo;
use timestamp::Timestamp;
use tuple::Tuple;

use crate::attr::{Nest, attributes, messages};
use crate::netfilter::NfGen;
use crate::value::{Be16, Be32, Bytes, bits};

messages! {
    /// Add a connection, or change one; also every reply and notification about one.
    NEW: NfGen, Conntrack = 0x100, "IPCTNL_MSG_CT_NEW";
    /// Ask for connections.
    GET: NfGen, Conntrack = 0x101, "IPCTNL_MSG_CT_GET";
    /// Remove a connection by tuple; without one all that [`MARK`] or [`FILTER`] select.
    DEL: NfGen, Conntrack = 0x102, "IPCTNL_MSG_CT_DELETE";
    /// As [`GET`], and sets counters to zero.
    GET_ZERO: NfGen, Conntrack = 0x103, "IPCTNL_MSG_CT_GET_CTRZERO";
}

attributes! {
    /// Attributes of a connection (`CTA_*`).
    Conntrack = "CTA" {
        /// Its packets as the first one was.
        TUPLE_ORIG: Nest<Tuple> = 1;
        /// Its packets as answers are.
        TUPLE_REPLY: Nest<Tuple> = 2;
        /// Status.
        STATUS: Status = 3;
        /// State of its protocol.
        PROTOINFO: Nest<ProtoInfo> = 4;
        /// Helper.
        HELP: Nest<Help> = 5;
        /// Source translation.
        NAT_SRC: Bytes = 6;
        /// Time left, in seconds.
        TIMEOUT: Be32 = 7;
        /// Mark.
        MARK: Be32 = 8;
        /// Counters, as the first packet went.
        COUNTERS_ORIG: Nest<Counters> = 9;
        /// Counters, as answers go.
        COUNTERS_REPLY: Nest<Counters> = 10;
        /// References.
        USE: Be32 = 11;
        /// Identifier.
        ID: Be32 = 12;
        /// Destination translation.
        NAT_DST: Bytes = 13;
        /// The connection that this one belongs to.
        TUPLE_MASTER: Nest<Tuple> = 14;
        /// Sequence number changes, as the first packet went.
        SEQ_ADJ_ORIG: Bytes = 15;
        /// Sequence number changes, as answers go.
        SEQ_ADJ_REPLY: Bytes = 16;
        /// Without effect.
        SECMARK: Be32 = 17;
        /// Zone.
        ZONE: Be16 = 18;
        /// Security context.
        SECCTX: Bytes = 19;
        /// Begin and end.
        TIMESTAMP: Nest<Timestamp> = 20;
        /// Which bits of the mark count.
        MARK_MASK: Be32 = 21;
        /// Labels.
        LABELS: Bytes = 22;
        /// Which labels to change.
        LABELS_MASK: Bytes = 23;
        /// State of the SYN proxy.
        SYNPROXY: Bytes = 24;
        /// Which parts of the tuples select (kernel 5.8).
        FILTER: Nest<Filter> = 25;
        /// Which bits of the status select.
        STATUS_MASK: Status = 26;
        /// When the event was, in nanoseconds since 1970.
        TIMESTAMP_EVENT: Bytes = 27;
    }
}

bits! {
    /// Status of a connection (`linux/netfilter/nf_conntrack_common.h`).
    Status: u32, big, "IPS_" {
        /// It was expected.
        EXPECTED = 0x1;
        /// Seen in both directions.
        SEEN_REPLY = 0x2;
        /// Not removed early.
        ASSURED = 0x4;
        /// Its first packet left.
        CONFIRMED = 0x8;
        /// Source is translated.
        SRC_NAT = 0x10;
        /// Destination is translated.
        DST_NAT = 0x20;
        /// Sequence numbers change.
        SEQ_ADJUST = 0x40;
        /// Source translation is settled.
        SRC_NAT_DONE = 0x80;
        /// Destination translation is settled.
        DST_NAT_DONE = 0x100;
        /// Being removed.
        DYING = 0x200;
        /// Packets do not renew it.
        FIXED_TIMEOUT = 0x400;
        /// A template.
        TEMPLATE = 0x800;
        /// Without effect.
        UNTRACKED = 0x1000;
        /// The helper was given.
        HELPER = 0x2000;
        /// In a flow table.
        OFFLOAD = 0x4000;
        /// In the hardware.
        HW_OFFLOAD = 0x8000;
    }
}
