//! Reading: messages of a datagram, attributes of a message. Views borrow; nothing is copied.

mod attributes;
mod hops;
mod keys;

use core::iter::FusedIterator;
use core::marker::PhantomData;

use crate::attr::{Attr, HeaderNest, Hops, MessageType, Nest, Set};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::value::Value;
use crate::wire::{
    ATTR_HEADER, CODE_MASK, Header, MESSAGE_HEADER, MessageHeader, align, parse_attr_header,
};

pub use attributes::{Attributes, RawAttr};
pub(crate) use hops::HopBytes;
pub use hops::HopViews;
pub use keys::{Keys, Readable};

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
        let end = self.base.wrapping_add(self.bytes.len() as u32);
        Attributes { rest: self.bytes, end, set: S::NAME }
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

    /// The values of several attributes, in one pass: `None` for each that is not there. Keys of
    /// nests give their attributes.
    ///
    /// Reads one attribute's header after the other and stops at none that was not asked for, so
    /// it is the way to read a dump. The keys are best constants written in the call.
    ///
    /// ```
    /// # use nl::{Batch, Flags, Messages, route::{info, link}};
    /// # let mut buf = [0; 128];
    /// # let mut batch = Batch::new(&mut buf, 1);
    /// # batch.push(link::NEW, Flags::empty(), link::IfInfo::default(), |m| {
    /// #     m.put(link::IFNAME, "web").nest(link::LINKINFO, |i| { i.put(info::KIND, "veth"); });
    /// # });
    /// # let message = Messages::new(batch.finish().unwrap()).next().unwrap().unwrap();
    /// let (header, view) = message.decode(link::NEW)?;
    /// let (name, mtu, info) = view.pick((link::IFNAME, link::MTU, link::LINKINFO))?;
    /// assert_eq!(name.unwrap(), "web");
    /// assert_eq!(mtu, None);
    /// assert_eq!(info.unwrap().get(info::KIND)?.unwrap(), "veth");
    /// # Ok::<(), nl::DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// The bytes are broken, or one of the values has not the size of its type.
    #[inline(always)]
    pub fn pick<K: Keys<S>>(&self, keys: K) -> Result<K::Values<'a>, DecodeError> {
        let View { bytes, base, .. } = *self;
        let mut values = K::none();
        // Attributes begin at multiples of 4, so one comparison proves that a header is there.
        let (words, _) = bytes.as_chunks::<ATTR_HEADER>();
        let mut at = 0;
        while let Some(&header) = words.get(at) {
            let (len, kind) = parse_attr_header(header);
            let start = at * ATTR_HEADER;
            let attr = || {
                let value = bytes.get(start + ATTR_HEADER..start + len)?;
                let offset = base.wrapping_add(start as u32);
                Some(RawAttr { kind, value, offset, set: S::NAME })
            };
            if len < ATTR_HEADER || !keys.choose(kind & CODE_MASK, attr, &mut values) {
                break;
            }
            at += align(len) / ATTR_HEADER;
        }
        if at == words.len() {
            Ok(values)
        } else {
            Self::at(bytes, base as usize).pick_slowly(keys)
        }
    }

    /// [`View::pick`] when the last attribute is not padded, or something is wrong: says what.
    #[cold]
    #[inline(never)]
    fn pick_slowly<K: Keys<S>>(self, keys: K) -> Result<K::Values<'a>, DecodeError> {
        let mut values = K::none();
        for attr in self.iter() {
            let attr = attr?;
            if !keys.take(attr.code(), || Some(attr), &mut values) {
                return Err(attr.bad_value());
            }
        }
        Ok(values)
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
        Ok(HopViews::at(bytes, base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::Batch;
    use crate::flags::Flags;
    use crate::route::{info, link};

    type Link = link::Link;

    /// IFNAME "web", MTU 1500, LINKINFO { KIND "veth" }, ADDRESS of 6 bytes.
    fn attributes(out: &mut [u8; 128]) -> &[u8] {
        let mut batch = Batch::new(out, 1);
        batch.push(link::NEW, Flags::empty(), link::IfInfo::default(), |m| {
            m.put(link::IFNAME, "web")
                .put(link::MTU, 1500)
                .nest(link::LINKINFO, |i| {
                    i.put(info::KIND, "veth");
                })
                .put(link::ADDRESS, &[2, 0, 0, 0, 0, 1]);
        });
        batch.finish().unwrap().split_at(32).1
    }

    type Picked<'a> = (Option<u32>, Option<crate::Text<'a>>, Option<&'a [u8]>, Option<&'a [u8]>);

    fn pick(bytes: &[u8]) -> Result<Picked<'_>, DecodeError> {
        let (mtu, info, mac, master, name) = View::<Link>::new(bytes).pick((
            link::MTU,
            link::LINKINFO,
            link::ADDRESS,
            link::PHYS_SWITCH_ID,
            link::IFNAME,
        ))?;
        let kind = info.map(|info| info.get(info::KIND)).transpose()?.flatten();
        assert_eq!(name.is_some(), bytes.len() >= 8);
        Ok((mtu, kind, mac, master))
    }

    #[test]
    fn pick_gives_what_get_gives_for_every_length_of_the_buffer() {
        let mut out = [0; 128];
        let bytes = attributes(&mut out);
        for len in 0..=bytes.len() {
            let Some(bytes) = bytes.get(..len) else { unreachable!() };
            let view = View::<Link>::new(bytes);
            // A `get` stops at what it looks for; `pick` reads to the end.
            let whole = view.iter().find_map(Result::err);
            match pick(bytes) {
                Err(error) => assert_eq!(Some(error), whole, "{len}"),
                Ok((mtu, kind, mac, id)) => {
                    assert_eq!(whole, None, "{len}");
                    assert_eq!(mtu, view.get(link::MTU).unwrap());
                    assert_eq!(mac, view.get(link::ADDRESS).unwrap());
                    assert_eq!(id, None);
                    let info = view.nest(link::LINKINFO).unwrap();
                    assert_eq!(kind, info.and_then(|info| info.get(info::KIND).unwrap()));
                }
            }
        }
        // The address needs no padding.
        assert_eq!(pick(&bytes[..bytes.len() - 2]).unwrap().2, Some(&[2, 0, 0, 0, 0, 1][..]));
    }

    #[test]
    fn pick_gives_the_first_of_several_and_says_which_is_broken() {
        let attr = |len: u16, kind: u16, value: u32| {
            let [a, b] = [len, kind].map(u16::to_ne_bytes);
            [a.to_vec(), b.to_vec(), value.to_ne_bytes().to_vec()].concat()
        };
        let twice = [attr(8, 4, 1), attr(8, 4, 2)].concat();
        let view = View::<Link>::new(&twice);
        assert_eq!(view.pick((link::MTU,)).unwrap(), (Some(1),));
        assert_eq!(view.pick((link::MTU, link::MTU)).unwrap(), (Some(1), Some(1)));
        let short = [attr(8, 5, 1), attr(6, 4, 2)].concat();
        let error = View::<Link>::new(&short).pick((link::MTU,)).unwrap_err();
        assert_eq!(error.kind, DecodeErrorKind::BadValue);
        assert_eq!((error.offset, error.set, error.code), (8, "IFLA", 4));
    }
}
