//! `nsrun ip` beside iproute2's `ip`: the same state is shown alike, the same commands make the
//! same state, and what is wrong is refused alike.

mod bridge;
mod change;
mod errors;
mod generator;
mod show;
mod walkthrough;
mod watch;

use std::time::Duration;

use serde_json::Value;

use crate::world::{Place, World};

/// The two programs, for shell scripts.
const THEIRS: &str = "ip";
const OURS: &str = concat!(env!("CARGO_BIN_EXE_nsrun"), " ip");

/// A world in which nothing about links and addresses happens by itself.
fn quiet_world() -> World {
    let world = World::new();
    world.sh("for what in default all up0; do \
           echo 0 > /proc/sys/net/ipv6/conf/$what/accept_dad; \
           echo 0 > /proc/sys/net/ipv6/conf/$what/router_solicitations; \
         done; echo 1 > /proc/sys/net/ipv6/conf/default/addr_gen_mode");
    world
}

/// What `program` answers to each of these words, one shell for all of them.
fn answers(place: &Place, program: &str, views: &[String]) -> Vec<(String, String)> {
    let script: String = views
        .iter()
        .map(|view| format!("{program} {view} 2>&1; echo \"exit $?\"; printf '\\036'\n"))
        .collect();
    let output = place.cmd(["sh", "-c", &script]).run().ok().stdout;
    let parts = output.split('\u{1e}').map(str::to_owned);
    views.iter().cloned().zip(parts).collect()
}

/// What both programs answer, ours first, in the form `plain` gives it.
///
/// The kernel works on after the last command (carriers, ports of bridges), later on a busy
/// machine: a difference counts when iproute2 answers the same before and after us.
fn side_by_side<T: PartialEq>(
    place: &Place,
    [ours, theirs]: [&str; 2],
    views: &[String],
    plain: impl Fn(&str) -> T,
) -> Vec<(String, T, T)> {
    let ask = |program| {
        let answers = answers(place, program, views);
        answers.into_iter().map(|(_, answer)| plain(&answer)).collect::<Vec<T>>()
    };
    let mut before = ask(theirs);
    for _ in 0..20 {
        let own = ask(ours);
        let after = (own != before).then(|| ask(theirs));
        match after {
            Some(after) if after != before => before = after,
            _ => {
                let both = own.into_iter().zip(before).zip(views);
                return both.map(|((ours, theirs), view)| (view.clone(), ours, theirs)).collect();
            }
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    panic!("what iproute2 shows never stands still: {views:?}");
}

/// JSON without what runs: timers.
fn still(text: &str) -> Value {
    let text = text.split("\nexit ").next().unwrap_or_default();
    let mut value: Value = serde_json::from_str(text).unwrap_or_else(|error| {
        assert!(text.trim().is_empty(), "no JSON ({error}): {text}");
        Value::Null
    });
    strip(&mut value);
    value
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|key, _| !key.ends_with("_timer"));
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

/// Where two documents differ first, and how; empty when they are the same.
fn difference(ours: &Value, theirs: &Value) -> String {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys());
            keys.filter_map(|key| {
                let null = Value::String("(not there)".into());
                let inner = difference(a.get(key).unwrap_or(&null), b.get(key).unwrap_or(&null));
                (!inner.is_empty()).then(|| format!("{key}: {inner}"))
            })
            .next()
            .unwrap_or_default()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let different = a.iter().zip(b).find(|(a, b)| a != b);
            let Some((a, b)) = different else { return String::new() };
            let name = a.get("ifname").or(a.get("dst")).unwrap_or(&Value::Null);
            format!("{name} {}", difference(a, b))
        }
        _ if ours == theirs => String::new(),
        _ => format!("ours {ours}, theirs {theirs}"),
    }
}
