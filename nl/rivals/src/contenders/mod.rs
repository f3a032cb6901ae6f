//! One file per contender.

mod floor;
mod hand;
mod libmnl;
mod neli;
mod netlink_bindings;
mod netlink_packet_route;
mod nl;
mod nlink;

use crate::codec::Contender;

/// All of them, in the order of the table.
pub fn all() -> Vec<Contender> {
    vec![
        Contender::floor::<floor::Floor>("floor", "template, header walk"),
        Contender::new::<hand::Hand>("hand", "written by hand"),
        Contender::new::<nl::Nl>("nl", env!("NL_VERSION")),
        #[cfg(mnl)]
        Contender::new::<libmnl::Libmnl>("libmnl", env!("LIBMNL_VERSION")),
        Contender::new::<netlink_bindings::NetlinkBindings>(
            "netlink-bindings",
            env!("NETLINK_BINDINGS_VERSION"),
        ),
        Contender::new::<nlink::Nlink>("nlink", env!("NLINK_VERSION")),
        Contender::new::<neli::Neli>("neli", env!("NELI_VERSION")),
        Contender::new::<netlink_packet_route::NetlinkPacketRoute>(
            "netlink-packet-route",
            env!("NETLINK_PACKET_ROUTE_VERSION"),
        ),
    ]
}
