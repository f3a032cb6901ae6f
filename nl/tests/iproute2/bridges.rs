//! Bridges, their ports and their multicast groups.

use std::net::IpAddr;

use nl::View;
use nl::route::{bridge, bridge_port, link, mdb, mdb_details, mdb_entry, mdb_list};
use nl::wire::Header;
use serde_json::{Value, json};

use crate::links::link_flags;
use crate::{compare, each, lower, mac, name, object, protocol, said, seconds, some};

fn bridge_id(id: bridge::BridgeId) -> Value {
    let address = id.address.map(|byte| format!("{byte:x}")).join(":");
    format!("{:04x}.{address}", id.priority).into()
}

pub(crate) fn a_bridge(view: View<'_, bridge::Bridge>) -> Value {
    use bridge as b;
    let u8 = |key| view.get(key).unwrap().map(Value::from);
    let u16 = |key| view.get(key).unwrap().map(Value::from);
    let u32 = |key| view.get(key).unwrap().map(Value::from);
    let u64 = |key| view.get(key).unwrap().map(Value::from);
    let timer = |key| view.get(key).unwrap().map(seconds);
    let id = |key| view.get(key).unwrap().map(bridge_id);
    let options = view.get(b::MULTI_BOOLOPT).unwrap().unwrap().value;
    let option = |option| some(u8::from(options.contains(option)));
    object([
        ("forward_delay", u32(b::FORWARD_DELAY)),
        ("hello_time", u32(b::HELLO_TIME)),
        ("max_age", u32(b::MAX_AGE)),
        ("ageing_time", u32(b::AGEING_TIME)),
        ("stp_state", u32(b::STP_STATE)),
        ("priority", u16(b::PRIORITY)),
        ("vlan_filtering", u8(b::VLAN_FILTERING)),
        ("bridge_id", id(b::BRIDGE_ID)),
        ("root_id", id(b::ROOT_ID)),
        ("root_port", u16(b::ROOT_PORT)),
        ("root_path_cost", u32(b::ROOT_PATH_COST)),
        ("topology_change", u8(b::TOPOLOGY_CHANGE)),
        ("topology_change_detected", u8(b::TOPOLOGY_CHANGE_DETECTED)),
        ("hello_timer", timer(b::HELLO_TIMER)),
        ("tcn_timer", timer(b::TCN_TIMER)),
        ("topology_change_timer", timer(b::TOPOLOGY_CHANGE_TIMER)),
        ("gc_timer", timer(b::GC_TIMER)),
        (
            "group_fwd_mask",
            view.get(b::GROUP_FWD_MASK).unwrap().map(|mask| format!("{mask:x}").into()),
        ),
        ("group_addr", view.get(b::GROUP_ADDR).unwrap().map(mac)),
        ("mcast_snooping", u8(b::MCAST_SNOOPING)),
        ("no_linklocal_learn", option(b::Options::NO_LL_LEARN)),
        ("mcast_vlan_snooping", option(b::Options::MCAST_VLAN_SNOOPING)),
        ("mcast_router", u8(b::MCAST_ROUTER)),
        ("mcast_query_use_ifaddr", u8(b::MCAST_QUERY_USE_IFADDR)),
        ("mcast_querier", u8(b::MCAST_QUERIER)),
        ("mcast_hash_elasticity", u32(b::MCAST_HASH_ELASTICITY)),
        ("mcast_hash_max", u32(b::MCAST_HASH_MAX)),
        ("mcast_last_member_cnt", u32(b::MCAST_LAST_MEMBER_CNT)),
        ("mcast_startup_query_cnt", u32(b::MCAST_STARTUP_QUERY_CNT)),
        ("mcast_last_member_intvl", u64(b::MCAST_LAST_MEMBER_INTVL)),
        ("mcast_membership_intvl", u64(b::MCAST_MEMBERSHIP_INTVL)),
        ("mcast_querier_intvl", u64(b::MCAST_QUERIER_INTVL)),
        ("mcast_query_intvl", u64(b::MCAST_QUERY_INTVL)),
        ("mcast_query_response_intvl", u64(b::MCAST_QUERY_RESPONSE_INTVL)),
        ("mcast_startup_query_intvl", u64(b::MCAST_STARTUP_QUERY_INTVL)),
        ("mcast_stats_enabled", u8(b::MCAST_STATS_ENABLED)),
        ("mcast_igmp_version", u8(b::MCAST_IGMP_VERSION)),
        ("mcast_mld_version", u8(b::MCAST_MLD_VERSION)),
        ("nf_call_iptables", u8(b::NF_CALL_IPTABLES)),
        ("nf_call_ip6tables", u8(b::NF_CALL_IP6TABLES)),
        ("nf_call_arptables", u8(b::NF_CALL_ARPTABLES)),
    ])
}

pub(crate) fn a_port(view: View<'_, bridge_port::BridgePort>) -> Value {
    use bridge_port as p;
    let number = |key| view.get(key).unwrap().map(Value::from);
    let u16 = |key| view.get(key).unwrap();
    let yes = |key| view.get(key).unwrap().map(|value: u8| Value::Bool(value == 1));
    let timer = |key| view.get(key).unwrap().map(seconds);
    let id = |key| view.get(key).unwrap().map(bridge_id);
    object([
        ("state", view.get(p::STATE).unwrap().map(|state| lower(state.name(), state.0))),
        ("priority", u16(p::PRIORITY).map(Value::from)),
        ("cost", view.get(p::COST).unwrap().map(Value::from)),
        ("hairpin", yes(p::MODE)),
        ("guard", yes(p::GUARD)),
        ("root_block", yes(p::PROTECT)),
        ("fastleave", yes(p::FAST_LEAVE)),
        ("learning", yes(p::LEARNING)),
        ("flood", yes(p::UNICAST_FLOOD)),
        ("id", u16(p::ID).map(|id| format!("{id:#x}").into())),
        ("no", u16(p::NO).map(|no| format!("{no:#x}").into())),
        ("designated_port", u16(p::DESIGNATED_PORT).map(Value::from)),
        ("designated_cost", u16(p::DESIGNATED_COST).map(Value::from)),
        ("bridge_id", id(p::BRIDGE_ID)),
        ("root_id", id(p::ROOT_ID)),
        ("hold_timer", timer(p::HOLD_TIMER)),
        ("message_age_timer", timer(p::MESSAGE_AGE_TIMER)),
        ("forward_delay_timer", timer(p::FORWARD_DELAY_TIMER)),
        ("topology_change_ack", number(p::TOPOLOGY_CHANGE_ACK)),
        ("config_pending", number(p::CONFIG_PENDING)),
        ("proxy_arp", yes(p::PROXYARP)),
        ("proxy_arp_wifi", yes(p::PROXYARP_WIFI)),
        ("multicast_router", number(p::MULTICAST_ROUTER)),
        ("mcast_flood", yes(p::MCAST_FLOOD)),
        ("bcast_flood", yes(p::BCAST_FLOOD)),
        ("mcast_to_unicast", yes(p::MCAST_TO_UCAST)),
        ("neigh_suppress", yes(p::NEIGH_SUPPRESS)),
        ("group_fwd_mask", u16(p::GROUP_FWD_MASK).map(|mask| mask.to_string().into())),
        ("group_fwd_mask_str", u16(p::GROUP_FWD_MASK).map(|mask| format!("{mask:#x}").into())),
        ("vlan_tunnel", yes(p::VLAN_TUNNEL)),
        ("isolated", yes(p::ISOLATED)),
        ("locked", yes(p::LOCKED)),
    ])
}

#[test]
fn bridge_ports() {
    let ours = each("link-bridge.bin", link::NEW, |header, view| {
        let port = view.nest(link::PROTINFO).unwrap()?;
        let Value::Object(port) = a_port(port) else { panic!() };
        let shown = [
            "state",
            "priority",
            "cost",
            "hairpin",
            "guard",
            "root_block",
            "fastleave",
            "learning",
            "flood",
            "mcast_flood",
            "bcast_flood",
            "mcast_to_unicast",
            "neigh_suppress",
            "vlan_tunnel",
            "isolated",
            "locked",
        ];
        let below = view.get(link::LINK).unwrap().filter(|link| *link != 0);
        let Value::Object(mut out) = object([
            ("ifindex", some(header.index)),
            ("link", below.map(name)),
            ("ifname", view.get(link::IFNAME).unwrap().map(|name| name.to_string().into())),
            ("flags", some(link_flags(header.flags))),
            ("mtu", view.get(link::MTU).unwrap().map(Value::from)),
            ("master", view.get(link::MASTER).unwrap().map(name)),
            ("mcast_router", Some(port["multicast_router"].clone())),
        ]) else {
            panic!()
        };
        out.extend(shown.map(|key| (key.to_owned(), port[key].clone())));
        Some(Value::Object(out))
    });
    let mut theirs = said("link-bridge.bridge.json");
    // bridge(8) takes the index of a peer in another namespace for one of this namespace.
    for link in theirs.as_array_mut().unwrap() {
        assert!(link["link"] != "br0" || link["ifname"] == "veth0");
    }
    compare("link-bridge", &ours, &theirs);
}

#[test]
fn multicast_entries() {
    let mut ours = Vec::new();
    each("mdb.bin", mdb::GET, |header, view| {
        let list = view.nest(mdb::MDB).unwrap().unwrap();
        for group in list.iter() {
            let group: View<'_, mdb_entry::MdbEntry> = group.unwrap().attributes();
            // A group may have several entries.
            for raw in group.iter() {
                let raw = raw.unwrap();
                let entry = mdb::Entry::parse(raw.value).unwrap();
                let details: View<'_, mdb_details::MdbDetails> =
                    View::new(&raw.value[mdb::Entry::LEN..]);
                let [a, b, c, d, ..] = entry.group;
                let ip = match entry.protocol {
                    0x0800 => IpAddr::from([a, b, c, d]),
                    0x86dd => IpAddr::from(entry.group),
                    other => panic!("{other:#x}"),
                };
                let timer = details.get(mdb_details::TIMER).unwrap().unwrap();
                let by = details.get(mdb_details::RTPROT).unwrap();
                assert!(entry.flags.is_empty());
                ours.push(object([
                    ("index", some(header.index)),
                    ("dev", some(name(header.index))),
                    ("port", some(name(entry.index))),
                    ("grp", some(ip.to_string())),
                    ("state", some(["temp", "permanent"][entry.state as usize])),
                    ("protocol", by.map(protocol)),
                    ("flags", some(json!([]))),
                    ("timer", some(f64::from(timer) / 100.0)),
                ]));
            }
        }
        assert!(view.nest(mdb::ROUTER).unwrap().is_none_or(|router| router.iter().count() == 0));
        None
    });
    let mut theirs = said("mdb.bridge.json")[0]["mdb"].take();
    for entry in theirs.as_array_mut().unwrap() {
        let seconds: f64 = entry["timer"].as_str().unwrap().trim().parse().unwrap();
        entry["timer"] = seconds.into();
    }
    compare("mdb", &ours.into(), &theirs);
    // The nests themselves: the first entry by key.
    each("mdb.bin", mdb::GET, |_, view| {
        let first = view.nest(mdb::MDB).unwrap().unwrap().nest(mdb_list::ENTRY).unwrap().unwrap();
        let (entry, _) = first.header_nest(mdb_entry::INFO).unwrap().unwrap();
        assert_eq!((entry.group[0], entry.state), (239, 1));
        None
    });
}
