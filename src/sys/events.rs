//! What the kernel tells of its own accord: generic netlink, in the four system calls it takes.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket,
};

use super::{Errno, Result};

/// A socket of the network namespace that it was opened in, whoever has it later.
#[derive(Debug)]
pub struct Events(OwnedFd);

impl Events {
    /// Opens one in the namespace of the caller.
    pub fn open() -> Result<Events> {
        let protocol = SockProtocol::NetlinkGeneric;
        socket(AddressFamily::Netlink, SockType::Raw, SockFlag::SOCK_CLOEXEC, protocol).map(Events)
    }

    /// Sends a request that the kernel answers at once.
    pub fn ask<'b>(&self, request: &[u8], buf: &'b mut [u8]) -> Result<&'b [u8]> {
        send(self.0.as_raw_fd(), request, MsgFlags::empty())?;
        let len = recv(self.0.as_raw_fd(), buf, MsgFlags::MSG_DONTWAIT)?;
        Ok(buf.get(..len).unwrap_or_default())
    }

    /// From now on hears what is told to a group. Something must have been sent before: a socket
    /// without an address of its own is passed over.
    ///
    /// # Errors
    /// There is no such group.
    pub fn join(&self, group: u32) -> Result<()> {
        // SAFETY: the option is an integer, valid for reads of its size.
        let result = unsafe {
            let group: *const u32 = &group;
            let len = size_of::<u32>() as libc::socklen_t;
            let (level, option) = (libc::SOL_NETLINK, libc::NETLINK_ADD_MEMBERSHIP);
            libc::setsockopt(self.0.as_raw_fd(), level, option, group.cast(), len)
        };
        Errno::result(result).map(drop)
    }

    /// Takes all that was told; whether it was anything, or so much that some was lost.
    pub fn taken(&self) -> bool {
        let mut any = false;
        loop {
            match recv(self.0.as_raw_fd(), &mut [0], MsgFlags::MSG_DONTWAIT) {
                Ok(_) | Err(Errno::ENOBUFS) => any = true,
                Err(Errno::EINTR) => {}
                Err(_) => return any,
            }
        }
    }
}

impl From<OwnedFd> for Events {
    /// One that was passed.
    fn from(fd: OwnedFd) -> Self {
        Events(fd)
    }
}

impl AsFd for Events {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
