//! What can go wrong between a program and the kernel, and what the kernel says to a request.

use std::error::Error;
use std::fmt;
use std::io;
use std::string::{String, ToString};

use super::DUMP_TRIES;
use crate::ack::Ack;
use crate::decode::Messages;
use crate::error::DecodeError;
use crate::protocol::Protocol;

/// Why there is no answer, or none that can be relied on.
#[derive(Debug)]
pub enum SocketError {
    /// A system call failed: its name and the errno.
    Io(&'static str, io::Error),
    /// The kernel did not answer in time. The state is unknown.
    Timeout,
    /// Replies were lost (`ENOBUFS`). The state is unknown.
    Overrun,
    /// A reply did not fit the buffer.
    Truncated {
        /// Bytes of the reply.
        needed: usize,
        /// Bytes of the buffer.
        have: usize,
    },
    /// What was dumped changed at every try.
    Interrupted,
    /// The reply is not well-formed.
    Decode(DecodeError),
}

impl fmt::Display for SocketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SocketError::Io(call, error) => write!(f, "{call}: {error}"),
            SocketError::Timeout => write!(f, "no answer from the kernel in time"),
            SocketError::Overrun => write!(f, "replies of the kernel were lost (ENOBUFS)"),
            SocketError::Truncated { needed, have } => {
                write!(f, "a reply of {needed} bytes does not fit a buffer of {have}")
            }
            SocketError::Interrupted => {
                write!(f, "what was listed changed during each of {DUMP_TRIES} tries")
            }
            SocketError::Decode(error) => write!(f, "malformed reply: {error}"),
        }
    }
}

impl Error for SocketError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            SocketError::Io(_, error) => Some(error),
            SocketError::Decode(error) => Some(error),
            _ => None,
        }
    }
}

impl From<DecodeError> for SocketError {
    fn from(error: DecodeError) -> Self {
        SocketError::Decode(error)
    }
}

/// The kernel refused one message of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which message of the batch, from 0.
    pub index: usize,
    /// A positive errno.
    pub errno: i32,
    /// The kernel's own words, when it has any.
    pub message: Option<String>,
    /// The attribute it means, such as `linkinfo.data.peer.ifname`.
    pub path: Option<String>,
}

impl Refusal {
    /// What `ack` says about the message of `batch`, sent to `protocol`, that it belongs to.
    pub fn new(ack: &Ack<'_>, protocol: Protocol, batch: &[u8]) -> Self {
        let index = Messages::new(batch)
            .flatten()
            .position(|message| message.header.seq == ack.seq)
            .unwrap_or_default();
        Refusal {
            index,
            errno: ack.errno,
            message: ack.message.map(|text| text.to_string()),
            path: ack.path(protocol, batch).map(|path| path.to_string()),
        }
    }
}

impl fmt::Display for Refusal {
    /// The errno's text, then the kernel's own words and the attribute, as far as there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", io::Error::from_raw_os_error(self.errno))?;
        self.message.iter().chain(&self.path).try_for_each(|words| write!(f, ": {words}"))
    }
}

impl Error for Refusal {}
