//! Network settings of links: `RTM_NEWNETCONF` (`linux/netconf.h`).

use crate::attr::{attributes, messages};
use crate::route::nsid::RtGen;
use crate::value::I32;

messages! {
    /// Every reply and notification about settings.
    NEW: RtGen, NetConf = 80, "RTM_NEWNETCONF";
    /// Notification: a link's settings are gone.
    DEL: RtGen, NetConf = 81, "RTM_DELNETCONF";
    /// Ask for settings. The fixed struct is `struct netconfmsg`: the family, as in `rtgenmsg`.
    GET: RtGen, NetConf = 82, "RTM_GETNETCONF";
}

attributes! {
    /// Network settings (`NETCONFA_*`), as the sysctls of the same names.
    NetConf = "NETCONFA" {
        /// Index of the link; -1 for all, -2 for the default.
        IFINDEX: I32 = 1;
        /// Forwarding.
        FORWARDING: I32 = 2;
        /// Reverse path filter.
        RP_FILTER: I32 = 3;
        /// Multicast forwarding.
        MC_FORWARDING: I32 = 4;
        /// Proxy ARP or neighbour discovery.
        PROXY_NEIGH: I32 = 5;
        /// Ignore routes by links without a carrier.
        IGNORE_ROUTES_WITH_LINKDOWN: I32 = 6;
        /// MPLS input.
        INPUT: I32 = 7;
        /// Broadcast forwarding.
        BC_FORWARDING: I32 = 8;
        /// Forwarding even when it is off elsewhere (IPv6).
        FORCE_FORWARDING: I32 = 9;
    }
}
