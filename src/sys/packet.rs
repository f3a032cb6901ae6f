//! Frames sent as they are: packet(7).

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::{Errno, Result};

/// Sends `frame`, which begins with the two hardware addresses and a protocol, out by the link
/// number `link` of this network namespace.
pub fn send(link: u32, frame: &[u8]) -> Result<()> {
    // Protocol 0: nothing is ever received.
    // SAFETY: takes integers.
    let fd = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
    // SAFETY: a new descriptor that nobody else has.
    let socket = Errno::result(fd).map(|fd| unsafe { OwnedFd::from_raw_fd(fd) })?;
    // SAFETY: all-zero bytes are a valid sockaddr_ll.
    let mut to: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    to.sll_family = libc::AF_PACKET as u16;
    to.sll_ifindex = link as i32;
    // SAFETY: the frame and the address are valid for reads of the lengths given.
    let sent = unsafe {
        libc::sendto(
            socket.as_raw_fd(),
            frame.as_ptr().cast(),
            frame.len(),
            0,
            (&raw const to).cast(),
            size_of_val(&to) as libc::socklen_t,
        )
    };
    Errno::result(sent).map(drop)
}
