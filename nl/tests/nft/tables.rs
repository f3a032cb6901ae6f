//! Tables and their chains.

use nl::Messages;
use nl::netfilter::{Family, chain, hook, table, userdata};
use serde_json::{Value as Json, json};

use crate::{family, fixture, get, listed};

#[test]
fn tables() {
    let bytes = fixture("nft-tables.bin");
    let mut ours = Vec::new();
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let Ok((header, view)) = message.decode(table::NEW) else { continue };
        let name = get(&view, table::NAME).to_string();
        let dormant = get(&view, table::FLAGS) == table::TableFlags::DORMANT;
        assert_eq!(dormant, name == "t6");
        let comment = view.get(table::USERDATA).unwrap().and_then(userdata::comment);
        assert_eq!(comment.is_some_and(|text| text == "main table"), name == "filter");
        let handle = get(&view, table::HANDLE);
        ours.push(json!({"family": family(header.family), "name": name, "handle": handle}));
    }
    let mut theirs = listed("table");
    for table in &mut theirs {
        // nft 1.0.6 prints the name in place of the flags, and no comments.
        table.as_object_mut().unwrap().shift_remove("flags");
    }
    assert_eq!(ours, theirs);
}

#[test]
fn chains() {
    let bytes = fixture("nft-chains.bin");
    let mut ours = Vec::new();
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let Ok((header, view)) = message.decode(chain::NEW) else { continue };
        let mut chain = json!({
            "family": family(header.family),
            "table": get(&view, chain::TABLE).to_string(),
            "name": get(&view, chain::NAME).to_string(),
            "handle": get(&view, chain::HANDLE),
        });
        if let Some(at) = view.nest(chain::HOOK).unwrap() {
            let number = chain::Hook(get(&at, hook::HOOKNUM));
            chain["type"] = get(&view, chain::TYPE).to_string().into();
            chain["hook"] = match (Family(header.family), number) {
                (Family::NETDEV, chain::Hook(0)) => "ingress",
                // NF_ARP_IN.
                (Family::ARP, chain::Hook(0)) => "input",
                (_, chain::Hook::PRE_ROUTING) => "prerouting",
                (_, chain::Hook::LOCAL_IN) => "input",
                (_, chain::Hook::FORWARD) => "forward",
                (_, chain::Hook::POST_ROUTING) => "postrouting",
                other => panic!("{other:?}"),
            }
            .into();
            chain["prio"] = get(&at, hook::PRIORITY).into();
            if let Some(link) = at.get(hook::DEV).unwrap() {
                // nft 1.0.6 leaves it out when it is the only one.
                assert!(link == "veth1p" && family(header.family) == "netdev");
            }
            chain["policy"] = get(&view, chain::POLICY).name().unwrap().to_lowercase().into();
        }
        ours.push(chain);
    }
    let key = |chain: &Json| chain.to_string();
    let mut theirs = listed("chain");
    for chain in theirs.iter_mut() {
        // Objects compare without regard to order; only the list is sorted.
        let object = chain.as_object_mut().unwrap();
        let order = ["family", "table", "name", "handle", "type", "hook", "prio", "policy"];
        let sorted: Vec<_> = order
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), object.shift_remove(*key)?)))
            .collect();
        assert!(object.is_empty(), "more keys: {object:?}");
        object.extend(sorted);
    }
    ours.sort_by_key(key);
    theirs.sort_by_key(key);
    assert_eq!(ours, theirs);
}
