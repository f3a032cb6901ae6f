//! Writing and reading again.

use std::net::IpAddr;

use nl::netfilter::{element, elements};
use nl::route::{LinkFlags, info, link, veth, vxlan};
use nl::{Batch, EncodeError, Flags, Messages, View};

use super::input::Input;

/// Values out of the bytes, written, read back equal; with every size of buffer.
pub fn roundtrip(data: &[u8]) {
    let mut input = Input(data);
    let header = link::IfInfo {
        family: input.u8(),
        arphrd: u16::from_le_bytes(input.take()),
        index: input.u32() as i32,
        flags: LinkFlags::from_bits_retain(input.u32()),
        change: LinkFlags::from_bits_retain(input.u32()),
    };
    let name = input.text(20);
    let mtu = input.some(Input::u32);
    let mac: [u8; 6] = input.take();
    let peer = input.text(15);
    let alias = input.bytes(255);
    let pair = input.u8() & 1 == 1;
    let port = u16::from_le_bytes(input.take());
    let group = input.ip();
    let destination = input.ip();
    let gateways: Vec<(u8, IpAddr)> =
        (0..input.u8() % 5).map(|_| (input.u8(), input.ip())).collect();
    let key = input.bytes(16);
    let timeout = input.some(|input| u64::from_le_bytes(input.take()));
    let seq = input.u32();

    let fill = |batch: &mut Batch<'_>| {
        batch.push(link::NEW, Flags::CREATE, header, |m| {
            m.put(link::IFNAME, &name).put_some(link::MTU, mtu).put(link::ADDRESS, &mac);
            m.put_raw(link::IFALIAS.code(), alias).nest(link::LINKINFO, |i| {
                if pair {
                    i.put(info::KIND, "veth").nest(info::VETH, |d| {
                        d.header_nest(veth::PEER, header, |p| {
                            p.put(link::IFNAME, &peer);
                        });
                    });
                } else {
                    i.put(info::KIND, "vxlan").nest(info::VXLAN, |d| {
                        d.put(vxlan::PORT, port).put(vxlan::GROUP, group);
                    });
                }
            });
        });
        batch.push(nl::route::route::NEW, Flags::empty(), Default::default(), |m| {
            use nl::route::route;
            m.put(route::DST, destination).put(route::VIA, destination);
            m.hops(route::MULTIPATH, |hops| {
                for &(weight, gateway) in &gateways {
                    let hop = route::Hop { hops: weight, ..Default::default() };
                    hops.push(hop, |h| {
                        h.put(route::GATEWAY, gateway);
                    });
                }
            });
        });
        batch.push(elements::NEW, Flags::CREATE, Default::default(), |m| {
            m.put(elements::TABLE, &name).nest(elements::ELEMENTS, |l| {
                l.element(|e| {
                    e.key(key).put_some(element::TIMEOUT, timeout);
                });
            });
        });
    };
    let mut big = vec![0xff; 4096];
    let mut batch = Batch::new(&mut big, seq);
    fill(&mut batch);
    let bytes = batch.finish().expect("4,096 bytes are enough");

    // Any smaller buffer says exactly how many are needed; this size is enough.
    let have = if bytes.is_empty() { 0 } else { seq as usize % bytes.len() };
    let mut small = vec![0; have];
    let mut batch = Batch::new(&mut small, seq);
    fill(&mut batch);
    assert_eq!(batch.finish(), Err(EncodeError::BufferTooSmall { needed: bytes.len(), have }));
    let mut exact = vec![0xaa; bytes.len()];
    let mut batch = Batch::new(&mut exact, seq);
    fill(&mut batch);
    assert_eq!(batch.finish(), Ok(bytes));

    // Text holds no NUL, or the first is told.
    let mut buf = [0; 512];
    let mut batch = Batch::new(&mut buf, seq);
    batch.push(link::NEW, Flags::CREATE, header, |m| {
        m.put_text(link::IFALIAS, alias);
    });
    let code = link::IFALIAS.code();
    let nul = alias.iter().position(|&byte| byte == 0);
    let nul = nul.map(|at| EncodeError::NulInText { set: "IFLA", code, at });
    assert_eq!(batch.finish().err(), nul);

    let mut messages = Messages::new(bytes).map(|message| message.expect("we wrote it"));
    let first = messages.next().expect("three");
    assert_eq!(first.header.seq, seq);
    let (read, view) = first.decode(link::NEW).expect("we wrote it");
    assert_eq!(read, header);
    assert!(view.get(link::IFNAME).unwrap().unwrap() == name.as_str());
    assert_eq!(view.get(link::MTU), Ok(mtu));
    assert_eq!(view.get(link::ADDRESS), Ok(Some(&mac[..])));
    assert_eq!(view.find(link::IFALIAS.code()).unwrap().unwrap().value, alias);
    let info = view.nest(link::LINKINFO).unwrap().unwrap();
    if pair {
        let veth = info.nest(info::VETH).unwrap().unwrap();
        let (read, view) = veth.header_nest(veth::PEER).unwrap().unwrap();
        assert_eq!(read, header);
        assert!(view.get(link::IFNAME).unwrap().unwrap() == peer.as_str());
    } else {
        let data = info.nest(info::VXLAN).unwrap().unwrap();
        assert_eq!(data.get(vxlan::PORT), Ok(Some(port)));
        assert_eq!(data.get(vxlan::GROUP), Ok(Some(group)));
    }
    let second = messages.next().expect("three");
    assert_eq!(second.header.seq, seq.wrapping_add(1));
    {
        use nl::route::route;
        let (_, view) = second.decode(route::NEW).unwrap();
        assert_eq!(view.get(route::DST), Ok(Some(destination)));
        assert_eq!(view.get(route::VIA).unwrap().unwrap().ip(), Some(destination));
        let read: Vec<_> = view
            .hops(route::MULTIPATH)
            .unwrap()
            .map(|hop| hop.unwrap())
            .map(|(hop, view)| (hop.hops, view.get(route::GATEWAY).unwrap().unwrap()))
            .collect();
        assert_eq!(read, gateways);
    }
    let (_, view) = messages.next().expect("three").decode(elements::NEW).unwrap();
    let list = view.nest(elements::ELEMENTS).unwrap().unwrap();
    let one: View<'_, element::Element> = list.iter().next().unwrap().unwrap().attributes();
    let data = one.nest(element::KEY).unwrap().unwrap();
    assert_eq!(data.get(nl::netfilter::data::VALUE), Ok(Some(key)));
    assert_eq!(one.get(element::TIMEOUT), Ok(timeout));
    assert!(messages.next().is_none());
}
