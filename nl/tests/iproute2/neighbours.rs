//! Neighbours, the forwarding database of bridges, and the tables all of them are in.

use nl::route::neighbour::{self, ExtFlags, NeighbourFlags, State};
use nl::route::route::Protocol;
use nl::route::{INET, neighbour_parameters, neighbour_table};
use serde_json::Value;

use crate::{compare, each, fixture, mac, name, object, protocol, said, some, when};

#[test]
fn neighbours() {
    for file in ["neigh", "neigh-proxy"] {
        let ours = each(&format!("{file}.bin"), neighbour::NEW, |header, view| {
            let cache = view.get(neighbour::CACHEINFO).unwrap();
            let flag = |flag| header.flags.contains(flag).then_some(Value::Null);
            let proxy = header.flags.contains(NeighbourFlags::PROXY);
            let ticks = |ticks: u32| Value::from(ticks / 100);
            let protocol = view.get(neighbour::PROTOCOL).unwrap();
            let state: Vec<_> = header.state.iter_names().map(|(name, _)| name).collect();
            Some(object([
                ("dst", view.get(neighbour::DST).unwrap().map(|ip| ip.to_string().into())),
                ("dev", some(name(header.index))),
                ("lladdr", view.get(neighbour::LLADDR).unwrap().map(mac)),
                ("proxy", flag(NeighbourFlags::PROXY)),
                ("router", flag(NeighbourFlags::ROUTER)),
                ("extern_learn", flag(NeighbourFlags::EXT_LEARNED)),
                ("used", cache.map(|cache| ticks(cache.used))),
                ("confirmed", cache.map(|cache| ticks(cache.confirmed))),
                ("updated", cache.map(|cache| ticks(cache.updated))),
                ("probes", view.get(neighbour::PROBES).unwrap().map(Value::from)),
                ("state", when(!proxy, state)),
                ("protocol", protocol.map(|number| self::protocol(Protocol(number)))),
            ]))
        });
        compare(file, &ours, &said(&format!("{file}.ip.json")));
    }
}

#[test]
fn forwarding_entries() {
    let ours = each("fdb.bin", neighbour::NEW, |header, view| {
        let cache = view.get(neighbour::CACHEINFO).unwrap();
        let own = header.flags.contains(NeighbourFlags::SELF);
        let flags: Vec<&str> = [
            (NeighbourFlags::SELF, "self"),
            (NeighbourFlags::ROUTER, "router"),
            (NeighbourFlags::EXT_LEARNED, "extern_learn"),
            (NeighbourFlags::OFFLOADED, "offload"),
            (NeighbourFlags::MASTER, "master"),
            (NeighbourFlags::STICKY, "sticky"),
        ]
        .into_iter()
        .filter(|(flag, _)| header.flags.contains(*flag))
        .map(|(_, name)| name)
        .collect();
        assert_eq!(view.get(neighbour::FLAGS_EXT).unwrap().unwrap_or_default(), ExtFlags::empty());
        let state = if header.state.contains(State::PERMANENT) {
            "permanent"
        } else if header.state.contains(State::NOARP) {
            "static"
        } else if header.state.contains(State::STALE) {
            "stale"
        } else {
            ""
        };
        let ticks = |ticks: u32| Value::from(ticks / 100);
        let remote = view.get(neighbour::DST).unwrap();
        let cache = cache
            .filter(|_| !own || view.get(neighbour::MASTER).unwrap().is_some() || remote.is_some());
        Some(object([
            ("mac", view.get(neighbour::LLADDR).unwrap().map(mac)),
            ("ifname", some(name(header.index))),
            ("dst", remote.map(|ip| ip.to_string().into())),
            ("port", view.get(neighbour::PORT).unwrap().map(Value::from)),
            ("vni", view.get(neighbour::VNI).unwrap().map(Value::from)),
            ("src_vni", view.get(neighbour::SRC_VNI).unwrap().map(Value::from)),
            ("viaIf", view.get(neighbour::IFINDEX).unwrap().map(name)),
            ("used", cache.map(|cache| ticks(cache.used))),
            ("updated", cache.map(|cache| ticks(cache.updated))),
            ("flags", some(flags)),
            ("master", view.get(neighbour::MASTER).unwrap().map(name)),
            ("state", some(state)),
        ]))
    });
    assert_eq!(ours.as_array().unwrap().len(), 34);
    compare("fdb", &ours, &said("fdb.bridge.json"));
}

#[test]
fn neighbour_tables() {
    let text = String::from_utf8(fixture("neightbl.ip.txt")).unwrap();
    let theirs: Vec<String> = text
        .split("\n\n")
        .map(|block| block.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|block| !block.is_empty())
        .collect();
    let ours = each("neightbl.bin", neighbour_table::NEW, |header, view| {
        use neighbour_parameters as p;
        use neighbour_table as t;
        let family = if header.family == INET { "inet" } else { "inet6" };
        let mut text = format!("{family} {}", view.get(t::NAME).unwrap().unwrap());
        let limits = [("thresh1", t::THRESH1), ("thresh2", t::THRESH2), ("thresh3", t::THRESH3)];
        for (label, key) in limits {
            if let Some(limit) = view.get(key).unwrap() {
                text += &format!(" {label} {limit}");
            }
        }
        if let Some(interval) = view.get(t::GC_INTERVAL).unwrap() {
            text += &format!(" gc_int {interval}");
        }
        if let Some(c) = view.get(t::CONFIG).unwrap() {
            text += &format!(
                " config key_len {} entry_size {} entries {} WHEN hash_rnd {} hash_mask {:08x} \
                 hash_chain_gc {} proxy_qlen {}",
                c.key_len,
                c.entry_size,
                c.entries,
                c.hash_rnd,
                c.hash_mask,
                c.hash_chain_gc,
                c.proxy_qlen,
            );
        }
        let parameters = view.nest(t::PARMS).unwrap().unwrap();
        if let Some(index) = parameters.get(p::IFINDEX).unwrap() {
            text += &format!(" dev {}", name(index).as_str().unwrap());
        }
        let long = |key| parameters.get(key).unwrap().unwrap();
        let short = |key| parameters.get(key).unwrap().unwrap();
        text += &format!(
            " refcnt {} reachable {} base_reachable {} retrans {} gc_stale {} delay_probe {} \
             queue {} app_probes {} ucast_probes {} mcast_probes {} anycast_delay {} \
             proxy_delay {} proxy_queue {} locktime {}",
            short(p::REFCNT),
            long(p::REACHABLE_TIME),
            long(p::BASE_REACHABLE_TIME),
            long(p::RETRANS_TIME),
            long(p::GC_STALETIME),
            long(p::DELAY_PROBE_TIME),
            short(p::QUEUE_LEN),
            short(p::APP_PROBES),
            short(p::UCAST_PROBES),
            short(p::MCAST_PROBES),
            long(p::ANYCAST_DELAY),
            long(p::PROXY_DELAY),
            short(p::PROXY_QLEN),
            long(p::LOCKTIME),
        );
        if let Some(s) = view.get(t::STATS).unwrap() {
            let n = |count: Option<u64>| count.unwrap();
            text += &format!(
                " stats allocs {} destroys {} hash_grows {} res_failed {} lookups {} hits {} \
                 rcv_probes_mcast {} rcv_probes_ucast {} periodic_gc_runs {} forced_gc_runs {} \
                 table_fulls {}",
                n(s.allocs()),
                n(s.destroys()),
                n(s.hash_grows()),
                n(s.res_failed()),
                n(s.lookups()),
                n(s.hits()),
                n(s.rcv_probes_mcast()),
                n(s.rcv_probes_ucast()),
                n(s.periodic_gc_runs()),
                n(s.forced_gc_runs()),
                n(s.table_fulls()),
            );
        }
        Some(text.into())
    });
    // ip prints the times of the last flush and rehash as dates.
    let undated = |block: &str| match (block.find("last_flush"), block.find("hash_rnd")) {
        (Some(from), Some(to)) => format!("{}WHEN {}", &block[..from], &block[to..]),
        _ => block.to_owned(),
    };
    let theirs: Vec<Value> = theirs.iter().map(|block| undated(block).into()).collect();
    for (ours, theirs) in ours.as_array().unwrap().iter().zip(&theirs) {
        assert_eq!(ours, theirs);
    }
    // The recorded dump ends after the defaults of ndisc_cache, ip's did not.
    assert_eq!((ours.as_array().unwrap().len(), theirs.len()), (17, 32));
}
