//! Every dump that was recorded, decoded and written as iproute2's JSON, equals what `ip -j -d`,
//! `bridge -j -d` and `tc -j -s` said at the same moment: whole objects, nothing left out on
//! either side, except the timers that run between the two.
// The recordings are little-endian.
#![cfg(target_endian = "little")]

mod addresses;
mod bridges;
mod links;
mod namespaces;
mod neighbours;
mod next_hops;
mod routes;
mod traffic;

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;

use nl::route::INET;
use nl::route::route::{HopFlags, Protocol, Scope};
use nl::wire::Header;
use nl::{Message, MessageType, Messages, Set, View};
use serde_json::{Map, Value};

fn fixture(file: &str) -> Vec<u8> {
    fs::read(format!("{}/../fixtures/nl/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn said(file: &str) -> Value {
    serde_json::from_slice(&fixture(file)).unwrap()
}

/// The messages of a recording that are of type `kind`, decoded.
fn each<H: Header, S: Set>(
    file: &str,
    kind: MessageType<H, S>,
    mut make: impl FnMut(H, View<'_, S>) -> Option<Value>,
) -> Value {
    let bytes = fixture(file);
    let of_kind = |message: &Message<'_>| message.header.kind == kind.code();
    let messages = Messages::new(&bytes).map(Result::unwrap).filter(of_kind);
    messages
        .filter_map(|message| {
            let (header, view) = message.decode(kind).unwrap();
            make(header, view)
        })
        .collect()
}

/// Names of links, by index.
fn names() -> BTreeMap<i64, String> {
    let Value::Object(map) = said("ifindex.json") else { panic!() };
    map.into_iter().map(|(name, index)| (index.as_i64().unwrap(), name)).collect()
}

fn name(index: impl Into<i64>) -> Value {
    let index = index.into();
    names().get(&index).cloned().unwrap_or_else(|| format!("if{index}")).into()
}

fn mac(bytes: &[u8]) -> Value {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":").into()
}

/// An object of the entries that are there.
fn object<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    let there = entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(there.collect::<Map<_, _>>())
}

fn some(value: impl Into<Value>) -> Option<Value> {
    Some(value.into())
}

fn when(condition: bool, value: impl Into<Value>) -> Option<Value> {
    condition.then(|| value.into())
}

/// What ran on between the recording and iproute2's look.
const TIMERS: &[&str] = &[
    "gc_timer",
    "forward_delay_timer",
    "hello_timer",
    "used",
    "updated",
    "confirmed",
    "expires",
    "valid_life_time",
    "preferred_life_time",
    "idle_time",
];

fn compare(path: &str, ours: &Value, theirs: &Value) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: Vec<_> = a.keys().collect();
            for key in &keys {
                assert!(b.contains_key(*key), "{path}.{key}: only we say {}", a[*key]);
            }
            for (key, value) in b {
                let Some(ours) = a.get(key) else { panic!("{path}.{key}: only they say {value}") };
                if TIMERS.contains(&key.as_str()) {
                    let (a, b) = (ours.as_f64().unwrap(), value.as_f64().unwrap());
                    assert!((a - b).abs() <= 3.0, "{path}.{key}: {a} and {b}");
                } else {
                    compare(&format!("{path}.{key}"), ours, value);
                }
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{path}: {ours}\n{theirs}");
            for (n, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&format!("{path}[{n}]"), a, b);
            }
        }
        _ => assert_eq!(ours, theirs, "{path}"),
    }
}

fn prefix(address: Option<IpAddr>, len: u8, family: u8) -> Value {
    let most = if family == INET { 32 } else { 128 };
    match address {
        None if len == 0 => "default".into(),
        None => panic!("a prefix of length {len} without an address"),
        Some(address) if len == most => address.to_string().into(),
        Some(address) => format!("{address}/{len}").into(),
    }
}

fn table(table: u32) -> Value {
    match table {
        253 => "default".into(),
        254 => "main".into(),
        255 => "local".into(),
        other => other.to_string().into(),
    }
}

fn lower(name: Option<&str>, number: impl ToString) -> Value {
    name.map_or_else(|| number.to_string(), str::to_lowercase).into()
}

fn scope(scope: Scope) -> Value {
    // iproute2's rt_scopes calls RT_SCOPE_UNIVERSE "global".
    if scope == Scope::UNIVERSE { "global".into() } else { lower(scope.name(), scope.0) }
}

fn protocol(protocol: Protocol) -> Value {
    lower(protocol.name(), protocol.0)
}

fn hop_flags(flags: HopFlags) -> Vec<&'static str> {
    let names = [
        (HopFlags::DEAD, "dead"),
        (HopFlags::ONLINK, "onlink"),
        (HopFlags::PERVASIVE, "pervasive"),
        (HopFlags::OFFLOAD, "offload"),
        (HopFlags::LINKDOWN, "linkdown"),
    ];
    names.into_iter().filter(|(flag, _)| flags.contains(*flag)).map(|(_, name)| name).collect()
}

fn seconds(ticks: u64) -> Value {
    (ticks as f64 / 100.0).into()
}
