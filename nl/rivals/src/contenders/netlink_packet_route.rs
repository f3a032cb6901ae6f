//! netlink-packet-route: owned messages of enums.

use std::net::{IpAddr, Ipv4Addr};

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage,
    NetlinkPayload,
};
use netlink_packet_route::address::{AddressAttribute, AddressMessage};
use netlink_packet_route::link::{
    InfoData, InfoKind, InfoVeth, LinkAttribute, LinkInfo, LinkMessage,
};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteScope, RouteType,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

use crate::codec::{Codec, Link, RouteFields, Scratch};
use crate::fixtures::{Address, Route, Veth};

pub struct NetlinkPacketRoute;

fn encode(message: RouteNetlinkMessage, scratch: &mut Scratch) -> &[u8] {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
    header.sequence_number = 1;
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(message));
    message.finalize();
    let len = message.buffer_len();
    message.serialize(&mut scratch.buf[..len]);
    &scratch.buf[..len]
}

fn decode(datagram: &[u8], mut visit: impl FnMut(RouteNetlinkMessage)) {
    let mut rest = datagram;
    while !rest.is_empty() {
        let message = NetlinkMessage::<RouteNetlinkMessage>::deserialize(rest).unwrap();
        rest = rest.get((message.header.length as usize).next_multiple_of(4)..).unwrap_or(&[]);
        if let NetlinkPayload::InnerMessage(message) = message.payload {
            visit(message);
        }
    }
}

impl Codec for NetlinkPacketRoute {
    fn veth<'s>(spec: &Veth, scratch: &'s mut Scratch) -> &'s [u8] {
        let mut peer = LinkMessage::default();
        peer.attributes = vec![
            LinkAttribute::IfName(spec.peer.clone()),
            LinkAttribute::Address(spec.mac.to_vec()),
            LinkAttribute::NetNsFd(spec.namespace as i32),
        ];
        let mut link = LinkMessage::default();
        link.attributes = vec![
            LinkAttribute::IfName(spec.name.clone()),
            LinkAttribute::Mtu(spec.mtu),
            LinkAttribute::Controller(spec.master),
            LinkAttribute::LinkInfo(vec![
                LinkInfo::Kind(InfoKind::Veth),
                LinkInfo::Data(InfoData::Veth(InfoVeth::Peer(peer))),
            ]),
        ];
        encode(RouteNetlinkMessage::NewLink(link), scratch)
    }

    fn address<'s>(spec: &Address, scratch: &'s mut Scratch) -> &'s [u8] {
        let mut address = AddressMessage::default();
        address.header.family = AddressFamily::Inet;
        address.header.prefix_len = spec.prefix;
        address.header.index = spec.index;
        address.attributes = vec![
            AddressAttribute::Address(IpAddr::V4(spec.local)),
            AddressAttribute::Local(IpAddr::V4(spec.local)),
            AddressAttribute::Broadcast(spec.broadcast),
        ];
        encode(RouteNetlinkMessage::NewAddress(address), scratch)
    }

    fn route<'s>(spec: &Route, scratch: &'s mut Scratch) -> &'s [u8] {
        let mut route = RouteMessage::default();
        route.header.address_family = AddressFamily::Inet;
        route.header.table = RouteHeader::RT_TABLE_MAIN;
        route.header.protocol = RouteProtocol::Boot;
        route.header.scope = RouteScope::Universe;
        route.header.kind = RouteType::Unicast;
        route.attributes = vec![
            RouteAttribute::Gateway(RouteAddress::Inet(spec.gateway)),
            RouteAttribute::Oif(spec.index),
        ];
        encode(RouteNetlinkMessage::NewRoute(route), scratch)
    }

    fn links(datagram: &[u8], mut visit: impl FnMut(&Link<'_>)) {
        decode(datagram, |message| {
            let RouteNetlinkMessage::NewLink(link) = message else { return };
            let mut kind = String::new();
            let mut fields = Link { index: link.header.index, ..Default::default() };
            for attribute in &link.attributes {
                match attribute {
                    LinkAttribute::IfName(name) => fields.name = name.as_bytes(),
                    LinkAttribute::Mtu(mtu) => fields.mtu = *mtu,
                    LinkAttribute::Address(mac) => fields.mac = mac,
                    LinkAttribute::Controller(master) => fields.master = *master,
                    LinkAttribute::LinkInfo(infos) => {
                        for info in infos {
                            // The name of a kind is only given as a `String`.
                            if let LinkInfo::Kind(of) = info {
                                kind = of.to_string();
                            }
                        }
                    }
                    LinkAttribute::Stats64(stats) => {
                        fields.rx_packets = stats.rx_packets;
                        fields.tx_packets = stats.tx_packets;
                        fields.rx_bytes = stats.rx_bytes;
                        fields.tx_bytes = stats.tx_bytes;
                    }
                    _ => {}
                }
            }
            fields.kind = kind.as_bytes();
            visit(&fields);
        });
    }

    fn routes(datagram: &[u8], mut visit: impl FnMut(&RouteFields)) {
        let v4 = |address: &RouteAddress| match address {
            RouteAddress::Inet(v4) => *v4,
            _ => Ipv4Addr::UNSPECIFIED,
        };
        decode(datagram, |message| {
            let RouteNetlinkMessage::NewRoute(route) = message else { return };
            let mut fields = RouteFields {
                prefix: route.header.destination_prefix_length,
                ..Default::default()
            };
            for attribute in &route.attributes {
                match attribute {
                    RouteAttribute::Table(table) => fields.table = *table,
                    RouteAttribute::Destination(address) => fields.destination = v4(address),
                    RouteAttribute::Gateway(address) => fields.gateway = v4(address),
                    RouteAttribute::Oif(oif) => fields.oif = *oif,
                    RouteAttribute::Priority(metric) => fields.metric = *metric,
                    _ => {}
                }
            }
            visit(&fields);
        });
    }
}
