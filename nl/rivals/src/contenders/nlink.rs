//! nlink: its public message builder, and its owned messages.

use std::net::{IpAddr, Ipv4Addr};

use nlink::netlink::message::{
    MessageIter, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST, NlMsgType,
};
use nlink::netlink::messages::{LinkMessage, RouteMessage};
use nlink::netlink::types::addr::IfAddrMsg;
use nlink::netlink::types::link::IfInfoMsg;
use nlink::netlink::types::route::RtMsg;
use nlink::netlink::{FromNetlink, MessageBuilder};

use crate::codec::{Codec, Link, RouteFields, Scratch};
use crate::fixtures::{Address, Route, Veth};

pub struct Nlink;

fn start(kind: u16) -> MessageBuilder {
    MessageBuilder::new(kind, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK)
}

fn finish(mut message: MessageBuilder, scratch: &mut Scratch) -> &[u8] {
    message.set_seq(1);
    scratch.vec = message.finish();
    &scratch.vec
}

impl Codec for Nlink {
    fn veth<'s>(spec: &Veth, scratch: &'s mut Scratch) -> &'s [u8] {
        let mut m = start(NlMsgType::RTM_NEWLINK);
        m.append(&IfInfoMsg::new());
        m.append_attr_str(3, &spec.name);
        m.append_attr_u32(4, spec.mtu);
        m.append_attr_u32(10, spec.master);
        let info = m.nest_start(18);
        m.append_attr_str(1, "veth");
        let data = m.nest_start(2);
        let peer = m.nest_start(1);
        m.append(&IfInfoMsg::new());
        m.append_attr_str(3, &spec.peer);
        m.append_attr(1, &spec.mac);
        m.append_attr_u32(28, spec.namespace);
        m.nest_end(peer);
        m.nest_end(data);
        m.nest_end(info);
        finish(m, scratch)
    }

    fn address<'s>(spec: &Address, scratch: &'s mut Scratch) -> &'s [u8] {
        let mut m = start(NlMsgType::RTM_NEWADDR);
        m.append(&IfAddrMsg {
            ifa_family: 2,
            ifa_prefixlen: spec.prefix,
            ifa_index: spec.index,
            ..Default::default()
        });
        m.append_attr(1, &spec.local.octets());
        m.append_attr(2, &spec.local.octets());
        m.append_attr(4, &spec.broadcast.octets());
        finish(m, scratch)
    }

    fn route<'s>(spec: &Route, scratch: &'s mut Scratch) -> &'s [u8] {
        let mut m = start(NlMsgType::RTM_NEWROUTE);
        m.append(&RtMsg {
            rtm_family: 2,
            rtm_table: 254,
            rtm_protocol: 3,
            rtm_type: 1,
            ..Default::default()
        });
        m.append_attr(5, &spec.gateway.octets());
        m.append_attr_u32(4, spec.index);
        finish(m, scratch)
    }

    fn links(datagram: &[u8], mut visit: impl FnMut(&Link<'_>)) {
        for message in MessageIter::new(datagram) {
            let (header, payload) = message.unwrap();
            if header.nlmsg_type != NlMsgType::RTM_NEWLINK {
                continue;
            }
            let link = LinkMessage::from_bytes(payload).unwrap();
            let stats = link.stats();
            let stats = |of: fn(&_) -> u64| stats.map(of).unwrap_or_default();
            visit(&Link {
                index: link.ifindex(),
                name: link.name().unwrap_or_default().as_bytes(),
                mtu: link.mtu().unwrap_or_default(),
                mac: link.address().unwrap_or_default(),
                master: link.master().unwrap_or_default(),
                kind: link.link_info().and_then(|info| info.kind()).unwrap_or_default().as_bytes(),
                rx_packets: stats(nlink::netlink::messages::LinkStats::rx_packets),
                tx_packets: stats(nlink::netlink::messages::LinkStats::tx_packets),
                rx_bytes: stats(nlink::netlink::messages::LinkStats::rx_bytes),
                tx_bytes: stats(nlink::netlink::messages::LinkStats::tx_bytes),
            });
        }
    }

    fn routes(datagram: &[u8], mut visit: impl FnMut(&RouteFields)) {
        let v4 = |address: Option<&IpAddr>| match address {
            Some(IpAddr::V4(v4)) => *v4,
            _ => Ipv4Addr::UNSPECIFIED,
        };
        for message in MessageIter::new(datagram) {
            let (header, payload) = message.unwrap();
            if header.nlmsg_type != NlMsgType::RTM_NEWROUTE {
                continue;
            }
            let route = RouteMessage::from_bytes(payload).unwrap();
            visit(&RouteFields {
                prefix: route.dst_len(),
                table: route.table_id(),
                destination: v4(route.destination()),
                gateway: v4(route.gateway()),
                oif: route.oif().unwrap_or_default(),
                metric: route.priority().unwrap_or_default(),
            });
        }
    }
}
