//! One DNS connection over TCP: queries and answers, each after its length (RFC 7766).

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::answer::{Answer, unanswered};
use super::upstream::{Turn, Upstreams};
use crate::sys::net;

/// How long a client may be silent.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many queries are answered before others get their turn.
const BURST: usize = 32;

/// A client's connection, and the one to a server while a query is there.
#[derive(Debug)]
pub(super) struct Stream {
    client: TcpStream,
    /// What came from the client and is no whole query yet.
    incoming: Vec<u8>,
    /// What is still to be written to the client.
    outgoing: Vec<u8>,
    /// When the client is given up.
    deadline: Instant,
    /// The server that is being asked.
    server: Option<Upstream>,
}

#[derive(Debug)]
struct Upstream {
    socket: TcpStream,
    /// What is still to be written.
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
    query: Vec<u8>,
    turn: Turn,
    /// When the next one is asked.
    deadline: Instant,
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
        Ok(Stream { client, incoming: Vec::new(), outgoing: Vec::new(), deadline, server: None })
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

    /// When something is to be done although no socket is ready.
    pub(super) fn deadline(&self) -> Instant {
        match &self.server {
            Some(server) => server.deadline,
            // It had to let others have their turn.
            None if self.is_free() && has_message(&self.incoming) => Instant::now(),
            None => self.deadline,
        }
    }

    /// Whether the next query can be taken.
    fn is_free(&self) -> bool {
        self.server.is_none() && self.outgoing.is_empty()
    }

    /// Moves on as far as it goes without waiting; `decide` says what becomes of a query. An error
    /// ends the connection.
    pub(super) fn advance(
        &mut self,
        mut decide: impl FnMut(&[u8]) -> Answer,
        upstreams: &mut Upstreams,
    ) -> io::Result<()> {
        let now = Instant::now();
        for _ in 0..BURST {
            self.take_answer(now, upstreams);
            if self.is_free() {
                fill(&mut self.client, &mut self.incoming)?;
                if let Some(query) = take_message(&mut self.incoming) {
                    match decide(&query) {
                        Answer::Reply(reply) => self.reply(&reply),
                        Answer::Forward => self.ask(query, upstreams.first(), upstreams),
                        Answer::Ignore => return Err(ErrorKind::InvalidData.into()),
                    }
                }
            }
            drain(&mut self.client, &mut self.outgoing)?;
            if !self.is_free() || !has_message(&self.incoming) {
                break;
            }
        }
        match self.server.is_some() || self.deadline > now {
            true => Ok(()),
            false => Err(ErrorKind::TimedOut.into()),
        }
    }

    /// Passes on what the server answered, or asks the next one.
    fn take_answer(&mut self, now: Instant, upstreams: &mut Upstreams) {
        let Some(mut server) = self.server.take() else { return };
        let next = match server.advance() {
            Ok(Some(reply)) => match upstreams.elsewhere(server.turn, &reply) {
                Some(next) => next,
                None => return self.reply(&reply),
            },
            Ok(None) if server.deadline > now => return self.server = Some(server),
            Ok(None) | Err(_) => upstreams.next(server.turn),
        };
        self.ask(server.query, next, upstreams);
    }

    /// Asks the first server from `turn` on that can be asked.
    fn ask(&mut self, query: Vec<u8>, mut turn: Turn, upstreams: &mut Upstreams) {
        while let Some((server, patience)) = upstreams.server(turn) {
            if let Ok(socket) = net::connect_without_waiting(server) {
                let deadline = Instant::now() + patience;
                let (outgoing, incoming) = (with_length(&query), Vec::new());
                self.server = Some(Upstream { socket, outgoing, incoming, query, turn, deadline });
                return;
            }
            turn = upstreams.next(turn);
        }
        self.reply(&unanswered(&query));
    }

    fn reply(&mut self, message: &[u8]) {
        self.outgoing = with_length(message);
        self.deadline = Instant::now() + PATIENCE;
    }
}

impl Upstream {
    /// Moves on without waiting; the answer, once it is whole.
    fn advance(&mut self) -> io::Result<Option<Vec<u8>>> {
        drain(&mut self.socket, &mut self.outgoing)?;
        if self.outgoing.is_empty() {
            fill(&mut self.socket, &mut self.incoming)?;
        }
        Ok(take_message(&mut self.incoming))
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

/// Reads until a message is whole, or as much of it as is there; the end of the stream is an error,
/// unless a message came before it.
fn fill(socket: &mut TcpStream, buf: &mut Vec<u8>) -> io::Result<()> {
    let mut chunk = [0; 4096];
    while !has_message(buf) {
        match socket.read(&mut chunk) {
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
    }
    Ok(())
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
