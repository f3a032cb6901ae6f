//! Sockets of TCP and UDP that never wait.

use std::net::{SocketAddr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;

use nix::sys::socket::{
    AddressFamily, Backlog, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrIn,
    SockaddrStorage, bind, connect, recv, socket,
};

use super::{Errno, Result};

/// A socket for datagrams at `address` that never waits.
pub fn datagrams(address: SocketAddrV4) -> Result<UdpSocket> {
    let fd = socket(AddressFamily::Inet, SockType::Datagram, NEVER_WAITS, None)?;
    bind(fd.as_raw_fd(), &SockaddrIn::from(address))?;
    Ok(UdpSocket::from(fd))
}

/// Takes the next datagram, however long it is.
pub fn receive(from: &UdpSocket) -> Result<Vec<u8>> {
    let fd = from.as_raw_fd();
    let len = recv(fd, &mut [], MsgFlags::MSG_PEEK | MsgFlags::MSG_TRUNC)?;
    let mut bytes = vec![0; len];
    let len = recv(fd, &mut bytes, MsgFlags::empty())?;
    bytes.truncate(len);
    Ok(bytes)
}

/// A socket for connections to `address` that never waits.
pub fn listen(address: SocketAddrV4) -> Result<TcpListener> {
    let fd = socket(AddressFamily::Inet, SockType::Stream, NEVER_WAITS, None)?;
    bind(fd.as_raw_fd(), &SockaddrIn::from(address))?;
    nix::sys::socket::listen(&fd, Backlog::new(128)?)?;
    Ok(TcpListener::from(fd))
}

const NEVER_WAITS: SockFlag = SockFlag::SOCK_NONBLOCK.union(SockFlag::SOCK_CLOEXEC);

/// Begins a connection to `server`; it can be written to once it is there.
pub fn connect_without_waiting(server: SocketAddr) -> Result<TcpStream> {
    let family = if server.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let fd = socket(family, SockType::Stream, NEVER_WAITS, SockProtocol::Tcp)?;
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
