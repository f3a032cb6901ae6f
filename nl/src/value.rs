//! The types an attribute can hold: how each is written and read.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use core::marker::PhantomData;

use crate::attr::Shape;
use crate::wire::{Header, Int};

/// A type an attribute can hold. `put` takes its `In`, `get` gives its `Out`.
pub trait Value {
    /// What is written.
    type In<'a>;
    /// What is read; borrows the received bytes.
    type Out<'a>;
    /// For schemas.
    const SHAPE: Shape;
    /// Hands the payload's bytes to `write`, and whether a NUL follows them.
    fn encode<R>(value: Self::In<'_>, write: impl FnOnce(&[u8], bool) -> R) -> R;
    /// Reads a payload; `None` when it has not the right size.
    fn decode(bytes: &[u8]) -> Option<Self::Out<'_>>;
}

macro_rules! ints {
    ($( $(#[$doc:meta])* $Name:ident: $int:ty, $to:ident, $from:ident, $shape:ident; )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $Name {}

        impl Value for $Name {
            type In<'a> = $int;
            type Out<'a> = $int;
            const SHAPE: Shape = <$int as Int>::$shape;
            #[inline(always)]
            fn encode<R>(value: $int, write: impl FnOnce(&[u8], bool) -> R) -> R {
                write(&value.$to(), false)
            }
            #[inline(always)]
            fn decode(bytes: &[u8]) -> Option<$int> {
                bytes.try_into().ok().map(<$int>::$from)
            }
        }
    )*};
}

ints! {
    /// 8 bits.
    U8: u8, to_native, from_native, SHAPE;
    /// 16 bits, host byte order.
    U16: u16, to_native, from_native, SHAPE;
    /// 32 bits, host byte order.
    U32: u32, to_native, from_native, SHAPE;
    /// 64 bits, host byte order.
    U64: u64, to_native, from_native, SHAPE;
    /// 32 bits with a sign, host byte order.
    I32: i32, to_native, from_native, SHAPE;
    /// 64 bits with a sign, host byte order.
    I64: i64, to_native, from_native, SHAPE;
    /// 16 bits, big-endian.
    Be16: u16, to_big, from_big, BIG_SHAPE;
    /// 32 bits, big-endian.
    Be32: u32, to_big, from_big, BIG_SHAPE;
    /// 32 bits with a sign, big-endian.
    BeI32: i32, to_big, from_big, BIG_SHAPE;
    /// 64 bits, big-endian.
    Be64: u64, to_big, from_big, BIG_SHAPE;
}

/// No payload: being there is the message.
#[derive(Clone, Copy, Debug)]
pub enum Flag {}

impl Value for Flag {
    type In<'a> = ();
    type Out<'a> = ();
    const SHAPE: Shape = Shape::Flag;
    #[inline(always)]
    fn encode<R>((): (), write: impl FnOnce(&[u8], bool) -> R) -> R {
        write(&[], false)
    }
    #[inline(always)]
    fn decode(_: &[u8]) -> Option<()> {
        Some(())
    }
}

/// Text, NUL-terminated on the wire. The kernel takes any bytes, so reading gives [`Text`].
/// A NUL inside a written string ends it for the kernel.
#[derive(Clone, Copy, Debug)]
pub enum Str {}

impl Value for Str {
    type In<'a> = &'a str;
    type Out<'a> = Text<'a>;
    const SHAPE: Shape = Shape::Text;
    #[inline(always)]
    fn encode<R>(value: &str, write: impl FnOnce(&[u8], bool) -> R) -> R {
        write(value.as_bytes(), true)
    }
    #[inline(always)]
    fn decode(bytes: &[u8]) -> Option<Text<'_>> {
        Some(Text::until_nul(bytes))
    }
}

/// Text from the kernel: any bytes but NUL, mostly UTF-8.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// The bytes up to the first NUL, or all of them.
    #[inline]
    pub fn until_nul(bytes: &'a [u8]) -> Self {
        let text = bytes.split(|&byte| byte == 0).next();
        Text(text.unwrap_or_default())
    }

    /// The bytes, without a NUL.
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// As a string, when it is UTF-8.
    pub fn to_str(self) -> Option<&'a str> {
        core::str::from_utf8(self.0).ok()
    }
}

impl fmt::Display for Text<'_> {
    /// Writes what is UTF-8 as it is, other bytes as U+FFFD.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.to_str() {
            return f.pad(text);
        }
        for chunk in self.0.utf8_chunks() {
            f.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                f.write_str("\u{fffd}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

/// Bytes without further meaning.
#[derive(Clone, Copy, Debug)]
pub enum Bytes {}

impl Value for Bytes {
    type In<'a> = &'a [u8];
    type Out<'a> = &'a [u8];
    const SHAPE: Shape = Shape::Bytes;
    #[inline(always)]
    fn encode<R>(value: &[u8], write: impl FnOnce(&[u8], bool) -> R) -> R {
        write(value, false)
    }
    #[inline(always)]
    fn decode(bytes: &[u8]) -> Option<&[u8]> {
        Some(bytes)
    }
}

/// A link-layer address: 6 bytes on Ethernet, other lengths on other links.
#[derive(Clone, Copy, Debug)]
pub enum Mac {}

impl Value for Mac {
    type In<'a> = &'a [u8];
    type Out<'a> = &'a [u8];
    const SHAPE: Shape = Shape::Mac;
    #[inline(always)]
    fn encode<R>(value: &[u8], write: impl FnOnce(&[u8], bool) -> R) -> R {
        write(value, false)
    }
    #[inline(always)]
    fn decode(bytes: &[u8]) -> Option<&[u8]> {
        Some(bytes)
    }
}

/// An IPv4 or IPv6 address in network byte order; its length says which.
#[derive(Clone, Copy, Debug)]
pub enum Ip {}

impl Value for Ip {
    type In<'a> = IpAddr;
    type Out<'a> = IpAddr;
    const SHAPE: Shape = Shape::Ip;
    #[inline(always)]
    fn encode<R>(value: IpAddr, write: impl FnOnce(&[u8], bool) -> R) -> R {
        match value {
            IpAddr::V4(v4) => write(&v4.octets(), false),
            IpAddr::V6(v6) => write(&v6.octets(), false),
        }
    }
    #[inline(always)]
    fn decode(bytes: &[u8]) -> Option<IpAddr> {
        if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
            return Some(IpAddr::V4(Ipv4Addr::from(v4)));
        }
        <[u8; 16]>::try_from(bytes).ok().map(|v6| IpAddr::V6(Ipv6Addr::from(v6)))
    }
}

/// An address together with its family: `struct rtvia`.
#[derive(Clone, Copy, Debug)]
pub enum Via {}

impl Value for Via {
    type In<'a> = IpAddr;
    type Out<'a> = FamilyAddress<'a>;
    const SHAPE: Shape = Shape::Via;
    #[inline(always)]
    fn encode<R>(value: IpAddr, write: impl FnOnce(&[u8], bool) -> R) -> R {
        let mut bytes = [0; 18];
        let [a, b, rest @ ..] = &mut bytes;
        match value {
            IpAddr::V4(v4) => {
                [*a, *b] = u16::from(crate::route::INET).to_native();
                let [b0, b1, b2, b3, ..] = rest;
                [*b0, *b1, *b2, *b3] = v4.octets();
                let (used, _) = bytes.split_at(6);
                write(used, false)
            }
            IpAddr::V6(v6) => {
                [*a, *b] = u16::from(crate::route::INET6).to_native();
                *rest = v6.octets();
                write(&bytes, false)
            }
        }
    }
    #[inline(always)]
    fn decode(bytes: &[u8]) -> Option<FamilyAddress<'_>> {
        let (family, address) = bytes.split_first_chunk()?;
        Some(FamilyAddress { family: u16::from_native(*family), address })
    }
}

/// What [`Via`] reads: an address of any family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FamilyAddress<'a> {
    /// Address family.
    pub family: u16,
    /// The address.
    pub address: &'a [u8],
}

impl FamilyAddress<'_> {
    /// The address, when it is one of IP.
    pub fn ip(&self) -> Option<IpAddr> {
        Ip::decode(self.address)
    }
}

/// An unsigned integer of 4 or 8 bytes, host byte order: the kernel sends the short form when
/// the value fits it (`NLA_UINT`).
#[derive(Clone, Copy, Debug)]
pub enum Uint {}

impl Value for Uint {
    type In<'a> = u64;
    type Out<'a> = u64;
    const SHAPE: Shape = Shape::Uint;
    #[inline(always)]
    fn encode<R>(value: u64, write: impl FnOnce(&[u8], bool) -> R) -> R {
        match u32::try_from(value) {
            Ok(short) => write(&short.to_native(), false),
            Err(_) => write(&value.to_native(), false),
        }
    }
    #[inline(always)]
    fn decode(bytes: &[u8]) -> Option<u64> {
        match bytes.len() {
            4 => U32::decode(bytes).map(u64::from),
            _ => U64::decode(bytes),
        }
    }
}

/// A fixed struct of the kernel's. A newer kernel may send more bytes: they are ignored.
pub struct Struct<H>(PhantomData<H>);

impl<H: Header> Value for Struct<H> {
    type In<'a> = H;
    type Out<'a> = H;
    const SHAPE: Shape = Shape::Struct(H::FIELDS);
    #[inline(always)]
    fn encode<R>(value: H, write: impl FnOnce(&[u8], bool) -> R) -> R {
        write(value.to_bytes().as_ref(), false)
    }
    #[inline(always)]
    fn decode(bytes: &[u8]) -> Option<H> {
        H::parse(bytes)
    }
}

/// Defines a type for a number of the kernel's that has named values. Unknown values are kept.
///
/// `native` or `big` is the byte order of the number as an attribute.
macro_rules! numbers {
    (
        $(#[$doc:meta])*
        $Name:ident: $int:ty, $order:ident, $prefix:literal {
            $( $(#[$ndoc:meta])* $NAME:ident = $value:expr; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $Name(pub $int);

        impl $Name {
            $(
                $(#[$ndoc])*
                #[doc = concat!("\n\n`", $prefix, stringify!($NAME), "`")]
                pub const $NAME: Self = $Name($value);
            )*

            /// The value's name, without the kernel's prefix.
            pub fn name(self) -> Option<&'static str> {
                Self::NAMES.name(self.0 as u64)
            }

            /// The named values.
            pub const NAMES: &'static $crate::attr::NameTable = &$crate::attr::NameTable {
                prefix: $prefix,
                entries: &[$(($Name::$NAME.0 as u64, stringify!($NAME))),*],
            };
        }

        impl core::fmt::Debug for $Name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{}", self.0),
                }
            }
        }

        impl From<$int> for $Name {
            fn from(value: $int) -> Self {
                $Name(value)
            }
        }

        impl From<$Name> for $int {
            fn from(value: $Name) -> Self {
                value.0
            }
        }

        $crate::value::numbers!(@int $Name, $int, Values, $Name, .0);
        $crate::value::numbers!(@value $order $Name);
    };
    (@int $Name:ident, $int:ty, $Names:ident, $from:path, $($to:tt)*) => {
        impl $crate::wire::Int for $Name {
            type Bytes = [u8; size_of::<$int>()];
            const SHAPE: $crate::attr::Shape = $crate::attr::Shape::Int {
                bytes: size_of::<$int>() as u8,
                signed: <$int>::MIN != 0,
                big: false,
                names: $crate::attr::Names::$Names($Name::NAMES),
            };
            const BIG_SHAPE: $crate::attr::Shape = $crate::attr::Shape::Int {
                bytes: size_of::<$int>() as u8,
                signed: <$int>::MIN != 0,
                big: size_of::<$int>() > 1,
                names: $crate::attr::Names::$Names($Name::NAMES),
            };
            #[inline(always)]
            fn to_native(self) -> Self::Bytes {
                $crate::wire::Int::to_native(self $($to)*)
            }
            #[inline(always)]
            fn from_native(bytes: Self::Bytes) -> Self {
                $from(<$int as $crate::wire::Int>::from_native(bytes))
            }
            #[inline(always)]
            fn to_big(self) -> Self::Bytes {
                $crate::wire::Int::to_big(self $($to)*)
            }
            #[inline(always)]
            fn from_big(bytes: Self::Bytes) -> Self {
                $from(<$int as $crate::wire::Int>::from_big(bytes))
            }
        }
    };
    (@value native $Name:ident) => {
        $crate::value::numbers!(@value $Name, to_native, from_native, SHAPE);
    };
    (@value big $Name:ident) => {
        $crate::value::numbers!(@value $Name, to_big, from_big, BIG_SHAPE);
    };
    (@value $Name:ident, $to:ident, $from:ident, $SHAPE:ident) => {
        impl $crate::value::Value for $Name {
            type In<'a> = Self;
            type Out<'a> = Self;
            const SHAPE: $crate::attr::Shape = <$Name as $crate::wire::Int>::$SHAPE;
            #[inline(always)]
            fn encode<R>(value: Self, write: impl FnOnce(&[u8], bool) -> R) -> R {
                write(&$crate::wire::Int::$to(value), false)
            }
            #[inline(always)]
            fn decode(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(<$Name as $crate::wire::Int>::$from)
            }
        }
    };
}
pub(crate) use numbers;

/// Defines a type for a set of named bits. Unknown bits are kept.
///
/// `native` or `big` is the byte order of the bits as an attribute.
macro_rules! bits {
    (
        $(#[$doc:meta])*
        $Name:ident: $int:ty, $order:ident, $prefix:literal {
            $( $(#[$bdoc:ident $($bargs:tt)*])* $NAME:ident = $value:expr; )*
        }
    ) => {
        bitflags::bitflags! {
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
            pub struct $Name: $int {
                $(
                    $(#[$bdoc $($bargs)*])*
                    #[doc = concat!("\n\n`", $prefix, stringify!($NAME), "`")]
                    const $NAME = $value;
                )*
                const _ = !0;
            }
        }

        impl $Name {
            /// The named bits.
            pub const NAMES: &'static $crate::attr::NameTable = &$crate::attr::NameTable {
                prefix: $prefix,
                entries: &[$(($Name::$NAME.bits() as u64, stringify!($NAME))),*],
            };
        }

        $crate::value::numbers!(@int $Name, $int, Bits, $Name::from_bits_retain, .bits());
        $crate::value::numbers!(@value $order $Name);
    };
}
pub(crate) use bits;

/// Defines a view of a struct that grows from kernel to kernel: each field is there when the
/// bytes reach it.
macro_rules! counters {
    (
        $(#[$doc:meta])*
        $Name:ident: $int:ty = $kernel:literal {
            $( $(#[$fdoc:meta])* $field:ident, $index:literal; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub struct $Name<'a>(&'a [u8]);

        impl<'a> $Name<'a> {
            /// The view of `bytes`.
            pub const fn new(bytes: &'a [u8]) -> Self {
                $Name(bytes)
            }

            /// The bytes as they were received.
            pub const fn as_bytes(self) -> &'a [u8] {
                self.0
            }

            /// The integer at `index`, named or not.
            #[inline]
            pub fn nth(self, index: usize) -> Option<$int> {
                let (all, _) = self.0.as_chunks::<{ size_of::<$int>() }>();
                all.get(index).map(|bytes| <$int as $crate::wire::Int>::from_native(*bytes))
            }

            $(
                $(#[$fdoc])*
                #[inline]
                pub fn $field(self) -> Option<$int> {
                    self.nth($index)
                }
            )*
        }

        impl core::fmt::Debug for $Name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct($kernel)$(.field(stringify!($field), &self.$field()))*.finish()
            }
        }

        impl $crate::value::Value for $Name<'static> {
            type In<'a> = &'a [u8];
            type Out<'a> = $Name<'a>;
            const SHAPE: $crate::attr::Shape = $crate::attr::Shape::Struct(&[$(
                $crate::attr::Field {
                    code: $index * size_of::<$int>() as u16,
                    name: stringify!($field),
                    shape: <$int as $crate::wire::Int>::SHAPE,
                },
            )*]);
            #[inline(always)]
            fn encode<R>(value: &[u8], write: impl FnOnce(&[u8], bool) -> R) -> R {
                write(value, false)
            }
            #[inline(always)]
            fn decode(bytes: &[u8]) -> Option<$Name<'_>> {
                Some($Name(bytes))
            }
        }
    };
}
pub(crate) use counters;
