//! What connection tracking knows (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::{U8, bits, numbers};

attributes! {
    /// `ct` (`NFTA_CT_*`).
    Ct = "NFTA_CT" {
        /// Register to load into.
        DREG: Register = 1;
        /// What.
        KEY: Key = 2;
        /// 0 original, 1 reply.
        DIRECTION: U8 = 3;
        /// Register to set it from.
        SREG: Register = 4;
    }
}

numbers! {
    /// What connection tracking knows; integers in host byte order.
    Key: u32, big, "NFT_CT_" {
        /// State, see [`State`].
        STATE = 0;
        /// Direction, 1 byte.
        DIRECTION = 1;
        /// Status, see [`Status`](crate::netfilter::conntrack::Status).
        STATUS = 2;
        /// Mark.
        MARK = 3;
        /// Security mark.
        SECMARK = 4;
        /// Time left, in milliseconds.
        EXPIRATION = 5;
        /// Name of the helper, 16 bytes.
        HELPER = 6;
        /// Family, 1 byte.
        L3PROTOCOL = 7;
        /// Source address.
        SRC = 8;
        /// Destination address.
        DST = 9;
        /// IP protocol, 1 byte.
        PROTOCOL = 10;
        /// Source port, big-endian.
        PROTO_SRC = 11;
        /// Destination port, big-endian.
        PROTO_DST = 12;
        /// Labels, 16 bytes.
        LABELS = 13;
        /// Packets, 8 bytes.
        PKTS = 14;
        /// Bytes, 8 bytes.
        BYTES = 15;
        /// Bytes per packet, 8 bytes.
        AVGPKT = 16;
        /// Zone, 2 bytes.
        ZONE = 17;
        /// Which events are told.
        EVENTMASK = 18;
        /// Source address (IPv4).
        SRC_IP = 19;
        /// Destination address (IPv4).
        DST_IP = 20;
        /// Source address (IPv6).
        SRC_IP6 = 21;
        /// Destination address (IPv6).
        DST_IP6 = 22;
        /// Identifier.
        ID = 23;
    }
}

bits! {
    /// State of a connection as [`Key::STATE`] loads it, in host byte order.
    State: u32, native, "NF_CT_STATE_" {
        /// None can be told.
        INVALID = 0x1;
        /// Seen in both directions.
        ESTABLISHED = 0x2;
        /// Belongs to another connection.
        RELATED = 0x4;
        /// Seen in one direction.
        NEW = 0x8;
        /// Not tracked.
        UNTRACKED = 0x40;
    }
}
