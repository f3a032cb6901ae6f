//! Attributes, one after the other.

use core::iter::FusedIterator;

use super::View;
use crate::attr::{Attr, Set};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::value::Value;
use crate::wire::{ATTR_HEADER, CODE_MASK, NESTED, align, parse_attr_header};

/// Iterator over attributes. Ends after the first error.
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    pub(super) rest: &'a [u8],
    /// Where the attributes end, in bytes from the start of the message.
    pub(super) end: u32,
    pub(super) set: &'static str,
}

impl<'a> Attributes<'a> {
    /// Attributes of a set that is not known here.
    #[inline]
    pub fn raw(bytes: &'a [u8]) -> Self {
        Attributes { rest: bytes, end: bytes.len() as u32, set: "nlattr" }
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<RawAttr<'a>, DecodeError>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        // Fewer than 4 trailing bytes cannot be an attribute; the kernel ignores them too.
        let (&header, tail) = self.rest.split_first_chunk::<ATTR_HEADER>()?;
        let (len, kind) = parse_attr_header(header);
        let offset = self.end.wrapping_sub(self.rest.len() as u32);
        // A length below 4 wraps around, and is past the end like one that is too large.
        let Some(value) = tail.get(..len.wrapping_sub(ATTR_HEADER)) else {
            self.rest = &[];
            return Some(Err(broken(len, kind, offset, self.set)));
        };
        // The last attribute may lack its padding.
        let next = align(len).min(self.rest.len());
        self.rest = self.rest.get(next..).unwrap_or_default();
        Some(Ok(RawAttr { kind, value, offset, set: self.set }))
    }
}

#[cold]
fn broken(len: usize, kind: u16, offset: u32, set: &'static str) -> DecodeError {
    let what = if len < ATTR_HEADER {
        DecodeErrorKind::BadLength
    } else {
        DecodeErrorKind::TruncatedAttribute
    };
    DecodeError { kind: what, offset, set, code: kind & CODE_MASK }
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
    pub(super) set: &'static str,
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
        V::decode(self.value).ok_or_else(|| self.bad_value())
    }

    #[cold]
    pub(super) fn bad_value(&self) -> DecodeError {
        DecodeError {
            kind: DecodeErrorKind::BadValue,
            offset: self.offset,
            set: self.set,
            code: self.code(),
        }
    }

    /// The attributes it holds.
    #[inline(always)]
    pub fn attributes<T: Set>(&self) -> View<'a, T> {
        View::at(self.value, self.offset as usize + ATTR_HEADER)
    }
}
