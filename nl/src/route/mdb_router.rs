//! The ports of a bridge that multicast routers are behind (`linux/if_bridge.h`).

use crate::attr::{HeaderNest, attributes};
use crate::route::mdb_router_port::MdbRouterPort;
use crate::wire::header;

attributes! {
    /// Ports (`MDBA_ROUTER_*`); [`PORT`] repeats.
    MdbRouter = "MDBA_ROUTER" {
        /// One port, and more about it.
        PORT: HeaderNest<PortIndex, MdbRouterPort> = 1;
    }
}

header! {
    /// The index that a port begins with.
    PortIndex = "u32", 4 {
        /// Index of the port.
        index: u32, 0, native;
    }
}
