//! The sockets that programs inside ask for names, made inside.

use nl::netfilter::expr::{cmp, expression, meta, payload};
use nl::netfilter::{NfGen, Register, chain, rule, table};
use nl::{Batch, Flags};

use crate::dns::Sockets;
use crate::error::{Error, Result};
use crate::kernel::{Netfilter, words};
use crate::plan::RESPONDER;
use crate::sys::Errno;

/// Port of DNS, as packets have it.
const PORT: [u8; 2] = 53u16.to_be_bytes();
/// Our table in the namespace.
const TABLE: &str = "nsrun-names";

/// Opens the sockets on a free port and leads port 53 of the responder's address there: so a
/// service on port 53 of every address inside has that port to itself. Without nf_tables they take
/// port 53 of their own address.
pub(super) fn open() -> Result<Sockets> {
    let failed = |errno: Errno| Error::new("cannot open a socket for names").because(errno.desc());
    let (sockets, port) = Sockets::open(RESPONDER, 0).map_err(failed)?;
    match redirect(port) {
        Ok(()) => Ok(sockets),
        Err(_) => Sockets::open(RESPONDER, u16::from_be_bytes(PORT))
            .map(|(sockets, _)| sockets)
            .map_err(failed),
    }
}

/// Leads port 53 of the responder's address to another port there.
fn redirect(port: u16) -> Result<()> {
    let refusals = Netfilter::open()?.commit(|batch| rules(batch, port))?;
    match refusals.first() {
        None => Ok(()),
        Some(refusal) => Err(Error::new("cannot redirect port 53").because(words(refusal))),
    }
}

/// The changes of nf_tables that do so.
///
/// No NAT: that would have the kernel track every connection of the namespace. The port is exchanged
/// in each packet instead; in queries before, and in answers after any connection tracking that
/// others set up inside, so that it sees both with the same port.
pub(super) fn rules(batch: &mut Batch<'_>, port: u16) {
    batch.push(table::NEW, Flags::CREATE, NfGen::IPV4, |t| {
        t.put(table::NAME, TABLE);
    });
    let port = port.to_be_bytes();
    let (queries, answers) = (Side::QUERIES, Side::ANSWERS);
    queries.chain(batch);
    queries.rule(batch, UDP, PORT, port, Flags::empty());
    queries.rule(batch, TCP, PORT, port, Flags::empty());
    answers.chain(batch);
    answers.rule(batch, UDP, port, PORT, Flags::empty());
    answers.rule(batch, TCP, port, PORT, Flags::ACK);
}

/// Number of a protocol (IANA), and where its header has the checksum.
type Protocol = (u8, u32);
const TCP: Protocol = (6, 16);
const UDP: Protocol = (17, 6);

/// Packets from or to the responder.
struct Side {
    chain: &'static str,
    priority: i32,
    /// Where the IP header has the responder's address.
    address: u32,
    /// Where the header of TCP or UDP has its port.
    port: u32,
}

impl Side {
    /// Before connection tracking, which has priority -200.
    const QUERIES: Side = Side { chain: "queries", priority: -300, address: 16, port: 2 };
    /// After it.
    const ANSWERS: Side = Side { chain: "answers", priority: -150, address: 12, port: 0 };

    fn chain(&self, batch: &mut Batch<'_>) {
        batch.push(chain::NEW, Flags::CREATE, NfGen::IPV4, |c| {
            c.put(chain::TABLE, TABLE).put(chain::NAME, self.chain);
            c.base("filter", chain::Hook::LOCAL_OUT, self.priority);
        });
    }

    /// `ip daddr 127.0.0.11 udp dport FROM udp dport set TO`, or the like for this side.
    fn rule(
        &self,
        batch: &mut Batch<'_>,
        (protocol, checksum): Protocol,
        from: [u8; 2],
        to: [u8; 2],
        flags: Flags,
    ) {
        let flags = flags | Flags::CREATE | Flags::APPEND;
        batch.push(rule::NEW, flags, NfGen::IPV4, |r| {
            r.put(rule::TABLE, TABLE).put(rule::CHAIN, self.chain).expressions(|e| {
                e.payload(payload::Base::NETWORK_HEADER, self.address, 4, Register::R1);
                e.cmp(Register::R1, cmp::Op::EQ, &RESPONDER.octets());
                e.meta(meta::Key::L4PROTO, Register::R1);
                e.cmp(Register::R1, cmp::Op::EQ, &[protocol]);
                e.payload(payload::Base::TRANSPORT_HEADER, self.port, 2, Register::R1);
                e.cmp(Register::R1, cmp::Op::EQ, &from);
                e.immediate(Register::R1, &to);
                e.expression("payload", expression::PAYLOAD, |d| {
                    d.put(payload::SREG, Register::R1)
                        .put(payload::BASE, payload::Base::TRANSPORT_HEADER)
                        .put(payload::OFFSET, self.port)
                        .put(payload::LEN, 2)
                        .put(payload::CSUM_TYPE, INTERNET)
                        .put(payload::CSUM_OFFSET, checksum);
                });
            });
        });
    }
}

/// The kind of checksum that both have (`NFT_PAYLOAD_CSUM_INET`).
const INTERNET: u32 = 1;
