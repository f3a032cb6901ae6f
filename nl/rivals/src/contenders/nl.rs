//! nl itself: of a link, some of many attributes are picked; of a route, all are looked at.

use std::net::{IpAddr, Ipv4Addr};

use nl::route::{address, info, link, route, veth};
use nl::{Batch, Flags, Messages};

use crate::codec::{Codec, Link, RouteFields, Scratch};
use crate::fixtures::{Address, Route, Veth};

pub struct Nl;

const NEW: Flags = Flags::CREATE.union(Flags::EXCL).union(Flags::ACK);

const TABLE: u16 = route::TABLE.code();
const DST: u16 = route::DST.code();
const GATEWAY: u16 = route::GATEWAY.code();
const OIF: u16 = route::OIF.code();
const PRIORITY: u16 = route::PRIORITY.code();

fn v4(address: IpAddr) -> Ipv4Addr {
    match address {
        IpAddr::V4(v4) => v4,
        IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
    }
}

impl Codec for Nl {
    fn veth<'s>(spec: &Veth, scratch: &'s mut Scratch) -> &'s [u8] {
        let mut batch = Batch::new(&mut scratch.buf, 1);
        batch.push(link::NEW, NEW, link::IfInfo::default(), |m| {
            m.put(link::IFNAME, &spec.name)
                .put(link::MTU, spec.mtu)
                .put(link::MASTER, spec.master)
                .nest(link::LINKINFO, |i| {
                    i.put(info::KIND, "veth").nest(info::VETH, |d| {
                        d.header_nest(veth::PEER, link::IfInfo::default(), |p| {
                            p.put(link::IFNAME, &spec.peer)
                                .put(link::ADDRESS, &spec.mac)
                                .put(link::NET_NS_FD, spec.namespace);
                        });
                    });
                });
        });
        batch.finish().unwrap()
    }

    fn address<'s>(spec: &Address, scratch: &'s mut Scratch) -> &'s [u8] {
        let mut batch = Batch::new(&mut scratch.buf, 1);
        let header = address::IfAddr {
            family: nl::route::INET,
            prefix_len: spec.prefix,
            index: spec.index,
            ..Default::default()
        };
        batch.push(address::NEW, NEW, header, |m| {
            m.put(address::ADDRESS, spec.local.into())
                .put(address::LOCAL, spec.local.into())
                .put(address::BROADCAST, spec.broadcast.into());
        });
        batch.finish().unwrap()
    }

    fn route<'s>(spec: &Route, scratch: &'s mut Scratch) -> &'s [u8] {
        let mut batch = Batch::new(&mut scratch.buf, 1);
        let header = route::RtMsg {
            family: nl::route::INET,
            table: route::RT_TABLE_MAIN,
            protocol: route::PROTOCOL_BOOT,
            scope: route::SCOPE_UNIVERSE,
            kind: route::UNICAST,
            ..Default::default()
        };
        batch.push(route::NEW, NEW, header, |m| {
            m.put(route::GATEWAY, spec.gateway.into()).put(route::OIF, spec.index);
        });
        batch.finish().unwrap()
    }

    fn links(datagram: &[u8], mut visit: impl FnMut(&Link<'_>)) {
        for message in Messages::new(datagram) {
            let message = message.unwrap();
            if message.header.kind != link::NEW.code() {
                continue;
            }
            let (header, view) = message.decode(link::NEW).unwrap();
            let (name, mtu, mac, master, info, stats) = view
                .pick((
                    link::IFNAME,
                    link::MTU,
                    link::ADDRESS,
                    link::MASTER,
                    link::LINKINFO,
                    link::STATS64,
                ))
                .unwrap();
            let kind = info.and_then(|info| info.get(info::KIND).unwrap());
            let counters = stats.map_or([None; 4], |stats| {
                [stats.rx_packets(), stats.tx_packets(), stats.rx_bytes(), stats.tx_bytes()]
            });
            let [rx_packets, tx_packets, rx_bytes, tx_bytes] =
                counters.map(Option::unwrap_or_default);
            let fields = Link {
                index: header.index as u32,
                name: name.unwrap_or_default().as_bytes(),
                mtu: mtu.unwrap_or_default(),
                mac: mac.unwrap_or_default(),
                master: master.unwrap_or_default(),
                kind: kind.unwrap_or_default().as_bytes(),
                rx_packets,
                tx_packets,
                rx_bytes,
                tx_bytes,
            };
            visit(&fields);
        }
    }

    fn routes(datagram: &[u8], mut visit: impl FnMut(&RouteFields)) {
        for message in Messages::new(datagram) {
            let message = message.unwrap();
            if message.header.kind != route::NEW.code() {
                continue;
            }
            let (header, view) = message.decode(route::NEW).unwrap();
            let mut fields = RouteFields { prefix: header.dst_len, ..Default::default() };
            // Nearly every attribute of a route is wanted: a loop over all of them.
            for attr in view.iter() {
                let attr = attr.unwrap();
                match attr.code() {
                    TABLE => fields.table = attr.read(route::TABLE).unwrap(),
                    DST => fields.destination = v4(attr.read(route::DST).unwrap()),
                    GATEWAY => fields.gateway = v4(attr.read(route::GATEWAY).unwrap()),
                    OIF => fields.oif = attr.read(route::OIF).unwrap(),
                    PRIORITY => fields.metric = attr.read(route::PRIORITY).unwrap(),
                    _ => {}
                }
            }
            visit(&fields);
        }
    }
}
