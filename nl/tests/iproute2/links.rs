//! Links, with their kinds and counters.

use std::net::IpAddr;

use nl::route::link::{self, IfInfo, Link};
use nl::route::{LinkFlags, info, macvlan, tun, vxlan};
use nl::{Messages, View};
use serde_json::{Value, json};

use crate::bridges::{a_bridge, a_port};
use crate::{compare, each, fixture, lower, mac, name, object, said, some, when};

pub(crate) fn link_flags(flags: LinkFlags) -> Vec<&'static str> {
    use LinkFlags as F;
    let mut out = Vec::new();
    if flags.contains(F::UP) && !flags.contains(F::RUNNING) {
        out.push("NO-CARRIER");
    }
    for (flag, name) in [
        (F::LOOPBACK, "LOOPBACK"),
        (F::BROADCAST, "BROADCAST"),
        (F::POINTOPOINT, "POINTOPOINT"),
        (F::MULTICAST, "MULTICAST"),
        (F::NOARP, "NOARP"),
        (F::ALLMULTI, "ALLMULTI"),
        (F::PROMISC, "PROMISC"),
        (F::UP, "UP"),
        (F::LOWER_UP, "LOWER_UP"),
    ] {
        if flags.contains(flag) {
            out.push(name);
        }
    }
    out
}

fn a_vxlan(view: View<'_, vxlan::Vxlan>) -> Value {
    use vxlan as v;
    let yes = |key| view.get(key).unwrap().map(|value: u8| Value::Bool(value == 1));
    let external = view.get(v::COLLECT_METADATA).unwrap() == Some(1);
    let group = |key| {
        let ip: Option<IpAddr> = view.get(key).unwrap();
        (ip.filter(IpAddr::is_multicast), ip.filter(|ip| !ip.is_multicast()))
    };
    let (group6, _) = group(v::GROUP6);
    let (_, remote) = group(v::GROUP);
    let text = |ip: Option<IpAddr>| ip.map(|ip| Value::from(ip.to_string()));
    let range = view.get(v::PORT_RANGE).unwrap();
    let tos = view.get(v::TOS).unwrap().filter(|tos| *tos > 1);
    let limit = view.get(v::LIMIT).unwrap().filter(|limit| *limit != 0);
    object([
        ("external", when(external, true)),
        ("id", view.get(v::ID).unwrap().map(Value::from)),
        ("group6", text(group6)),
        ("remote", text(remote)),
        ("local", text(view.get(v::LOCAL).unwrap())),
        ("link", view.get(v::LINK).unwrap().filter(|link| *link != 0).map(name)),
        ("port_range", range.map(|range| json!({"low": range.low, "high": range.high}))),
        ("port", view.get(v::PORT).unwrap().map(Value::from)),
        ("learning", yes(v::LEARNING)),
        ("tos", tos.map(|tos| format!("{tos:#x}").into())),
        ("ttl", view.get(v::TTL).unwrap().map(Value::from)),
        ("df", view.get(v::DF).unwrap().map(|df| lower(df.name(), df.0))),
        ("ageing", view.get(v::AGEING).unwrap().map(Value::from)),
        ("limit", limit.map(Value::from)),
        ("udp_csum", yes(v::UDP_CSUM)),
        ("udp_zero_csum6_tx", yes(v::UDP_ZERO_CSUM6_TX)),
        ("udp_zero_csum6_rx", yes(v::UDP_ZERO_CSUM6_RX)),
    ])
}

fn a_macvlan(view: View<'_, macvlan::Macvlan>) -> Value {
    let mode = view.get(macvlan::MODE).unwrap().unwrap();
    let source = mode == macvlan::Mode::SOURCE;
    let list = view.nest(macvlan::MACADDR_DATA).unwrap();
    let addresses: Option<Vec<_>> =
        list.map(|list| list.all(macvlan::MACADDR).map(|address| mac(address.unwrap())).collect());
    object([
        ("mode", some(lower(mode.name(), mode.0))),
        ("bcqueuelen", view.get(macvlan::BC_QUEUE_LEN).unwrap().map(Value::from)),
        ("usedbcqueuelen", view.get(macvlan::BC_QUEUE_LEN_USED).unwrap().map(Value::from)),
        (
            "macaddr_count",
            view.get(macvlan::MACADDR_COUNT).unwrap().filter(|_| source).map(Value::from),
        ),
        ("macaddr_data", addresses.map(Value::from)),
    ])
}

fn a_tun(view: View<'_, tun::Tun>) -> Value {
    let yes = |key| view.get(key).unwrap().map(|value: u8| Value::Bool(value == 1));
    let many = view.get(tun::MULTI_QUEUE).unwrap() == Some(1);
    let number = |key| view.get(key).unwrap().map(Value::from);
    let id = |key| view.get(key).unwrap().map(|id: u32| Value::from(id.to_string()));
    object([
        ("type", view.get(tun::TYPE).unwrap().map(|kind| lower(kind.name(), kind.0))),
        ("pi", yes(tun::PI)),
        ("vnet_hdr", yes(tun::VNET_HDR)),
        ("multi_queue", yes(tun::MULTI_QUEUE)),
        ("numqueues", number(tun::NUM_QUEUES).filter(|_| many)),
        ("numdisabled", number(tun::NUM_DISABLED_QUEUES).filter(|_| many)),
        ("persist", yes(tun::PERSIST)),
        ("user", id(tun::OWNER)),
        ("group", id(tun::GROUP)),
    ])
}

fn a_linkinfo(view: View<'_, info::Info>) -> Value {
    let kind = view.get(info::KIND).unwrap();
    let master = view.get(info::SLAVE_KIND).unwrap();
    let data = match kind.and_then(|kind| kind.to_str()) {
        Some("bridge") => view.nest(info::BRIDGE).unwrap().map(a_bridge),
        Some("vxlan") => view.nest(info::VXLAN).unwrap().map(a_vxlan),
        Some("macvlan" | "macvtap") => view.nest(info::MACVLAN).unwrap().map(a_macvlan),
        Some("tun") => view.nest(info::TUN).unwrap().map(a_tun),
        Some("veth" | "ifb") => None,
        other => panic!("{other:?}"),
    };
    object([
        ("info_kind", kind.map(|kind| kind.to_string().into())),
        ("info_data", data),
        ("info_slave_kind", master.map(|kind| kind.to_string().into())),
        ("info_slave_data", view.nest(info::BRIDGE_PORT).unwrap().map(a_port)),
    ])
}

fn stats(view: View<'_, Link>) -> Option<Value> {
    let s = view.get(link::STATS64).unwrap()?;
    let otherhost = s.rx_otherhost_dropped().filter(|count| *count != 0);
    let changes = view.get(link::CARRIER_CHANGES).unwrap();
    Some(json!({
        "rx": object([
            ("bytes", s.rx_bytes().map(Value::from)),
            ("packets", s.rx_packets().map(Value::from)),
            ("errors", s.rx_errors().map(Value::from)),
            ("dropped", s.rx_dropped().map(Value::from)),
            ("over_errors", s.rx_over_errors().map(Value::from)),
            ("multicast", s.multicast().map(Value::from)),
            ("length_errors", s.rx_length_errors().map(Value::from)),
            ("crc_errors", s.rx_crc_errors().map(Value::from)),
            ("frame_errors", s.rx_frame_errors().map(Value::from)),
            ("fifo_errors", s.rx_fifo_errors().map(Value::from)),
            ("missed_errors", s.rx_missed_errors().map(Value::from)),
            ("otherhost", otherhost.map(Value::from)),
        ]),
        "tx": object([
            ("bytes", s.tx_bytes().map(Value::from)),
            ("packets", s.tx_packets().map(Value::from)),
            ("errors", s.tx_errors().map(Value::from)),
            ("dropped", s.tx_dropped().map(Value::from)),
            ("carrier_errors", s.tx_carrier_errors().map(Value::from)),
            ("collisions", s.collisions().map(Value::from)),
            ("aborted_errors", s.tx_aborted_errors().map(Value::from)),
            ("fifo_errors", s.tx_fifo_errors().map(Value::from)),
            ("window_errors", s.tx_window_errors().map(Value::from)),
            ("heartbeat_errors", s.tx_heartbeat_errors().map(Value::from)),
            ("carrier_changes", changes.map(Value::from)),
        ]),
    }))
}

fn a_link(header: IfInfo, view: View<'_, Link>) -> Value {
    let number = |key| view.get(key).unwrap().map(Value::from);
    let text = |key| view.get(key).unwrap().map(|text: nl::Text<'_>| Value::from(text.to_string()));
    let state = view.get(link::OPERSTATE).unwrap().unwrap();
    let mode = view.get(link::LINKMODE).unwrap().unwrap();
    let group = view.get(link::GROUP).unwrap().map(|group| match group {
        0 => "default".into(),
        group => Value::from(group.to_string()),
    });
    let arphrd = match header.arphrd {
        1 => "ether",
        772 => "loopback",
        65534 => "none",
        other => panic!("{other}"),
    };
    let below = view.get(link::LINK).unwrap().filter(|link| *link != 0);
    let elsewhere = view.get(link::LINK_NETNSID).unwrap();
    let six = view.nest(link::AF_SPEC).unwrap().and_then(|spec| spec.nest(link::INET6).unwrap());
    let mode6 = six.and_then(|six| six.get(nl::route::inet6::ADDR_GEN_MODE).unwrap());
    let altnames: Option<Vec<Value>> = view.nest(link::PROP_LIST).unwrap().map(|list| {
        list.all(link::ALT_IFNAME).map(|name| name.unwrap().to_string().into()).collect()
    });
    let info = view.nest(link::LINKINFO).unwrap().map(a_linkinfo);
    object([
        ("ifindex", some(header.index)),
        ("link", below.filter(|_| elsewhere.is_none()).map(name)),
        ("link_index", below.filter(|_| elsewhere.is_some()).map(Value::from)),
        ("link_netnsid", elsewhere.map(Value::from)),
        ("ifname", text(link::IFNAME)),
        ("flags", some(link_flags(header.flags))),
        ("mtu", number(link::MTU)),
        ("qdisc", text(link::QDISC)),
        ("master", view.get(link::MASTER).unwrap().map(name)),
        ("operstate", some(state.name().unwrap())),
        ("linkmode", some(mode.name().unwrap())),
        ("group", group),
        ("txqlen", number(link::TXQLEN)),
        ("link_type", some(arphrd)),
        ("address", view.get(link::ADDRESS).unwrap().map(mac)),
        ("broadcast", view.get(link::BROADCAST).unwrap().map(mac)),
        ("promiscuity", number(link::PROMISCUITY)),
        ("allmulti", number(link::ALLMULTI)),
        ("min_mtu", number(link::MIN_MTU)),
        ("max_mtu", number(link::MAX_MTU)),
        ("linkinfo", info),
        ("inet6_addr_gen_mode", mode6.map(|mode| lower(mode.name(), mode.0))),
        ("num_tx_queues", number(link::NUM_TX_QUEUES)),
        ("num_rx_queues", number(link::NUM_RX_QUEUES)),
        ("gso_max_size", number(link::GSO_MAX_SIZE)),
        ("gso_max_segs", number(link::GSO_MAX_SEGS)),
        ("tso_max_size", number(link::TSO_MAX_SIZE)),
        ("tso_max_segs", number(link::TSO_MAX_SEGS)),
        ("gro_max_size", number(link::GRO_MAX_SIZE)),
        ("ifalias", text(link::IFALIAS)),
        ("altnames", altnames.map(Value::from)),
        ("stats64", stats(view)),
    ])
}

#[test]
fn links() {
    let ours = each("link-stats.bin", link::NEW, |header, view| Some(a_link(header, view)));
    assert_eq!(ours.as_array().unwrap().len(), 15);
    compare("link-stats", &ours, &said("link-stats.ip.json"));
}

#[test]
fn an_interrupted_dump_says_so_and_is_otherwise_the_same_links() {
    let bytes = fixture("link-dump-intr.bin");
    let messages: Vec<_> = Messages::new(&bytes).map(Result::unwrap).collect();
    assert!(messages.iter().any(|message| message.header.flags.contains(nl::Flags::DUMP_INTR)));
    let count = messages.iter().filter(|message| message.decode(link::NEW).is_ok()).count();
    assert_eq!(count, 15);
}
