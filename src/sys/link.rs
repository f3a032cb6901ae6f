//! What netlink sockets can do besides messages.

use std::os::fd::{AsFd, AsRawFd};

use super::{Errno, Result};

/// Index of the link called `name` in the namespace that `socket` belongs to.
///
/// # Errors
/// `ENODEV`: there is none.
pub fn index(socket: &impl AsFd, name: &str) -> Result<u32> {
    let mut request = request(name)?;
    // SAFETY: the request is valid for reads and writes, its name NUL-terminated.
    let result = unsafe {
        libc::ioctl(socket.as_fd().as_raw_fd(), libc::SIOCGIFINDEX as libc::Ioctl, &raw mut request)
    };
    Errno::result(result)?;
    // SAFETY: the kernel has filled in the index.
    Ok(unsafe { request.ifr_ifru.ifru_ifindex } as u32)
}

/// Has the kernel act at once on a carrier that has come up, instead of by a worker soon after:
/// until then a link sends nothing, and a bridge passes nothing on to it (`linkwatch_sync_dev`).
///
/// # Errors
/// `ENODEV`: there is no link called `name` in the namespace that `socket` belongs to.
pub fn settle_carrier(socket: &impl AsFd, name: &str) -> Result<()> {
    /// `struct ethtool_value` (`linux/ethtool.h`).
    #[repr(C)]
    struct Value {
        command: u32,
        data: u32,
    }
    const ETHTOOL_GLINK: u32 = 0xa;
    const SIOCETHTOOL: u32 = 0x8946;
    let mut request = request(name)?;
    let mut value = Value { command: ETHTOOL_GLINK, data: 0 };
    request.ifr_ifru.ifru_data = (&raw mut value).cast();
    // SAFETY: the request is valid for reads and writes, its name NUL-terminated, and what it
    // points to is valid for both too.
    let result =
        unsafe { libc::ioctl(socket.as_fd().as_raw_fd(), SIOCETHTOOL as _, &raw mut request) };
    Errno::result(result).map(drop)
}

/// A request about the link called `name`.
fn request(name: &str) -> Result<libc::ifreq> {
    // SAFETY: all-zero bytes are a valid ifreq.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    // The last byte stays 0.
    let (_, room) = request.ifr_name.split_last_mut().ok_or(Errno::EINVAL)?;
    if name.len() > room.len() {
        return Err(Errno::ENODEV);
    }
    for (out, byte) in room.iter_mut().zip(name.bytes()) {
        *out = byte as libc::c_char;
    }
    Ok(request)
}

/// Lets a netlink socket send a datagram of `bytes`: the kernel wants room for it in the send
/// buffer, and more than usual only from root (socket(7), `SO_SNDBUFFORCE`).
pub fn enlarge_send_buffer(socket: &impl AsFd, bytes: usize) {
    /// Fits the default buffer of 208 KiB.
    const SMALL: usize = 96 * 1024;
    if bytes > SMALL {
        let size = libc::c_int::try_from(bytes.saturating_mul(2)).unwrap_or(libc::c_int::MAX);
        // SAFETY: the option takes an integer, valid for reads of its size. Where it fails the
        // send does, and says so.
        unsafe {
            let value: *const libc::c_int = &size;
            let len = size_of::<libc::c_int>() as libc::socklen_t;
            let fd = socket.as_fd().as_raw_fd();
            libc::setsockopt(fd, libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, value.cast(), len);
        }
    }
}
