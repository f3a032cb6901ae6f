//! State of a protocol (`linux/netfilter/nfnetlink_conntrack.h`).

use crate::attr::{Nest, attributes};
use crate::netfilter::conntrack::tcp::Tcp;
use crate::value::Bytes;

attributes! {
    /// State of a protocol (`CTA_PROTOINFO_*`).
    ProtoInfo = "CTA_PROTOINFO" {
        /// TCP.
        TCP: Nest<Tcp> = 1;
        /// DCCP.
        DCCP: Bytes = 2;
        /// SCTP.
        SCTP: Bytes = 3;
    }
}
