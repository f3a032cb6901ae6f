//! A zero-allocation, `no_std` netlink codec, every byte written by hand: rtnetlink, nf_tables,
//! connection tracking, and the controller of generic netlink.
//!
//! # The model in ten lines
//!
//! 1. A *message* is a header, a fixed struct and attributes; one send carries a [`Batch`] of them.
//! 2. An *attribute* is a length, a number and a value; a value may be attributes again: a *nest*.
//! 3. A [`Set`] is a number space of attributes, such as `IFLA_*`; one module describes each.
//! 4. A typed key, [`Attr<Set, Type>`](Attr), names one attribute of a set and what it holds: a
//!    key of another set, a value of another type or a nest where a value belongs do not compile.
//! 5. Writing: [`Batch::push`], then [`put`](Attrs::put) and [`nest`](Attrs::nest). Lengths, padding,
//!    NULs and `NLA_F_NESTED` are written for you. Only [`finish`](Batch::finish) can fail, once.
//! 6. Reading: [`Messages`] of a datagram, [`decode`](Message::decode), then [`get`](View::get),
//!    [`pick`](View::pick) or [`nest`](View::nest) of a [`View`], which borrows the bytes.
//! 7. The kernel's answer to a request is an [`Ack`]: errno, its own words, and the [`Path`] of the
//!    attribute it means, such as `linkinfo.data.peer.ifname`.
//! 8. Numbers and bits of the kernel's ABI have types; values that are not known here are kept.
//! 9. The tables describe themselves ([`Schema`]): [`annotate`] puts any message into words.
//! 10. Sending and receiving are yours, or those of the small module `socket` (feature `socket`).
//!
//! # An example each way
//!
//! ```
//! use nl::route::{LinkFlags, info, link, veth};
//! use nl::{Batch, Flags, Messages};
//!
//! // A veth whose other end is in the namespace of process 4711.
//! let mut buf = [0; 256];
//! let mut batch = Batch::new(&mut buf, 1);
//! let up = link::IfInfo { flags: LinkFlags::UP, change: LinkFlags::UP, ..Default::default() };
//! batch.push(link::NEW, Flags::CREATE | Flags::EXCL | Flags::ACK, up, |m| {
//!     m.put(link::IFNAME, "web").put(link::MTU, 1400).nest(link::LINKINFO, |i| {
//!         i.put(info::KIND, "veth").nest(info::VETH, |d| {
//!             d.header_nest(veth::PEER, link::IfInfo::default(), |p| {
//!                 p.put(link::IFNAME, "eth0").put(link::NET_NS_PID, 4711);
//!             });
//!         });
//!     });
//! });
//! let bytes = batch.finish()?; // send these
//!
//! // And back: what a kernel sends about links looks the same.
//! for message in Messages::new(bytes) {
//!     let (header, view) = message?.decode(link::NEW)?;
//!     let (name, mtu) = view.pick((link::IFNAME, link::MTU))?;
//!     assert!(header.flags.contains(LinkFlags::UP));
//!     assert_eq!(name.unwrap(), "web");
//!     assert_eq!(mtu, Some(1400));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Byte order
//!
//! Headers, attribute headers and the integers of rtnetlink are in the byte order of the host; those
//! of nf_tables and connection tracking, ports and addresses are big-endian. The type of a key says
//! which ([`value::U32`], [`value::Be32`]); what you give and get is always a plain integer. What
//! nf_tables holds in registers is bytes, and the order is yours to get right:
//! see [`netfilter`]. Nothing here depends on the alignment of a buffer, on the width of a pointer,
//! or on the order of the host.
//!
//! # What it promises
//!
//! - No panic: no function of the codec panics, whatever bytes or values it is given. The machine
//!   code of all of them holds no call that could (`tests/panic_free.rs`), except that sizes are
//!   `usize`: a buffer near the end of the address space is not defended against.
//! - No allocation, no `unsafe`, no I/O, no global state. `no_std` without features.
//! - Exact errors, small and `Copy`: [`EncodeError::BufferTooSmall`] says how many bytes are needed,
//!   [`DecodeError`] says where and in which set. An iterator ends after its first error.
//! - Unknown attributes, message types, numbers and bits pass through untouched.
//! - A text you write holds no NUL, where it would end for the kernel: that is an error
//!   ([`EncodeError::NulInText`]).
//!
//! # Minimum supported Rust version
//!
//! 1.88.
#![cfg_attr(not(any(test, feature = "socket")), no_std)]
#![cfg_attr(not(feature = "socket"), forbid(unsafe_code))]
#![cfg_attr(feature = "socket", deny(unsafe_code))]

pub mod ack;
pub mod annotate;
mod attr;
mod decode;
mod encode;
mod error;
mod flags;
pub mod generic;
mod names;
pub mod netfilter;
pub mod policy;
mod protocol;
pub mod route;
#[cfg(feature = "socket")]
pub mod socket;
pub mod value;
pub mod wire;

pub use ack::{Ack, ExtAck, Path};
pub use attr::{
    ANY, Attr, Field, HeaderNest, Hops, Indexed, Inner, MessageSchema, MessageType, NameTable,
    Names, Nest, Schema, Set, Shape, Shaped,
};
pub use decode::{
    Attributes, DONE, ERROR, HopViews, Keys, Message, Messages, NOOP, OVERRUN, RawAttr, Readable,
    View,
};
pub use encode::{Attrs, Batch, HopList};
pub use error::{DecodeError, DecodeErrorKind, EncodeError};
pub use flags::Flags;
pub use protocol::Protocol;
pub use value::{Text, Value};
pub use wire::{ATTR_MAX, Header, Int, MessageHeader, align};
