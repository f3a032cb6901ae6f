//! A small blocking netlink socket, for programs that want one (feature `socket`).
//!
//! Extended and capped acknowledgements are on, for dumps strict checking too; truncated datagrams,
//! foreign senders, overruns and interrupted dumps are never taken for answers (netlink(7)).
#![allow(unsafe_code)]

mod error;

use std::io;
use std::mem;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;
use std::vec::Vec;

use crate::ack::Ack;
use crate::decode::{Message, Messages};
use crate::error::DecodeError;
use crate::flags::Flags;
use crate::netfilter::batch;
pub use crate::protocol::Protocol;
use crate::wire::MessageHeader;
pub use error::{Refusal, SocketError};

/// The kernel sizes the datagrams of a dump by the receive buffer, up to this.
const RECEIVE_BUFFER: usize = 32 * 1024;
/// How long to wait for an answer that is not there when the send is done, as it always is.
const PATIENCE: libc::c_int = 30_000; // ms
/// How often a dump is read again because something changed meanwhile.
const DUMP_TRIES: usize = 20;

/// What is called with each message that holds data.
type Each<'a> = &'a mut dyn FnMut(Message<'_>) -> Result<(), DecodeError>;

/// Which way a datagram goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the kernel.
    Sent,
    /// From the kernel.
    Received,
}

/// What is shown every datagram of a [`Socket`], see [`observe`](Socket::observe).
pub type Observer = fn(Protocol, Direction, &[u8]);

/// A connected netlink socket. Belongs to the network namespace it was opened in, also after
/// its thread moved to another.
#[derive(Debug)]
pub struct Socket {
    fd: OwnedFd,
    protocol: Protocol,
    seq: u32,
    buf: Vec<u8>,
    /// Whether the kernel was asked to check the requests of dumps.
    strict: bool,
    observer: Option<Observer>,
}

impl Socket {
    /// Opens a socket in the network namespace of the calling thread.
    ///
    /// # Errors
    /// `EPROTONOSUPPORT` when the kernel lacks the protocol, `EMFILE` and the like.
    pub fn open(protocol: Protocol) -> Result<Self, SocketError> {
        let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
        // SAFETY: takes three integers.
        let fd = unsafe { libc::socket(libc::AF_NETLINK, kind, protocol as i32) };
        if fd < 0 {
            return Err(SocketError::Io("socket", io::Error::last_os_error()));
        }
        // SAFETY: `fd` was just opened and nobody else has it.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        let socket =
            Socket { fd, protocol, seq: 1, buf: Vec::new(), strict: false, observer: None };
        socket.ask_for(libc::NETLINK_EXT_ACK);
        socket.ask_for(libc::NETLINK_CAP_ACK);
        Ok(socket)
    }

    /// Old kernels lack some of these options; the codec copes with either form of answer.
    fn ask_for(&self, option: libc::c_int) {
        let on: libc::c_int = 1;
        let _ = self.set(libc::SOL_NETLINK, option, &on);
    }

    fn set<T>(&self, level: i32, option: i32, value: &T) -> io::Result<()> {
        let len = size_of::<T>() as libc::socklen_t;
        // SAFETY: `value` is valid for reads of `len` bytes.
        let result = unsafe {
            let value: *const T = value;
            libc::setsockopt(self.fd.as_raw_fd(), level, option, value.cast(), len)
        };
        if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    /// How long [`receive`](Self::receive) waits before it is a [`SocketError::Timeout`]: for ever
    /// unless set, or with `None`.
    ///
    /// # Errors
    /// The kernel refuses none.
    pub fn set_receive_timeout(&self, timeout: Option<Duration>) -> Result<(), SocketError> {
        // To the kernel, 0 is for ever.
        let timeout = timeout.map_or(Duration::ZERO, |time| time.max(Duration::from_micros(1)));
        let value = libc::timeval {
            tv_sec: timeout.as_secs().min(i32::MAX as u64) as _,
            tv_usec: timeout.subsec_micros() as _,
        };
        self.set(libc::SOL_SOCKET, libc::SO_RCVTIMEO, &value)
            .map_err(|error| SocketError::Io("setsockopt", error))
    }

    /// Room for one datagram, 32 KiB unless set: what makes up for a [`SocketError::Truncated`],
    /// which says how much it takes, when the request is then sent again.
    pub fn set_receive_buffer(&mut self, len: usize) {
        self.buf = std::vec![0; len];
    }

    /// Joins a multicast group, such as [`route::Group::LINK`](crate::route::Group::LINK), whose
    /// events [`receive`](Self::receive) then gives. Requests belong on another socket: here the
    /// events that come meanwhile would be dropped, or taken for replies.
    ///
    /// # Errors
    /// `EINVAL` when there is no such group, `EPERM` when it is not for everybody.
    pub fn join(&self, group: u32) -> Result<(), SocketError> {
        // A socket without an address of its own is passed over when events are handed out.
        // SAFETY: all-zero bytes are a valid sockaddr_nl; port 0 lets the kernel choose.
        let mut address: libc::sockaddr_nl = unsafe { core::mem::zeroed() };
        address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
        let len = size_of::<libc::sockaddr_nl>() as libc::socklen_t;
        // SAFETY: `address` is valid for reads of `len` bytes.
        let result = unsafe {
            let address: *const libc::sockaddr_nl = &address;
            libc::bind(self.fd.as_raw_fd(), address.cast(), len)
        };
        if result < 0 {
            let error = io::Error::last_os_error();
            // It has one: from an earlier call, or from having sent something.
            if error.raw_os_error() != Some(libc::EINVAL) {
                return Err(SocketError::Io("bind", error));
            }
        }
        self.set(libc::SOL_NETLINK, libc::NETLINK_ADD_MEMBERSHIP, &group)
            .map_err(|error| SocketError::Io("setsockopt", error))
    }

    /// The sequence number the next batch shall begin with.
    pub fn seq(&self) -> u32 {
        self.seq
    }

    /// Shows every datagram from now on to `observer`: before it is sent, after it was received.
    pub fn observe(&mut self, observer: Observer) {
        self.observer = Some(observer);
    }

    /// Sends bytes to the kernel, as one datagram.
    ///
    /// # Errors
    /// The send failed; then no message of it was looked at.
    pub fn send(&self, bytes: &[u8]) -> Result<(), SocketError> {
        if let Some(observer) = self.observer {
            observer(self.protocol, Direction::Sent, bytes);
        }
        loop {
            // SAFETY: `bytes` is valid for reads of its length. An unconnected netlink socket
            // sends to the kernel.
            let sent =
                unsafe { libc::send(self.fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len(), 0) };
            if sent >= 0 {
                return Ok(());
            }
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(SocketError::Io("send", error));
            }
        }
    }

    /// Receives one datagram from the kernel; others' are dropped.
    ///
    /// # Errors
    /// See [`SocketError`].
    pub fn receive(&mut self) -> Result<&[u8], SocketError> {
        let len = self.take(0)?;
        Ok(self.buf.get(..len).unwrap_or_default())
    }

    /// Receives a datagram of the answer to what was just sent. The kernel answers within the send,
    /// and writes the next datagram of a dump when one is taken.
    fn answer(&mut self) -> Result<&[u8], SocketError> {
        let len = match self.take(libc::MSG_DONTWAIT) {
            Err(SocketError::Timeout) => {
                let mut one =
                    libc::pollfd { fd: self.fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
                // SAFETY: one structure that is valid for reads and writes.
                while unsafe { libc::poll(&mut one, 1, PATIENCE) } < 0
                    && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
                {
                }
                self.take(libc::MSG_DONTWAIT)?
            }
            other => other?,
        };
        Ok(self.buf.get(..len).unwrap_or_default())
    }

    /// Receives a datagram that is there already.
    fn arrived(&mut self) -> Result<&[u8], SocketError> {
        let len = self.take(libc::MSG_DONTWAIT)?;
        Ok(self.buf.get(..len).unwrap_or_default())
    }

    /// Receives one datagram from the kernel into the buffer, with more of `MSG_*`: its length.
    fn take(&mut self, flags: libc::c_int) -> Result<usize, SocketError> {
        if self.buf.is_empty() {
            self.buf = std::vec![0; RECEIVE_BUFFER];
        }
        loop {
            // SAFETY: all-zero bytes are a valid sockaddr_nl.
            let mut sender: libc::sockaddr_nl = unsafe { core::mem::zeroed() };
            let mut sender_len = size_of::<libc::sockaddr_nl>() as libc::socklen_t;
            // SAFETY: the buffer and the address are valid for writes of the lengths given.
            let len = unsafe {
                let sender: *mut libc::sockaddr_nl = &mut sender;
                libc::recvfrom(
                    self.fd.as_raw_fd(),
                    self.buf.as_mut_ptr().cast(),
                    self.buf.len(),
                    libc::MSG_TRUNC | flags,
                    sender.cast(),
                    &mut sender_len,
                )
            };
            if len < 0 {
                let error = io::Error::last_os_error();
                match error.raw_os_error() {
                    Some(libc::EINTR) => continue,
                    Some(libc::ENOBUFS) => return Err(SocketError::Overrun),
                    Some(libc::EAGAIN) => return Err(SocketError::Timeout),
                    _ => return Err(SocketError::Io("recvfrom", error)),
                }
            }
            let (len, have) = (len as usize, self.buf.len());
            if sender.nl_pid != 0 {
                continue;
            }
            // With MSG_TRUNC the length is the datagram's own, also when it was cut.
            let received = self.buf.get(..len);
            if let (Some(observer), Some(bytes)) = (self.observer, received) {
                observer(self.protocol, Direction::Received, bytes);
            }
            return received.map(<[u8]>::len).ok_or(SocketError::Truncated { needed: len, have });
        }
    }

    /// `answer`; when it is an error, what is left of the answer is thrown away: a dump that nobody
    /// reads to its end keeps the kernel from beginning another (`EBUSY`), and nobody shall take an
    /// acknowledgement for that of a later batch.
    fn settled<T>(&mut self, answer: Result<T, SocketError>) -> Result<T, SocketError> {
        if answer.is_err() {
            // The first time that there is none, there will be none.
            let at_end = |error| matches!(error, SocketError::Timeout | SocketError::Io(..));
            while !self.take(libc::MSG_DONTWAIT).is_err_and(at_end) {}
        }
        answer
    }

    /// Sends a batch and waits for the acknowledgement of the last message that asks for one, or,
    /// when none does, for the first reply to the last message. `each` sees every message that is
    /// not an acknowledgement. The messages the kernel refused come back, also those behind that
    /// one; the others took effect, except in a transaction of nf_tables, where all take effect or
    /// none.
    ///
    /// # Errors
    /// See [`SocketError`]: then it is unknown which messages took effect.
    pub fn transact(
        &mut self,
        batch: &[u8],
        mut each: impl FnMut(Message<'_>) -> Result<(), DecodeError>,
    ) -> Result<Vec<Refusal>, SocketError> {
        let answer = self.transact_each(batch, &mut each);
        self.settled(answer)
    }

    /// The same, once for all callers.
    fn transact_each(&mut self, batch: &[u8], each: Each<'_>) -> Result<Vec<Refusal>, SocketError> {
        let mut refusals = Vec::new();
        let messages = || Messages::new(batch).flatten().map(|message| message.header);
        let (Some(begin), Some(end)) = (messages().next(), messages().last()) else {
            return Ok(refusals);
        };
        let asks = |header: &MessageHeader| header.flags.contains(Flags::ACK);
        // The end of a transaction gets no acknowledgement of its own before kernel 6.11.
        let last = messages().filter(asks).last().unwrap_or(end);
        let (first, last_seq, wants_ack) = (begin.seq, last.seq, asks(&last));
        self.seq = end.seq.wrapping_add(1);
        let protocol = self.protocol;
        let ends = |header: &MessageHeader| {
            protocol == Protocol::Netfilter && header.kind == batch::END.code()
        };
        // Of what is behind the last that asks, a refusal is told all the same.
        let more = messages().skip_while(|header| header.seq != last_seq).skip(1);
        let more = more.filter(|header| !ends(header)).count() > 0;
        let mut answered = false;
        self.send(batch)?;
        loop {
            let answer = match answered {
                false => self.answer(),
                true => self.arrived(),
            };
            let answer = match answer {
                Err(SocketError::Timeout) if answered => return Ok(refusals),
                answer => answer?,
            };
            for message in Messages::new(answer) {
                let message = message?;
                let seq = message.header.seq;
                if seq.wrapping_sub(first) > end.seq.wrapping_sub(first) {
                    continue; // the late answer to an earlier batch
                }
                match Ack::decode(&message)? {
                    Some(ack) => {
                        if ack.errno != 0 {
                            refusals.push(Refusal::new(&ack, protocol, batch));
                        }
                        // Refused at its begin, a transaction gets no other answer; nor does
                        // anything that is sent without the right to it.
                        let whole = begin.kind == batch::BEGIN.code() || ack.errno == libc::EPERM;
                        let none = protocol == Protocol::Netfilter && seq == first && whole;
                        if (seq == last_seq && !more) || (none && ack.errno != 0) {
                            return Ok(refusals);
                        }
                        answered |= seq == last_seq;
                    }
                    None => {
                        each(message)?;
                        if seq == last_seq && !wants_ack {
                            return Ok(refusals);
                        }
                    }
                }
            }
        }
    }

    /// Sends a dump request and collects what `each` makes of the replies. When the kernel says
    /// that the dump was inconsistent, what was collected is thrown away and it is read again.
    ///
    /// # Errors
    /// Outer: see [`SocketError`]. Inner: the kernel refused the request.
    pub fn dump<T>(
        &mut self,
        request: &[u8],
        mut each: impl FnMut(Message<'_>) -> Result<Option<T>, DecodeError>,
    ) -> Result<Result<Vec<T>, Refusal>, SocketError> {
        let mut items = Vec::new();
        for _ in 0..DUMP_TRIES {
            items.clear();
            let mut collect = |message: Message<'_>| {
                items.extend(each(message)?);
                Ok(())
            };
            let answer = self.dump_once(request, &mut collect);
            match self.settled(answer)? {
                Ok(true) => return Ok(Ok(items)),
                Ok(false) => continue,
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        Err(SocketError::Interrupted)
    }

    /// Whether all was said before something changed.
    fn dump_once(
        &mut self,
        request: &[u8],
        each: Each<'_>,
    ) -> Result<Result<bool, Refusal>, SocketError> {
        let Some(asked) = Messages::new(request).flatten().last() else {
            return Ok(Ok(true));
        };
        let seq = asked.header.seq;
        self.seq = seq.wrapping_add(1);
        if !mem::replace(&mut self.strict, true) {
            self.ask_for(libc::NETLINK_GET_STRICT_CHK);
        }
        self.send(request)?;
        let protocol = self.protocol;
        let mut interrupted = false;
        loop {
            for message in Messages::new(self.answer()?) {
                let message = message?;
                if message.header.seq != seq {
                    continue;
                }
                interrupted |= message.header.flags.contains(Flags::DUMP_INTR);
                if let Some(ack) = Ack::decode(&message)? {
                    return Ok(match ack.errno {
                        0 => Ok(!interrupted),
                        _ => Err(Refusal::new(&ack, protocol, request)),
                    });
                }
                each(message)?;
            }
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
