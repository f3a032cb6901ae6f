//! Virtual tunnel interfaces of IPsec: vti, vti6 (`linux/if_tunnel.h`).

use crate::attr::attributes;
use crate::value::{Be32, Ip, U32};

attributes! {
    /// A virtual tunnel interface of IPsec (`IFLA_VTI_*`).
    Vti = "IFLA_VTI" {
        /// Index of the link below.
        LINK: U32 = 1;
        /// Mark of incoming packets.
        IKEY: Be32 = 2;
        /// Mark of outgoing packets.
        OKEY: Be32 = 3;
        /// Own address.
        LOCAL: Ip = 4;
        /// Remote address.
        REMOTE: Ip = 5;
        /// Mark of outer packets.
        FWMARK: U32 = 6;
    }
}
