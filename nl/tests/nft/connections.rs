//! Tracked connections.

use nl::Messages;
use nl::netfilter::conntrack;

use crate::{fixture, get, nested};

#[test]
fn connections() {
    let bytes = fixture("ct.bin");
    let mut ours = Vec::new();
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let Ok((_, view)) = message.decode(conntrack::NEW) else { continue };
        let status: Vec<_> =
            get(&view, conntrack::STATUS).iter_names().map(|(name, _)| name).collect();
        let mut line = format!("{} s, {}:", get(&view, conntrack::TIMEOUT), status.join("|"));
        for key in [conntrack::TUPLE_ORIG, conntrack::TUPLE_REPLY] {
            let tuple = nested(&view, key);
            let ip = nested(&tuple, conntrack::tuple::IP);
            let proto = nested(&tuple, conntrack::tuple::PROTO);
            let (from, to) = (get(&ip, conntrack::ip::V4_SRC), get(&ip, conntrack::ip::V4_DST));
            line += &format!(" {from} > {to} protocol {}", get(&proto, conntrack::proto::NUM));
            if let Some(id) = proto.get(conntrack::proto::ICMP_ID).unwrap() {
                let kind = get(&proto, conntrack::proto::ICMP_TYPE);
                line += &format!(" id {id:#x} type {kind}");
            }
        }
        ours.push(line);
    }
    // No conntrack(8) was there to ask: these are the bytes, read by eye.
    assert_eq!(
        ours,
        [
            "597 s, CONFIRMED|SRC_NAT_DONE|DST_NAT_DONE: \
             10.1.2.1 > 224.0.0.22 protocol 2 224.0.0.22 > 10.1.2.1 protocol 2",
            "27 s, CONFIRMED|SRC_NAT|DST_NAT|SRC_NAT_DONE|DST_NAT_DONE: \
             10.1.2.2 > 10.1.2.1 protocol 1 id 0x24f6 type 8 \
             10.1.2.50 > 10.1.2.1 protocol 1 id 0xe7ce type 0",
        ]
    );
}
