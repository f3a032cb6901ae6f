//! Next hops that are objects of their own, their groups and buckets.

use nl::route::route::HopFlags;
use nl::route::{nexthop, nexthop_bucket, nexthop_group};
use serde_json::{Value, json};

use crate::{compare, each, hop_flags, name, object, protocol, said, scope, seconds, some, when};

pub(crate) fn next_hops() -> Value {
    each("nexthop.bin", nexthop::NEW, |header, view| {
        let number = |key| view.get(key).unwrap().map(Value::from);
        let members = view.get(nexthop::GROUP).unwrap().map(|group| {
            let members = nexthop::Members::new(group).map(|member| {
                assert_eq!(member.weight_high, 0);
                let weight = u32::from(member.weight) + 1;
                object([("id", some(member.id)), ("weight", when(weight != 1, weight))])
            });
            Value::Array(members.collect())
        });
        let resilient = view.get(nexthop::GROUP_TYPE).unwrap() == Some(nexthop::GroupType::RES);
        let arguments = view.nest(nexthop::RES_GROUP).unwrap().map(|r| {
            use nexthop_group as g;
            json!({
                "buckets": r.get(g::BUCKETS).unwrap(),
                "idle_timer": r.get(g::IDLE_TIMER).unwrap().unwrap() / 100,
                "unbalanced_timer": r.get(g::UNBALANCED_TIMER).unwrap().unwrap() / 100,
                "unbalanced_time": r.get(g::UNBALANCED_TIME).unwrap().unwrap() / 100,
            })
        });
        let blackhole = view.get(nexthop::BLACKHOLE).unwrap();
        Some(object([
            ("id", number(nexthop::ID)),
            ("group", members),
            ("type", when(resilient, "resilient")),
            ("resilient_args", arguments),
            ("gateway", view.get(nexthop::GATEWAY).unwrap().map(|ip| ip.to_string().into())),
            ("dev", view.get(nexthop::OIF).unwrap().map(name)),
            ("scope", some(scope(header.scope))),
            ("blackhole", blackhole.map(|()| Value::Null)),
            ("protocol", some(protocol(header.protocol))),
            ("flags", some(hop_flags(HopFlags::from_bits_retain(header.flags.bits() as u8)))),
        ]))
    })
}

#[test]
fn next_hop_objects() {
    compare("nexthop", &next_hops(), &said("nexthop.ip.json"));
    let buckets = each("nexthop-bucket.bin", nexthop_bucket::NEW, |_, view| {
        let bucket = view.nest(nexthop::RES_BUCKET).unwrap().unwrap();
        Some(json!({
            "id": view.get(nexthop::ID).unwrap(),
            "bucket": {
                "index": bucket.get(nexthop_bucket::INDEX).unwrap(),
                "idle_time": seconds(bucket.get(nexthop_bucket::IDLE_TIME).unwrap().unwrap()),
                "nhid": bucket.get(nexthop_bucket::NH_ID).unwrap(),
            },
            "flags": [],
        }))
    });
    compare("nexthop-bucket", &buckets, &said("nexthop-bucket.ip.json"));
}
