//! The sockets that programs inside ask for names, made inside.

use std::io;
use std::net::Ipv4Addr;

use nl::netfilter::expr::{Translation, cmp, meta, nat, payload};
use nl::netfilter::{Family, NfGen, Register, chain, rule, table};
use nl::{Batch, Flags};

use crate::dns::Sockets;
use crate::error::{Error, Result};
use crate::kernel::{Netfilter, words};
use crate::plan::RESPONDER;

/// Port of DNS.
const PORT: u16 = 53;
/// Our table in the namespace.
const TABLE: &str = "nsrun-names";
/// Our chain in it.
const CHAIN: &str = "output";

/// Opens the sockets on a free port and leads port 53 of the responder's address there: so a
/// service on port 53 of every address inside has that port to itself. Without nf_tables they take
/// port 53 of their own address.
pub(super) fn open() -> Result<Sockets> {
    let failed = |error: io::Error| {
        Error::new("cannot open a socket for names").because(crate::sys::errno(&error).desc())
    };
    let sockets = Sockets::open(Ipv4Addr::LOCALHOST, 0).map_err(failed)?;
    let port = sockets.port().map_err(failed)?;
    match redirect(port) {
        Ok(()) => Ok(sockets),
        Err(_) => Sockets::open(RESPONDER, PORT).map_err(failed),
    }
}

/// Leads port 53 of the responder's address to a port on loopback.
fn redirect(port: u16) -> Result<()> {
    let refusals = Netfilter::open()?.commit(|batch| rules(batch, port))?;
    match refusals.first() {
        None => Ok(()),
        Some(refusal) => Err(Error::new("cannot redirect port 53").because(words(refusal))),
    }
}

/// The changes of nf_tables that do so.
pub(super) fn rules(batch: &mut Batch<'_>, port: u16) {
    batch.push(table::NEW, Flags::CREATE, NfGen::IPV4, |t| {
        t.put(table::NAME, TABLE);
    });
    batch.push(chain::NEW, Flags::CREATE, NfGen::IPV4, |c| {
        c.put(chain::TABLE, TABLE).put(chain::NAME, CHAIN);
        c.base("nat", chain::Hook::LOCAL_OUT, DSTNAT);
    });
    rule_for(batch, protocol::UDP, port, Flags::empty());
    rule_for(batch, protocol::TCP, port, Flags::ACK);
}

/// Priority of destination NAT among the hooks (`NF_IP_PRI_NAT_DST`).
const DSTNAT: i32 = -100;

/// Numbers of protocols (IANA).
mod protocol {
    pub(super) const TCP: u8 = 6;
    pub(super) const UDP: u8 = 17;
}

/// `ip daddr 127.0.0.11 PROTOCOL dport 53 dnat to 127.0.0.1:PORT`.
fn rule_for(batch: &mut Batch<'_>, protocol: u8, port: u16, flags: Flags) {
    let flags = flags | Flags::CREATE | Flags::APPEND;
    batch.push(rule::NEW, flags, NfGen::IPV4, |r| {
        r.put(rule::TABLE, TABLE).put(rule::CHAIN, CHAIN).expressions(|e| {
            e.payload(payload::Base::NETWORK_HEADER, 16, 4, Register::R1);
            e.cmp(Register::R1, cmp::Op::EQ, &RESPONDER.octets());
            e.meta(meta::Key::L4PROTO, Register::R1);
            e.cmp(Register::R1, cmp::Op::EQ, &[protocol]);
            e.payload(payload::Base::TRANSPORT_HEADER, 2, 2, Register::R1);
            e.cmp(Register::R1, cmp::Op::EQ, &PORT.to_be_bytes());
            e.immediate(Register::R1, &Ipv4Addr::LOCALHOST.octets());
            e.immediate(Register::R2, &port.to_be_bytes());
            e.nat(Translation {
                kind: nat::Type::DNAT,
                family: Family::IPV4,
                address: Some(Register::R1),
                port: Some(Register::R2),
                ..Translation::default()
            });
        });
    });
}
