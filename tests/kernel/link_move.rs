//! Links moved between namespaces and back.

use std::time::Duration;

use serde_json::Value;

use crate::world::{Place, Running, World, settle};

const SOON: Duration = Duration::from_secs(5);

/// A world with a second "network card" of its host, up and with an address, on the same wire as
/// 192.0.2.2; and the namespace "web".
fn world_with_card() -> World {
    let world = World::new();
    world.sh("ip link add card1 type veth peer name wire; \
              for l in card1 wire; do ip link set $l addrgenmode none; ip link set $l up; done");
    world.sh("ip address add 192.0.2.1/24 dev card1; ip netns add web");
    world
}

fn run(world: &World) -> (Running, Place) {
    let run =
        world.nsrun(["run", "--name", "job", "--", "sh", "-c", "echo in; exec sleep 97"]).spawn();
    assert_eq!(run.line(SOON), "in");
    let found = world.nsrun(["inspect", "job", "--json"]).run().ok().json();
    let pid = found["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok()).expect("a pid");
    let inside = world.net_of(pid);
    (run, inside)
}

fn is_up(link: Option<&Value>) -> Option<bool> {
    let flags = link?["flags"].as_array()?;
    Some(flags.iter().any(|flag| flag == "UP"))
}

#[test]
fn a_link_goes_to_a_namespace_by_name_and_comes_back() {
    let world = world_with_card();
    let mac = world.link("card1").map(|link| link["address"].clone());
    world.nsrun(["link", "move", "card1", "web"]).run().ok();
    assert_eq!(world.link("card1"), None);
    let there = world.json("ip -n web -j -d link show card1");
    assert_eq!(is_up(Some(&there[0])), Some(true));
    assert_eq!(Some(there[0]["address"].clone()), mac);
    world.nsrun(["link", "return", "card1", "web"]).run().ok();
    assert_eq!(is_up(world.link("card1").as_ref()), Some(true));
    assert_eq!(world.addresses("card1").iter().filter(|it| it.contains('.')).count(), 0);
    assert!(!world.succeeds("ip -n web link show card1"));
    // What is down stays down.
    world.sh("ip link set card1 down");
    world.nsrun(["link", "move", "card1", "ns:web"]).run().ok();
    assert_eq!(is_up(world.json("ip -n web -j link show card1").get(0)), Some(false));
}

#[test]
fn a_running_process_gets_a_second_link_that_works() {
    need_tool!("ping");
    let world = world_with_card();
    let (_run, inside) = run(&world);
    world.sh("ip address del 192.0.2.1/24 dev card1; ip address add 192.0.2.2/24 dev wire");
    world.nsrun(["link", "move", "card1", "job", "--name", "eth1"]).run().ok();
    inside.sh("ip address add 192.0.2.1/24 dev eth1; ping -c 1 -W 2 192.0.2.2");
    let mut links = inside.links();
    links.sort();
    assert_eq!(links, ["eth0", "eth1"]);
    world.nsrun(["link", "return", "eth1", "job"]).run().ok();
    let back = world.link("card1").expect("it has its old name");
    assert_eq!(is_up(Some(&back)), Some(true));
    assert_eq!(back.get("altnames"), None);
    assert_eq!(inside.links(), ["eth0"]);
}

#[test]
fn a_target_is_a_run_a_process_a_name_or_a_path() {
    let world = world_with_card();
    let (_run, inside) = run(&world);
    let pid = world.nsrun(["inspect", "job", "--json"]).run().ok().json()["pid"].to_string();
    for target in ["job", "run:job", &pid, &format!("pid:{pid}"), &format!("/proc/{pid}/ns/net")] {
        world.nsrun(["link", "move", "card1", target]).run().ok();
        assert!(inside.link("card1").is_some(), "{target}");
        world.nsrun(["link", "return", "card1", target]).run().ok();
    }
    for target in ["web", "ns:web", "/run/netns/web"] {
        world.nsrun(["link", "move", "card1", target]).run().ok();
        world.sh("ip -n web link show card1");
        world.nsrun(["link", "return", "card1", target]).run().ok();
    }
    let same = world.nsrun(["netns", "attach", "job", &pid]).run().ok();
    assert_eq!(same.stderr, "");
    world.nsrun(["link", "move", "card1", "job"]).run().ok();
    world.nsrun(["link", "return", "card1", "job"]).run().ok();
    world.sh("ip netns delete job; ip netns add job");
    let two = world.nsrun(["link", "move", "card1", "job"]).run().exits(1);
    let two = two.says("cannot tell which network \"job\" means: run \"job\" has one, namespace");
    two.says("hint: write run:job, pid:job or ns:job");
    assert!(world.link("card1").is_some());
}

#[test]
fn what_cannot_be_moved_stays_as_it_was() {
    let world = world_with_card();
    let (_run, inside) = run(&world);
    world.sh("touch /run/netns/stale");
    let before = world.snapshot();
    let refused = |words: &[&str], code, says: &str| {
        world.nsrun(["link"]).args(words).run().exits(code).says(says);
    };
    refused(&["move", "nope", "web"], 1, "cannot find link \"nope\" in this namespace");
    refused(&["return", "nope", "web"], 1, "cannot find link \"nope\" in namespace \"web\"");
    refused(&["move", "card1", "nope"], 1, "no run, process or namespace is called so");
    refused(&["move", "card1", "stale"], 1, "it is stale");
    refused(&["move", "card1", "pid:999999"], 1, "cannot find process 999999");
    refused(&["move", "card1", "/etc/hosts"], 1, "it is no network namespace");
    refused(&["move", "card1", "/proc/self/ns/net"], 1, "that is this namespace");
    refused(&["move", "lo", "web"], 1, "a loopback link of its own");
    refused(&["move", "card1", "job", "--name", "eth0"], 1, "give another name with --name");
    refused(&["move", "card1", "job", "--name", "a/b"], 2, "cannot be the name of a link");
    refused(&["move", "card1", ".."], 2, "can be no TARGET");
    refused(&["move", "nsrun0", "web"], 1, "cannot move link \"nsrun0\"");
    let lease = world.ports("nsrun0").remove(0);
    refused(&["move", &lease, "web"], 1, "this host's end of a run's link");
    world.assert_returns_to(&before, SOON);
    assert_eq!(inside.links(), ["eth0"]);
}

#[test]
fn promiscuous_mode_is_switched_here_and_there() {
    let world = world_with_card();
    let (_run, inside) = run(&world);
    let counts = |place: &Place, link: &str| {
        place.link(link).and_then(|link| link["promiscuity"].as_u64()).unwrap_or_default()
    };
    world.nsrun(["link", "promisc", "card1", "on"]).run().ok();
    assert_eq!(counts(&world, "card1"), 1);
    world.nsrun(["link", "promisc", "card1", "off"]).run().ok();
    assert_eq!(counts(&world, "card1"), 0);
    world.nsrun(["link", "promisc", "eth0", "on", "--in", "job"]).run().ok();
    assert_eq!(counts(&inside, "eth0"), 1);
    world.nsrun(["link", "promisc", "nope", "on"]).run().exits(1).says("cannot switch promiscuous");
    world.nsrun(["link", "promisc", "card1", "maybe"]).run().exits(2);
}

#[test]
fn a_link_that_arrived_but_cannot_come_up_is_told() {
    need_tool!("strace");
    let world = world_with_card();
    // After those that look for run, link and names, and the move: the send that brings it up.
    let inject = "inject=sendto:error=ENOBUFS:when=5";
    let strace = ["strace", "-f", "-o", "/dev/null", "-e", inject];
    let moved =
        world.cmd(strace).args([env!("CARGO_BIN_EXE_nsrun"), "link", "move", "card1", "web"]);
    let moved = moved.run().exits(1);
    let there = settle(|| world.succeeds("ip -n web link show card1"), SOON);
    assert!(there, "{moved}");
    moved.says("link \"card1\" has come to namespace \"web\", and stays there");
}

#[test]
fn a_link_that_cannot_leave_is_as_before() {
    need_tool!("strace");
    let world = world_with_card();
    let before = world.snapshot();
    // After the send that notes its name on it: the move.
    let inject = "inject=sendto:error=ENOBUFS:when=5";
    let strace = ["strace", "-f", "-o", "/dev/null", "-e", inject, env!("CARGO_BIN_EXE_nsrun")];
    let moved = world.cmd(strace).args(["link", "move", "card1", "web", "--name", "eth1"]);
    let moved = moved.run().exits(1);
    let moved = moved.says("cannot move link \"card1\" to namespace \"web\" as \"eth1\"");
    moved.says("undo: remove name \"home:card1\" from link \"card1\"");
    world.assert_returns_to(&before, SOON);
}
