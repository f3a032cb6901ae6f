//! What kind a link is: `IFLA_LINKINFO` (`linux/if_link.h`).

use crate::attr::{Attr, Nest, attributes};
use crate::route::bridge::Bridge;
use crate::route::bridge_port::BridgePort;
use crate::route::veth::Veth;
use crate::value::{Bytes, Str};

attributes! {
    /// What kind a link is (`IFLA_INFO_*`).
    Info = "IFLA_INFO" {
        /// The kind, such as `veth` or `bridge`.
        KIND: Str = 1;
        /// What is particular to the kind, raw; typed under the name of each kind.
        DATA: Bytes = 2 => KIND {
            "veth": Nest<Veth>,
            "bridge": Nest<Bridge>,
        };
        /// Statistics of the kind.
        XSTATS: Bytes = 3;
        /// Kind of the master.
        SLAVE_KIND: Str = 4;
        /// What the master's kind keeps about this port, raw.
        SLAVE_DATA: Bytes = 5 => SLAVE_KIND {
            "bridge": Nest<BridgePort>,
        };
    }
}

/// `IFLA_INFO_DATA` of a veth.
pub const VETH: Attr<Info, Nest<Veth>> = Attr::new(2);
/// `IFLA_INFO_DATA` of a bridge.
pub const BRIDGE: Attr<Info, Nest<Bridge>> = Attr::new(2);
/// `IFLA_INFO_SLAVE_DATA` of a bridge port.
pub const BRIDGE_PORT: Attr<Info, Nest<BridgePort>> = Attr::new(5);
