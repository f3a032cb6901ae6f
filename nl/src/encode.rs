//! Writing: a [`Batch`] of messages into a buffer of the caller's, attributes by typed key.

use core::marker::PhantomData;

use crate::attr::{Attr, HeaderNest, Hops, MessageType, Nest, Set};
use crate::error::EncodeError;
use crate::flags::Flags;
use crate::value::{Str, Value};
use crate::wire::{
    ATTR_HEADER, ATTR_MAX, Header, Int, MESSAGE_HEADER, MessageHeader, NESTED, align, attr_header,
};

/// Where the bytes go. Past the end of the buffer nothing is written and counting goes on, so
/// that the size reported as needed is exact.
#[derive(Debug)]
struct Writer<'b> {
    buf: &'b mut [u8],
    at: usize,
    error: Option<Flaw>,
}

/// The first attribute that cannot be written. Small, and apart from the buffer, so that through
/// any number of nests all of a [`Writer`] stays in registers.
#[derive(Clone, Copy, Debug)]
struct Flaw {
    set: &'static &'static str,
    code: u16,
    what: What,
    /// Its length, or where its NUL is.
    number: usize,
}

/// What is wrong with an attribute.
#[derive(Clone, Copy, Debug)]
enum What {
    TooLong,
    Nul,
}

impl Writer<'_> {
    /// The same place, for a nested scope, which gives back its [`Writer::end`].
    #[inline(always)]
    fn reborrow(&mut self) -> Writer<'_> {
        Writer { buf: self.buf, at: self.at, error: self.error }
    }

    #[inline(always)]
    fn end(self) -> (usize, Option<Flaw>) {
        (self.at, self.error)
    }

    /// Writes the fixed struct of a message or nest, whose length is a multiple of 4.
    #[inline(always)]
    fn header(&mut self, bytes: &[u8]) {
        let end = self.at + align(bytes.len());
        if let Some((out, padding)) =
            self.buf.get_mut(self.at..end).and_then(|out| out.split_at_mut_checked(bytes.len()))
        {
            out.copy_from_slice(bytes);
            padding.fill(0);
        }
        self.at = end;
    }

    #[inline(always)]
    fn attr(&mut self, set: &'static &'static str, code: u16, bytes: &[u8], text: bool) {
        let len = bytes.len() + text as usize;
        if len > ATTR_MAX {
            return self.flaw(set, code, What::TooLong, len);
        }
        if text && has_nul(bytes) {
            let at = bytes.iter().take_while(|&&byte| byte != 0).count();
            return self.flaw(set, code, What::Nul, at);
        }
        let end = self.at + ATTR_HEADER + align(len);
        if let Some((head, rest)) =
            self.buf.get_mut(self.at..end).and_then(|out| out.split_first_chunk_mut())
        {
            *head = attr_header(ATTR_HEADER + len, code);
            // The NUL after a text is the first byte of the padding.
            fill(rest, bytes);
        }
        self.at = end;
    }

    /// Writes the real length of the nest that began at `start`.
    #[inline(always)]
    fn close_nest(&mut self, set: &'static &'static str, code: u16, start: usize) {
        self.close_attr(set, code, code | NESTED, start);
    }

    #[inline(always)]
    fn close_attr(&mut self, set: &'static &'static str, code: u16, kind: u16, start: usize) {
        let len = self.at - start;
        if len > u16::MAX as usize {
            self.flaw(set, code, What::TooLong, len - ATTR_HEADER);
        } else if let Some(head) = self.buf.get_mut(start..).and_then(|out| out.first_chunk_mut()) {
            *head = attr_header(len, kind);
        }
    }

    #[inline(always)]
    fn flaw(&mut self, set: &'static &'static str, code: u16, what: What, number: usize) {
        cold();
        self.error = self.error.or(Some(Flaw { set, code, what, number }));
    }
}

/// Whether one of `bytes` is 0. As in [`fill`], a short text is looked at in two words that
/// overlap.
#[inline(always)]
fn has_nul(bytes: &[u8]) -> bool {
    // Of a word that holds no 0 byte, subtracting 1 from each borrows from none (Mycroft's test).
    let zero8 = |bytes: &[u8; 8]| {
        let word = u64::from_native(*bytes);
        word.wrapping_sub(0x0101_0101_0101_0101) & !word & 0x8080_8080_8080_8080
    };
    let zero4 = |bytes: &[u8; 4]| {
        let word = u32::from_native(*bytes);
        word.wrapping_sub(0x0101_0101) & !word & 0x8080_8080
    };
    if bytes.len() > 16 {
        return has_nul_long(bytes);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return zero8(first) | zero8(last) != 0;
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return zero4(first) | zero4(last) != 0;
    }
    matches!(bytes, [0, ..] | [_, 0, ..] | [_, _, 0])
}

/// [`has_nul`] for any length.
#[cold]
#[inline(never)]
fn has_nul_long(bytes: &[u8]) -> bool {
    bytes.contains(&0)
}

/// Tells the compiler that this path is hardly ever taken.
#[cold]
#[inline(never)]
fn cold() {}

/// Writes `bytes` and up to 4 zeros, all of `out`, whose length is a multiple of 4.
///
/// Names, addresses and numbers are short: two moves that overlap write them sooner than calls of
/// `memcpy` and `memset` begin.
#[inline(always)]
fn fill(out: &mut [u8], bytes: &[u8]) {
    let zero = |out: &mut [u8]| {
        if let Some(last) = out.last_chunk_mut::<4>() {
            *last = [0; 4];
        }
    };
    if bytes.len() < 8 {
        zero(out);
        if !(ends::<4>(out, bytes) || ends::<2>(out, bytes))
            && let ([to, ..], [from]) = (out, bytes)
        {
            *to = *from;
        }
    } else if bytes.len() <= 16 {
        zero(out);
        ends::<8>(out, bytes);
    } else {
        fill_long(out, bytes);
    }
}

/// [`fill`] for any length.
#[cold]
#[inline(never)]
fn fill_long(out: &mut [u8], bytes: &[u8]) {
    if let Some((value, padding)) = out.split_at_mut_checked(bytes.len()) {
        value.copy_from_slice(bytes);
        padding.fill(0);
    }
}

/// Copies the first and the last `N` bytes, which are all of `N` to `2 * N` bytes.
#[inline(always)]
fn ends<const N: usize>(out: &mut [u8], bytes: &[u8]) -> bool {
    let (Some(first), Some(last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>()) else {
        return false;
    };
    if let Some(out) = out.get_mut(..bytes.len()) {
        if let Some(to) = out.first_chunk_mut() {
            *to = *first;
        }
        if let Some(to) = out.last_chunk_mut() {
            *to = *last;
        }
    }
    true
}

/// Messages that travel in one send, written one after the other into a buffer of the caller's.
///
/// ```
/// use nl::{Batch, Flags, route::{link, LinkFlags}};
///
/// let mut buf = [0; 128];
/// let mut batch = Batch::new(&mut buf, 1);
/// let up = link::IfInfo { index: 1, flags: LinkFlags::UP, change: LinkFlags::UP, ..Default::default() };
/// batch.push(link::SET, Flags::ACK, up, |m| {
///     m.put(link::MTU, 1500);
/// });
/// assert_eq!(batch.finish().unwrap().len(), 40);
/// ```
#[derive(Debug)]
pub struct Batch<'b> {
    writer: Writer<'b>,
    seq: u32,
}

impl<'b> Batch<'b> {
    /// An empty batch in `buf`; its first message gets sequence number `seq`, each next one more
    /// (wrapping).
    #[inline]
    pub fn new(buf: &'b mut [u8], seq: u32) -> Self {
        Batch { writer: Writer { buf, at: 0, error: None }, seq }
    }

    /// Adds a request: header, fixed struct, then the attributes that `fill` puts.
    #[inline(always)]
    pub fn push<H: Header, S: Set>(
        &mut self,
        kind: MessageType<H, S>,
        flags: Flags,
        header: H,
        fill: impl FnOnce(&mut Attrs<'_, S>),
    ) -> &mut Self {
        let start = self.writer.at;
        let mut writer = self.writer.reborrow();
        writer.at += MESSAGE_HEADER;
        writer.header(header.to_bytes().as_ref());
        let mut attrs = Attrs { writer, set: PhantomData };
        fill(&mut attrs);
        (self.writer.at, self.writer.error) = attrs.writer.end();
        let head = MessageHeader {
            len: (self.writer.at - start) as u32,
            kind: kind.code(),
            flags: flags | Flags::REQUEST,
            seq: self.seq,
            port: 0,
        };
        if let Some(out) = self.writer.buf.get_mut(start..).and_then(|out| out.first_chunk_mut()) {
            *out = head.to_bytes();
        }
        self.seq = self.seq.wrapping_add(1);
        self
    }

    /// The sequence number the next message will get.
    pub fn next_seq(&self) -> u32 {
        self.seq
    }

    /// Whether nothing was pushed.
    pub fn is_empty(&self) -> bool {
        self.writer.at == 0
    }

    /// The bytes to send.
    ///
    /// # Errors
    /// The buffer was too small (with the exact size needed), a value was longer than an attribute
    /// can hold, or a text held a NUL: of these two the first.
    #[inline]
    pub fn finish(self) -> Result<&'b [u8], EncodeError> {
        let Writer { buf, at: needed, error } = self.writer;
        if let Some(Flaw { set, code, what, number }) = error {
            return Err(match what {
                What::TooLong => EncodeError::AttributeTooLong { set, code, len: number },
                What::Nul => EncodeError::NulInText { set, code, at: number },
            });
        }
        let have = buf.len();
        buf.get(..needed).ok_or(EncodeError::BufferTooSmall { needed, have })
    }
}

/// The attributes of one message or nest, being written.
#[derive(Debug)]
pub struct Attrs<'b, S> {
    writer: Writer<'b>,
    set: PhantomData<fn() -> S>,
}

impl<S: Set> Attrs<'_, S> {
    /// Writes an attribute.
    #[inline(always)]
    pub fn put<V: Value>(&mut self, key: Attr<S, V>, value: V::In<'_>) -> &mut Self {
        V::encode(value, |bytes, nul| self.writer.attr(&S::NAME, key.code(), bytes, nul));
        self
    }

    /// Writes an attribute when there is a value.
    #[inline(always)]
    pub fn put_some<V: Value>(&mut self, key: Attr<S, V>, value: Option<V::In<'_>>) -> &mut Self {
        if let Some(value) = value {
            self.put(key, value);
        }
        self
    }

    /// Writes a text attribute whose bytes need not be UTF-8, as link names from the kernel.
    #[inline(always)]
    pub fn put_text(&mut self, key: Attr<S, Str>, value: &[u8]) -> &mut Self {
        self.writer.attr(&S::NAME, key.code(), value, true);
        self
    }

    /// Writes an attribute that holds the attributes `fill` puts.
    #[inline(always)]
    pub fn nest<T: Set>(
        &mut self,
        key: Attr<S, Nest<T>>,
        fill: impl FnOnce(&mut Attrs<'_, T>),
    ) -> &mut Self {
        self.open(key.code(), &[], fill)
    }

    /// Writes an attribute that holds a fixed struct and then the attributes `fill` puts.
    #[inline(always)]
    pub fn header_nest<H: Header, T: Set>(
        &mut self,
        key: Attr<S, HeaderNest<H, T>>,
        header: H,
        fill: impl FnOnce(&mut Attrs<'_, T>),
    ) -> &mut Self {
        self.open(key.code(), header.to_bytes().as_ref(), fill)
    }

    /// Writes an attribute that holds the next hops `fill` pushes.
    pub fn hops<H: Header, T: Set>(
        &mut self,
        key: Attr<S, Hops<H, T>>,
        fill: impl FnOnce(&mut HopList<'_, H, T>),
    ) -> &mut Self {
        let start = self.writer.at;
        self.writer.at += ATTR_HEADER;
        let mut hops = HopList { writer: self.writer.reborrow(), types: PhantomData };
        fill(&mut hops);
        (self.writer.at, self.writer.error) = hops.writer.end();
        self.writer.close_attr(&S::NAME, key.code(), key.code(), start);
        self
    }

    /// Copies an attribute as it was received, with its flags.
    pub fn put_raw(&mut self, kind: u16, value: &[u8]) -> &mut Self {
        self.writer.attr(&S::NAME, kind, value, false);
        self
    }

    #[inline(always)]
    fn open<T: Set>(
        &mut self,
        code: u16,
        header: &[u8],
        fill: impl FnOnce(&mut Attrs<'_, T>),
    ) -> &mut Self {
        let start = self.writer.at;
        self.writer.at += ATTR_HEADER;
        self.writer.header(header);
        let mut attrs = Attrs { writer: self.writer.reborrow(), set: PhantomData };
        fill(&mut attrs);
        (self.writer.at, self.writer.error) = attrs.writer.end();
        self.writer.close_nest(&S::NAME, code, start);
        self
    }
}

/// Next hops, being written.
#[derive(Debug)]
pub struct HopList<'b, H, S> {
    writer: Writer<'b>,
    types: PhantomData<fn() -> (H, S)>,
}

impl<H: Header, S: Set> HopList<'_, H, S> {
    /// Adds a next hop: its struct, whose first 16 bits (the length) are filled in, and the
    /// attributes that `fill` puts.
    pub fn push(&mut self, hop: H, fill: impl FnOnce(&mut Attrs<'_, S>)) -> &mut Self {
        let start = self.writer.at;
        self.writer.header(hop.to_bytes().as_ref());
        let mut attrs = Attrs { writer: self.writer.reborrow(), set: PhantomData };
        fill(&mut attrs);
        (self.writer.at, self.writer.error) = attrs.writer.end();
        // Longer than 16 bits can say: then the attribute around it is too long, which is told.
        let len = (self.writer.at - start) as u16;
        if let Some(out) = self.writer.buf.get_mut(start..).and_then(|out| out.first_chunk_mut()) {
            *out = len.to_native();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_found_wherever_it_is_and_nowhere_else() {
        for len in 0..40 {
            let mut bytes = [0x80, 0x01, 0xff, 0x7f, 0x81].repeat(8);
            bytes.truncate(len);
            assert!(!has_nul(&bytes), "{len}");
            for at in 0..len {
                let byte = std::mem::replace(&mut bytes[at], 0);
                assert!(has_nul(&bytes), "{len} {at}");
                bytes[at] = byte;
            }
        }
    }

    #[test]
    fn every_short_and_long_value_is_copied_whole_and_padded_with_zeros() {
        let bytes: [u8; 40] = core::array::from_fn(|n| n as u8 + 1);
        for (len, nul) in (0..=bytes.len()).flat_map(|len| [(len, false), (len, true)]) {
            let mut buf = [0xff; 64];
            let mut writer = Writer { buf: &mut buf, at: 8, error: None };
            writer.attr(&"IFLA", 7, &bytes[..len], nul);
            let end = 12 + align(len + nul as usize);
            assert_eq!(writer.at, end);
            assert_eq!(buf[8..12], attr_header(4 + len + nul as usize, 7));
            assert_eq!(buf[12..12 + len], bytes[..len]);
            assert!(buf[12 + len..end].iter().all(|&byte| byte == 0), "{len}");
            assert!(buf[end..].iter().all(|&byte| byte == 0xff), "{len}");
        }
    }
}
