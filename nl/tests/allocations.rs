//! Neither writing nor reading allocates: an allocator that counts says so.
// The recordings are little-endian.
#![cfg(target_endian = "little")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};

use nl::annotate::Annotation;
use nl::netfilter::expr::{cmp, meta};
use nl::netfilter::{NfGen, Register, rule};
use nl::route::route;
use nl::route::{address, info, link, veth};
use nl::{Ack, Batch, Flags, Messages, Protocol};

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: does what the system's allocator does, and counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Text into an array; what does not fit is dropped.
struct Fixed {
    bytes: [u8; 512],
    len: usize,
}

impl Write for Fixed {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for byte in text.bytes() {
            if let Some(place) = self.bytes.get_mut(self.len) {
                *place = byte;
            }
            self.len += 1;
        }
        Ok(())
    }
}

fn write(buf: &mut [u8]) -> &[u8] {
    let mut batch = Batch::new(buf, 1);
    batch.push(link::NEW, Flags::CREATE, link::IfInfo::default(), |m| {
        m.put(link::IFNAME, "web").nest(link::LINKINFO, |i| {
            i.put(info::KIND, "veth").nest(info::VETH, |d| {
                d.header_nest(veth::PEER, link::IfInfo::default(), |p| {
                    p.put(link::IFNAME, "eth0").put(link::NET_NS_PID, 7);
                });
            });
        });
    });
    batch.push(route::NEW, Flags::CREATE, route::RtMsg::default(), |m| {
        m.hops(route::MULTIPATH, |hops| {
            for last in 1..4 {
                hops.push(route::Hop::default(), |h| {
                    h.put(route::GATEWAY, IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)));
                });
            }
        });
    });
    batch.push(rule::NEW, Flags::CREATE, NfGen::INET, |m| {
        m.put(rule::TABLE, "t").expressions(|e| {
            e.meta(meta::Key::IIFNAME, Register::R1).cmp(Register::R1, cmp::Op::EQ, b"lo").drop();
        });
    });
    batch.finish().unwrap_or_default()
}

/// Reads all of a datagram, typed and in words; how much there was.
fn read(protocol: Protocol, datagram: &[u8], text: &mut Fixed) -> usize {
    let mut seen = 0;
    for message in Messages::new(datagram).flatten() {
        if let Ok(Some(ack)) = Ack::decode(&message) {
            seen += 1 + ack.message.map_or(0, |text| text.as_bytes().len());
        }
        if let Ok((_, view)) = message.decode(link::NEW) {
            let picked = view.pick((link::IFNAME, link::MTU, link::STATS64, link::LINKINFO));
            if let Ok((Some(name), Some(_), stats, info)) = picked {
                seen += name.as_bytes().len();
                seen += usize::from(stats.is_some_and(|stats| stats.rx_bytes().is_some()));
                seen += usize::from(info.is_some_and(|info| info.get(info::KIND).is_ok()));
            }
        }
        if let Ok((_, view)) = message.decode(address::NEW) {
            seen += usize::from(view.get(address::LOCAL).is_ok_and(|ip| ip.is_some()));
        }
        if let Ok((_, view)) = message.decode(route::NEW)
            && let Ok(hops) = view.hops(route::MULTIPATH)
        {
            seen += hops.count();
        }
    }
    text.len = 0;
    let _ = write!(text, "{}", Annotation::new(protocol, datagram));
    seen + text.len
}

#[test]
fn neither_writing_nor_reading_allocates() {
    let folder = format!("{}/../fixtures/nl/", env!("CARGO_MANIFEST_DIR"));
    let recordings = ["link-stats", "addr-all", "route-v4", "nft-rules", "genl-ctrl", "err-policy"]
        .map(|name| {
            let protocol = match name {
                "nft-rules" => Protocol::Netfilter,
                "genl-ctrl" => Protocol::Generic,
                _ => Protocol::Route,
            };
            (protocol, std::fs::read(format!("{folder}{name}.bin")).unwrap())
        });
    let mut buf = vec![0; 4096];
    let mut text = Fixed { bytes: [0; 512], len: 0 };
    let mut path = Fixed { bytes: [0; 512], len: 0 };

    let before = COUNT.get();
    let bytes = write(&mut buf);
    let mut seen = read(Protocol::Route, bytes, &mut text);
    for (protocol, recording) in &recordings {
        seen += read(*protocol, recording, &mut text);
        for message in Messages::new(recording).flatten() {
            if let Ok(Some(ack)) = Ack::decode(&message)
                && let Some(found) = ack.path(*protocol, message.body.get(4..).unwrap_or_default())
            {
                let _ = write!(path, "{found}");
            }
        }
    }
    let after = COUNT.get();

    assert_eq!(after - before, 0);
    assert!(seen > 200_000, "{seen}");
    assert_eq!(&path.bytes[..path.len], b"dst");
}
