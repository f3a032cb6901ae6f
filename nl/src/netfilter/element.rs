//! One element of a set (`linux/netfilter/nf_tables.h`).

use crate::attr::{Nest, attributes};
use crate::encode::Attrs;
use crate::netfilter::data::{self, Data};
use crate::netfilter::expr::list::{Expression, Expressions};
use crate::netfilter::verdict::Code;
use crate::value::{Be64, Bytes, Str, bits};

attributes! {
    /// One element (`NFTA_SET_ELEM_*`).
    Element = "NFTA_SET_ELEM" {
        /// Key; the begin of a range.
        KEY: Nest<Data> = 1;
        /// What a map gives for it.
        DATA: Nest<Data> = 2;
        /// Flags.
        FLAGS: ElementFlags = 3;
        /// Time until it is removed, in milliseconds.
        TIMEOUT: Be64 = 4;
        /// Time left, in milliseconds.
        EXPIRATION: Be64 = 5;
        /// Bytes for user space, see [`userdata`](super::userdata).
        USERDATA: Bytes = 6;
        /// What happens at it.
        EXPR: Nest<Expression> = 7;
        /// Padding.
        PAD: Bytes = 8;
        /// Name of an object.
        OBJREF: Str = 9;
        /// The end of a range, in sets of [`SetFlags::CONCAT`](super::set::SetFlags::CONCAT).
        KEY_END: Nest<Data> = 10;
        /// What happens at it, several.
        EXPRESSIONS: Nest<Expressions> = 11;
    }
}

bits! {
    /// Flags of an element.
    ElementFlags: u32, big, "NFT_SET_ELEM_" {
        /// The end of a range, not part of it.
        INTERVAL_END = 0x1;
        /// Stands for all keys that are not there.
        CATCHALL = 0x2;
    }
}

impl Attrs<'_, Element> {
    /// Writes the key. Of several fields each takes a multiple of 4 bytes, zeroes behind.
    #[inline]
    pub fn key(&mut self, key: &[u8]) -> &mut Self {
        self.nest(KEY, |d| {
            d.put(data::VALUE, key);
        })
    }

    /// Writes the end of a range whose begin is the key.
    #[inline]
    pub fn key_end(&mut self, key: &[u8]) -> &mut Self {
        self.nest(KEY_END, |d| {
            d.put(data::VALUE, key);
        })
    }

    /// Writes what a map gives for the key.
    #[inline]
    pub fn data(&mut self, value: &[u8]) -> &mut Self {
        self.nest(DATA, |d| {
            d.put(data::VALUE, value);
        })
    }

    /// Writes the verdict a verdict map gives for the key.
    #[inline]
    pub fn verdict(&mut self, code: Code, chain: Option<&str>) -> &mut Self {
        self.nest(DATA, |d| {
            d.verdict(code, chain);
        })
    }
}
