//! Ports of this host: whether one is free.

use std::net::IpAddr;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::{Errno, Result};

/// A port that nobody else can bind as long as this lives.
#[derive(Debug)]
pub struct Bound {
    /// The port.
    pub port: u16,
    _socket: OwnedFd,
}

/// Binds a port of an address for an IP protocol (6, 17, 132), or any free one for port 0. Nobody
/// can connect to it.
///
/// # Errors
/// `EADDRINUSE`: a socket has it. `EADDRNOTAVAIL`: this host has no such address.
/// `EPROTONOSUPPORT`, `EAFNOSUPPORT`: the kernel lacks the protocol, or the family.
pub fn bind_port(protocol: u8, address: IpAddr, port: u16) -> Result<Bound> {
    let kind =
        if protocol == libc::IPPROTO_UDP as u8 { libc::SOCK_DGRAM } else { libc::SOCK_STREAM };
    let family = if address.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
    // SAFETY: takes integers.
    let fd = unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, i32::from(protocol)) };
    // SAFETY: a new descriptor that nobody else has.
    let socket = Errno::result(fd).map(|fd| unsafe { OwnedFd::from_raw_fd(fd) })?;
    let enable = |level, option| {
        let on: libc::c_int = 1;
        let len = size_of::<libc::c_int>() as libc::socklen_t;
        let value: *const libc::c_int = &on;
        // SAFETY: the option takes an integer, valid for reads of its size.
        Errno::result(unsafe { libc::setsockopt(fd, level, option, value.cast(), len) })
    };
    if address.is_ipv6() {
        enable(libc::IPPROTO_IPV6, libc::IPV6_V6ONLY)?;
    }
    if kind == libc::SOCK_STREAM {
        // Connections that have ended a moment ago are no hindrance; a listener is.
        enable(libc::SOL_SOCKET, libc::SO_REUSEADDR)?;
    }
    // SAFETY: all-zero bytes are a valid sockaddr_in6, and a valid sockaddr_in at its beginning.
    let mut own: libc::sockaddr_in6 = unsafe { std::mem::zeroed() };
    let at: *mut libc::sockaddr_in6 = &mut own;
    let mut len = size_of::<libc::sockaddr_in6>() as libc::socklen_t;
    match address {
        IpAddr::V4(address) => {
            len = size_of::<libc::sockaddr_in>() as libc::socklen_t;
            // SAFETY: both begin with the family, and the larger has room for the smaller.
            let own = unsafe { &mut *at.cast::<libc::sockaddr_in>() };
            own.sin_family = libc::AF_INET as libc::sa_family_t;
            own.sin_addr.s_addr = u32::from(address).to_be();
            own.sin_port = port.to_be();
        }
        IpAddr::V6(address) => {
            // SAFETY: it is one.
            let own = unsafe { &mut *at };
            own.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            own.sin6_addr.s6_addr = address.octets();
            own.sin6_port = port.to_be();
        }
    }
    let fd = socket.as_raw_fd();
    // SAFETY: the address is valid for reads of its length.
    Errno::result(unsafe { libc::bind(fd, at.cast(), len) })?;
    // SAFETY: the address is valid for writes of its length.
    Errno::result(unsafe { libc::getsockname(fd, at.cast(), &mut len) })?;
    // SAFETY: as above; the port is at the same place for both families.
    let port = u16::from_be(unsafe { (*at).sin6_port });
    Ok(Bound { port, _socket: socket })
}
