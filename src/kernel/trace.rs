//! `--trace`: every netlink message, sent and received, in words on standard error.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::sync::OnceLock;

use nl::socket::{Direction, Protocol, Socket, SocketError};

use crate::annotate;

/// The network namespace where the trace was asked for; not set: there is no trace.
static HOST: OnceLock<Option<u64>> = OnceLock::new();

/// Shows what is said to the kernel from now on, also by the processes that are forked from this
/// one.
pub fn start_trace() {
    HOST.get_or_init(namespace);
}

/// Opens a socket in the network namespace of the caller.
pub(super) fn open(protocol: Protocol) -> Result<Socket, SocketError> {
    let mut socket = Socket::open(protocol)?;
    if let Some(host) = HOST.get() {
        socket.observe(if *host == namespace() { on_host } else { inside });
    }
    Ok(socket)
}

/// Shows what is said by other means than [`open`]'s.
pub(super) fn note(protocol: Protocol, direction: Direction, bytes: &[u8]) {
    if let Some(host) = HOST.get() {
        let show = if *host == namespace() { on_host } else { inside };
        show(protocol, direction, bytes);
    }
}

/// The number of the network namespace of this thread; `None` where there is no /proc.
fn namespace() -> Option<u64> {
    Some(fs::metadata("/proc/thread-self/ns/net").ok()?.ino())
}

fn on_host(protocol: Protocol, direction: Direction, bytes: &[u8]) {
    show("host", protocol, direction, bytes);
}

fn inside(protocol: Protocol, direction: Direction, bytes: &[u8]) {
    show("inside", protocol, direction, bytes);
}

/// In one write, because two processes show what they say at the same time.
fn show(place: &str, protocol: Protocol, direction: Direction, bytes: &[u8]) {
    let arrow = match direction {
        Direction::Sent => "->",
        Direction::Received => "<-",
    };
    let (family, words) = (annotate::family(protocol), annotate::text(protocol, bytes));
    let text = format!("trace: {place} {arrow} {family}, {} bytes\n{words}", bytes.len());
    let _ = io::stderr().write_all(text.as_bytes());
}
