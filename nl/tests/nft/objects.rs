//! Stateful objects.

use nl::Messages;
use nl::netfilter::expr::{counter, limit, quota};
use nl::netfilter::{object, object_helper};
use serde_json::json;

use crate::{family, fixture, get, listed, nested};

#[test]
fn objects() {
    let bytes = fixture("nft-objs.bin");
    let mut seen = 0;
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let Ok((header, view)) = message.decode(object::NEW) else { continue };
        let mut ours = json!({
            "family": family(header.family),
            "name": get(&view, object::NAME).to_string(),
            "table": get(&view, object::TABLE).to_string(),
            "handle": get(&view, object::HANDLE),
        });
        let kind = match get(&view, object::TYPE) {
            object::Type::COUNTER => {
                let data = nested(&view, object::COUNTER);
                ours["packets"] = get(&data, counter::PACKETS).into();
                ours["bytes"] = get(&data, counter::BYTES).into();
                "counter"
            }
            object::Type::QUOTA => {
                let data = nested(&view, object::QUOTA);
                ours["bytes"] = get(&data, quota::BYTES).into();
                ours["used"] = get(&data, quota::CONSUMED).into();
                ours["inv"] = get(&data, quota::FLAGS).contains(quota::QuotaFlags::INV).into();
                "quota"
            }
            object::Type::LIMIT => {
                let data = nested(&view, object::LIMIT);
                ours["rate"] = get(&data, limit::RATE).into();
                assert_eq!(get(&data, limit::UNIT), 1);
                ours["per"] = "second".into();
                ours["inv"] = get(&data, limit::FLAGS).contains(limit::LimitFlags::INV).into();
                ours["burst"] = get(&data, limit::BURST).into();
                "limit"
            }
            object::Type::CT_HELPER => {
                let data = nested(&view, object::HELPER);
                ours["type"] = get(&data, object_helper::NAME).to_string().into();
                assert_eq!(get(&data, object_helper::L4PROTO), 6);
                ours["protocol"] = "tcp".into();
                ours["l3proto"] = family(get(&data, object_helper::L3PROTO) as u8).into();
                "ct helper"
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(vec![ours], listed(kind));
        seen += 1;
    }
    assert_eq!(seen, 4);
}
