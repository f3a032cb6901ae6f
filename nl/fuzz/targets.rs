//! What each fuzz target does with its bytes. Also run over the corpus on the stable toolchain,
//! by `tests/corpus.rs`.
//!
//! - `decode`: typed reading of any bytes, of every family.
//! - `reencode`: what can be read, written again, is what a slow and obvious encoder writes.
//! - `roundtrip`: values out of the bytes, written, read back equal; with every size of buffer.
//! - `ack`: acknowledgements of any bytes; and true ones, whose paths must name the attribute.
//! - `annotate`: any bytes in words; nothing outside the bytes, nothing lost, no end missing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nl::annotate::{Annotation, DEPTH, Label};
use nl::netfilter::{chain, conntrack, element, elements, expr, rule, set, table};
use nl::route::{
    LinkFlags, address, bridge, bridge_port, inet, inet6, info, link, macvlan, metrics, neighbour,
    nexthop, nsid, traffic, tun, veth, vlan, vxlan,
};
use nl::wire::{self, MessageHeader};
use nl::{
    Ack, Attr, Attributes, Attrs, Batch, EncodeError, Flags, Message, MessageType, Messages, Nest,
    Protocol, Schema, Set, View,
};

/// Bytes to make values of; zeroes when they are used up.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        for byte in &mut out {
            if let Some((first, rest)) = self.0.split_first() {
                (*byte, self.0) = (*first, rest);
            }
        }
        out
    }

    fn u8(&mut self) -> u8 {
        let [byte] = self.take();
        byte
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn bytes(&mut self, most: usize) -> &'a [u8] {
        let len = (usize::from(self.u8()) % (most + 1)).min(self.0.len());
        let (head, rest) = self.0.split_at(len);
        self.0 = rest;
        head
    }

    /// Text that netlink can carry: no NUL.
    fn text(&mut self, most: usize) -> String {
        self.bytes(most).iter().map(|byte| char::from(byte % 94 + 33)).collect()
    }

    fn ip(&mut self) -> IpAddr {
        match self.u8() & 1 {
            0 => Ipv4Addr::from(self.take::<4>()).into(),
            _ => Ipv6Addr::from(self.take::<16>()).into(),
        }
    }

    fn some<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.u8() & 1 == 1 { Some(make(self)) } else { None }
    }
}

/// Typed reading of any bytes, of every family.
pub fn decode(data: &[u8]) {
    for message in Messages::new(data).flatten() {
        let _ = Ack::decode(&message);
        let _ = links(&message);
        let _ = others(&message);
        let _ = netfilter(&message);
    }
}

fn links(message: &Message<'_>) -> Result<(), nl::DecodeError> {
    for kind in [link::NEW, link::DEL, link::GET, link::SET] {
        let Ok((_, view)) = message.decode(kind) else { continue };
        // One pass over several keys gives what one pass for each gives, and errs no less.
        let keys = (link::IFNAME, link::MTU, link::ADDRESS, link::LINKINFO);
        let one = (view.get(link::IFNAME), view.get(link::MTU), view.get(link::ADDRESS));
        match view.pick(keys) {
            Ok((name, mtu, address, info)) => {
                assert_eq!(one, (Ok(name), Ok(mtu), Ok(address)));
                assert_eq!(info.is_some(), view.nest(link::LINKINFO)?.is_some());
            }
            Err(_) => {
                let broken = view.iter().any(|attr| attr.is_err());
                assert!(broken || one.1.is_err(), "an error out of nothing");
            }
        }
        view.get(link::ADDRESS)?;
        view.get(link::OPERSTATE)?;
        view.get(link::EXT_MASK)?;
        view.get(link::MAP)?;
        view.get(link::MAX_PACING_OFFLOAD_HORIZON)?;
        if let Some(stats) = view.get(link::STATS64)? {
            let _ = (stats.rx_packets(), stats.rx_otherhost_dropped(), format!("{stats:?}"));
        }
        if let Some(stats) = view.get(link::STATS)? {
            let _ = (stats.rx_packets(), stats.nth(usize::MAX));
        }
        if let Some(list) = view.nest(link::PROP_LIST)? {
            for name in list.all(link::ALT_IFNAME) {
                let _ = name?.to_str();
            }
        }
        if let Some(spec) = view.nest(link::AF_SPEC)? {
            if let Some(inet6) = spec.nest(link::INET6)? {
                inet6.get(inet6::CACHEINFO)?;
                inet6.get(inet6::TOKEN)?;
                let _ = inet6.get(inet6::CONF)?.map(|conf| conf.forwarding());
            }
            if let Some(inet) = spec.nest(link::INET)? {
                let _ = inet.get(inet::CONF)?.map(|conf| conf.rp_filter());
            }
        }
        let Some(info) = view.nest(link::LINKINFO)? else { continue };
        info.get(info::KIND)?;
        if let Some(port) = info.nest(info::BRIDGE_PORT)? {
            port.get(bridge_port::STATE)?;
            port.get(bridge_port::ROOT_ID)?;
        }
        if let Some(bridge) = info.nest(info::BRIDGE)? {
            bridge.get(bridge::BRIDGE_ID)?;
            bridge.get(bridge::GC_TIMER)?;
            bridge.get(bridge::MULTI_BOOLOPT)?;
        }
        if let Some(vxlan) = info.nest(info::VXLAN)? {
            vxlan.get(vxlan::PORT)?;
            vxlan.get(vxlan::PORT_RANGE)?;
        }
        if let Some(vlan) = info.nest(info::VLAN)? {
            vlan.get(vlan::FLAGS)?;
            vlan.get(vlan::PROTOCOL)?;
        }
        if let Some(data) = info.nest(info::MACVLAN)? {
            data.get(macvlan::MODE)?;
            data.get(macvlan::FLAGS)?;
        }
        if let Some(data) = info.nest(info::TUN)? {
            data.get(tun::TYPE)?;
        }
        if let Some(veth) = info.nest(info::VETH)?
            && let Some((_, peer)) = veth.header_nest(veth::PEER)?
        {
            peer.get(link::IFNAME)?;
        }
    }
    Ok(())
}

fn others(message: &Message<'_>) -> Result<(), nl::DecodeError> {
    if let Ok((_, view)) = message.decode(address::NEW) {
        view.get(address::LOCAL)?;
        view.get(address::FLAGS)?;
        view.get(address::CACHEINFO)?;
    }
    if let Ok((_, view)) = message.decode(nl::route::route::NEW) {
        use nl::route::route;
        view.get(route::DST)?;
        let _ = view.get(route::VIA)?.map(|via| via.ip());
        view.get(route::CACHEINFO)?;
        if let Some(metrics) = view.nest(route::METRICS)? {
            metrics.get(metrics::MTU)?;
            metrics.get(metrics::CC_ALGO)?;
        }
        for hop in view.hops(route::MULTIPATH)? {
            let (_, hop) = hop?;
            hop.get(route::GATEWAY)?;
        }
    }
    if let Ok((_, view)) = message.decode(neighbour::NEW) {
        view.get(neighbour::LLADDR)?;
        view.get(neighbour::CACHEINFO)?;
    }
    if let Ok((_, view)) = message.decode(nl::route::rule::NEW) {
        view.get(nl::route::rule::UID_RANGE)?;
        view.get(nl::route::rule::TUN_ID)?;
    }
    if let Ok((_, view)) = message.decode(nexthop::NEW)
        && let Some(group) = view.get(nexthop::GROUP)?
    {
        assert!(nexthop::Members::new(group).count() <= group.len() / 8);
    }
    if let Ok((_, view)) = message.decode(nsid::NEW) {
        view.get(nsid::NSID)?;
    }
    if let Ok((_, view)) = message.decode(traffic::NEW_QDISC) {
        view.get(traffic::KIND)?;
        if let Some(tbf) = view.nest(traffic::TBF)? {
            tbf.get(nl::route::tbf::PARMS)?;
        }
    }
    if let Ok((_, view)) = message.decode(nl::generic::CONTROL) {
        view.get(nl::generic::FAMILY_ID)?;
        view.nest(nl::generic::OPS)?;
    }
    Ok(())
}

fn netfilter(message: &Message<'_>) -> Result<(), nl::DecodeError> {
    if let Ok((_, view)) = message.decode(chain::NEW) {
        view.get(chain::POLICY)?;
        view.nest(chain::HOOK)?;
    }
    if let Ok((_, view)) = message.decode(rule::NEW) {
        if let Some(bytes) = view.get(rule::USERDATA)? {
            let _ = nl::netfilter::userdata::comment(bytes);
        }
        if let Some(list) = view.nest(rule::EXPRESSIONS)? {
            for entry in list.iter() {
                let one = entry?.attributes::<expr::expression::Expression>();
                one.get(expr::expression::NAME)?;
                if let Some(cmp) = one.nest(expr::expression::CMP)? {
                    cmp.get(expr::cmp::OP)?;
                    cmp.nest(expr::cmp::DATA)?;
                }
                if let Some(meta) = one.nest(expr::expression::META)? {
                    meta.get(expr::meta::KEY)?;
                }
            }
        }
    }
    if let Ok((_, view)) = message.decode(elements::NEW)
        && let Some(list) = view.nest(elements::ELEMENTS)?
    {
        for entry in list.iter() {
            let one = entry?.attributes::<element::Element>();
            one.get(element::FLAGS)?;
            one.get(element::TIMEOUT)?;
            one.nest(element::KEY)?;
        }
    }
    if let Ok((_, view)) = message.decode(set::NEW) {
        view.get(set::FLAGS)?;
        view.nest(set::DESC)?;
    }
    if let Ok((_, view)) = message.decode(conntrack::NEW)
        && let Some(tuple) = view.nest(conntrack::TUPLE_ORIG)?
    {
        if let Some(ip) = tuple.nest(conntrack::tuple::IP)? {
            ip.get(conntrack::ip::V4_SRC)?;
        }
        if let Some(proto) = tuple.nest(conntrack::tuple::PROTO)? {
            proto.get(conntrack::proto::DST_PORT)?;
        }
    }
    Ok(())
}

/// A set that knows nothing.
enum Any {}

impl Set for Any {
    const NAME: &'static str = "any";

    fn schema() -> &'static Schema {
        static NOTHING: Schema = Schema { name: "any", fields: &[] };
        &NOTHING
    }
}

/// Attributes as they were read: number with flags, and bytes or what is inside.
enum Tree {
    Value(u16, Vec<u8>),
    Nest(u16, Vec<Tree>),
}

fn tree(bytes: &[u8], depth: usize) -> Option<Vec<Tree>> {
    let mut out = Vec::new();
    for attr in Attributes::raw(bytes) {
        let attr = attr.ok()?;
        let inside = (attr.is_nested() && depth < 40).then(|| tree(attr.value, depth + 1));
        out.push(match inside.flatten() {
            Some(inside) => Tree::Nest(attr.code(), inside),
            None => Tree::Value(attr.kind, attr.value.to_vec()),
        });
    }
    Some(out)
}

/// With the crate.
fn write(tree: &[Tree], attrs: &mut Attrs<'_, Any>) {
    for attr in tree {
        match attr {
            Tree::Value(kind, bytes) => attrs.put_raw(*kind, bytes),
            Tree::Nest(code, inside) => {
                attrs.nest(Attr::<Any, Nest<Any>>::new(*code), |n| write(inside, n))
            }
        };
    }
}

/// Without.
fn plainly(tree: &[Tree], out: &mut Vec<u8>) {
    for attr in tree {
        let start = out.len();
        out.extend([0; 4]);
        let kind = match attr {
            Tree::Value(kind, bytes) => {
                out.extend(bytes);
                *kind
            }
            Tree::Nest(code, inside) => {
                plainly(inside, out);
                *code | wire::NESTED
            }
        };
        let len = (out.len() - start) as u16;
        out[start..start + 2].copy_from_slice(&len.to_ne_bytes());
        out[start + 2..start + 4].copy_from_slice(&kind.to_ne_bytes());
        while !out.len().is_multiple_of(4) {
            out.push(0);
        }
    }
}

/// What can be read, written again, is what a slow and obvious encoder writes.
pub fn reencode(data: &[u8]) {
    for message in Messages::new(data).flatten() {
        let Some((head, attrs)) = message.body.split_first_chunk::<4>() else { continue };
        let Some(tree) = tree(attrs, 0) else { continue };
        let kind = MessageType::<nl::generic::GenHeader, Any>::new(message.header.kind);
        let header = nl::generic::GenHeader { command: head[0], version: head[1] };
        let mut buf = vec![0xff; data.len() * 2 + 64];
        let mut batch = Batch::new(&mut buf, message.header.seq);
        batch.push(kind, message.header.flags, header, |m| write(&tree, m));
        let ours = batch.finish().expect("it was read from as many bytes");
        let mut body = vec![head[0], head[1], 0, 0];
        plainly(&tree, &mut body);
        let header = MessageHeader {
            len: (body.len() + wire::MESSAGE_HEADER) as u32,
            flags: message.header.flags | Flags::REQUEST,
            port: 0,
            ..message.header
        };
        assert_eq!(ours, [&header.to_bytes()[..], &body].concat());
    }
}

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

/// Acknowledgements of any bytes; and true ones, whose paths must name the attribute.
pub fn ack(data: &[u8]) {
    // The bytes as an acknowledgement, of the bytes as a request.
    let (head, request) = data.split_at(data.len() / 2);
    for message in Messages::new(head).flatten() {
        if let Ok(Some(ack)) = Ack::decode(&message) {
            for protocol in Protocol::ALL {
                if let Some(path) = ack.path(protocol, request) {
                    assert!(!path.to_string().is_empty());
                }
            }
            let _ = ack.message.map(|text| text.to_string());
            let _ = ack.policy.map(|policy| policy.iter().count());
        }
    }

    // The bytes as a request that a true acknowledgement is about.
    let mut input = Input(data);
    let name = input.text(40);
    let wanted = usize::from(input.u8());
    let wide = input.u8() & 1 == 1;
    let mut buf = [0; 512];
    let mut batch = Batch::new(&mut buf, input.u32());
    batch.push(link::NEW, Flags::CREATE, link::IfInfo::default(), |m| {
        m.put(link::IFNAME, &name).nest(link::LINKINFO, |i| {
            i.put(info::KIND, "veth").nest(info::VETH, |d| {
                d.header_nest(veth::PEER, link::IfInfo::default(), |p| {
                    p.put(link::IFNAME, &name).put(link::MTU, 1);
                });
            });
        });
    });
    batch.push(table::NEW, Flags::CREATE, Default::default(), |m| {
        m.put(table::NAME, &name);
    });
    let request = batch.finish().expect("512 bytes are enough");
    let padded = wire::align(name.len() + 1);
    // Where each attribute of the first message begins, and its path.
    let linkinfo = 32 + 4 + padded;
    let places = [
        (32, "ifname"),
        (linkinfo, "linkinfo"),
        (linkinfo + 4, "linkinfo.kind"),
        (linkinfo + 16, "linkinfo.data"),
        (linkinfo + 20, "linkinfo.data.peer"),
        (linkinfo + 40, "linkinfo.data.peer.ifname"),
        (linkinfo + 44 + padded, "linkinfo.data.peer.mtu"),
    ];
    let (offset, path) = places[wanted % places.len()];
    let first = Messages::new(request).next().unwrap().unwrap();
    let mut answer = Vec::new();
    answer.extend((-22i32).to_ne_bytes());
    answer.extend(&request[..if wide { first.header.len as usize } else { 16 }]);
    answer.extend([8u16.to_ne_bytes(), 2u16.to_ne_bytes()].as_flattened());
    answer.extend((offset as u32).to_ne_bytes());
    let header = MessageHeader {
        len: (answer.len() + wire::MESSAGE_HEADER) as u32,
        kind: nl::ERROR,
        flags: if wide { Flags::ACK_TLVS } else { Flags::ACK_TLVS | Flags::CAPPED },
        seq: first.header.seq,
        port: 7,
    };
    let ours = [&header.to_bytes()[..], &answer].concat();
    let message = Messages::new(&ours).next().unwrap().unwrap();
    let ack = Ack::decode(&message).unwrap().unwrap();
    assert_eq!((ack.errno, ack.offset), (22, Some(offset as u32)));
    let told = ack.path(Protocol::Route, request).expect("it is there").to_string();
    assert_eq!(told, path);
}

/// Any bytes in words; nothing outside the bytes, nothing lost, no end missing.
pub fn annotate(data: &[u8]) {
    for protocol in Protocol::ALL {
        let mut most = 16 + 16 * data.len();
        let mut before = 0;
        for item in Annotation::new(protocol, data) {
            most = most.checked_sub(1).expect("it goes on for ever");
            assert!(item.depth <= DEPTH && item.offset <= data.len() + 16);
            assert!(item.depth <= before + 1, "a level was left out");
            assert!(!matches!(item.label, Label::Message(_)) || item.depth <= DEPTH);
            before = item.depth;
        }
        let text = Annotation::new(protocol, data).to_string();
        assert!(data.is_empty() || !text.is_empty());
    }
}
