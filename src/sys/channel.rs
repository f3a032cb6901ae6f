//! Two connected ends between a process and its child: datagrams in order, end of file when the
//! other is gone.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::cmsg_space;
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, recv,
    recvmsg, send, sendmsg, socketpair,
};

use super::{Errno, Result, retry};

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
        retry(|| send(self.0.as_raw_fd(), bytes, MsgFlags::MSG_NOSIGNAL)).map(drop)
    }

    /// Sends one datagram and descriptors along with it.
    pub fn send_with(&self, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> Result<()> {
        let fds: Vec<i32> = fds.iter().map(AsRawFd::as_raw_fd).collect();
        let along = [ControlMessage::ScmRights(&fds)];
        let parts = [IoSlice::new(bytes)];
        let flags = MsgFlags::MSG_NOSIGNAL;
        retry(|| sendmsg::<()>(self.0.as_raw_fd(), &parts, &along, flags, None)).map(drop)
    }

    /// [`receive`](Self::receive), and the descriptors that came along, two at most.
    pub fn receive_with<'b>(&self, buf: &'b mut [u8]) -> Result<(&'b [u8], Vec<OwnedFd>)> {
        let mut fds = Vec::new();
        let mut space = cmsg_space!([i32; 2]);
        let len = loop {
            let mut parts = [IoSliceMut::new(buf)];
            let flags = MsgFlags::MSG_CMSG_CLOEXEC;
            match recvmsg::<()>(self.0.as_raw_fd(), &mut parts, Some(&mut space), flags) {
                Ok(received) => {
                    for along in received.cmsgs()? {
                        if let ControlMessageOwned::ScmRights(passed) = along {
                            // SAFETY: the kernel has just made these for this process.
                            fds.extend(
                                passed.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }),
                            );
                        }
                    }
                    break received.bytes;
                }
                Err(Errno::EINTR) => {}
                // The other end died with our last datagram unread.
                Err(Errno::ECONNRESET) => break 0,
                Err(errno) => return Err(errno),
            }
        };
        Ok((buf.get(..len).unwrap_or_default(), fds))
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
