//! The types an attribute can hold: how each is written and read.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use core::marker::PhantomData;

use crate::attr::Shape;
use crate::wire::{Header, Int};

pub(crate) use crate::names::{bits, counters, numbers};

/// A type an attribute can hold. `put` takes its `In`, `get` gives its `Out`.
pub trait Value {
    /// What is written.
    type In<'a>;
    /// What is read; borrows the received bytes.
    type Out<'a>;
    /// For schemas.
    const SHAPE: Shape;
    /// Hands the payload's bytes to `write`, and whether they are text: without a NUL, which
    /// follows them.
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
/// A NUL inside a written text is an error, since it would end there for the kernel.
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
