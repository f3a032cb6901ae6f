//! A zero-allocation, `no_std` netlink codec, every byte written by hand.
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
