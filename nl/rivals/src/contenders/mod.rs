//! One file per contender.

pub mod floor;
pub mod hand;
pub mod libmnl;
pub mod neli;
pub mod netlink_bindings;
pub mod netlink_packet_route;
pub mod nl;
pub mod nlink;
