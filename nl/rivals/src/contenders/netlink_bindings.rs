//! netlink-bindings: generated from the kernel's YAML specifications. The message header is its
//! socket's business, so that it is written and walked here; veth has no type of its own there,
//! so that its nest is made with the helpers all of its types are made with.

use std::net::{IpAddr, Ipv4Addr};

use netlink_bindings::rt_addr::{Ifaddrmsg, OpNewaddrDo};
use netlink_bindings::rt_link::{Ifinfomsg, LinkAttrs, LinkinfoAttrs, OpNewlinkDo, PushLinkAttrs};
use netlink_bindings::rt_route::{OpNewrouteDo, RouteAttrs, Rtmsg};
use netlink_bindings::traits::Pusher;
use netlink_bindings::utils::{align, finalize_nested_header, push_nested_header};

use crate::codec::{Codec, Link, RouteFields, Scratch};
use crate::fixtures::{Address, Route, Veth};

pub struct NetlinkBindings;

fn start(vec: &mut Vec<u8>, kind: u16) {
    vec.clear();
    vec.extend([0; 4]);
    vec.extend(kind.to_ne_bytes());
    vec.extend(0x605_u16.to_ne_bytes());
    vec.extend(1_u32.to_ne_bytes());
    vec.extend([0; 4]);
}

fn finish(vec: &mut Vec<u8>) -> &[u8] {
    align(vec);
    let len = vec.len() as u32;
    vec[..4].copy_from_slice(&len.to_ne_bytes());
    vec
}

/// Messages of type `kind`, without their headers.
fn messages(datagram: &[u8], kind: u16) -> impl Iterator<Item = &[u8]> {
    let mut rest = datagram;
    std::iter::from_fn(move || {
        loop {
            let (head, _) = rest.split_first_chunk::<16>()?;
            let len = u32::from_ne_bytes([head[0], head[1], head[2], head[3]]) as usize;
            let body = rest.get(16..len).unwrap();
            rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
            if u16::from_ne_bytes([head[4], head[5]]) == kind {
                return Some(body);
            }
        }
    })
}

impl Codec for NetlinkBindings {
    fn veth<'s>(spec: &Veth, scratch: &'s mut Scratch) -> &'s [u8] {
        start(&mut scratch.vec, 16);
        {
            let mut info = OpNewlinkDo::encode_request(&mut scratch.vec, &Ifinfomsg::default())
                .push_ifname_bytes(spec.name.as_bytes())
                .push_mtu(spec.mtu)
                .push_master(spec.master)
                .nested_linkinfo()
                .push_kind_bytes(b"veth");
            let vec = info.as_vec_mut();
            let data = push_nested_header(vec, 2);
            let peer = push_nested_header(vec, 1);
            vec.extend(Ifinfomsg::default().as_slice());
            let attributes = PushLinkAttrs::new(&mut *vec)
                .push_ifname_bytes(spec.peer.as_bytes())
                .push_address(&spec.mac)
                .push_net_ns_fd(spec.namespace);
            attributes.end_nested();
            finalize_nested_header(vec, peer);
            finalize_nested_header(vec, data);
            info.end_nested().end_nested();
        }
        finish(&mut scratch.vec)
    }

    fn address<'s>(spec: &Address, scratch: &'s mut Scratch) -> &'s [u8] {
        start(&mut scratch.vec, 20);
        let header = Ifaddrmsg {
            ifa_family: 2,
            ifa_prefixlen: spec.prefix,
            ifa_index: spec.index,
            ..Default::default()
        };
        OpNewaddrDo::encode_request(&mut scratch.vec, &header)
            .push_address(IpAddr::V4(spec.local))
            .push_local(IpAddr::V4(spec.local))
            .push_broadcast(spec.broadcast)
            .end_nested();
        finish(&mut scratch.vec)
    }

    fn route<'s>(spec: &Route, scratch: &'s mut Scratch) -> &'s [u8] {
        start(&mut scratch.vec, 24);
        let header = Rtmsg {
            rtm_family: 2,
            rtm_table: 254,
            rtm_protocol: 3,
            rtm_type: 1,
            ..Default::default()
        };
        OpNewrouteDo::encode_request(&mut scratch.vec, &header)
            .push_gateway(IpAddr::V4(spec.gateway))
            .push_oif(spec.index)
            .end_nested();
        finish(&mut scratch.vec)
    }

    fn links(datagram: &[u8], mut visit: impl FnMut(&Link<'_>)) {
        for body in messages(datagram, 16) {
            let (header, attributes) = OpNewlinkDo::decode_request(body);
            let mut fields = Link { index: header.ifi_index as u32, ..Default::default() };
            for attribute in attributes {
                match attribute.unwrap() {
                    LinkAttrs::Ifname(name) => fields.name = name.to_bytes(),
                    LinkAttrs::Mtu(mtu) => fields.mtu = mtu,
                    LinkAttrs::Address(mac) => fields.mac = mac,
                    LinkAttrs::Master(master) => fields.master = master,
                    LinkAttrs::Linkinfo(infos) => {
                        for info in infos {
                            if let LinkinfoAttrs::Kind(kind) = info.unwrap() {
                                fields.kind = kind.to_bytes();
                            }
                        }
                    }
                    LinkAttrs::Stats64(stats) => {
                        fields.rx_packets = stats.rx_packets;
                        fields.tx_packets = stats.tx_packets;
                        fields.rx_bytes = stats.rx_bytes;
                        fields.tx_bytes = stats.tx_bytes;
                    }
                    _ => {}
                }
            }
            visit(&fields);
        }
    }

    fn routes(datagram: &[u8], mut visit: impl FnMut(&RouteFields)) {
        let v4 = |address| match address {
            IpAddr::V4(v4) => v4,
            IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        };
        for body in messages(datagram, 24) {
            let (header, attributes) = OpNewrouteDo::decode_request(body);
            let mut fields = RouteFields { prefix: header.rtm_dst_len, ..Default::default() };
            for attribute in attributes {
                match attribute.unwrap() {
                    RouteAttrs::Table(table) => fields.table = table,
                    RouteAttrs::Dst(address) => fields.destination = v4(address),
                    RouteAttrs::Gateway(address) => fields.gateway = v4(address),
                    RouteAttrs::Oif(oif) => fields.oif = oif,
                    RouteAttrs::Priority(metric) => fields.metric = metric,
                    _ => {}
                }
            }
            visit(&fields);
        }
    }
}
