//! Byte order, alignment and the netlink message header: the only file that moves single bytes.
//!
//! Source: `linux/netlink.h`, RFC 3549 section 2.3. Headers and rtnetlink integers are in host
//! byte order; nf_tables integers are big-endian.

use byteorder::{BigEndian, ByteOrder, NativeEndian};

use crate::attr::{Field, Names, Shape};
use crate::flags::Flags;

/// Bytes of `struct nlmsghdr`.
pub const MESSAGE_HEADER: usize = 16;
/// Bytes of `struct nlattr`.
pub const ATTR_HEADER: usize = 4;
/// Largest payload of one attribute: its length field has 16 bits and counts the header.
pub const ATTR_MAX: usize = u16::MAX as usize - ATTR_HEADER;
/// `NLA_F_NESTED`: the attribute holds attributes.
pub const NESTED: u16 = 0x8000;
/// `NLA_F_NET_BYTEORDER`: the value is big-endian.
pub const NET_BYTE_ORDER: u16 = 0x4000;
/// `NLA_TYPE_MASK`: the bits of an attribute type that are its number.
pub const CODE_MASK: u16 = 0x3fff;

/// Rounds up to the 4 bytes that messages and attributes are aligned to.
#[inline(always)]
pub const fn align(len: usize) -> usize {
    (len + 3) & !3
}

/// `struct nlattr`, as one word: the compiler does not put two moves of 2 bytes together.
///
/// ```text
///  0       2       4
///  +-------+-------+--------
///  |  len  | type  | value …   len counts the header, not the padding
///  +-------+-------+--------
/// ```
#[inline(always)]
pub(crate) fn attr_header(len: usize, kind: u16) -> [u8; ATTR_HEADER] {
    let (low, high) = order(len as u16, kind);
    (u32::from(high) << 16 | u32::from(low)).to_native()
}

/// Length and type of `struct nlattr`.
#[inline(always)]
pub(crate) fn parse_attr_header(bytes: [u8; ATTR_HEADER]) -> (usize, u16) {
    let word = u32::from_native(bytes);
    let (len, kind) = order(word as u16, (word >> 16) as u16);
    (len as usize, kind)
}

/// The first of two fields is in a word's low half where that comes first.
#[inline(always)]
fn order(first: u16, second: u16) -> (u16, u16) {
    if cfg!(target_endian = "little") { (first, second) } else { (second, first) }
}

/// `struct nlmsghdr`.
///
/// ```text
///  0               4       6       8               12              16
///  +---------------+-------+-------+---------------+---------------+
///  | len           | type  | flags | seq           | port          |   len counts the header,
///  +---------------+-------+-------+---------------+---------------+   not the padding
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageHeader {
    /// Bytes of header and payload.
    pub len: u32,
    /// Message type, such as `RTM_NEWLINK`.
    pub kind: u16,
    /// `NLM_F_*`.
    pub flags: Flags,
    /// Sequence number of the request, repeated in every reply to it.
    pub seq: u32,
    /// Port of the sender's socket in a request; of the requester in a reply.
    pub port: u32,
}

impl MessageHeader {
    /// The 16 bytes on the wire.
    #[inline(always)]
    pub fn to_bytes(self) -> [u8; MESSAGE_HEADER] {
        let mut out = [0; MESSAGE_HEADER];
        NativeEndian::write_u32(&mut out[0..4], self.len);
        NativeEndian::write_u16(&mut out[4..6], self.kind);
        NativeEndian::write_u16(&mut out[6..8], self.flags.bits());
        NativeEndian::write_u32(&mut out[8..12], self.seq);
        NativeEndian::write_u32(&mut out[12..16], self.port);
        out
    }

    /// Reads the 16 bytes of a header.
    #[inline(always)]
    pub fn from_bytes(bytes: &[u8; MESSAGE_HEADER]) -> Self {
        MessageHeader {
            len: NativeEndian::read_u32(&bytes[0..4]),
            kind: NativeEndian::read_u16(&bytes[4..6]),
            flags: Flags::from_bits_retain(NativeEndian::read_u16(&bytes[6..8])),
            seq: NativeEndian::read_u32(&bytes[8..12]),
            port: NativeEndian::read_u32(&bytes[12..16]),
        }
    }
}

/// An integer that knows its bytes in either order.
pub trait Int: Copy {
    /// Its bytes: `[u8; N]`.
    type Bytes: AsRef<[u8]> + for<'a> TryFrom<&'a [u8]>;
    /// For schemas, in host byte order.
    const SHAPE: Shape;
    /// For schemas, in network byte order.
    const BIG_SHAPE: Shape;
    /// In host byte order.
    fn to_native(self) -> Self::Bytes;
    /// From host byte order.
    fn from_native(bytes: Self::Bytes) -> Self;
    /// In network byte order.
    fn to_big(self) -> Self::Bytes;
    /// From network byte order.
    fn from_big(bytes: Self::Bytes) -> Self;
}

macro_rules! int {
    ($($int:ty, $len:literal, $signed:literal, $write:ident, $read:ident;)*) => {$(
        impl Int for $int {
            type Bytes = [u8; $len];
            const SHAPE: Shape =
                Shape::Int { bytes: $len, signed: $signed, big: false, names: Names::None };
            const BIG_SHAPE: Shape =
                Shape::Int { bytes: $len, signed: $signed, big: true, names: Names::None };
            #[inline(always)]
            fn to_native(self) -> [u8; $len] {
                let mut out = [0; $len];
                NativeEndian::$write(&mut out, self);
                out
            }
            #[inline(always)]
            fn from_native(bytes: [u8; $len]) -> Self {
                NativeEndian::$read(&bytes)
            }
            #[inline(always)]
            fn to_big(self) -> [u8; $len] {
                let mut out = [0; $len];
                BigEndian::$write(&mut out, self);
                out
            }
            #[inline(always)]
            fn from_big(bytes: [u8; $len]) -> Self {
                BigEndian::$read(&bytes)
            }
        }
    )*};
}

int! {
    u16, 2, false, write_u16, read_u16;
    u32, 4, false, write_u32, read_u32;
    i32, 4, true, write_i32, read_i32;
    u64, 8, false, write_u64, read_u64;
    i64, 8, true, write_i64, read_i64;
}

impl Int for u8 {
    type Bytes = [u8; 1];
    const SHAPE: Shape = Shape::Int { bytes: 1, signed: false, big: false, names: Names::None };
    const BIG_SHAPE: Shape = Self::SHAPE;
    #[inline(always)]
    fn to_native(self) -> [u8; 1] {
        [self]
    }
    #[inline(always)]
    fn from_native(bytes: [u8; 1]) -> Self {
        bytes[0]
    }
    #[inline(always)]
    fn to_big(self) -> [u8; 1] {
        [self]
    }
    #[inline(always)]
    fn from_big(bytes: [u8; 1]) -> Self {
        bytes[0]
    }
}

/// The fixed struct between a message's header and its attributes (`ifinfomsg`, `rtmsg`, …).
pub trait Header: Copy {
    /// Bytes on the wire, padding to 4 included.
    const LEN: usize;
    /// The kernel's name of the struct.
    const NAME: &'static str;
    /// Its fields; `code` is the offset.
    const FIELDS: &'static [Field];
    /// `[u8; LEN]`.
    type Bytes: AsRef<[u8]>;
    /// The bytes on the wire.
    fn to_bytes(self) -> Self::Bytes;
    /// Reads the struct from the front of `bytes`; `None` when they are too few.
    fn parse(bytes: &[u8]) -> Option<Self>;
}

/// Defines a [`Header`]: a struct, its length, and each field's type and offset.
macro_rules! header {
    (
        $(#[$doc:meta])*
        $Name:ident = $kernel:literal, $len:literal {
            $( $(#[$fdoc:meta])* $field:ident: $ty:ty, $offset:literal, $order:ident; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $Name {
            $( $(#[$fdoc])* pub $field: $ty, )*
        }

        impl $crate::wire::Header for $Name {
            const LEN: usize = $len;
            const NAME: &'static str = $kernel;
            const FIELDS: &'static [$crate::attr::Field] = &[$(
                $crate::attr::Field {
                    code: $offset,
                    name: stringify!($field),
                    shape: $crate::wire::header!(@shape $order $ty),
                },
            )*];
            type Bytes = [u8; $len];

            #[inline(always)]
            fn to_bytes(self) -> [u8; $len] {
                let mut out = [0; $len];
                $( $crate::wire::header!(@write $order out $offset self.$field, $ty); )*
                out
            }

            #[inline(always)]
            fn parse(bytes: &[u8]) -> Option<Self> {
                let bytes: &[u8; $len] = bytes.first_chunk()?;
                Some($Name {
                    $( $field: $crate::wire::header!(@read $order bytes $offset, $ty), )*
                })
            }
        }
    };
    (@shape native $ty:ty) => { <$ty as $crate::wire::Int>::SHAPE };
    (@shape big $ty:ty) => { <$ty as $crate::wire::Int>::BIG_SHAPE };
    (@shape family $ty:ty) => { <$crate::route::Family as $crate::wire::Int>::SHAPE };
    (@shape nfproto $ty:ty) => { <$crate::netfilter::Family as $crate::wire::Int>::SHAPE };
    (@shape bytes $ty:ty) => { $crate::attr::Shape::Opaque(size_of::<$ty>()) };
    (@write big $out:ident $offset:literal $value:expr, $ty:ty) => {
        let value = $crate::wire::Int::to_big($value);
        $out[$offset..$offset + value.len()].copy_from_slice(&value);
    };
    (@write bytes $out:ident $offset:literal $value:expr, $ty:ty) => {
        $out[$offset..$offset + size_of::<$ty>()].copy_from_slice(&$value);
    };
    (@write $order:ident $out:ident $offset:literal $value:expr, $ty:ty) => {
        let value = $crate::wire::Int::to_native($value);
        $out[$offset..$offset + value.len()].copy_from_slice(&value);
    };
    (@read bytes $bytes:ident $offset:literal, $ty:ty) => {{
        let mut value: $ty = [0; size_of::<$ty>()];
        value.copy_from_slice(&$bytes[$offset..$offset + size_of::<$ty>()]);
        value
    }};
    (@read big $bytes:ident $offset:literal, $ty:ty) => {{
        let mut value = [0; size_of::<$ty>()];
        value.copy_from_slice(&$bytes[$offset..$offset + size_of::<$ty>()]);
        <$ty as $crate::wire::Int>::from_big(value)
    }};
    (@read $order:ident $bytes:ident $offset:literal, $ty:ty) => {{
        let mut value = [0; size_of::<$ty>()];
        value.copy_from_slice(&$bytes[$offset..$offset + size_of::<$ty>()]);
        <$ty as $crate::wire::Int>::from_native(value)
    }};
}
pub(crate) use header;
