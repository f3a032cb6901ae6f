//! Next hops of a route: structs with attributes, one after the other.

use core::marker::PhantomData;

use super::{View, split_header};
use crate::attr::Set;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::wire::{Header, Int, align};

/// Iterator over next hops: the struct and the attributes of each. Ends after the first error.
#[derive(Clone, Debug)]
pub struct HopViews<'a, H, S> {
    hops: HopBytes<'a>,
    base: usize,
    types: PhantomData<fn() -> (H, S)>,
}

impl<H, S> HopViews<'_, H, S> {
    /// Those in `bytes`, which begin `base` bytes after the start of the message.
    pub(super) fn at(bytes: &[u8], base: usize) -> HopViews<'_, H, S> {
        HopViews { hops: HopBytes::new(bytes), base, types: PhantomData }
    }
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
