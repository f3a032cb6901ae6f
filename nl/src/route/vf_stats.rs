//! Counters of a virtual function (`linux/if_link.h`).

use crate::attr::attributes;
use crate::value::{Bytes, U64};

attributes! {
    /// Counters of a virtual function (`IFLA_VF_STATS_*`).
    VfStats = "IFLA_VF_STATS" {
        /// Packets received.
        RX_PACKETS: U64 = 0;
        /// Packets sent.
        TX_PACKETS: U64 = 1;
        /// Bytes received.
        RX_BYTES: U64 = 2;
        /// Bytes sent.
        TX_BYTES: U64 = 3;
        /// Broadcast packets received.
        BROADCAST: U64 = 4;
        /// Multicast packets received.
        MULTICAST: U64 = 5;
        /// Padding.
        PAD: Bytes = 6;
        /// Received packets dropped.
        RX_DROPPED: U64 = 7;
        /// Packets to send dropped.
        TX_DROPPED: U64 = 8;
    }
}
