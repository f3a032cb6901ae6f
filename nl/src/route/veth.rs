//! A pair of links, each of which receives what the other sends (`linux/veth.h`, veth(4)).

use crate::attr::{HeaderNest, attributes};
use crate::route::link::{IfInfo, Link};

attributes! {
    /// A veth pair (`linux/veth.h`).
    Veth = "VETH_INFO" {
        /// The other end. It must be created down: up fails with `ENOTCONN`.
        PEER: HeaderNest<IfInfo, Link> = 1;
    }
}
