//! What one would write without a library: offsets and slices, every length checked.

use std::net::Ipv4Addr;

use crate::codec::{Codec, Link, RouteFields, Scratch};
use crate::fixtures::{Address, Route, Veth};

pub struct Hand;

struct Writer<'b> {
    buf: &'b mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        self.buf[self.at..self.at + bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }

    fn attr(&mut self, kind: u16, value: &[u8]) {
        self.bytes(&(4 + value.len() as u16).to_ne_bytes());
        self.bytes(&kind.to_ne_bytes());
        self.bytes(value);
        let end = self.at.next_multiple_of(4);
        self.buf[self.at..end].fill(0);
        self.at = end;
    }

    fn text(&mut self, kind: u16, text: &str) {
        self.bytes(&(5 + text.len() as u16).to_ne_bytes());
        self.bytes(&kind.to_ne_bytes());
        self.bytes(text.as_bytes());
        let end = (self.at + 1).next_multiple_of(4);
        self.buf[self.at..end].fill(0);
        self.at = end;
    }

    fn open(&mut self, kind: u16) -> usize {
        self.bytes(&[0; 2]);
        self.bytes(&(kind | 0x8000).to_ne_bytes());
        self.at - 4
    }

    fn close(&mut self, start: usize) {
        let len = (self.at - start) as u16;
        self.buf[start..start + 2].copy_from_slice(&len.to_ne_bytes());
    }

    fn head(&mut self, kind: u16) {
        self.bytes(&[0; 4]);
        self.bytes(&kind.to_ne_bytes());
        self.bytes(&0x605_u16.to_ne_bytes());
        self.bytes(&1_u32.to_ne_bytes());
        self.bytes(&[0; 4]);
    }
}

fn message(scratch: &mut Scratch, kind: u16, fill: impl FnOnce(&mut Writer)) -> &[u8] {
    let mut writer = Writer { buf: &mut scratch.buf, at: 0 };
    writer.head(kind);
    fill(&mut writer);
    let len = writer.at;
    scratch.buf[..4].copy_from_slice(&(len as u32).to_ne_bytes());
    &scratch.buf[..len]
}

fn each<'a>(datagram: &'a [u8], kind: u16, mut visit: impl FnMut(&'a [u8])) {
    let mut rest = datagram;
    while rest.len() >= 16 {
        let len = u32::from_ne_bytes(rest[..4].try_into().unwrap()) as usize;
        assert!(len >= 16 && len <= rest.len());
        if u16::from_ne_bytes(rest[4..6].try_into().unwrap()) == kind {
            visit(&rest[16..len]);
        }
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
}

fn attributes<'a>(bytes: &'a [u8], mut visit: impl FnMut(u16, &'a [u8])) {
    let mut rest = bytes;
    while rest.len() >= 4 {
        let len = u16::from_ne_bytes(rest[..2].try_into().unwrap()) as usize;
        let kind = u16::from_ne_bytes(rest[2..4].try_into().unwrap());
        assert!(len >= 4 && len <= rest.len());
        visit(kind & 0x3fff, &rest[4..len]);
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
}

fn u32_of(bytes: &[u8]) -> u32 {
    u32::from_ne_bytes(bytes.try_into().unwrap())
}

fn text(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len())]
}

impl Codec for Hand {
    fn veth<'s>(spec: &Veth, scratch: &'s mut Scratch) -> &'s [u8] {
        message(scratch, 16, |m| {
            m.bytes(&[0; 16]);
            m.text(3, &spec.name);
            m.attr(4, &spec.mtu.to_ne_bytes());
            m.attr(10, &spec.master.to_ne_bytes());
            let info = m.open(18);
            m.text(1, "veth");
            let data = m.open(2);
            let peer = m.open(1);
            m.bytes(&[0; 16]);
            m.text(3, &spec.peer);
            m.attr(1, &spec.mac);
            m.attr(28, &spec.namespace.to_ne_bytes());
            m.close(peer);
            m.close(data);
            m.close(info);
        })
    }

    fn address<'s>(spec: &Address, scratch: &'s mut Scratch) -> &'s [u8] {
        message(scratch, 20, |m| {
            m.bytes(&[2, spec.prefix, 0, 0]);
            m.bytes(&spec.index.to_ne_bytes());
            m.attr(1, &spec.local.octets());
            m.attr(2, &spec.local.octets());
            m.attr(4, &spec.broadcast.octets());
        })
    }

    fn route<'s>(spec: &Route, scratch: &'s mut Scratch) -> &'s [u8] {
        message(scratch, 24, |m| {
            m.bytes(&[2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0]);
            m.attr(5, &spec.gateway.octets());
            m.attr(4, &spec.index.to_ne_bytes());
        })
    }

    fn links(datagram: &[u8], mut visit: impl FnMut(&Link<'_>)) {
        each(datagram, 16, |body| {
            let mut fields = Link { index: u32_of(&body[4..8]), ..Default::default() };
            attributes(&body[16..], |kind, value| match kind {
                1 => fields.mac = value,
                3 => fields.name = text(value),
                4 => fields.mtu = u32_of(value),
                10 => fields.master = u32_of(value),
                18 => attributes(value, |kind, value| {
                    if kind == 1 {
                        fields.kind = text(value);
                    }
                }),
                23 => {
                    let stats = value[..32].as_chunks().0;
                    [fields.rx_packets, fields.tx_packets, fields.rx_bytes, fields.tx_bytes] =
                        std::array::from_fn(|n| u64::from_ne_bytes(stats[n]));
                }
                _ => {}
            });
            visit(&fields);
        });
    }

    fn routes(datagram: &[u8], mut visit: impl FnMut(&RouteFields)) {
        let v4 = |bytes: &[u8]| Ipv4Addr::from(<[u8; 4]>::try_from(bytes).unwrap());
        each(datagram, 24, |body| {
            let mut fields = RouteFields { prefix: body[1], ..Default::default() };
            attributes(&body[12..], |kind, value| match kind {
                1 => fields.destination = v4(value),
                4 => fields.oif = u32_of(value),
                5 => fields.gateway = v4(value),
                6 => fields.metric = u32_of(value),
                15 => fields.table = u32_of(value),
                _ => {}
            });
            visit(&fields);
        });
    }
}
