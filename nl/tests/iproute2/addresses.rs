//! Addresses of links.

use std::collections::BTreeMap;

use nl::route::{INET6, address};
use serde_json::{Value, json};

use crate::{compare, each, object, said, scope, some, when};

/// ip -j addr leaves an empty object for each link the filter takes out.
fn links_with_addresses(file: &str) -> BTreeMap<u64, Vec<Value>> {
    let Value::Array(links) = said(file) else { panic!() };
    links
        .into_iter()
        .filter_map(|mut link| {
            let Value::Array(addresses) = link["addr_info"].take() else { return None };
            Some((link["ifindex"].as_u64().unwrap(), addresses))
        })
        .filter(|(_, addresses)| !addresses.is_empty())
        .collect()
}

#[test]
fn addresses() {
    for file in ["addr-all", "addr-v4", "addr-v6"] {
        let ours = each(&format!("{file}.bin"), address::NEW, |header, view| {
            use address::AddressFlags as F;
            let flags = view.get(address::FLAGS).unwrap().unwrap();
            assert_eq!(flags.bits() as u8, header.flags);
            let own = view.get(address::ADDRESS).unwrap();
            // IPv4 always says both; the other end is worth a word when it differs.
            let local = view.get(address::LOCAL).unwrap();
            let other = own.filter(|own| local.is_some_and(|local| local != *own));
            let cache = view.get(address::CACHEINFO).unwrap().unwrap();
            let six = header.family == INET6;
            let yes = |flag| flags.contains(flag).then_some(Value::Bool(true));
            let object = object([
                ("family", some(if six { "inet6" } else { "inet" })),
                ("local", local.or(own).map(|ip| ip.to_string().into())),
                ("address", other.map(|ip| ip.to_string().into())),
                ("prefixlen", some(header.prefix_len)),
                ("metric", view.get(address::RT_PRIORITY).unwrap().map(Value::from)),
                (
                    "broadcast",
                    view.get(address::BROADCAST).unwrap().map(|ip| ip.to_string().into()),
                ),
                ("scope", some(scope(header.scope))),
                ("secondary", yes(F::SECONDARY).filter(|_| !six)),
                ("dynamic", when(!flags.contains(F::PERMANENT), true)),
                ("mngtmpaddr", yes(F::MANAGETEMPADDR)),
                ("noprefixroute", yes(F::NOPREFIXROUTE)),
                ("label", view.get(address::LABEL).unwrap().map(|text| text.to_string().into())),
                ("valid_life_time", some(cache.valid)),
                ("preferred_life_time", some(cache.preferred)),
            ]);
            Some(json!([header.index, object]))
        });
        let mut by_link: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
        for entry in ours.as_array().unwrap() {
            by_link.entry(entry[0].as_u64().unwrap()).or_default().push(entry[1].clone());
        }
        let theirs = links_with_addresses(&format!("{file}.ip.json"));
        let keys = |map: &BTreeMap<u64, _>| map.keys().copied().collect::<Vec<_>>();
        assert_eq!(keys(&by_link), keys(&theirs));
        for (index, theirs) in theirs {
            let ours = by_link.remove(&index).unwrap();
            compare(&format!("{file}: link {index}"), &ours.into(), &theirs.into());
        }
    }
}

#[test]
fn a_thousand_addresses() {
    let ours = each("addrs1000.bin", address::NEW, |_, view| {
        view.get(address::LOCAL).unwrap().map(|ip| ip.to_string().into())
    });
    let ours: std::collections::BTreeSet<_> =
        ours.as_array().unwrap().iter().map(|ip| ip.as_str().unwrap().to_owned()).collect();
    assert_eq!(ours.len(), 1001);
}
