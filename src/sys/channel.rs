//! Two connected ends between a process and its child: datagrams in order, end of file when the
//! other is gone.

use std::io::{IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::cmsg_space;
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType,
    UnixCredentials, recv, recvmsg, send, sendmsg, setsockopt, socketpair, sockopt,
};

use super::{Errno, Result, retry};

/// What came along with a datagram.
#[derive(Debug, Default)]
pub struct Along {
    /// Descriptors, three at most.
    pub fds: Vec<OwnedFd>,
    /// The process it is about, as this process sees it: the sender if that named none, or 0 if it
    /// was not asked for.
    pub process: i32,
}

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
        self.send_along(bytes, ControlMessage::ScmRights(&fds))
    }

    /// Sends one datagram that is about process `pid`. The other end sees it by the number that it
    /// has there.
    ///
    /// # Errors
    /// `EPERM` without `CAP_SYS_ADMIN` over this process id namespace.
    pub fn send_about(&self, bytes: &[u8], pid: i32) -> Result<()> {
        let (uid, gid) = super::credentials::ids();
        let about = UnixCredentials::from(libc::ucred { pid, uid, gid });
        self.send_along(bytes, ControlMessage::ScmCredentials(&about))
    }

    fn send_along(&self, bytes: &[u8], along: ControlMessage<'_>) -> Result<()> {
        let (parts, along) = ([IoSlice::new(bytes)], [along]);
        let flags = MsgFlags::MSG_NOSIGNAL;
        retry(|| sendmsg::<()>(self.0.as_raw_fd(), &parts, &along, flags, None)).map(drop)
    }

    /// From now on, what is received says which process it is about.
    pub fn ask_for_processes(&self) -> Result<()> {
        setsockopt(&self.0, sockopt::PassCred, &true)
    }

    /// [`receive`](Self::receive), and what came along.
    pub fn receive_with<'b>(&self, buf: &'b mut [u8]) -> Result<(&'b [u8], Along)> {
        let mut along = Along::default();
        let mut space = cmsg_space!([i32; 3], libc::ucred);
        let len = loop {
            let mut parts = [IoSliceMut::new(buf)];
            let flags = MsgFlags::MSG_CMSG_CLOEXEC;
            match recvmsg::<()>(self.0.as_raw_fd(), &mut parts, Some(&mut space), flags) {
                Ok(received) => {
                    for part in received.cmsgs()? {
                        match part {
                            // SAFETY: the kernel has just made these for this process.
                            ControlMessageOwned::ScmRights(fds) => along.fds.extend(
                                fds.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }),
                            ),
                            ControlMessageOwned::ScmCredentials(about) => {
                                along.process = about.pid();
                            }
                            _ => {}
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
        Ok((buf.get(..len).unwrap_or_default(), along))
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
