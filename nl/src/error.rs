//! What can go wrong with bytes: small, `Copy`, exact.

use core::fmt;

/// Why [`Batch::finish`](crate::Batch::finish) gave no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// The buffer is too small; both numbers are exact, in bytes.
    BufferTooSmall {
        /// Bytes the batch takes.
        needed: usize,
        /// Bytes the buffer has.
        have: usize,
    },
    /// A value does not fit an attribute's 16-bit length.
    AttributeTooLong {
        /// Name of the attribute set.
        set: &'static str,
        /// Number of the attribute.
        code: u16,
        /// Bytes of the value.
        len: usize,
    },
    /// A text holds a NUL: for the kernel it would end there.
    NulInText {
        /// Name of the attribute set.
        set: &'static str,
        /// Number of the attribute.
        code: u16,
        /// Where the first NUL is, in bytes from the start of the text.
        at: usize,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            EncodeError::BufferTooSmall { needed, have } => {
                write!(f, "a batch of {needed} bytes does not fit a buffer of {have}")
            }
            EncodeError::AttributeTooLong { set, code, len } => {
                write!(f, "{len} bytes do not fit attribute {code} of {set}")
            }
            EncodeError::NulInText { set, code, at } => {
                write!(f, "the text of attribute {code} of {set} has a NUL at byte {at}")
            }
        }
    }
}

impl core::error::Error for EncodeError {}

/// What is wrong with received bytes, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// What is wrong.
    pub kind: DecodeErrorKind,
    /// Where: bytes from the start of the message (of the datagram for a broken message header).
    pub offset: u32,
    /// The attribute set or header struct that was read.
    pub set: &'static str,
    /// The attribute's number, 0 when it is about a header.
    pub code: u16,
}

/// The kinds of [`DecodeError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeErrorKind {
    /// The datagram ends inside a message, or a message inside its header.
    TruncatedMessage,
    /// A message or attribute says a length that is shorter than its own header.
    BadLength,
    /// An attribute reaches past the end of what holds it.
    TruncatedAttribute,
    /// A value has not the size its type needs.
    BadValue,
    /// The message is of another type than the one asked for.
    WrongType,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            DecodeErrorKind::TruncatedMessage => "truncated message",
            DecodeErrorKind::BadLength => "impossible length",
            DecodeErrorKind::TruncatedAttribute => "truncated attribute",
            DecodeErrorKind::BadValue => "value of the wrong size",
            DecodeErrorKind::WrongType => "message of another type",
        };
        write!(f, "{what} at byte {}: {}", self.offset, self.set)?;
        if self.code != 0 {
            write!(f, " attribute {}", self.code)?;
        }
        Ok(())
    }
}

impl core::error::Error for DecodeError {}
