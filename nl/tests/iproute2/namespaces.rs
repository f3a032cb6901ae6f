//! Ids of namespaces, and the settings of one.

use nl::route::{INET, INET6, netconf, nsid};
use serde_json::Value;

use crate::{compare, each, name, object, said, some};

#[test]
fn namespace_ids() {
    let ours =
        each("nsid.bin", nsid::NEW, |_, view| view.get(nsid::NSID).unwrap().map(Value::from));
    let theirs: Value =
        said("nsid.ip.json").as_array().unwrap().iter().map(|id| id["nsid"].clone()).collect();
    assert_eq!(ours, theirs);
}

#[test]
fn network_settings() {
    for (file, family) in [("netconf-v4", "inet"), ("netconf-v6", "inet6")] {
        let ours = each(&format!("{file}.bin"), netconf::NEW, |header, view| {
            assert_eq!(header.family, if family == "inet" { INET } else { INET6 });
            let interface = match view.get(netconf::IFINDEX).unwrap().unwrap() {
                -1 => "all".into(),
                -2 => "default".into(),
                index => name(index),
            };
            let yes = |key| view.get(key).unwrap().map(|value: i32| Value::Bool(value != 0));
            let filter = view.get(netconf::RP_FILTER).unwrap();
            Some(object([
                ("family", some(family)),
                ("interface", some(interface)),
                ("forwarding", yes(netconf::FORWARDING)),
                ("rp_filter", filter.map(|mode| ["off", "strict", "loose"][mode as usize].into())),
                ("mc_forwarding", yes(netconf::MC_FORWARDING)),
                ("proxy_neigh", yes(netconf::PROXY_NEIGH)),
                ("ignore_routes_with_linkdown", yes(netconf::IGNORE_ROUTES_WITH_LINKDOWN)),
            ]))
        });
        compare(file, &ours, &said(&format!("{file}.ip.json")));
    }
}
