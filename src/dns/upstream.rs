//! Queries on their way to the servers of the host, and their answers.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::sys::file::random;
use crate::sys::{self, Errno, net};

/// How long a server has to answer before the next one is asked.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How long the last one has: as long as programs wait, for it may have to ask others itself.
const LAST_PATIENCE: Duration = Duration::from_secs(5);
/// Port of DNS.
const PORT: u16 = 53;
/// Codes of answers that say nothing of the name: server failure, not implemented, refused (RFC 1035).
const FAILURES: [u8; 3] = [2, 4, 5];

/// The servers to ask.
#[derive(Debug)]
pub struct Upstreams {
    servers: Vec<SocketAddr>,
    /// The one to ask first: the last that answered.
    first: usize,
}

impl Upstreams {
    /// These servers, in turn.
    pub fn new(servers: &[IpAddr]) -> Self {
        let servers = servers.iter().map(|&server| SocketAddr::new(server, PORT)).collect();
        Upstreams { servers, first: 0 }
    }

    /// Where a new query begins.
    pub(super) fn first(&self) -> Turn {
        Turn { index: self.first, tried: 0 }
    }

    /// The turn after one without an answer; new queries begin with it, too.
    pub(super) fn next(&mut self, turn: Turn) -> Turn {
        let next = self.after(turn);
        if self.first == turn.index {
            self.first = next.index;
        }
        next
    }

    /// The turn after one whose server answered that it cannot or will not say, where others are left
    /// to ask: as the C library does. It may know other names, so new queries begin with it still.
    pub(super) fn elsewhere(&self, turn: Turn, reply: &[u8]) -> Option<Turn> {
        let failed = reply.get(3).is_some_and(|flags| FAILURES.contains(&(flags & 15)));
        let next = self.after(turn);
        (failed && self.server(next).is_some()).then_some(next)
    }

    fn after(&self, turn: Turn) -> Turn {
        Turn { index: (turn.index + 1) % self.servers.len().max(1), tried: turn.tried + 1 }
    }

    /// Whom to ask now, and how long; `None` when all have been asked.
    pub(super) fn server(&self, turn: Turn) -> Option<(SocketAddr, Duration)> {
        let patience = match self.servers.len().checked_sub(turn.tried)? {
            0 => return None,
            1 => LAST_PATIENCE,
            _ => PATIENCE,
        };
        Some((*self.servers.get(turn.index)?, patience))
    }
}

/// Which server a query is at, and how many were asked before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    index: usize,
    tried: usize,
}

/// A query somebody waits for.
#[derive(Debug)]
pub(super) struct Pending {
    /// Where the answer goes.
    pub(super) client: SocketAddr,
    /// The query as the client sent it.
    pub(super) query: Vec<u8>,
    /// Connected to the server: the kernel chose a port at random, and lets nobody else answer.
    pub(super) socket: UdpSocket,
    /// When the next server is asked.
    pub(super) deadline: Instant,
    /// Whose answer is waited for.
    pub(super) turn: Turn,
    id: [u8; 2],
}

impl Pending {
    /// Asks the first server that can be asked; the query comes back when none can.
    pub(super) fn start(
        client: SocketAddr,
        query: Vec<u8>,
        upstreams: &mut Upstreams,
    ) -> Result<Pending, Vec<u8>> {
        let first = upstreams.first();
        Self::ask(client, query, upstreams, first)
    }

    /// Asks the server whose turn it is next; the query comes back when all have been asked.
    pub(super) fn next(self, next: Turn, upstreams: &mut Upstreams) -> Result<Pending, Vec<u8>> {
        Self::ask(self.client, self.query, upstreams, next)
    }

    fn ask(
        client: SocketAddr,
        query: Vec<u8>,
        upstreams: &mut Upstreams,
        mut turn: Turn,
    ) -> Result<Pending, Vec<u8>> {
        while let Some((server, patience)) = upstreams.server(turn) {
            let id = (random() as u16).to_be_bytes();
            if let Ok(socket) = send(server, id, &query) {
                let deadline = Instant::now() + patience;
                return Ok(Pending { client, query, socket, deadline, id, turn });
            }
            turn = upstreams.next(turn);
        }
        Err(query)
    }

    /// Takes an answer off the socket: `Ok(None)` when what came is none.
    pub(super) fn receive(&self) -> sys::Result<Option<Vec<u8>>> {
        let mut reply = match net::receive(&self.socket) {
            Ok(reply) => reply,
            Err(Errno::EAGAIN) => return Ok(None),
            Err(errno) => return Err(errno),
        };
        Ok(match is_answer(&reply, self.id, &self.query) {
            true => {
                put_id(&mut reply, &self.query);
                Some(reply)
            }
            false => None,
        })
    }
}

/// Sends a query with an id of our own from a port of our own.
fn send(server: SocketAddr, id: [u8; 2], query: &[u8]) -> io::Result<UdpSocket> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.set_nonblocking(true)?;
    socket.connect(server)?;
    let mut query = query.to_vec();
    put_id(&mut query, &id);
    socket.send(&query)?;
    Ok(socket)
}

/// Gives a message the id at the front of another.
fn put_id(message: &mut [u8], of: &[u8]) {
    if let (Some(out), Some(id)) = (message.first_chunk_mut::<2>(), of.first_chunk::<2>()) {
        *out = *id;
    }
}

/// Whether a message answers the query: a response, with its id, to its question.
fn is_answer(message: &[u8], id: [u8; 2], query: &[u8]) -> bool {
    const HEADER: usize = 12;
    let (Some(head), Some(question)) = (message.get(..HEADER), query.get(HEADER..)) else {
        return false;
    };
    // Without its additional records a question ends with its class: compared as far as it goes.
    let end = question_len(question);
    let (Some(asked), Some(answered)) = (question.get(..end), message.get(HEADER..HEADER + end))
    else {
        return false;
    };
    head.first_chunk() == Some(&id)
        && head.get(2).is_some_and(|flags| flags & 0x80 != 0)
        && asked.eq_ignore_ascii_case(answered)
}

/// Bytes of a question: labels, each after its length, the root's of length 0, type and class.
fn question_len(question: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&len) = question.get(at) {
        at += 1 + usize::from(len);
        if len == 0 {
            break;
        }
    }
    at + 4
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &[u8] =
        b"\x12\x34\x01\0\0\x01\0\0\0\0\0\x01\x03www\x07example\0\0\x01\0\x01\0\0\x29";

    #[test]
    fn only_a_response_with_the_right_id_and_question_is_an_answer() {
        let mut reply = QUERY.to_vec();
        reply[2] |= 0x80;
        assert!(is_answer(&reply, [0x12, 0x34], QUERY));
        assert!(!is_answer(&reply, [0x12, 0x35], QUERY));
        assert!(!is_answer(QUERY, [0x12, 0x34], QUERY));
        let mut other = reply.clone();
        other[13] = b'v';
        assert!(!is_answer(&other, [0x12, 0x34], QUERY));
        let mut upper = reply.clone();
        upper[13] = b'W';
        assert!(is_answer(&upper, [0x12, 0x34], QUERY));
        for len in 0..29 {
            assert!(!is_answer(&reply[..len], [0x12, 0x34], QUERY), "{len} bytes");
        }
    }

    #[test]
    fn the_server_that_answers_stays_first() {
        let servers: Vec<IpAddr> = ["192.0.2.1", "192.0.2.2"].map(|a| a.parse().unwrap()).into();
        let mut upstreams = Upstreams::new(&servers);
        let asked = |upstreams: &Upstreams, turn| upstreams.server(turn).map(|(to, _)| to.ip());
        let begin = upstreams.first();
        assert_eq!(asked(&upstreams, begin), Some(servers[0]));
        let second = upstreams.next(begin);
        assert_eq!(asked(&upstreams, second), Some(servers[1]));
        // A late failure of the first changes nothing any more.
        upstreams.next(begin);
        let new = upstreams.first();
        assert_eq!(asked(&upstreams, new), Some(servers[1]));
        let end = upstreams.next(second);
        assert_eq!(asked(&upstreams, end), None);
        let none = Upstreams::new(&[]);
        assert_eq!(none.server(none.first()), None);
    }

    #[test]
    fn a_failure_is_passed_on_only_when_nobody_else_is_left() {
        let servers: Vec<IpAddr> = ["192.0.2.1", "192.0.2.2"].map(|a| a.parse().unwrap()).into();
        let upstreams = Upstreams::new(&servers);
        let coded = |code: u8| [0x12, 0x34, 0x81, 0x80 | code];
        let first = upstreams.first();
        for code in [0, 1, 3] {
            assert!(upstreams.elsewhere(first, &coded(code)).is_none(), "{code}");
        }
        for code in FAILURES {
            let second = upstreams.elsewhere(first, &coded(code)).unwrap();
            assert_eq!(upstreams.server(second).map(|(to, _)| to.ip()), Some(servers[1]));
            assert!(upstreams.elsewhere(second, &coded(code)).is_none(), "{code}");
        }
    }

    #[test]
    fn the_last_server_has_the_most_time() {
        let servers: Vec<IpAddr> = ["192.0.2.1", "192.0.2.2"].map(|a| a.parse().unwrap()).into();
        let mut upstreams = Upstreams::new(&servers);
        let first = upstreams.first();
        let last = upstreams.next(first);
        let times = [first, last].map(|turn| upstreams.server(turn).map(|(_, time)| time));
        assert_eq!(times, [Some(PATIENCE), Some(LAST_PATIENCE)]);
    }
}
