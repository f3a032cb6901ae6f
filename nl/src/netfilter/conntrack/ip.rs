//! Addresses (`linux/netfilter/nfnetlink_conntrack.h`).

use crate::attr::attributes;
use crate::value::Ip;

attributes! {
    /// Addresses (`CTA_IP_*`).
    CtIp = "CTA_IP" {
        /// Source (IPv4).
        V4_SRC: Ip = 1;
        /// Destination (IPv4).
        V4_DST: Ip = 2;
        /// Source (IPv6).
        V6_SRC: Ip = 3;
        /// Destination (IPv6).
        V6_DST: Ip = 4;
    }
}
