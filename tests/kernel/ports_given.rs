//! Published ports that lead to a link given later, to what is no run or began without a network.

use crate::runs::{SOON, detached};
use crate::talk::{seen, served};
use crate::world::{World, settle};

const ASKED: &str = "tcp 192.0.2.1 8080";

fn published(world: &World) -> bool {
    world.sh("nft list map inet nsrun ports4").contains("tcp . 8080 ")
}

#[test]
fn ports_lead_to_a_run_that_began_without_a_network_until_it_ends() {
    need_tool!("python3");
    for net in ["none", "macvlan:lan0,ip=192.0.2.77/24"] {
        let world = World::builder().lan().build();
        world.nsrun(["network", "create", "a"]).run().ok();
        served(&world, &["--name", "web", "--net", net], &["80"]);
        let refused = world.nsrun(["publish", "web", "8080:80"]).run().exits(1);
        refused.says("cannot publish ports of run \"web\"").says("it is on no network");
        world.nsrun(["connect", "web", "a"]).run().ok();
        let output = world.nsrun(["publish", "web", "8080:80"]).run().ok();
        assert_eq!(output.stdout, "8080:80/tcp\n");
        let reached = || seen(world.lan(), ASKED).is_some();
        // On the LAN itself it answers there by its own link, where nobody asked it.
        assert_eq!(reached(), net == "none", "{net}");
        assert_eq!(world.nsrun(["port", "web"]).run().ok().stdout, "8080:80/tcp\n");
        world.nsrun(["run", "-p", "8080:80", "true"]).run().exits(125).says("has it");
        world.sh("nft flush ruleset");
        world.nsrun(["firewall", "reload"]).run().ok();
        assert!(published(&world), "a reload keeps it");
        assert_eq!(reached(), net == "none", "{net}");
        world.nsrun(["unpublish", "web", "8080:80"]).run().ok();
        assert!(!published(&world));
        world.nsrun(["publish", "web", "8080:80"]).run().ok();
        world.nsrun(["stop", "-t", "0", "web"]).run().ok();
        assert!(settle(|| !published(&world), SOON), "{net}");
    }
}

#[test]
fn ports_of_a_namespace_lead_to_the_link_it_was_given_and_end_with_it() {
    need_tool!("python3");
    let world = World::builder().lan().build();
    world.nsrun(["network", "create", "a"]).run().ok();
    world.nsrun(["netns", "add", "blue"]).run().ok();
    served(&world, &["--name", "inner", "--net", "ns:blue"], &["80"]);
    world.nsrun(["connect", "inner", "a"]).run().ok();
    let listed = world.nsrun(["ps"]).run().ok().stdout;
    assert!(listed.contains(" ns:blue,a "), "{listed}");
    let pid = world.nsrun(["inspect", "inner", "--json"]).run().ok().json()["pid"].to_string();
    for target in ["inner", "blue", "ns:blue", "/run/netns/blue", &pid] {
        world.nsrun(["publish", target, "8080:80"]).run().ok();
        assert!(seen(world.lan(), ASKED).is_some(), "{target}");
        assert_eq!(world.nsrun(["port", target]).run().ok().stdout, "8080:80/tcp\n");
        world.nsrun(["unpublish", target, "8080:80"]).run().ok();
        assert_eq!(seen(world.lan(), ASKED), None, "{target}");
    }
    world.nsrun(["publish", "inner", "8080:80"]).run().ok();
    world.nsrun(["stop", "-t", "0", "inner"]).run().ok();
    world.nsrun(["gc"]).run().ok();
    assert!(published(&world), "the link is there");
    let output = world.nsrun(["disconnect", "blue", "a"]).run().ok();
    assert!(output.stderr.contains("unpublished 8080:80/tcp"), "{output}");
    assert!(!published(&world));
    world.nsrun(["connect", "blue", "a"]).run().ok();
    world.nsrun(["publish", "blue", "8080:80"]).run().ok();
    world.nsrun(["netns", "delete", "blue"]).run().ok();
    let swept = || {
        world.nsrun(["gc"]).run().ok();
        !published(&world)
    };
    assert!(settle(swept, SOON), "the namespace is gone");
}

#[test]
fn what_is_connected_to_nothing_cannot_publish() {
    let world = World::new();
    detached(&world, &["--net", "none", "--name", "alone"], &["sleep", "1000"]);
    world.nsrun(["netns", "add", "blue"]).run().ok();
    for (target, title) in [("alone", "run \"alone\""), ("blue", "namespace \"blue\"")] {
        let output = world.nsrun(["publish", target, "8080:80"]).run().exits(1);
        output.says(&format!("cannot publish ports of {title}: it is on no network"));
    }
    world.nsrun(["publish", "nobody", "1:1"]).run().exits(1).says("cannot find run \"nobody\"");
}

#[test]
fn ports_lead_by_the_default_route_or_it_is_said_that_others_get_no_answer() {
    need_tool!("python3");
    let world = World::builder().lan().build();
    for name in ["a", "b"] {
        world.nsrun(["network", "create", name]).run().ok();
    }
    let lan = |ip: &str| format!("macvlan:lan0,ip={ip}/24,gateway=192.0.2.10");
    let (lan, again) = (lan("192.0.2.77"), lan("192.0.2.78"));
    for (nets, works) in [
        (["a,default-route=no", "b"], true),
        (["a", "b,default-route=no"], true),
        ([&*lan, "a"], false),
        ([&*again, "a,default-route=no"], false),
    ] {
        let options = ["--net", nets[0], "--net", nets[1], "-p", "8080:80"];
        let planned = world.nsrun(["run", "--dry-run"]).args(options).arg("true").run().ok();
        let told = planned.stderr.contains("a,default-route=yes");
        assert_eq!(told, !works, "{nets:?}: {planned}");
        let name = served(&world, &options, &["80"]);
        assert_eq!(seen(world.lan(), ASKED).is_some(), works, "{nets:?}");
        world.nsrun(["stop", "-t", "0", &name]).run().ok();
    }
}

#[test]
fn ports_published_later_lead_by_the_default_route_too_and_are_taken_back_there() {
    need_tool!("python3");
    let world = World::builder().lan().build();
    for name in ["a", "b"] {
        world.nsrun(["network", "create", name]).run().ok();
    }
    let options = ["--name", "web", "--net", "a", "--net", "b,default-route=yes", "-p", "8081:80"];
    served(&world, &options, &["80"]);
    let taken = world.nsrun(["run", "-p", "8081:1", "true"]).run().exits(125);
    taken.says("run \"web\" has it");
    let output = world.nsrun(["publish", "web", "8080:80", "8082:80"]).run().ok();
    assert_eq!(output.stderr, "");
    assert!(seen(world.lan(), ASKED).is_some(), "it answers by the network it leads to");
    let refused = world.nsrun(["unpublish", "web", "8081:80", "8083:80"]).run().exits(1);
    refused.says("\"8083:80/tcp\"").says("it has only 8080:80/tcp, 8081:80/tcp, 8082:80/tcp");
    world.nsrun(["unpublish", "web", "8081:80", "8080:80"]).run().ok();
    assert_eq!(world.nsrun(["port", "web"]).run().ok().stdout, "8082:80/tcp\n");
    assert!(!published(&world) && !world.sh("nft list map inet nsrun ports4").contains(". 8081 "));

    // They lead by two networks where the default route was lost meanwhile.
    let pid = world.nsrun(["inspect", "web", "--json"]).run().ok().json()["pid"].to_string();
    world.sh(&format!("nsenter -t {pid} -n ip route del default"));
    let output = world.nsrun(["publish", "web", "8080:80"]).run().ok();
    assert!(output.stderr.contains("the default route does not"), "{output}");
    world.nsrun(["unpublish", "web", "8080:80", "8082:80"]).run().ok();
    assert_eq!(world.nsrun(["port", "web"]).run().ok().stdout, "");
    assert!(!world.sh("nft list map inet nsrun ports4").contains("elements"));

    let lan = "macvlan:lan0,ip=192.0.2.77/24,gateway=192.0.2.10";
    detached(&world, &["--name", "out", "--net", lan, "--net", "a"], &["sleep", "1000"]);
    let output = world.nsrun(["publish", "out", "8080:80"]).run().ok();
    assert!(output.stderr.contains("a,default-route=yes"), "{output}");
}

#[test]
fn ports_end_with_their_run_however_it_was_written() {
    let world = World::new();
    world.nsrun(["network", "create", "a"]).run().ok();
    for (net, connects, publishes) in [
        ("a", None, "pid:"),
        ("a", None, "run:"),
        ("none", Some("pid:"), ""),
        ("none", Some(""), "pid:"),
        ("none", Some("run:"), "run:"),
    ] {
        detached(&world, &["--name", "web", "--net", net], &["sleep", "1000"]);
        let pid = world.nsrun(["inspect", "web", "--json"]).run().ok().json()["pid"].to_string();
        let target = |how: &str| match how {
            "pid:" => format!("pid:{pid}"),
            _ => format!("{how}web"),
        };
        // Whoever is there as a guest neither gets them nor takes them along.
        detached(&world, &["--name", "guest", "--net", "run:web"], &["sleep", "1000"]);
        if let Some(connects) = connects {
            world.nsrun(["connect", &target(connects), "a"]).run().ok();
        }
        world.nsrun(["publish", &target(publishes), "8080:80"]).run().ok();
        world.nsrun(["stop", "-t", "0", "guest"]).run().ok();
        assert!(published(&world), "{net} {connects:?} {publishes}");
        world.nsrun(["stop", "-t", "0", "web"]).run().ok();
        assert!(settle(|| !published(&world), SOON), "{net} {connects:?} {publishes}");
    }
}
