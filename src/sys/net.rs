//! Connections that are made without waiting.

use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsRawFd;

use nix::sys::socket::{
    AddressFamily, SockFlag, SockProtocol, SockType, SockaddrStorage, connect, socket,
};

use super::{Errno, Result};

/// Begins a connection to `server`; it can be written to once it is there.
pub fn connect_without_waiting(server: SocketAddr) -> Result<TcpStream> {
    let family = if server.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let fd = socket(family, SockType::Stream, flags, SockProtocol::Tcp)?;
    match connect(fd.as_raw_fd(), &SockaddrStorage::from(server)) {
        Ok(()) | Err(Errno::EINPROGRESS) => Ok(TcpStream::from(fd)),
        Err(errno) => Err(errno),
    }
}

/// Opens and closes a socket of an address family, given as the lower-case end of its `AF_` name.
///
/// # Errors
/// `EAFNOSUPPORT`: the kernel has no such family.
pub fn socket_of(family: &str) -> Result<()> {
    let (family, kind) = match family {
        "unix" => (AddressFamily::Unix, SockType::Datagram),
        "inet" => (AddressFamily::Inet, SockType::Datagram),
        "inet6" => (AddressFamily::Inet6, SockType::Datagram),
        "packet" => (AddressFamily::Packet, SockType::Raw),
        _ => return Err(Errno::EAFNOSUPPORT),
    };
    socket(family, kind, SockFlag::SOCK_CLOEXEC, None).map(drop)
}
