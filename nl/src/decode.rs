//! Reading: messages of a datagram, attributes of a message. Views borrow; nothing is copied.

use core::iter::FusedIterator;
use core::marker::PhantomData;

use crate::attr::{Attr, HeaderNest, Hops, MessageType, Nest, Set};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::value::Value;
use crate::wire::{
    ATTR_HEADER, CODE_MASK, Header, Int, MESSAGE_HEADER, MessageHeader, NESTED, align,
};

/// `NLMSG_NOOP`.
pub const NOOP: u16 = 1;
/// `NLMSG_ERROR`: an acknowledgement, of failure or success; see [`Ack`](crate::Ack).
pub const ERROR: u16 = 2;
/// `NLMSG_DONE`: the end of a multi-part reply; see [`Ack`](crate::Ack).
pub const DONE: u16 = 3;
/// `NLMSG_OVERRUN`.
pub const OVERRUN: u16 = 4;

/// The messages of one datagram. Ends after the first error.
#[derive(Clone, Debug)]
pub struct Messages<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Messages<'a> {
    /// The messages in `datagram`.
    #[inline]
    pub fn new(datagram: &'a [u8]) -> Self {
        Messages { bytes: datagram, at: 0 }
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let fail =
            |kind, at| Some(Err(DecodeError { kind, offset: at as u32, set: "nlmsghdr", code: 0 }));
        let at = core::mem::replace(&mut self.at, usize::MAX);
        let Some((head, _)) = rest.split_first_chunk::<MESSAGE_HEADER>() else {
            return fail(DecodeErrorKind::TruncatedMessage, at);
        };
        let header = MessageHeader::from_bytes(head);
        let len = header.len as usize;
        if len < MESSAGE_HEADER {
            return fail(DecodeErrorKind::BadLength, at);
        }
        let Some(body) = rest.get(MESSAGE_HEADER..len) else {
            return fail(DecodeErrorKind::TruncatedMessage, at);
        };
        // The last message may lack its padding.
        self.at = at.saturating_add(align(len));
        Some(Ok(Message { header, body }))
    }
}

impl FusedIterator for Messages<'_> {}

/// One message.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Its header.
    pub header: MessageHeader,
    /// What follows the header.
    pub body: &'a [u8],
}

impl<'a> Message<'a> {
    /// The fixed struct and the attributes of a message of type `kind`.
    ///
    /// # Errors
    /// It is of another type, or shorter than the struct.
    #[inline]
    pub fn decode<H: Header, S: Set>(
        &self,
        kind: MessageType<H, S>,
    ) -> Result<(H, View<'a, S>), DecodeError> {
        let fail = |kind| DecodeError { kind, offset: 0, set: H::NAME, code: 0 };
        if self.header.kind != kind.code() {
            return Err(fail(DecodeErrorKind::WrongType));
        }
        split_header(self.body, MESSAGE_HEADER)
            .ok_or_else(|| fail(DecodeErrorKind::TruncatedMessage))
    }
}

#[inline]
fn split_header<H: Header, S: Set>(bytes: &[u8], base: usize) -> Option<(H, View<'_, S>)> {
    let header = H::parse(bytes)?;
    let rest = bytes.get(H::LEN..).unwrap_or_default();
    Some((header, View::at(rest, base + H::LEN)))
}

/// The attributes of a message or nest, borrowed from the received bytes.
#[derive(Debug)]
pub struct View<'a, S> {
    bytes: &'a [u8],
    base: u32,
    set: PhantomData<fn() -> S>,
}

impl<S> Clone for View<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for View<'_, S> {}

impl<'a, S: Set> View<'a, S> {
    /// The attributes in `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::at(bytes, 0)
    }

    #[inline]
    fn at(bytes: &'a [u8], base: usize) -> Self {
        View { bytes, base: base as u32, set: PhantomData }
    }

    /// All attributes in their order, known or not.
    #[inline]
    pub fn iter(&self) -> Attributes<'a> {
        Attributes { bytes: self.bytes, at: 0, base: self.base, set: S::NAME }
    }

    /// The first attribute with this number.
    #[inline]
    pub fn find(&self, code: u16) -> Result<Option<RawAttr<'a>>, DecodeError> {
        for attr in self.iter() {
            let attr = attr?;
            if attr.code() == code {
                return Ok(Some(attr));
            }
        }
        Ok(None)
    }

    /// The value of an attribute, `None` when it is not there.
    ///
    /// # Errors
    /// The bytes before it are broken, or it has not the size of its type.
    #[inline]
    pub fn get<V: Value>(&self, key: Attr<S, V>) -> Result<Option<V::Out<'a>>, DecodeError> {
        self.find(key.code())?.map(|attr| attr.read(key)).transpose()
    }

    /// The values of an attribute that may be there several times.
    pub fn all<V: Value>(
        &self,
        key: Attr<S, V>,
    ) -> impl Iterator<Item = Result<V::Out<'a>, DecodeError>> + use<'a, S, V> {
        self.iter().filter_map(move |attr| match attr {
            Ok(attr) if attr.code() == key.code() => Some(attr.read(key)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
    }

    /// The attributes inside an attribute, `None` when it is not there.
    ///
    /// # Errors
    /// The bytes before it are broken.
    #[inline]
    pub fn nest<T: Set>(&self, key: Attr<S, Nest<T>>) -> Result<Option<View<'a, T>>, DecodeError> {
        Ok(self.find(key.code())?.map(|attr| attr.attributes()))
    }

    /// The fixed struct and the attributes inside an attribute.
    ///
    /// # Errors
    /// The bytes before it are broken, or it is shorter than the struct.
    pub fn header_nest<H: Header, T: Set>(
        &self,
        key: Attr<S, HeaderNest<H, T>>,
    ) -> Result<Option<(H, View<'a, T>)>, DecodeError> {
        let Some(attr) = self.find(key.code())? else { return Ok(None) };
        split_header(attr.value, attr.offset as usize + ATTR_HEADER)
            .ok_or(DecodeError {
                kind: DecodeErrorKind::BadValue,
                offset: attr.offset,
                set: H::NAME,
                code: attr.code(),
            })
            .map(Some)
    }
}

impl<'a, S: Set> View<'a, S> {
    /// The next hops inside an attribute; none when it is not there.
    ///
    /// # Errors
    /// The bytes before it are broken.
    pub fn hops<H: Header, T: Set>(
        &self,
        key: Attr<S, Hops<H, T>>,
    ) -> Result<HopViews<'a, H, T>, DecodeError> {
        let (bytes, base) = match self.find(key.code())? {
            Some(attr) => (attr.value, attr.offset as usize + ATTR_HEADER),
            None => (Default::default(), 0),
        };
        Ok(HopViews { hops: HopBytes::new(bytes), base, types: PhantomData })
    }
}

/// Iterator over next hops: the struct and the attributes of each. Ends after the first error.
#[derive(Clone, Debug)]
pub struct HopViews<'a, H, S> {
    hops: HopBytes<'a>,
    base: usize,
    types: PhantomData<fn() -> (H, S)>,
}

impl<'a, H: Header, S: Set> Iterator for HopViews<'a, H, S> {
    type Item = Result<(H, View<'a, S>), DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let broken = |offset| DecodeError {
            kind: DecodeErrorKind::BadLength,
            offset: offset as u32,
            set: H::NAME,
            code: 0,
        };
        let start = self.hops.at;
        match self.hops.next() {
            Some((at, hop)) => {
                let hop = split_header(hop, self.base + at);
                if hop.is_none() {
                    self.hops.bytes = Default::default();
                }
                Some(hop.ok_or(broken(self.base + at)))
            }
            // Bytes are left that are no hop.
            None if self.hops.bytes.get(start..).is_some_and(|rest| !rest.is_empty()) => {
                self.hops.bytes = Default::default();
                Some(Err(broken(self.base + start)))
            }
            None => None,
        }
    }
}

/// Iterator over the bytes of next hops, and where each begins. Ends before what is no hop.
#[derive(Clone, Debug)]
pub(crate) struct HopBytes<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> HopBytes<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        HopBytes { bytes, at: 0 }
    }
}

impl<'a> Iterator for HopBytes<'a> {
    type Item = (usize, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.at..)?;
        let len = u16::from_native(*rest.first_chunk()?) as usize;
        let hop = rest.get(..len).filter(|hop| !hop.is_empty())?;
        let at = self.at;
        self.at += align(len);
        Some((at, hop))
    }
}

/// Iterator over attributes. Ends after the first error.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    bytes: &'a [u8],
    at: usize,
    base: u32,
    set: &'static str,
}

impl<'a> Attributes<'a> {
    /// Attributes of a set that is not known here.
    #[inline]
    pub fn raw(bytes: &'a [u8]) -> Self {
        Attributes { bytes, at: 0, base: 0, set: "nlattr" }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<RawAttr<'a>, DecodeError>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        // Fewer than 4 trailing bytes cannot be an attribute; the kernel ignores them too.
        let rest = self.bytes.get(self.at..)?;
        let (&[a, b, c, d], _) = rest.split_first_chunk::<ATTR_HEADER>()?;
        let len = u16::from_native([a, b]) as usize;
        let kind = u16::from_native([c, d]);
        let offset = self.base.wrapping_add(self.at as u32);
        let Some(value) = rest.get(ATTR_HEADER..len) else {
            self.at = usize::MAX;
            let kind_of_error = if len < ATTR_HEADER {
                DecodeErrorKind::BadLength
            } else {
                DecodeErrorKind::TruncatedAttribute
            };
            let code = kind & CODE_MASK;
            return Some(Err(DecodeError { kind: kind_of_error, offset, set: self.set, code }));
        };
        self.at += align(len);
        Some(Ok(RawAttr { kind, value, offset, set: self.set }))
    }
}

impl FusedIterator for Attributes<'_> {}

/// One attribute as it was received.
#[derive(Clone, Copy, Debug)]
pub struct RawAttr<'a> {
    /// Number and flags, as on the wire.
    pub kind: u16,
    /// The payload, without padding.
    pub value: &'a [u8],
    /// Where its header begins, in bytes from the start of the message.
    pub offset: u32,
    set: &'static str,
}

impl<'a> RawAttr<'a> {
    /// Its number.
    #[inline(always)]
    pub fn code(&self) -> u16 {
        self.kind & CODE_MASK
    }

    /// Whether it says that it holds attributes. Many that do, do not say so.
    pub fn is_nested(&self) -> bool {
        self.kind & NESTED != 0
    }

    /// Its value by the type of `key`, whose number the caller has compared.
    ///
    /// # Errors
    /// It has not the size of the type.
    #[inline(always)]
    pub fn read<S, V: Value>(&self, _: Attr<S, V>) -> Result<V::Out<'a>, DecodeError> {
        V::decode(self.value).ok_or(DecodeError {
            kind: DecodeErrorKind::BadValue,
            offset: self.offset,
            set: self.set,
            code: self.code(),
        })
    }

    /// The attributes it holds.
    #[inline(always)]
    pub fn attributes<T: Set>(&self) -> View<'a, T> {
        View::at(self.value, self.offset as usize + ATTR_HEADER)
    }
}
