//! neli: owned messages made with builders.

use std::io::Cursor;
use std::net::Ipv4Addr;

use neli::consts::nl::NlmF;
use neli::consts::rtnl::{
    Ifa, Ifla, IflaInfo, RtAddrFamily, RtScope, RtTable, Rta, RtaType, Rtm, Rtn, Rtprot,
};
use neli::nl::{NlPayload, Nlmsghdr, NlmsghdrBuilder};
use neli::rtnl::{
    Ifaddrmsg, IfaddrmsgBuilder, Ifinfomsg, IfinfomsgBuilder, Rtattr, RtattrBuilder, Rtmsg,
    RtmsgBuilder,
};
use neli::types::{Buffer, RtBuffer};
use neli::{FromBytes, FromBytesWithInput, Size, ToBytes};

use crate::codec::{Codec, Link, RouteFields, Scratch};
use crate::fixtures::{Address, Route, Veth};

pub struct Neli;

fn attribute<T: Size, P: Size + ToBytes>(kind: T, payload: P) -> Rtattr<T, Buffer> {
    RtattrBuilder::default().rta_type(kind).rta_payload(payload).build().unwrap()
}

fn nest<T: RtaType + Size>(kind: T) -> Rtattr<T, Buffer> {
    attribute(kind, Buffer::new())
}

fn encode<P: Size + ToBytes>(kind: Rtm, payload: P, scratch: &mut Scratch) -> &[u8] {
    let message = NlmsghdrBuilder::default()
        .nl_type(kind)
        .nl_flags(NlmF::REQUEST | NlmF::CREATE | NlmF::EXCL | NlmF::ACK)
        .nl_seq(1)
        .nl_pid(0)
        .nl_payload(NlPayload::Payload(payload))
        .build()
        .unwrap();
    let mut vec = std::mem::take(&mut scratch.vec);
    vec.clear();
    let mut out = Cursor::new(vec);
    message.to_bytes(&mut out).unwrap();
    scratch.vec = out.into_inner();
    &scratch.vec
}

fn decode<P>(datagram: &[u8], kind: Rtm, mut visit: impl FnMut(&P))
where
    P: Size + FromBytesWithInput<Input = usize>,
{
    let mut at = 0;
    while let Some(head) = datagram.get(at..at + 16) {
        let len = u32::from_ne_bytes([head[0], head[1], head[2], head[3]]) as usize;
        // One that ends a dump has no such payload.
        if u16::from_ne_bytes([head[4], head[5]]) == u16::from(kind) {
            let mut from = Cursor::new(&datagram[at..at + len]);
            let message = Nlmsghdr::<Rtm, P>::from_bytes(&mut from).unwrap();
            visit(message.get_payload().unwrap());
        }
        at += len.next_multiple_of(4);
    }
}

fn u32_of(payload: &Buffer) -> u32 {
    u32::from_ne_bytes(payload.as_ref().try_into().unwrap())
}

fn text(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

impl Codec for Neli {
    fn veth<'s>(spec: &Veth, scratch: &'s mut Scratch) -> &'s [u8] {
        let family = RtAddrFamily::Unspecified;
        let peer = IfinfomsgBuilder::default()
            .ifi_family(family)
            .rtattrs(RtBuffer::from_iter([
                attribute(Ifla::Ifname, spec.peer.as_str()),
                attribute(Ifla::Address, spec.mac),
                attribute(Ifla::NetNsFd, spec.namespace),
            ]))
            .build()
            .unwrap();
        // VETH_INFO_PEER is 1, as the name this enum gives to 1 is not.
        let data = nest(IflaInfo::Data).nest(&attribute(Ifla::from(1), peer)).unwrap();
        let info = nest(Ifla::Linkinfo)
            .nest(&attribute(IflaInfo::Kind, "veth"))
            .unwrap()
            .nest(&data)
            .unwrap();
        let link = IfinfomsgBuilder::default()
            .ifi_family(family)
            .rtattrs(RtBuffer::from_iter([
                attribute(Ifla::Ifname, spec.name.as_str()),
                attribute(Ifla::Mtu, spec.mtu),
                attribute(Ifla::Master, spec.master),
                info,
            ]))
            .build()
            .unwrap();
        encode(Rtm::Newlink, link, scratch)
    }

    fn address<'s>(spec: &Address, scratch: &'s mut Scratch) -> &'s [u8] {
        let address = IfaddrmsgBuilder::default()
            .ifa_family(RtAddrFamily::Inet)
            .ifa_prefixlen(spec.prefix)
            .ifa_flags(neli::consts::rtnl::IfaF::empty())
            .ifa_scope(RtScope::Universe)
            .ifa_index(spec.index)
            .rtattrs(RtBuffer::from_iter([
                attribute(Ifa::Address, spec.local.octets()),
                attribute(Ifa::Local, spec.local.octets()),
                attribute(Ifa::Broadcast, spec.broadcast.octets()),
            ]))
            .build()
            .unwrap();
        encode::<Ifaddrmsg>(Rtm::Newaddr, address, scratch)
    }

    fn route<'s>(spec: &Route, scratch: &'s mut Scratch) -> &'s [u8] {
        let route = RtmsgBuilder::default()
            .rtm_family(RtAddrFamily::Inet)
            .rtm_dst_len(0)
            .rtm_src_len(0)
            .rtm_tos(0)
            .rtm_table(RtTable::Main)
            .rtm_protocol(Rtprot::Boot)
            .rtm_scope(RtScope::Universe)
            .rtm_type(Rtn::Unicast)
            .rtattrs(RtBuffer::from_iter([
                attribute(Rta::Gateway, spec.gateway.octets()),
                attribute(Rta::Oif, spec.index),
            ]))
            .build()
            .unwrap();
        encode(Rtm::Newroute, route, scratch)
    }

    fn links(datagram: &[u8], mut visit: impl FnMut(&Link<'_>)) {
        decode::<Ifinfomsg>(datagram, Rtm::Newlink, |link| {
            let mut fields = Link { index: *link.ifi_index() as u32, ..Default::default() };
            let mut info = None;
            for attribute in link.rtattrs().iter() {
                let payload = attribute.rta_payload();
                match attribute.rta_type() {
                    Ifla::Ifname => fields.name = text(payload.as_ref()),
                    Ifla::Mtu => fields.mtu = u32_of(payload),
                    Ifla::Address => fields.mac = payload.as_ref(),
                    Ifla::Master => fields.master = u32_of(payload),
                    Ifla::Linkinfo => {
                        info = Some(attribute.get_attr_handle::<IflaInfo>().unwrap());
                    }
                    Ifla::Stats64 => {
                        let stats = payload.as_ref()[..32].as_chunks().0;
                        [fields.rx_packets, fields.tx_packets, fields.rx_bytes, fields.tx_bytes] =
                            std::array::from_fn(|n| u64::from_ne_bytes(stats[n]));
                    }
                    _ => {}
                }
            }
            if let Some(kind) = info.as_ref().and_then(|info| info.get_attribute(IflaInfo::Kind)) {
                fields.kind = text(kind.rta_payload().as_ref());
            }
            visit(&fields);
        });
    }

    fn routes(datagram: &[u8], mut visit: impl FnMut(&RouteFields)) {
        let v4 = |payload: &Buffer| match <[u8; 4]>::try_from(payload.as_ref()) {
            Ok(octets) => Ipv4Addr::from(octets),
            Err(_) => Ipv4Addr::UNSPECIFIED,
        };
        decode::<Rtmsg>(datagram, Rtm::Newroute, |route| {
            let mut fields = RouteFields { prefix: *route.rtm_dst_len(), ..Default::default() };
            for attribute in route.rtattrs().iter() {
                let payload = attribute.rta_payload();
                match attribute.rta_type() {
                    Rta::Table => fields.table = u32_of(payload),
                    Rta::Dst => fields.destination = v4(payload),
                    Rta::Gateway => fields.gateway = v4(payload),
                    Rta::Oif => fields.oif = u32_of(payload),
                    Rta::Priority => fields.metric = u32_of(payload),
                    _ => {}
                }
            }
            visit(&fields);
        });
    }
}
