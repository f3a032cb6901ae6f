//! The kernel's side of networking: exchange one batch, take one snapshot.

mod chains;
mod conntrack;
mod content;
mod forwarding;
mod holder;
mod host;
mod link;
mod link_events;
mod listener;
mod lock;
pub mod named;
mod netfilter;
mod networks;
mod probe;
pub mod process;
mod query;
mod record;
mod runs;
mod snapshot;
mod trace;

use std::os::fd::{AsFd, BorrowedFd};

use nl::socket::{Protocol, Refusal, Socket, SocketError};
use nl::{Batch, EncodeError, Message};

use crate::error::{Error, Result};
use crate::sys;

pub use chains::{FoundChain, FoundRule, Passes};
pub use content::Content;
pub use forwarding::{forwarding, setting};
pub use link::Link;
pub use link_events::LinkEvents;
pub use listener::{Listener, is_bound, listener};
pub use lock::{Lock, Shared};
pub use netfilter::{Found, Netfilter};
pub use probe::{Answer as Probed, Probe};
pub use query::{Answer, Reply};
pub use record::{Record, can_record, record, recorded};
pub use trace::start_trace;

/// Room for the batches of a usual run; larger ones take a second try.
const BATCH: usize = 2048;

/// rtnetlink, and nf_tables when it is needed, in the network namespace that this was opened in.
#[derive(Debug)]
pub struct Kernel {
    route: Socket,
    netfilter: Option<Netfilter>,
}

impl Kernel {
    /// Opens the connection, in the network namespace of the caller.
    pub fn open() -> Result<Self> {
        let route = trace::open(Protocol::Route).map_err(|error| {
            Error::new("cannot talk to the kernel's routing netlink").because(error)
        })?;
        Ok(Kernel { route, netfilter: None })
    }

    /// Sends the messages that `fill` writes, as one batch, and waits until the last is answered.
    /// `each` sees the replies that hold data. Returns the messages that were refused; the others
    /// took effect.
    ///
    /// # Errors
    /// No answer came, or none that can be relied on: it is unknown what took effect.
    pub fn exchange(
        &mut self,
        fill: impl Fn(&mut Batch<'_>),
        mut each: impl FnMut(Message<'_>) -> std::result::Result<(), nl::DecodeError>,
    ) -> Result<Vec<Refusal>> {
        self.exchange_each(&fill, &mut each)
    }

    /// The same, once for all callers.
    fn exchange_each(
        &mut self,
        fill: Fill<'_>,
        each: &mut dyn FnMut(Message<'_>) -> std::result::Result<(), nl::DecodeError>,
    ) -> Result<Vec<Refusal>> {
        let seq = self.route.seq();
        with_batch(seq, fill, |bytes| match self.route.transact(bytes, each) {
            // The kernel has looked at none of it: that is, refused each message.
            Err(SocketError::Io("send", error)) => Ok(all_refused(bytes, &error)),
            other => other,
        })?
        .map_err(failed)
    }

    /// Sends a dump request and collects what `each` makes of the replies.
    fn dump<T>(
        &mut self,
        fill: impl Fn(&mut Batch<'_>),
        each: impl FnMut(Message<'_>) -> std::result::Result<Option<T>, nl::DecodeError>,
    ) -> Result<Vec<T>> {
        let seq = self.route.seq();
        match with_batch(seq, &fill, |bytes| self.route.dump(bytes, each))?.map_err(failed)? {
            Ok(items) => Ok(items),
            Err(refusal) => Err(Error::new("cannot list").because(words(&refusal))),
        }
    }

    /// nf_tables, opened when it is first needed: a run on a network that is there does not.
    pub fn netfilter(&mut self) -> Result<&mut Netfilter> {
        if self.netfilter.is_none() {
            self.netfilter = Some(Netfilter::open()?);
        }
        self.netfilter.as_mut().ok_or_else(|| Error::new("cannot talk to the kernel's firewall"))
    }

    /// Gives up nf_tables, if it is open.
    pub fn take_netfilter(&mut self) -> Option<Netfilter> {
        self.netfilter.take()
    }

    /// With nf_tables as somebody opened it before.
    #[must_use]
    pub fn with_netfilter(self, netfilter: Option<Netfilter>) -> Self {
        Kernel { netfilter, ..self }
    }

    /// Index of a link by its name; `None` when there is none.
    pub fn index(&self, link: &str) -> Option<u32> {
        sys::link::index(&self.route, link).ok()
    }
}

impl AsFd for Kernel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.route.as_fd()
    }
}

/// What writes the messages of a batch.
type Fill<'a> = &'a dyn Fn(&mut Batch<'_>);

/// Writes a batch into a buffer on the stack, or on the heap when it is larger than usual.
fn with_batch<T>(seq: u32, fill: Fill<'_>, send: impl FnOnce(&[u8]) -> T) -> Result<T> {
    let encode = |buf: &mut [u8]| {
        let mut batch = Batch::new(buf, seq);
        fill(&mut batch);
        batch.finish().map(<[u8]>::len)
    };
    let mut buf = [0; BATCH];
    let too_long = |error: EncodeError| Error::new("cannot write a netlink batch").because(error);
    match encode(&mut buf) {
        Ok(len) => Ok(send(buf.get(..len).unwrap_or_default())),
        Err(EncodeError::BufferTooSmall { needed, .. }) => {
            let mut buf = vec![0; needed];
            let len = encode(&mut buf).map_err(too_long)?;
            Ok(send(buf.get(..len).unwrap_or_default()))
        }
        Err(error) => Err(too_long(error)),
    }
}

fn all_refused(batch: &[u8], error: &std::io::Error) -> Vec<Refusal> {
    let errno = sys::errno(error) as i32;
    let refusal = |index| Refusal { index, errno, message: None, path: None };
    (0..nl::Messages::new(batch).count()).map(refusal).collect()
}

fn failed(error: SocketError) -> Error {
    let error = match error {
        SocketError::Io(_, error) => sys::errno(&error).desc().to_owned(),
        other => other.to_string(),
    };
    Error::new("cannot get an answer from the kernel").because(error)
}

/// An errno's text, with the kernel's own words when it has any.
pub fn words(refusal: &Refusal) -> String {
    let mut text = sys::Errno::from_raw(refusal.errno).desc().to_owned();
    let path = refusal.path.as_ref().map(|path| format!("attribute {path}"));
    let words: Vec<String> = refusal.message.iter().cloned().chain(path).collect();
    if !words.is_empty() {
        text.push_str(&format!(" (kernel: {})", words.join(", ")));
    }
    text
}
