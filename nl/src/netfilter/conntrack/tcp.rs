//! State of TCP (`linux/netfilter/nfnetlink_conntrack.h`).

use crate::attr::attributes;
use crate::value::{Bytes, U8, numbers};

attributes! {
    /// State of TCP (`CTA_PROTOINFO_TCP_*`).
    Tcp = "CTA_PROTOINFO_TCP" {
        /// State.
        STATE: State = 1;
        /// Window scale, as the first packet went.
        WSCALE_ORIGINAL: U8 = 2;
        /// Window scale, as answers go.
        WSCALE_REPLY: U8 = 3;
        /// `struct nf_ct_tcp_flags`, as the first packet went.
        FLAGS_ORIGINAL: Bytes = 4;
        /// `struct nf_ct_tcp_flags`, as answers go.
        FLAGS_REPLY: Bytes = 5;
    }
}

numbers! {
    /// State of a TCP connection (`linux/netfilter/nf_conntrack_tcp.h`).
    State: u8, native, "TCP_CONNTRACK_" {
        /// None yet.
        NONE = 0;
        /// SYN seen.
        SYN_SENT = 1;
        /// SYN and ACK seen.
        SYN_RECV = 2;
        /// Established.
        ESTABLISHED = 3;
        /// FIN seen.
        FIN_WAIT = 4;
        /// FIN acknowledged.
        CLOSE_WAIT = 5;
        /// FIN seen from both.
        LAST_ACK = 6;
        /// Last ACK seen.
        TIME_WAIT = 7;
        /// Reset.
        CLOSE = 8;
        /// SYN seen from both.
        SYN_SENT2 = 9;
    }
}
