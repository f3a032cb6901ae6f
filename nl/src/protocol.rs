//! Which protocol a message belongs to, and what its messages mean.

use crate::attr::{Field, MessageSchema};
use crate::wire::Header;
use crate::{generic, netfilter, route};

/// A netlink protocol: what a socket is opened for (`linux/netlink.h`).
///
/// Message types mean nothing without it: 16 is a link here, a batch there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Protocol {
    /// `NETLINK_ROUTE`: links, addresses, routes; see [`route`].
    Route = 0,
    /// `NETLINK_NETFILTER`: nf_tables, conntrack; see [`netfilter`].
    Netfilter = 12,
    /// `NETLINK_GENERIC`: families that the kernel numbers as it runs; see [`generic`].
    Generic = 16,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Protocol; 3] = [Protocol::Route, Protocol::Netfilter, Protocol::Generic];

    /// The description of message type `kind`: name, fixed struct and attributes. `None` when
    /// it is not known here.
    pub fn message(self, kind: u16) -> Option<&'static MessageSchema> {
        self.messages().find(|message| message.code == kind)
    }

    /// Fields of the fixed struct that messages of unknown types begin with too.
    pub(crate) fn header_fields(self) -> &'static [Field] {
        match self {
            Protocol::Route => &[],
            Protocol::Netfilter => netfilter::NfGen::FIELDS,
            Protocol::Generic => generic::GenHeader::FIELDS,
        }
    }

    /// The descriptions of all message types known here.
    pub fn messages(self) -> impl Iterator<Item = &'static MessageSchema> {
        let tables = match self {
            Protocol::Route => route::MESSAGES,
            Protocol::Netfilter => netfilter::MESSAGES,
            Protocol::Generic => generic::TABLES,
        };
        tables.iter().copied().flatten()
    }
}
