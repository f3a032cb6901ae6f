//! rtnetlink: links, addresses, routes, namespace ids (`linux/rtnetlink.h`, rtnetlink(7)).

pub mod address;
pub mod bridge;
pub mod bridge_port;
pub mod inet6;
pub mod info;
pub mod link;
pub mod nsid;
#[allow(clippy::module_inception)]
pub mod route;
pub mod veth;

pub use crate::flags::LinkFlags;

use crate::attr::{Schema, Set};
use crate::wire::Header;

/// `AF_UNSPEC`: any family.
pub const UNSPEC: u8 = 0;
/// `AF_INET`.
pub const INET: u8 = 2;
/// `AF_BRIDGE`.
pub const BRIDGE: u8 = 7;
/// `AF_INET6`.
pub const INET6: u8 = 10;

/// The fixed struct's length and the attribute set of a message type, for annotating and for
/// the paths of errors.
pub fn schema(kind: u16) -> Option<(usize, &'static Schema)> {
    Some(match kind {
        16..=19 => (link::IfInfo::LEN, link::Link::schema()),
        20..=22 => (address::IfAddr::LEN, address::Address::schema()),
        24..=26 => (route::RtMsg::LEN, route::Route::schema()),
        88..=90 => (nsid::RtGen::LEN, nsid::NsId::schema()),
        108..=110 => (link::IfInfo::LEN, link::Link::schema()),
        _ => return None,
    })
}
