//! Runs that share a network namespace, or have none to be found by on the host.

use nix::sys::signal::Signal;

use crate::runs::{SOON, detached, started};
use crate::world::{World, settle};

const LINKS: [&str; 5] = ["ip", "-br", "link", "show", "up"];

#[test]
fn the_host_s_network_is_shared_as_it_is() {
    let world = World::new();
    let before = world.snapshot();
    let output = world.nsrun(["run", "--net", "host", "--"]).args(LINKS).run().ok();
    assert!(output.stdout.contains("up0"), "{output}");
    let namespace = ["run", "--net", "host", "--", "readlink", "/proc/self/ns/net"];
    assert_eq!(world.nsrun(namespace).run().ok().stdout, world.sh("readlink /proc/self/ns/net"));
    // Its parameters are the host's, and stay.
    world
        .nsrun(["run", "--net", "host", "--sysctl", "net.ipv4.ip_forward=1", "true"])
        .run()
        .exits(2)
        .says("--sysctl would change others' network with --net host");
    assert!(settle(|| world.snapshot() == before, SOON));
}

#[test]
fn a_named_namespace_a_path_a_process_and_a_run_can_be_shared() {
    let world = World::new();
    world.sh(
        "ip netns add blue; ip -n blue link add in-blue type bridge; ip -n blue link set lo up",
    );
    for net in ["ns:blue", "ns:/run/netns/blue"] {
        let output = world.nsrun(["run", "--net", net, "--", "ls", "/sys/class/net"]).run().ok();
        assert!(output.stdout.contains("in-blue"), "{net}: {output}");
    }
    world.sh("mkdir -p /etc/netns/blue; echo 'nameserver 192.0.2.9' > /etc/netns/blue/resolv.conf");
    let cat = ["run", "--net", "ns:blue", "--", "cat", "/etc/resolv.conf"];
    assert_eq!(world.nsrun(cat).run().ok().stdout, "nameserver 192.0.2.9\n");

    detached(&world, &["--name", "web"], &["sleep", "60"]);
    let shown = world.nsrun(["inspect", "--json", "web"]).run().ok().json();
    let address = shown["networks"][0]["address"].as_str().unwrap();
    let pid = format!("pid:{}", shown["pid"]);
    for net in ["container:web", &pid] {
        let inside = ["run", "--net", net, "--", "ip", "addr", "show", "eth0"];
        assert!(world.nsrun(inside).run().ok().stdout.contains(address), "{net}");
    }
}

#[test]
fn who_shares_the_network_of_a_run_finds_names_as_it_does() {
    let world = World::new();
    world.write("/etc/resolv.conf", "search lan.example\nnameserver 203.0.113.1\n");
    detached(&world, &["--name", "web"], &["sleep", "60"]);
    let shown = world.nsrun(["inspect", "--json", "web"]).run().ok().json();
    for net in ["container:web", &format!("pid:{}", shown["pid"])] {
        let shares = |more: &[&str], command: &[&str]| {
            let run = world.nsrun(["run", "--net", net]).args(more).arg("--").args(command);
            run.run().ok().stdout
        };
        assert!(shares(&[], &["getent", "ahostsv4", "web"]).starts_with("10."));
        let cat = ["cat", "/etc/resolv.conf"];
        assert_eq!(shares(&[], &cat), "search lan.example\nnameserver 127.0.0.11\n");
        let asked = shares(&["--dns", "192.0.2.9"], &cat);
        assert_eq!(asked, "search lan.example\nnameserver 192.0.2.9\n");
        assert_eq!(shares(&["--dns", "none"], &cat), world.read("/etc/resolv.conf"));
    }
    // Nobody answers there.
    detached(&world, &["--name", "off", "--dns", "none"], &["sleep", "60"]);
    let off = ["run", "--net", "container:off", "cat", "/etc/resolv.conf"];
    assert_eq!(world.nsrun(off).run().ok().stdout, world.read("/etc/resolv.conf"));
}

#[test]
fn what_cannot_be_shared_is_refused_with_a_reason() {
    let world = World::new();
    for (net, code, why) in [
        ("ns:nowhere", 125, "cannot enter namespace \"nowhere\": there is none of that name"),
        ("ns:/etc/passwd", 125, "\"/etc/passwd\": it is no network namespace"),
        ("ns:/proc/self/ns/uts", 125, "it is no network namespace"),
        ("pid:4000000", 125, "cannot find process 4000000"),
        ("pid:x", 2, "\"pid:x\" can be no TARGET"),
        ("container:nobody", 125, "cannot find run \"nobody\""),
    ] {
        world.nsrun(["run", "--net", net, "true"]).run().exits(code).says(why);
    }
    world
        .nsrun(["run", "--net", "host", "--net", "bridge", "true"])
        .run()
        .exits(2)
        .says("--net host cannot be combined with another");
    world
        .nsrun(["run", "--net", "host", "--ip", "10.0.0.7", "true"])
        .run()
        .exits(2)
        .says("--ip needs a network");
}

#[test]
fn a_run_without_a_network_is_listed_inspected_entered_waited_for_and_stopped_by_name() {
    let world = World::new();
    assert_eq!(detached(&world, &["--net", "none", "--name", "job"], &["sleep", "60"]), "job");
    let list = world.nsrun(["ps", "--json"]).run().ok().json();
    assert_eq!((list[0]["name"].as_str(), list[0]["mode"].as_str()), (Some("job"), Some("none")));
    let shown = world.nsrun(["inspect", "--json", "job"]).run().ok().json();
    assert_eq!(shown["command"], serde_json::json!(["sleep", "60"]));
    let links = world.nsrun(["exec", "job", "--", "ls", "/sys/class/net"]).run().ok().stdout;
    assert!(!links.contains("up0") && links.contains("lo"), "{links}");
    let by_pid = world.nsrun(["inspect", "--json", &shown["pid"].to_string()]).run().ok().json();
    assert_eq!(by_pid["name"], "job");
    let waiting = world.nsrun(["wait", "job"]).spawn();
    // It has found the run once it holds the file of its exit status.
    let holding = "ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c nsrun-status || :";
    assert!(settle(|| world.sh(holding) == "2\n", SOON));
    world.nsrun(["stop", "-t0", "job"]).run().ok();
    // By whichever of the two signals came first.
    assert!(matches!(waiting.wait().code(), Some(137 | 143)));
    assert_eq!(world.nsrun(["ps", "--json"]).run().ok().json(), serde_json::json!([]));
    assert!(settle(|| world.sh("ls /run").is_empty(), SOON));
}

#[test]
fn a_name_is_held_once_whether_or_not_a_link_holds_it() {
    let world = World::new();
    detached(&world, &["--net", "none", "--name", "a"], &["sleep", "60"]);
    detached(&world, &["--name", "b"], &["sleep", "60"]);
    for (net, name) in [("none", "a"), ("bridge", "a"), ("none", "b"), ("host", "b")] {
        let run = ["run", "--net", net, "--name", name, "true"];
        world.nsrun(run).run().exits(125).says(&format!("cannot take name \"{name}\""));
    }
    world.nsrun(["stop", "-t0", "a"]).run().ok();
    world.nsrun(["run", "--net", "none", "--name", "a", "true"]).run().ok();
}

#[test]
fn the_name_of_a_killed_supervisor_is_free_again() {
    let world = World::new();
    let mut run = started(&world, &["--net", "none", "--name", "a"]);
    run.kill(Signal::SIGKILL);
    let list = || world.nsrun(["ps", "--json"]).run().ok().json();
    assert!(settle(|| list() == serde_json::json!([]), SOON));
    world.nsrun(["run", "--net", "none", "--name", "a", "true"]).run().ok();
    assert_eq!(world.sh("ls /run"), "");
}
