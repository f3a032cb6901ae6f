//! Two connected ends between a process and its child: datagrams in order, end of file when the
//! other is gone.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, recv, send, socketpair};

use super::{Errno, Result};

/// One end.
#[derive(Debug)]
pub struct Channel(OwnedFd);

impl Channel {
    /// Both ends.
    pub fn pair() -> Result<(Channel, Channel)> {
        let flags = SockFlag::SOCK_CLOEXEC;
        let (a, b) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, flags)?;
        Ok((Channel(a), Channel(b)))
    }

    /// Sends one datagram.
    ///
    /// # Errors
    /// `EPIPE` when the other end is gone.
    pub fn send(&self, bytes: &[u8]) -> Result<()> {
        loop {
            match send(self.0.as_raw_fd(), bytes, MsgFlags::MSG_NOSIGNAL) {
                Ok(_) => return Ok(()),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }

    /// Receives one datagram, at most as long as `buf`; empty when the other end is gone.
    pub fn receive<'b>(&self, buf: &'b mut [u8]) -> Result<&'b [u8]> {
        loop {
            match recv(self.0.as_raw_fd(), buf, MsgFlags::empty()) {
                Ok(len) => return Ok(buf.get(..len).unwrap_or_default()),
                Err(Errno::EINTR) => {}
                // The other end died with our last datagram unread.
                Err(Errno::ECONNRESET) => return Ok(&[]),
                Err(errno) => return Err(errno),
            }
        }
    }
}

impl Channel {
    /// A datagram that is there already; `None` when there is none.
    pub fn received<'b>(&self, buf: &'b mut [u8]) -> Option<&'b [u8]> {
        let len = recv(self.0.as_raw_fd(), buf, MsgFlags::MSG_DONTWAIT).ok()?;
        buf.get(..len)
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
