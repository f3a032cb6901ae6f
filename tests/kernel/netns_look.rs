//! Which namespace is which: ids, processes, changes.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;

use crate::world::{World, settle};

const SOON: Duration = Duration::from_secs(5);

#[test]
fn ids_are_set_once_and_ip_sees_them() {
    let world = World::new();
    world.sh("ip netns add web; ip netns add db; ip netns add third");
    world.nsrun(["netns", "set", "web", "77"]).run().ok();
    world.nsrun(["netns", "set", "db", "auto"]).run().ok();
    let ids = world.json("ip -j netns list-id");
    let id = |name: &str| {
        let all = ids.as_array().into_iter().flatten();
        all.filter(|row| row["name"] == name).find_map(|row| row["nsid"].as_i64())
    };
    assert_eq!(id("web"), Some(77));
    assert!(id("db").is_some_and(|id| id != 77));
    assert_eq!(id("third"), None);
    let again = world.nsrun(["netns", "set", "web", "78"]).run().exits(1);
    again.says(
        "cannot set the id of namespace \"web\": File exists (kernel: Peer netns already has",
    );
    world
        .nsrun(["netns", "set", "third", "77"])
        .run()
        .exits(1)
        .says("another namespace has that id");
    for wrong in ["-1", "x", "", "99999999999"] {
        world.nsrun(["netns", "set", "--", "third", wrong]).run().exits(2);
    }
    world.nsrun(["netns", "set", "nope", "1"]).run().exits(1).says("none of that name");
}

#[test]
fn ids_are_listed_as_ip_lists_them() {
    let world = World::new();
    world.sh("ip netns add web; ip netns add db; ip netns set web 5; ip netns set db 6");
    world.sh("ip -n web link add v0 type veth peer name v1 netns db");
    let lines = |text: String| -> Vec<String> {
        text.lines().map(|line| line.trim_end().to_owned()).collect()
    };
    let ours = |words: &[&str]| world.nsrun(["netns", "list-id"]).args(words).run().ok();
    assert_eq!(lines(ours(&[]).stdout), lines(world.sh("ip netns list-id")));
    assert_eq!(ours(&["--json"]).json(), world.json("ip -j netns list-id"));
    let inside = ours(&["--target-nsid", "5"]);
    assert_eq!(lines(inside.stdout), lines(world.sh("ip netns list-id target-nsid 5")));
    let one = ours(&["--nsid", "6", "--json"]).json();
    assert_eq!(one, json!([{"nsid": 6, "name": "db"}]));
    world.nsrun(["netns", "list-id", "--nsid", "9"]).run().exits(1).says("no namespace has it");
    world.nsrun(["netns", "list-id", "--target-nsid", "9"]).run().exits(1);
}

#[test]
fn processes_and_names_are_found_from_each_other() {
    let world = World::new();
    world.sh("ip netns add web; ip netns add empty");
    let inside = world.cmd(["ip", "netns", "exec", "web", "sleep", "94"]).spawn();
    let pid = inside.pid().to_string();
    let there = || world.sh("ip netns pids web") == format!("{pid}\n");
    assert!(settle(there, SOON));
    assert_eq!(world.nsrun(["netns", "pids", "web"]).run().ok().stdout, format!("{pid}\n"));
    assert_eq!(world.nsrun(["netns", "pids", "empty"]).run().ok().stdout, "");
    world.nsrun(["netns", "pids", "nope"]).run().exits(1).says("none of that name");
    assert_eq!(world.nsrun(["netns", "identify", &pid]).run().ok().stdout, "web\n");
    assert_eq!(world.nsrun(["netns", "identify"]).run().ok().stdout, "");
    let own =
        world.nsrun(["netns", "exec", "web", env!("CARGO_BIN_EXE_nsrun"), "netns", "identify"]);
    assert_eq!(own.run().ok().stdout, "web\n");
    world.nsrun(["netns", "identify", "999999"]).run().exits(1).says("No such process");
    for wrong in ["0", "-1", "x"] {
        world.nsrun(["netns", "identify", "--", wrong]).run().exits(2);
    }
}

#[test]
fn an_attached_namespace_outlives_its_process() {
    let world = World::new();
    let script = "ip link add br8 type bridge; echo in; exec sleep 95";
    let running = world.cmd(["unshare", "--net", "sh", "-ec", script]).spawn();
    assert_eq!(running.line(SOON), "in");
    let pid = running.pid().to_string();
    world.nsrun(["netns", "attach", "kept", &pid]).run().ok();
    let again = world.nsrun(["netns", "attach", "kept", &pid]).run().exits(1);
    again.says("there is one of that name");
    world.nsrun(["netns", "attach", "second", &pid]).run().ok();
    // ip shows one of them.
    let names = world.nsrun(["netns", "identify", &pid]).run().ok().stdout;
    assert_eq!(names, "kept\nsecond\n");
    assert!(names.contains(&world.sh(&format!("ip netns identify {pid}"))));
    drop(running);
    world.sh("ip -n kept link show br8");
    let gone = world.nsrun(["netns", "attach", "third", &pid]).run().exits(1);
    gone.says(&format!("cannot attach the namespace of process {pid}: No such process"));
    assert_eq!(world.sh("ls /run/netns"), "kept\nsecond\n");
}

#[test]
fn a_run_can_be_given_a_name() {
    let world = World::new();
    let _running = world.nsrun(["run", "--name", "job", "--", "sleep", "96"]).spawn();
    let inspect = || world.nsrun(["inspect", "job", "--json"]).run();
    assert!(settle(|| inspect().code() == Some(0), SOON));
    let run = inspect().ok().json();
    world.nsrun(["netns", "attach", "job", &run["pid"].to_string()]).run().ok();
    let address = world.json("ip -n job -j address show eth0");
    let expected = run["networks"][0]["address"].as_str().unwrap_or_default();
    let local = address[0]["addr_info"][0]["local"].as_str();
    assert_eq!(local, expected.split('/').next());
    world.nsrun(["stop", "--time", "0", "job"]).run().ok();
}

#[test]
fn monitor_tells_names_as_they_come_and_go() {
    let world = World::new();
    // Before the directory is there, too.
    let mut monitor = world.nsrun(["netns", "monitor"]).spawn();
    assert!(settle(|| world.succeeds("test -d /run/netns"), SOON));
    let watches = format!("cat /proc/{}/fdinfo/* 2>/dev/null | grep -c ^inotify", monitor.pid());
    assert!(settle(|| world.succeeds(&watches), SOON));
    world.sh("ip netns add web; ip netns delete web");
    world.nsrun(["netns", "add", "a b"]).run().ok();
    world.nsrun(["netns", "delete", "a b"]).run().ok();
    for expected in ["add web", "delete web", "add a b", "delete a b"] {
        assert_eq!(monitor.line(SOON), expected);
    }
    monitor.kill(Signal::SIGINT);
    monitor.wait();
    let monitor = world.nsrun(["netns", "monitor"]).spawn();
    let watches = format!("cat /proc/{}/fdinfo/* 2>/dev/null | grep -c ^inotify", monitor.pid());
    assert!(settle(|| world.succeeds(&watches), SOON));
    world.sh("umount /run/netns; rmdir /run/netns");
    monitor.wait().exits(1).says("cannot go on watching /run/netns: it has been removed");
}
