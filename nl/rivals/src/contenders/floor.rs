//! Not a codec, but what no codec can beat by much: to encode, the copy of a finished message with
//! values written over its own; to decode, a walk over all headers, each checked and none read.

use crate::codec::{Codec, Link, RouteFields, Scratch};
use crate::fixtures::{Address, Route, Veth};

pub struct Floor;

#[rustfmt::skip]
const VETH: [u8; 132] = [
    132, 0, 0, 0, 16, 0, 5, 6, 1, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    12, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    8, 0, 4, 0, 0, 0, 0, 0,
    8, 0, 10, 0, 0, 0, 0, 0,
    72, 0, 18, 128,
    9, 0, 1, 0, b'v', b'e', b't', b'h', 0, 0, 0, 0,
    56, 0, 2, 128,
    52, 0, 1, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    9, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    10, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    8, 0, 28, 0, 0, 0, 0, 0,
];

#[rustfmt::skip]
const ADDRESS: [u8; 48] = [
    48, 0, 0, 0, 20, 0, 5, 6, 1, 0, 0, 0, 0, 0, 0, 0,
    2, 0, 0, 0, 0, 0, 0, 0,
    8, 0, 1, 0, 0, 0, 0, 0,
    8, 0, 2, 0, 0, 0, 0, 0,
    8, 0, 4, 0, 0, 0, 0, 0,
];

#[rustfmt::skip]
const ROUTE: [u8; 44] = [
    44, 0, 0, 0, 24, 0, 5, 6, 1, 0, 0, 0, 0, 0, 0, 0,
    2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0,
    8, 0, 5, 0, 0, 0, 0, 0,
    8, 0, 4, 0, 0, 0, 0, 0,
];

fn template<'s, const N: usize>(scratch: &'s mut Scratch, bytes: &[u8; N]) -> &'s mut [u8; N] {
    let out = scratch.buf.first_chunk_mut().unwrap();
    *out = *bytes;
    out
}

/// Walks the messages of type `kind` and, in each, the attributes after `header` bytes.
fn walk(datagram: &[u8], kind: u16, header: usize, mut visit: impl FnMut(usize)) {
    let mut at = 0;
    while let Some(rest) = datagram.get(at..)
        && let Some((head, _)) = rest.split_first_chunk::<16>()
    {
        let len = u32::from_ne_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let message = rest.get(..len).unwrap();
        at += len.next_multiple_of(4);
        if u16::from_ne_bytes([head[4], head[5]]) != kind {
            continue;
        }
        let (words, _) = message.get(16 + header..).unwrap().as_chunks::<4>();
        let (mut word, mut count) = (0, 0);
        while let Some(head) = words.get(word) {
            let len = u32::from_ne_bytes(*head) as u16 as usize;
            assert!(len >= 4);
            word += len.div_ceil(4);
            count += 1;
        }
        assert!(word == words.len());
        visit(count);
    }
}

impl Codec for Floor {
    fn veth<'s>(spec: &Veth, scratch: &'s mut Scratch) -> &'s [u8] {
        let out = template(scratch, &VETH);
        // Names of just these lengths.
        out[36..43].copy_from_slice(&spec.name.as_bytes()[..7]);
        out[48..52].copy_from_slice(&spec.mtu.to_ne_bytes());
        out[56..60].copy_from_slice(&spec.master.to_ne_bytes());
        out[104..108].copy_from_slice(&spec.peer.as_bytes()[..4]);
        out[116..122].copy_from_slice(&spec.mac);
        out[128..132].copy_from_slice(&spec.namespace.to_ne_bytes());
        out
    }

    fn address<'s>(spec: &Address, scratch: &'s mut Scratch) -> &'s [u8] {
        let out = template(scratch, &ADDRESS);
        out[17] = spec.prefix;
        out[20..24].copy_from_slice(&spec.index.to_ne_bytes());
        out[28..32].copy_from_slice(&spec.local.octets());
        out[36..40].copy_from_slice(&spec.local.octets());
        out[44..48].copy_from_slice(&spec.broadcast.octets());
        out
    }

    fn route<'s>(spec: &Route, scratch: &'s mut Scratch) -> &'s [u8] {
        let out = template(scratch, &ROUTE);
        out[32..36].copy_from_slice(&spec.gateway.octets());
        out[40..44].copy_from_slice(&spec.index.to_ne_bytes());
        out
    }

    fn links(datagram: &[u8], mut visit: impl FnMut(&Link<'_>)) {
        walk(datagram, 16, 16, |count| visit(&Link { index: count as u32, ..Default::default() }));
    }

    fn routes(datagram: &[u8], mut visit: impl FnMut(&RouteFields)) {
        walk(datagram, 24, 12, |count| {
            visit(&RouteFields { oif: count as u32, ..Default::default() });
        });
    }
}
