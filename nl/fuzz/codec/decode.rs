//! Typed reading.

use nl::netfilter::{chain, conntrack, element, elements, expr, rule, set};
use nl::route::{
    address, bridge, bridge_port, inet, inet6, info, link, macvlan, metrics, neighbour, nexthop,
    nsid, traffic, tun, veth, vlan, vxlan,
};
use nl::{Ack, Message, Messages};

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
