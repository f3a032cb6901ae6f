//! Routes and rules.

use nl::route::route::{self, HopFlags, Kind, RouteFlags, RtMsg};
use nl::route::{INET6, metrics, rule};
use nl::{Messages, View};
use serde_json::{Value, json};

use crate::next_hops::next_hops;
use crate::{
    compare, each, fixture, hop_flags, lower, name, object, prefix, protocol, said, scope, some,
    table, when,
};

fn route_metrics(view: View<'_, route::Route>) -> Option<Value> {
    let view = view.nest(route::METRICS).unwrap()?;
    let get = |key| view.get(key).unwrap().map(Value::from);
    Some(json!([object([
        ("mtu", get(metrics::MTU)),
        ("window", get(metrics::WINDOW)),
        ("advmss", get(metrics::ADVMSS)),
        ("initcwnd", get(metrics::INITCWND)),
        ("rto_min", get(metrics::RTO_MIN)),
    ])]))
}

fn a_route(header: RtMsg, view: View<'_, route::Route>, groups: &Value) -> Value {
    let expires = view.get(route::CACHEINFO).unwrap().map(|cache| cache.expires);
    let hops: Vec<Value> = view
        .hops(route::MULTIPATH)
        .unwrap()
        .map(|hop| {
            let (hop, view) = hop.unwrap();
            json!({
                "gateway": view.get(route::GATEWAY).unwrap().unwrap().to_string(),
                "dev": name(hop.index),
                "weight": u32::from(hop.hops) + 1,
                "flags": hop_flags(hop.flags),
            })
        })
        .collect();
    let id = view.get(route::NH_ID).unwrap();
    let group = id.map(|id| {
        let mut group =
            groups.as_array().unwrap().iter().find(|group| group["id"] == id).unwrap().clone();
        group.as_object_mut().unwrap().shift_remove("type");
        group
    });
    let looked_up = header.flags.contains(RouteFlags::CLONED);
    let flags = HopFlags::from_bits_retain(header.flags.bits() as u8);
    object([
        ("type", some(lower(header.kind.name(), header.kind.0))),
        ("dst", some(prefix(view.get(route::DST).unwrap(), header.dst_len, header.family))),
        ("nhid", id.map(Value::from)),
        ("nh_info", group),
        (
            "via",
            view.get(route::VIA).unwrap().map(|via| {
                assert_eq!(via.family, u16::from(INET6));
                json!({"family": "inet6", "host": via.ip().unwrap().to_string()})
            }),
        ),
        ("gateway", view.get(route::GATEWAY).unwrap().map(|ip| ip.to_string().into())),
        ("dev", view.get(route::OIF).unwrap().map(name)),
        ("table", view.get(route::TABLE).unwrap().map(table)),
        ("protocol", when(!looked_up, protocol(header.protocol))),
        ("scope", when(!looked_up, scope(header.scope))),
        ("prefsrc", view.get(route::PREFSRC).unwrap().map(|ip| ip.to_string().into())),
        ("metric", view.get(route::PRIORITY).unwrap().map(Value::from)),
        ("flags", some(hop_flags(flags))),
        ("flow", view.get(route::FLOW).unwrap().map(|flow| json!({"to": flow.to_string()}))),
        ("uid", view.get(route::UID).unwrap().map(Value::from)),
        ("cache", when(looked_up, json!([]))),
        ("metrics", route_metrics(view)),
        ("expires", expires.filter(|expires| *expires > 0).map(|ticks| (ticks / 100).into())),
        ("nexthops", when(!hops.is_empty(), hops)),
        (
            "pref",
            view.get(route::PREF)
                .unwrap()
                .map(|pref| ["medium", "high", "", "low"][pref as usize].into()),
        ),
    ])
}

#[test]
fn routes() {
    let groups = next_hops();
    for (file, count) in [("route-v4", 25), ("route-v6", 17)] {
        let ours = each(&format!("{file}.bin"), route::NEW, |header, view| {
            assert_eq!(
                u32::from(header.table),
                match view.get(route::TABLE).unwrap().unwrap() {
                    table @ 0..=255 => table,
                    _ => route::RT_TABLE_COMPAT.into(),
                }
            );
            Some(a_route(header, view, &groups))
        });
        assert_eq!(ours.as_array().unwrap().len(), count);
        compare(file, &ours, &said(&format!("{file}.ip.json")));
    }
}

#[test]
fn a_looked_up_route() {
    let ours =
        each("route-get.bin", route::NEW, |header, view| Some(a_route(header, view, &json!([]))));
    compare("route-get", &ours, &said("route-get.ip.json"));
}

#[test]
fn a_filtered_dump_says_so() {
    let bytes = fixture("route-v4-table1000.bin");
    let messages: Vec<_> = Messages::new(&bytes).map(Result::unwrap).collect();
    let filtered = nl::Flags::DUMP_FILTERED | nl::Flags::MULTI;
    assert_eq!(messages[0].header.flags, filtered);
    let (header, view) = messages[0].decode(route::NEW).unwrap();
    assert_eq!((header.kind, header.table), (Kind::THROW, route::RT_TABLE_COMPAT));
    assert_eq!(view.get(route::TABLE), Ok(Some(1000)));
}

#[test]
fn rules() {
    for file in ["rule-v4", "rule-v6"] {
        let ours = each(&format!("{file}.bin"), rule::NEW, |header, view| {
            let number = |key| view.get(key).unwrap();
            let source = view.get(rule::SRC).unwrap();
            let ports = view.get(rule::SPORT_RANGE).unwrap();
            let users = view.get(rule::UID_RANGE).unwrap();
            let port = view.get(rule::DPORT_RANGE).unwrap();
            assert!(port.is_none_or(|range| range.start == range.end));
            let to = header.action == rule::Action::TO_TBL;
            let action = (header.action == rule::Action::UNREACHABLE).then_some("unreachable");
            let hex = |number: u32| Value::from(format!("{number:#x}"));
            let suppress = number(rule::SUPPRESS_PREFIXLEN).filter(|len| *len != u32::MAX);
            let mask = number(rule::FWMASK);
            Some(object([
                ("priority", some(number(rule::PRIORITY).unwrap_or(0))),
                ("not", header.flags.contains(rule::RuleFlags::INVERT).then_some(Value::Null)),
                ("src", some(source.map_or("all".into(), |ip| ip.to_string()))),
                ("srclen", source.map(|_| header.src_len.into())),
                ("dst", view.get(rule::DST).unwrap().map(|ip| ip.to_string().into())),
                ("dstlen", view.get(rule::DST).unwrap().map(|_| header.dst_len.into())),
                ("fwmark", number(rule::FWMARK).map(hex)),
                ("fwmask", mask.filter(|_| number(rule::FWMARK).is_some()).map(hex)),
                ("iif", view.get(rule::IIFNAME).unwrap().map(|text| text.to_string().into())),
                ("oif", view.get(rule::OIFNAME).unwrap().map(|text| text.to_string().into())),
                (
                    "ipproto",
                    view.get(rule::IP_PROTO).unwrap().map(|proto| {
                        assert_eq!(proto, 6);
                        "tcp".into()
                    }),
                ),
                ("sport_start", ports.map(|range| range.start.into())),
                ("sport_end", ports.map(|range| range.end.into())),
                ("dport", port.map(|range| range.start.into())),
                ("tun_id", view.get(rule::TUN_ID).unwrap().map(Value::from)),
                ("uid_start", users.map(|range| range.start.into())),
                ("uid_end", users.map(|range| range.end.into())),
                ("table", number(rule::TABLE).filter(|_| to).map(table)),
                ("suppress_prefixlen", suppress.map(Value::from)),
                ("goto", number(rule::GOTO).map(Value::from)),
                ("action", action.map(Value::from)),
                ("protocol", view.get(rule::PROTOCOL).unwrap().map(protocol)),
            ]))
        });
        compare(file, &ours, &said(&format!("{file}.ip.json")));
    }
}
