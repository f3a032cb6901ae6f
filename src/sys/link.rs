//! The index of a link, asked for by one cheap call on a socket that is open anyway: netdevice(7).

use std::os::fd::{AsFd, AsRawFd};

use super::{Errno, Result};

/// Index of the link called `name` in the namespace that `socket` belongs to.
///
/// # Errors
/// `ENODEV`: there is none.
pub fn index(socket: &impl AsFd, name: &str) -> Result<u32> {
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
    // SAFETY: the request is valid for reads and writes, its name NUL-terminated.
    let result =
        unsafe { libc::ioctl(socket.as_fd().as_raw_fd(), libc::SIOCGIFINDEX, &raw mut request) };
    Errno::result(result)?;
    // SAFETY: the kernel has filled in the index.
    Ok(unsafe { request.ifr_ifru.ifru_ifindex } as u32)
}
