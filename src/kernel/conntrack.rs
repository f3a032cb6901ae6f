//! Connections that the kernel remembers.

use std::net::IpAddr;

use nl::netfilter::NfGen;
use nl::netfilter::conntrack::{self, filter, ip, proto, tuple};
use nl::{Batch, DecodeError, Flags, Message};

use super::{Netfilter, with_batch};
use crate::error::Result;

/// Where the first packet of a flow went, and the attribute that names the flow.
struct Flow {
    to: IpAddr,
    port: u16,
    protocol: u8,
    tuple: Vec<u8>,
    family: NfGen,
}

/// `CTA_FILTER` of the protocol's number (`net/netfilter/nf_conntrack_netlink.c`).
const PROTOCOL: u32 = 1 << 3;

impl Netfilter {
    /// Forgets the flows of an IP protocol whose first packet went where `is_old` says: until then
    /// their next packets go the old way. A few at most are expected.
    ///
    /// # Errors
    /// No answer came. What the kernel refuses is all the same: it may track no connections.
    pub fn forget_flows(
        &mut self,
        protocol: u8,
        is_old: impl Fn(IpAddr, u16) -> bool,
    ) -> Result<()> {
        let mut old: Vec<Flow> = Vec::new();
        for family in [NfGen::IPV4, NfGen::IPV6] {
            let seq = self.socket.seq();
            let ask = |batch: &mut Batch<'_>| {
                batch.push(conntrack::GET, Flags::DUMP, family, |m| {
                    // Kernels before 5.8 list all protocols.
                    m.nest(conntrack::TUPLE_ORIG, |t| {
                        t.nest(tuple::PROTO, |p| {
                            p.put(proto::NUM, protocol);
                        });
                    });
                    m.nest(conntrack::FILTER, |f| {
                        f.put(filter::ORIG_FLAGS, PROTOCOL).put(filter::REPLY_FLAGS, 0);
                    });
                });
            };
            let each = |message: Message<'_>| read(&message, family);
            let found = with_batch(seq, &ask, |bytes| self.socket.dump(bytes, each))?;
            let flows = found.map_err(super::failed)?.unwrap_or_default();
            old.extend(
                flows
                    .into_iter()
                    .filter(|flow| flow.protocol == protocol && is_old(flow.to, flow.port)),
            );
        }
        for flow in old {
            let seq = self.socket.seq();
            let forget = |batch: &mut Batch<'_>| {
                batch.push(conntrack::DEL, Flags::ACK, flow.family, |m| {
                    m.put_raw(conntrack::TUPLE_ORIG.code() | nl::wire::NESTED, &flow.tuple);
                });
            };
            with_batch(seq, &forget, |bytes| self.socket.transact(bytes, |_| Ok(())))?
                .map_err(super::failed)?;
        }
        Ok(())
    }
}

fn read(message: &Message<'_>, family: NfGen) -> std::result::Result<Option<Flow>, DecodeError> {
    let (_, view) = message.decode(conntrack::NEW)?;
    let Some(raw) = view.find(conntrack::TUPLE_ORIG.code())? else { return Ok(None) };
    let original = raw.attributes::<tuple::Tuple>();
    let (Some(addresses), Some(ports)) = (original.nest(tuple::IP)?, original.nest(tuple::PROTO)?)
    else {
        return Ok(None);
    };
    let to = match addresses.get(ip::V4_DST)? {
        Some(to) => Some(to),
        None => addresses.get(ip::V6_DST)?,
    };
    let flow = |to| {
        Ok::<_, DecodeError>(Flow {
            to,
            port: ports.get(proto::DST_PORT)?.unwrap_or_default(),
            protocol: ports.get(proto::NUM)?.unwrap_or_default(),
            tuple: raw.value.to_vec(),
            family,
        })
    };
    to.map(flow).transpose()
}
