//! The server: sockets inside the namespace, served by the supervisor outside it.

use std::fs::File;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::answer::{Answer, MAX_QUERY, answer, fitting, unanswered, unknown};
use super::members::Members;
use super::stream::Stream;
use super::upstream::{Pending, Upstreams};
use crate::sys::poll::Wait;
use crate::sys::{self, net};

/// How many queries may wait for servers at a time. More are dropped: clients ask again.
const MAX_PENDING: usize = 128;
/// How many connections are served at a time.
const MAX_STREAMS: usize = 32;
/// How long none is taken after the kernel refused one, having no descriptor or memory for it.
const PAUSE: Duration = Duration::from_millis(100);
/// How many datagrams are taken before others get their turn.
const BURST: usize = 32;

/// The sockets that the programs inside ask.
#[derive(Debug)]
pub struct Sockets {
    udp: UdpSocket,
    tcp: TcpListener,
}

impl Sockets {
    /// Opens them in the namespace of the caller, and says their port; with port 0 it is one that
    /// was free.
    ///
    /// # Errors
    /// Loopback is not up, or the port is not free.
    pub fn open(address: Ipv4Addr, port: u16) -> sys::Result<(Self, u16)> {
        let udp = net::datagrams(SocketAddrV4::new(address, port))?;
        let port = match udp.local_addr() {
            Ok(bound) => bound.port(),
            Err(error) => return Err(sys::errno(&error)),
        };
        let tcp = net::listen(SocketAddrV4::new(address, port))?;
        Ok((Sockets { udp, tcp }, port))
    }

    /// As descriptors, to be passed on.
    pub fn as_fds(&self) -> [BorrowedFd<'_>; 2] {
        [self.udp.as_fd(), self.tcp.as_fd()]
    }

    /// From descriptors that were passed.
    pub fn from_fds([udp, tcp]: [OwnedFd; 2]) -> Self {
        Sockets { udp: udp.into(), tcp: tcp.into() }
    }
}

/// Answers the queries of one run.
#[derive(Debug)]
pub struct Server {
    sockets: Sockets,
    members: Members,
    search: Vec<String>,
    upstreams: Upstreams,
    pending: Vec<Pending>,
    streams: Vec<Stream>,
    /// When connections are taken again.
    paused_until: Option<Instant>,
}

impl Server {
    /// A server that knows `members`, by their names alone or with one of the `search` domains
    /// behind, and asks `upstreams` for the rest.
    pub fn new(
        sockets: Sockets,
        members: Members,
        search: Vec<String>,
        upstreams: Upstreams,
    ) -> Self {
        let (pending, streams) = (Vec::new(), Vec::new());
        Server { sockets, members, search, upstreams, pending, streams, paused_until: None }
    }

    /// From now on looks again at which networks its run is on when `file` has grown.
    pub fn watch_links(&mut self, file: Rc<File>) {
        self.members.watch_links(file);
    }

    /// The descriptors it has.
    pub fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        vec![self.sockets.udp.as_fd(), self.sockets.tcp.as_fd(), self.members.as_fd()]
    }

    /// Adds what it waits for.
    pub fn wait_for<'a>(&'a self, wait: &mut Wait<'a>) {
        wait.read(self.sockets.udp.as_fd());
        match self.paused_until {
            Some(end) => wait.until(end),
            None if self.streams.len() < MAX_STREAMS => wait.read(self.sockets.tcp.as_fd()),
            None => {}
        }
        for pending in &self.pending {
            wait.read(pending.socket.as_fd());
            wait.until(pending.deadline);
        }
        for stream in &self.streams {
            for (socket, interest) in stream.sockets().into_iter().flatten() {
                wait.add(socket.as_fd(), interest.read, interest.write);
            }
            wait.until(stream.deadline());
        }
    }

    /// Does what can be done without waiting.
    pub fn serve(&mut self) {
        self.take_queries();
        self.take_answers();
        self.take_connections();
        self.move_streams();
    }

    fn take_queries(&mut self) {
        let mut buf = [0; MAX_QUERY];
        for _ in 0..BURST {
            let Ok((len, client)) = self.sockets.udp.recv_from(&mut buf) else { return };
            let query = buf.get(..len).unwrap_or_default();
            match decide(query, &self.search, &mut self.members) {
                Answer::Ignore => {}
                Answer::Reply(reply) => self.send(&fitting(query, reply), client),
                Answer::Forward if self.pending.len() < MAX_PENDING => {
                    let started = Pending::start(client, query.to_vec(), &mut self.upstreams);
                    self.keep(client, started);
                }
                Answer::Forward => {}
            }
        }
    }

    fn take_answers(&mut self) {
        let now = Instant::now();
        for pending in std::mem::take(&mut self.pending) {
            let (client, turn) = (pending.client, pending.turn);
            let next = match pending.receive() {
                Ok(Some(reply)) => match self.upstreams.elsewhere(turn, &reply) {
                    Some(next) => next,
                    None => {
                        self.send(&fitting(&pending.query, reply), client);
                        continue;
                    }
                },
                Ok(None) if pending.deadline > now => {
                    self.pending.push(pending);
                    continue;
                }
                // No answer in time, or the kernel says that nobody listens there.
                Ok(None) | Err(_) => self.upstreams.next(turn),
            };
            let asked = pending.next(next, &mut self.upstreams);
            self.keep(client, asked);
        }
    }

    /// Keeps a query that was sent on, or tells the client that nobody is left to ask.
    fn keep(&mut self, client: SocketAddr, asked: Result<Pending, Vec<u8>>) {
        match asked {
            Ok(pending) => self.pending.push(pending),
            Err(query) => self.send(&unanswered(&query), client),
        }
    }

    fn send(&self, reply: &[u8], client: SocketAddr) {
        // A client that is gone, or whose buffer is full, asks again if it cares.
        let _ = self.sockets.udp.send_to(reply, client);
    }

    fn take_connections(&mut self) {
        let now = Instant::now();
        if self.paused_until.is_some_and(|end| end > now) {
            return;
        }
        self.paused_until = None;
        while self.streams.len() < MAX_STREAMS {
            match self.sockets.tcp.accept() {
                Ok((client, _)) => self.streams.extend(Stream::new(client)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // It is still there: to wait for it would be to wake up at once, over and over.
                Err(_) => return self.paused_until = Some(now + PAUSE),
            }
        }
    }

    fn move_streams(&mut self) {
        let Server { members, search, upstreams, .. } = self;
        self.streams.retain_mut(|stream| {
            stream.advance(|query| decide(query, search, members), upstreams).is_ok()
        });
    }
}

/// What becomes of a query of this run.
fn decide(query: &[u8], search: &[String], members: &mut Members) -> Answer {
    match answer(query, search, members) {
        Answer::Forward if !members.lead_out() => Answer::Reply(unknown(query)),
        answer => answer,
    }
}
