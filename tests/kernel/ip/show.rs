//! What is shown.

use super::{OURS, THEIRS, answers, difference, generator, quiet_world, side_by_side, still};
use crate::world::World;

/// A world made by iproute2 from this seed.
fn generated(seed: u64) -> World {
    let world = quiet_world();
    let mut script = String::from("ip netns add other\n");
    for line in generator::commands(seed) {
        script.push_str(&format!("ip {line} || echo refused\n"));
    }
    // The kernel looks at carriers once a second.
    script.push_str("sleep 1.5\n");
    let made = world.cmd(["sh", "-c", &script]).run().ok();
    let lines = script.lines().count();
    let refused = made.stdout.lines().count();
    assert!(refused * 2 < lines, "most of world {seed} was refused: {made}");
    world
}

const OBJECTS: &[&str] = &[
    "link",
    "addr",
    "route show",
    "route show table all",
    "-6 route show table all",
    "neigh",
    "neigh show proxy",
    "rule",
    "-6 rule",
    "-4 addr",
    "-6 addr",
    "netns",
];

#[test]
fn text_is_the_same_byte_for_byte() {
    need_tool!("ip");
    let mut views = Vec::new();
    for object in OBJECTS {
        for option in ["", "-br ", "-o ", "-c=always ", "-N "] {
            views.push(format!("{option}{object}"));
        }
    }
    for view in [
        "link show up",
        "link show type bridge",
        "link show type bridge_slave",
        "link show group 42",
        "link show up0",
        "addr show up0",
        "addr show up",
        "addr show to 10.0.0.0/8",
        "addr show scope host",
        "addr show deprecated",
        "addr show permanent",
        "addr show secondary",
        "addr show primary",
        "addr show dynamic",
        "addr show tentative",
        "addr show temporary",
        "addr show nodad",
        "addr show -deprecated",
        "addr show type bridge",
        "addr show nomaster",
        "addr show label up*",
        "route show table 100",
        "route show table local",
        "route show type blackhole",
        "route show proto static",
        "route show dev up0",
        "route show via 198.51.100.2",
        "route show metric 5",
        "route show root 10.0.0.0/9",
        "route show match 10.1.1.1",
        "route show scope link",
        "route get 198.51.100.7",
        "route get 127.0.0.1",
        "route get 224.0.0.1",
        "route get 224.0.0.1 oif lo",
        "route get 255.255.255.255",
        "route get 198.51.100.7 connected",
        "route get fibmatch 198.51.100.7",
        "route get 203.0.113.9 mark 7",
        "-6 route get ::1",
        "neigh show nud stale",
        "neigh show nud noarp",
        "neigh show to 10.0.0.0/8",
        "neigh show dev up0",
        "rule show table 100",
        "rule show iif lo",
        "rule show pref 0",
        "rule show pref 104",
        "rule show from 0/0",
        "rule show from 10.1.0.0/16",
        "rule show from 10.0.0.0/8",
        "rule show to 10.0.0.0/8",
        "rule show not",
        "rule show fwmark 7",
        "-n other link",
        "-n other -br addr",
        "-f link addr",
        "-0 link",
        "-B link",
    ] {
        views.push(view.to_owned());
    }
    for seed in 1..=6 {
        let world = generated(seed);
        for (view, ours, theirs) in side_by_side(&world, [OURS, THEIRS], &views, str::to_owned) {
            let line = ours.lines().zip(theirs.lines()).find(|(ours, theirs)| ours != theirs);
            assert!(ours == theirs, "world {seed}: ip {view}: ours and theirs {line:#?}");
        }
    }
}

#[test]
fn json_is_the_same_field_by_field() {
    need_tool!("ip");
    let mut views = Vec::new();
    for object in OBJECTS {
        for option in ["-j ", "-j -d ", "-j -br ", "-j -p "] {
            views.push(format!("{option}{object}"));
        }
    }
    for seed in 7..=12 {
        let world = generated(seed);
        for (view, ours, theirs) in side_by_side(&world, [OURS, THEIRS], &views, still) {
            let difference = difference(&ours, &theirs);
            assert!(difference.is_empty(), "world {seed}: ip {view}: {difference}");
        }
    }
}

/// The words of a text, without what runs.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut timer = false;
    for word in text.split_whitespace() {
        let value = std::mem::replace(&mut timer, word.ends_with("_timer"));
        if !value {
            words.push(word.to_owned());
        }
    }
    words
}

#[test]
fn details_are_the_same_words() {
    need_tool!("ip");
    let objects = [
        "link",
        "addr",
        "route show table all",
        "-6 route show table all",
        "rule",
        "route get 224.0.0.1 oif lo",
    ];
    let views: Vec<_> = ["-d ", "-o -d ", "-d -N "]
        .iter()
        .flat_map(|option| objects.map(|object| format!("{option}{object}")))
        .collect();
    for seed in 13..=16 {
        let world = generated(seed);
        for (view, ours, theirs) in side_by_side(&world, [OURS, THEIRS], &views, words) {
            let at = ours.iter().zip(&theirs).position(|(ours, theirs)| ours != theirs);
            let near = at.map(|at| (&ours[at.saturating_sub(8)..=at], &theirs[at]));
            assert!(ours == theirs, "world {seed}: ip {view}: ours and theirs {near:#?}");
        }
    }
}

#[test]
fn statistics_and_details_are_the_same_text() {
    need_tool!("ip");
    let world = quiet_world();
    world.sh("ping -q -c3 -i0.05 127.0.0.1; ip link add ifb7 type ifb; sleep 0.3");
    let views = [
        "-s link show lo",
        "-s -s link show lo",
        "-s addr show lo",
        "-s -s -6 addr show lo",
        "-j -s -s link show lo",
        "-j -s -s -6 addr show lo",
        "-d link",
        "-d addr",
        "-d route",
        "-d rule",
    ];
    let views = views.map(str::to_owned);
    for (view, ours, theirs) in side_by_side(&world, [OURS, THEIRS], &views, str::to_owned) {
        assert_eq!(ours, theirs, "ip {view}");
    }
}

#[test]
fn names_are_found_by_abbreviation_and_alternative() {
    need_tool!("ip");
    let world = quiet_world();
    world.sh("ip netns add one; ip netns add two; ip netns add three");
    world.sh("ip link property add dev up0 altname uplink.of.this.host.has.a.long.name");
    let views = [
        "netns",
        "-j netns",
        "l",
        "li sh up0",
        "l l up0",
        "a s up0",
        "ad",
        "r",
        "ro s",
        "n",
        "nei",
        "ru",
        "r l t all",
        "link show uplink.of.this.host.has.a.long.name",
        "a s dev uplink.of.this.host.has.a.long.name",
        "-o -4 a",
        "-f inet6 r",
        "-fam inet a",
        "--oneline l",
        "-det l",
        "-j -pretty l",
    ]
    .map(str::to_owned);
    for (view, ours, theirs) in side_by_side(&world, [OURS, THEIRS], &views, str::to_owned) {
        assert_eq!(ours, theirs, "ip {view}");
    }
}

#[test]
fn routes_are_chosen_by_where_they_go_by_and_whom_they_belong_to() {
    need_tool!("ip");
    let world = quiet_world();
    world.sh("ip route add 10.1.0.0/16 via 198.51.100.9 realms 3/5; \
         ip route add 10.2.0.0/16 via 198.51.100.9 src 198.51.100.1 realms 6; \
         ip route add 10.3.0.0/16 dev up0 realms 3/");
    let views = [
        "via 198.51.100.0/24",
        "via 198.51.100.9/32",
        "via 198.51.0.0/24",
        "via default",
        "src 198.51.100.0/24",
        "src 198.51.100.1",
        "table all src 198.51.0.0/16",
        "realms 5",
        "realms 3/",
        "realms 3/5",
        "realms 300",
    ]
    .map(|view| format!("route show {view}"));
    let (ours, theirs) = (answers(&world, OURS, &views), answers(&world, THEIRS, &views));
    assert_eq!(ours, theirs);
    let flush = ["ip", "route", "flush", "via", "198.51.100.8/30"];
    world.nsrun(flush).run().ok();
    assert!(!world.sh("ip route").contains("via 198.51.100.9"));
}

#[test]
fn it_is_ip_when_it_is_called_so() {
    let world = quiet_world();
    let program = env!("CARGO_BIN_EXE_nsrun");
    let link = format!("{}/ip", world.scratch());
    world.sh(&format!("ln -s {program} {link}"));
    let output = world.cmd([link.as_str(), "-V"]).run().ok();
    assert!(output.stdout.starts_with("ip utility, nsrun-"), "{output}");
    assert!(world.sh(&format!("{link} -br link")).contains("up0@"));
}
