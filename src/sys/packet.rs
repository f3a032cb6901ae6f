//! Frames sent and received as they are: packet(7).

use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::time::Instant;

use super::poll::Wait;
use super::{Errno, Result};

/// Sends `frame`, which begins with the two hardware addresses and a protocol, out by the link
/// number `link` of this network namespace.
pub fn send(link: u32, frame: &[u8]) -> Result<()> {
    // Protocol 0: nothing is ever received.
    Socket::new(link, 0)?.send(frame)
}

/// A socket for the frames of one protocol on one link.
#[derive(Debug)]
pub struct Socket {
    fd: OwnedFd,
    address: libc::sockaddr_ll,
}

impl Socket {
    /// Opens one on the link number `link` of this network namespace.
    ///
    /// # Errors
    /// `EPERM`: it needs `CAP_NET_RAW`.
    pub fn open(link: u32, protocol: u16) -> Result<Self> {
        let socket = Socket::new(link, protocol)?;
        let (address, len) = socket.address();
        // SAFETY: the address is valid for reads of its length.
        let bound = unsafe { libc::bind(socket.fd.as_raw_fd(), address, len) };
        Errno::result(bound)?;
        Ok(socket)
    }

    /// One that receives nothing until it is bound.
    fn new(link: u32, protocol: u16) -> Result<Self> {
        let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
        // SAFETY: takes integers.
        let fd = unsafe { libc::socket(libc::AF_PACKET, kind, 0) };
        // SAFETY: a new descriptor that nobody else has.
        let fd = Errno::result(fd).map(|fd| unsafe { OwnedFd::from_raw_fd(fd) })?;
        // SAFETY: all-zero bytes are a valid sockaddr_ll.
        let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
        address.sll_family = libc::AF_PACKET as u16;
        address.sll_protocol = protocol.to_be();
        address.sll_ifindex = link as i32;
        Ok(Socket { fd, address })
    }

    fn address(&self) -> (*const libc::sockaddr, libc::socklen_t) {
        ((&raw const self.address).cast(), size_of_val(&self.address) as libc::socklen_t)
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// `ENETDOWN`: the link is not up.
    pub fn send(&self, frame: &[u8]) -> Result<()> {
        let (address, len) = self.address();
        // SAFETY: the frame and the address are valid for reads of the lengths given.
        let sent = unsafe {
            libc::sendto(self.fd.as_raw_fd(), frame.as_ptr().cast(), frame.len(), 0, address, len)
        };
        Errno::result(sent).map(drop)
    }

    /// The beginning of the next frame that comes until `deadline`; `None` when none does.
    ///
    /// # Errors
    /// `ENETDOWN`: the link went down.
    pub fn receive<'a>(&self, buf: &'a mut [u8], deadline: Instant) -> Result<Option<&'a [u8]>> {
        loop {
            // SAFETY: the buffer is valid for writes of its length.
            let len =
                unsafe { libc::recv(self.fd.as_raw_fd(), buf.as_mut_ptr().cast(), buf.len(), 0) };
            match Errno::result(len) {
                Ok(len) => return Ok(buf.get(..len as usize)),
                Err(Errno::EAGAIN) if Instant::now() < deadline => {
                    let mut wait = Wait::default();
                    wait.read(self.fd.as_fd());
                    wait.until(deadline);
                    wait.first_ready()?;
                }
                Err(Errno::EAGAIN) => return Ok(None),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
}
