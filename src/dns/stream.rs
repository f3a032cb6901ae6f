//! One DNS connection over TCP: queries and answers, each after its length (RFC 7766).

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::sys::net;

/// How long a connection may be silent.
const PATIENCE: Duration = Duration::from_secs(5);

/// A client's connection, and the one to a server while a query is there.
#[derive(Debug)]
pub(super) struct Stream {
    client: TcpStream,
    /// What came from the client and is no whole query yet.
    incoming: Vec<u8>,
    /// What is still to be written to the client.
    outgoing: Vec<u8>,
    /// The server that is being asked.
    server: Option<Upstream>,
    /// When it is given up.
    pub(super) deadline: Instant,
}

#[derive(Debug)]
struct Upstream {
    socket: TcpStream,
    /// What is still to be written.
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
}

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interest {
    /// To be read from.
    pub(super) read: bool,
    /// To be written to.
    pub(super) write: bool,
}

impl Stream {
    pub(super) fn new(client: TcpStream) -> io::Result<Self> {
        client.set_nonblocking(true)?;
        let deadline = Instant::now() + PATIENCE;
        Ok(Stream { client, incoming: Vec::new(), outgoing: Vec::new(), server: None, deadline })
    }

    /// The sockets to wait for.
    pub(super) fn sockets(&self) -> [Option<(&TcpStream, Interest)>; 2] {
        // One query at a time: while a server is asked, or an answer is written, none is read. A
        // client that nothing is wanted of is not waited for: it might have hung up, over and over.
        let write = !self.outgoing.is_empty();
        let read = self.server.is_none() && !write;
        let client = (read || write).then_some((&self.client, Interest { read, write }));
        let server = self.server.as_ref().map(|server| {
            let writing = !server.outgoing.is_empty();
            (&server.socket, Interest { read: !writing, write: writing })
        });
        [client, server]
    }

    /// Moves on as far as it goes without waiting; `decide` answers a query here (`Ok`) or says
    /// whom to ask. An error ends the connection.
    pub(super) fn advance(
        &mut self,
        mut decide: impl FnMut(&[u8]) -> Result<Vec<u8>, Option<SocketAddr>>,
    ) -> io::Result<()> {
        while self.step(&mut decide)? {}
        Ok(())
    }

    /// One turn; whether the next query is there already.
    fn step(
        &mut self,
        decide: &mut impl FnMut(&[u8]) -> Result<Vec<u8>, Option<SocketAddr>>,
    ) -> io::Result<bool> {
        if let Some(server) = &mut self.server {
            drain(&mut server.socket, &mut server.outgoing)?;
            if server.outgoing.is_empty() {
                fill(&mut server.socket, &mut server.incoming)?;
            }
            if let Some(reply) = take_message(&mut server.incoming) {
                self.server = None;
                self.reply(&reply);
            }
        }
        if self.server.is_none() && self.outgoing.is_empty() {
            if !has_message(&self.incoming) {
                fill(&mut self.client, &mut self.incoming)?;
            }
            if let Some(query) = take_message(&mut self.incoming) {
                self.deadline = Instant::now() + PATIENCE;
                match decide(&query) {
                    Ok(reply) => self.reply(&reply),
                    Err(None) => return Err(ErrorKind::NotConnected.into()),
                    Err(Some(server)) => {
                        let socket = net::connect_without_waiting(server)?;
                        let outgoing = with_length(&query);
                        self.server = Some(Upstream { socket, outgoing, incoming: Vec::new() });
                    }
                }
            }
        }
        drain(&mut self.client, &mut self.outgoing)?;
        let idle = self.server.is_none() && self.outgoing.is_empty();
        Ok(idle && has_message(&self.incoming))
    }

    fn reply(&mut self, message: &[u8]) {
        self.outgoing = with_length(message);
    }
}

fn with_length(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u16).to_be_bytes()[..], message].concat()
}

fn has_message(buf: &[u8]) -> bool {
    buf.first_chunk().is_some_and(|&len| buf.len() >= 2 + usize::from(u16::from_be_bytes(len)))
}

/// The first message in `buf`, once it is whole.
fn take_message(buf: &mut Vec<u8>) -> Option<Vec<u8>> {
    let len = usize::from(u16::from_be_bytes(*buf.first_chunk()?));
    let message = buf.get(2..2 + len)?.to_vec();
    buf.drain(..2 + len);
    Some(message)
}

/// Reads what is there; the end of the stream is an error, unless a message came before it.
fn fill(socket: &mut TcpStream, buf: &mut Vec<u8>) -> io::Result<()> {
    let mut chunk = [0; 4096];
    loop {
        match socket.read(&mut chunk) {
            Ok(0) if has_message(buf) => return Ok(()),
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(len) => buf.extend_from_slice(chunk.get(..len).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // A connection that is still being made is not there to be read from yet.
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) =>
            {
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        // One message and the begin of another: the rest can wait in the socket.
        if buf.len() > 2 * usize::from(u16::MAX) {
            return Ok(());
        }
    }
}

/// Writes what can be written.
fn drain(socket: &mut TcpStream, buf: &mut Vec<u8>) -> io::Result<()> {
    while !buf.is_empty() {
        match socket.write(buf) {
            Ok(len) => drop(buf.drain(..len)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) =>
            {
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_taken_one_by_one_and_only_when_whole() {
        let mut buf = [with_length(b"one"), with_length(b"two")].concat();
        buf.truncate(9);
        assert_eq!(take_message(&mut buf).as_deref(), Some(&b"one"[..]));
        assert_eq!(take_message(&mut buf), None);
        buf.push(b'o');
        assert_eq!(take_message(&mut buf).as_deref(), Some(&b"two"[..]));
        assert!(buf.is_empty());
    }
}
