//! The elected multicast querier of a bridge (`linux/if_bridge.h`).

use crate::attr::attributes;
use crate::value::{Bytes, Ip, U32, U64};

attributes! {
    /// The elected querier (`BRIDGE_QUERIER_*`, `linux/if_bridge.h`).
    Querier = "BRIDGE_QUERIER" {
        /// Address (IPv4).
        IP_ADDRESS: Ip = 1;
        /// Index of its port.
        IP_PORT: U32 = 2;
        /// Time left.
        IP_OTHER_TIMER: U64 = 3;
        /// Padding.
        PAD: Bytes = 4;
        /// Address (IPv6).
        IPV6_ADDRESS: Ip = 5;
        /// Index of its port.
        IPV6_PORT: U32 = 6;
        /// Time left.
        IPV6_OTHER_TIMER: U64 = 7;
    }
}
