//! What is changed.

use std::time::Duration;

use super::{OURS, THEIRS, answers, difference, generator, quiet_world, still};
use crate::world::World;

/// All there is, as iproute2 shows it.
fn state(world: &World) -> Vec<(String, serde_json::Value)> {
    let mut views = Vec::new();
    for view in [
        "-d link",
        "addr",
        "-d -4 route show table all",
        "-d -6 route show table all",
        "-d rule",
        "-d -6 rule",
        "neigh show nud permanent",
        "neigh show proxy",
    ] {
        views.push(format!("-j {view}"));
        views.push(format!("-n other -j {view}"));
    }
    let answers = answers(world, THEIRS, &views);
    answers.into_iter().map(|(view, text)| (view, sorted(still(&text)))).collect()
}

/// Entries of a hash table have no order of their own.
fn sorted(mut value: serde_json::Value) -> serde_json::Value {
    if let Some(entries) = value.as_array_mut() {
        // Neighbours that are not permanent go when a link loses its carrier, which takes a while.
        entries.retain(|entry| {
            entry.get("state").is_none_or(|state| state.to_string().contains("PERMANENT"))
        });
        // So do the routes that the kernel makes; the addresses they come from are compared.
        entries.retain(|entry| {
            entry.get("dst").is_none() || entry.get("protocol").is_none_or(|by| by != "kernel")
        });
        // What the kernel makes up differs from world to world.
        for entry in entries.iter_mut() {
            mask(entry);
        }
        entries.sort_by_key(ToString::to_string);
    }
    value
}

fn mask(entry: &mut serde_json::Value) {
    let made_up = |text: &str| text.contains(':') && !text.contains("02:00:00");
    if let Some(members) = entry.as_object_mut() {
        members.remove("expires");
        if let Some(addresses) = members.get_mut("addr_info").and_then(|list| list.as_array_mut()) {
            for address in addresses.iter_mut().filter_map(|address| address.as_object_mut()) {
                let local = address.get("local").and_then(|local| local.as_str());
                if local.is_some_and(|local| local.starts_with("fe80:")) {
                    address.insert("local".into(), "made up".into());
                }
                for key in ["valid_life_time", "preferred_life_time"] {
                    let left = address.get(key).and_then(|left| left.as_u64());
                    if left.is_some_and(|left| left < u64::from(u32::MAX)) {
                        address.insert(key.into(), "runs".into());
                    }
                }
            }
        }
        for key in ["address", "lladdr"] {
            if members.get(key).and_then(|value| value.as_str()).is_some_and(made_up) {
                members.insert(key.into(), "made up".into());
            }
        }
        for key in ["linkinfo", "info_data", "info_slave_data"] {
            if let Some(inner) = members.get_mut(key) {
                for key in ["bridge_id", "root_id"] {
                    inner.as_object_mut().map(|inner| inner.remove(key));
                }
                mask(inner);
            }
        }
    }
}

/// The exit codes of commands, and the world in which `program` carried them out.
fn built_by(program: &str, lines: &[String]) -> (Vec<String>, World) {
    let world = quiet_world();
    world.sh("ip netns add other");
    let mut script = String::new();
    for line in lines {
        script.push_str(&format!("{program} {line} >/dev/null 2>&1; echo $?\n"));
    }
    script.push_str("sleep 1.5\n");
    let file = format!("{}/script", world.scratch());
    world.write(&file, &script);
    // Thousands of programs one after the other.
    let patience = Duration::from_secs(120);
    let codes = world.cmd(["sh", &file]).timeout(patience).run().ok().stdout;
    (codes.lines().map(str::to_owned).collect(), world)
}

fn make_the_same(lines: &[String], what: &str) {
    let (theirs_done, theirs) = built_by(THEIRS, lines);
    let (ours_done, ours) = built_by(OURS, lines);
    for ((line, ours), theirs) in lines.iter().zip(&ours_done).zip(&theirs_done) {
        assert_eq!(ours == "0", theirs == "0", "{what}: whether \"ip {line}\" succeeds");
    }
    are_the_same(&ours, &theirs, what);
}

fn are_the_same(ours: &World, theirs: &World, what: &str) {
    for ((view, theirs), (_, ours)) in state(theirs).iter().zip(&state(ours)) {
        let difference = difference(ours, theirs);
        assert!(difference.is_empty(), "{what}: ip {view}: {difference}");
    }
}

#[test]
fn generated_commands_make_the_same_state() {
    need_tool!("ip");
    for seed in 21..=24 {
        // Whether the kernel makes the host route to an IPv6 peer depends on when its link comes up.
        let lines: Vec<_> = generator::commands(seed)
            .into_iter()
            .filter(|line| !line.contains(" peer fd"))
            .collect();
        make_the_same(&lines, &format!("seed {seed}"));
    }
}

#[test]
fn every_verb_makes_the_same_state() {
    need_tool!("ip");
    let lines: Vec<_> = include_str!("verbs.txt").lines().map(str::to_owned).collect();
    make_the_same(&lines, "verbs");
}

#[test]
fn a_flush_removes_what_was_asked_for_and_no_address_promoted_meanwhile() {
    need_tool!("ip");
    for words in
        ["addr flush dev up0 primary", "-l 0 addr flush dev up0", "-l 1 addr flush dev up0"]
    {
        let [ours, theirs] = [OURS, THEIRS].map(|program| {
            let world = quiet_world();
            world.sh("echo 1 > /proc/sys/net/ipv4/conf/all/promote_secondaries; \
                 for n in 5 6 7; do ip addr add 198.51.100.$n/24 dev up0; done");
            let code = world.cmd(["sh", "-c", &format!("{program} {words}")]).run().code();
            (code, world.sh("ip -4 -o addr show dev up0"))
        });
        assert_eq!(ours, theirs, "ip {words}");
    }
}

#[test]
fn a_link_goes_where_it_is_sent() {
    let world = quiet_world();
    world.sh("ip netns add other");
    world.nsrun(["ip", "link", "add", "va", "type", "veth", "peer", "vb"]).run().ok();
    world.nsrun(["ip", "link", "set", "vb", "netns", "other", "name", "vc"]).run().ok();
    world.nsrun(["ip", "-n", "other", "link", "set", "vc", "up"]).run().ok();
    let there = world.sh("ip -n other -o link show vc");
    assert!(there.contains("UP"), "{there}");
}

/// Bridges that share the options to be set on one. The kernel takes 45 ms for the end of each
/// and lets nobody change links meanwhile, in any namespace.
const BRIDGES: usize = 16;

/// Every beginning of the word in brackets; `{}` is a new link, `{b}` one of the bridges, `{n}` a
/// new number, `{h}` two bytes of a new address.
fn beginnings(option: &str) -> impl Iterator<Item = String> {
    let (before, rest) = option.split_once('[').expect("a word in brackets");
    let (word, after) = rest.split_once(']').expect("a word in brackets");
    (1..=word.len()).map(move |end| format!("{before}{}{after}", &word[..end]))
}

#[test]
fn options_may_be_abbreviated_as_far_as_in_iproute2() {
    need_tool!("ip");
    let mut lines = vec!["link add port type veth peer name far".to_owned()];
    lines.extend((0..BRIDGES).map(|number| format!("link add br{number} type bridge")));
    lines.push("link set port master br0".into());
    let options = include_str!("options.txt").lines().enumerate();
    let options = options.flat_map(|(option, line)| {
        beginnings(&line.replace("{b}", &format!("br{}", option % BRIDGES))).collect::<Vec<_>>()
    });
    for (number, line) in (1..).zip(options) {
        let bytes = format!("{}.{}", number / 256, number % 256);
        let line = line.replace("{}", &format!("k{number}"));
        lines.push(line.replace("{n}", &number.to_string()).replace("{h}", &bytes));
    }
    let (theirs_done, theirs) = built_by(THEIRS, &lines);
    let (ours_done, ours) = built_by(OURS, &lines);
    let ends = lines.iter().zip(ours_done.iter().zip(&theirs_done));
    let unlike: Vec<_> = ends.filter(|(_, (ours, theirs))| ours != theirs).collect();
    assert!(unlike.is_empty(), "line, (ours, theirs): {unlike:#?}");
    are_the_same(&ours, &theirs, "options");
    // One by one, so that others come between.
    for world in [ours, theirs] {
        world.sh(&format!("for n in $(seq 0 {}); do ip link del br$n; done", BRIDGES - 1));
    }
}
