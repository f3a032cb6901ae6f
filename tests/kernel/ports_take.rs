//! Taking ports and giving them back: conflicts, ends, kills, floods.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::runs::{SOON, detached, inspect, started};
use crate::world::{World, at_once, settle};

/// Elements of a map or set of ours that hold `text`.
fn elements(world: &World, set: &str, text: &str) -> usize {
    let kind = if set.contains("ports") { "map" } else { "set" };
    let list = world.sh(&format!("nft list {kind} inet nsrun {set} || :"));
    let list = list.split_once("elements = {").map_or("", |(_, list)| list);
    let is_one = |element: &&str| !element.is_empty() && element.contains(text);
    list.split(',').filter(is_one).count()
}

fn run(world: &World, ports: &[&str]) -> crate::world::Output {
    let options = ports.iter().flat_map(|port| ["-p", port]);
    world.nsrun(["run"]).args(options).args(["--", "echo", "ran"]).run()
}

#[test]
fn a_taken_port_is_refused_naming_who_has_it() {
    let world = World::new();
    let web = started(&world, &["--name", "web", "-p", "8080:80", "-p", "127.0.0.1:9090:80"]);
    let listed = world.nsrun(["ps", "--json"]).run().ok().json();
    let by = format!("run \"web\" has it (process {})", listed[0]["pid"]);
    for taken in ["8080:1", "127.0.0.1:8080:1", "198.51.100.1:8080:1", "8079-8081:1-3", "9090:1"] {
        let output = run(&world, &[taken]).exits(125);
        output.says("nsrun: cannot publish port").says(&by);
    }
    assert_eq!(elements(&world, "ports4", ""), 1, "nothing of the refused is there");
    // Another protocol, another port, another address of the same port.
    for free in ["8080:1/udp", "8081:1", "198.51.100.1:9090:1"] {
        run(&world, &[free]).ok();
    }
    drop(web);
}

#[test]
fn a_port_of_a_process_of_the_host_is_refused_naming_it() {
    need_tool!("python3");
    let world = World::new();
    let script = "import socket, time
t = socket.socket(); t.setsockopt(1, 2, 1); t.bind(('127.0.0.1', 7000)); t.listen()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(('0.0.0.0', 7001))
print('ready', flush=True); time.sleep(1000)";
    let server = world.cmd(["python3", "-c", script]).timeout(Duration::from_secs(60)).spawn();
    server.line(SOON);
    for taken in ["7000:80", "127.0.0.1:7000:80", "7001:80/udp", "198.51.100.1:7001:80/udp"] {
        run(&world, &[taken]).exits(125).says("(python3) has it");
    }
    for free in ["7001:80", "198.51.100.1:7000:80", "7000:80/udp"] {
        run(&world, &[free]).ok();
    }
}

#[test]
fn bad_publications_are_refused_before_anything_is_done() {
    let world = World::new();
    let before = world.snapshot();
    for (ports, why) in [
        (&["0:0"][..], "port 0 inside"),
        (&["70000:80"], "\"70000\" is no port"),
        (&["80-90:80-85"], "not equally long"),
        (&["80:80/icmp"], "\"icmp\" is no protocol"),
        (&["80:80", "80:81"], "overlap"),
        (&["224.0.0.1:80:80/udp"], "224.0.0.1 is no address of one host"),
        (&["255.255.255.255:80:80"], "255.255.255.255 is no address of one host"),
        (&["198.51.100.255:80:80"], "means all hosts of a subnet"),
        (&["198.51.100.255:80:80/udp"], "means all hosts of a subnet"),
        (&["80:80", "127.0.0.1:80:81"], "overlap"),
    ] {
        run(&world, ports).exits(2).says(why);
    }
    world.nsrun(["run", "--net", "none", "-p", "80:80", "true"]).run().exits(2).says("publish");
    run(&world, &["[::1]:80:80"]).exits(2).says("network \"bridge\" has no IPv6");
    world.assert_returns_to(&before, SOON);
    run(&world, &["203.0.113.77:80:80"]).exits(125).says("has no address 203.0.113.77");
    world.nsrun(["network", "create", "--internal", "inner"]).run().ok();
    let inner = world.nsrun(["run", "--net", "inner", "-p", "80:80", "true"]).run();
    inner.exits(2).says("\"inner\" does not lead out");
    world.nsrun(["network", "create", "--ipv6", "six"]).run().ok();
    let six = ["run", "-d", "--net", "six", "--name", "a"];
    let loopback = world.nsrun(six).args(["-p", "[::1]:80:80", "true"]).run();
    loopback.exits(2).says("routes nothing from ::1");
    world.nsrun(six).args(["sleep", "1000"]).run().ok();
    for (spec, code, why) in [
        ("[::1]:80:80", 2, "routes nothing from ::1"),
        ("0:0", 2, "port 0 inside"),
        ("80:80/icmp", 2, "is no protocol"),
        ("203.0.113.77:80:80", 1, "has no address"),
    ] {
        world.nsrun(["publish", "a", spec]).run().exits(code).says(why);
    }
    assert_eq!(world.nsrun(["port", "a"]).run().ok().stdout, "");
    assert_eq!(elements(&world, "ports4", ""), 0);
    let none = ["run", "-d", "--net", "none", "--name", "alone", "sleep", "1000"];
    world.nsrun(none).run().ok();
    let output = world.nsrun(["publish", "alone", "80:80"]).run().exits(1);
    output.says("it is on no network that leads out");
}

#[test]
fn a_free_port_is_chosen_and_said() {
    let world = World::new();
    let output = run(&world, &[":80", "127.0.0.1:0:81/udp"]).ok();
    let ports: Vec<&str> =
        output.stderr.lines().filter_map(|line| line.strip_prefix("nsrun: published ")).collect();
    assert_eq!(ports.len(), 2, "{output}");
    assert!(ports[0].ends_with(":80/tcp") && ports[1].ends_with(":81/udp"), "{output}");
    assert_eq!(output.stdout, "ran\n");
    if !std::path::Path::new("/proc/sys/net/sctp").exists() {
        let lacking = "the kernel lacks SCTP (CONFIG_IP_SCTP, module sctp)";
        run(&world, &[":80/sctp"]).exits(125).says(lacking);
    }
}

#[test]
fn ports_go_with_their_run_and_nobody_waits_for_that() {
    let world = World::new();
    run(&world, &["8080:80"]).ok();
    for _ in 0..10 {
        // Taken again at once: the address is another, the port the same.
        run(&world, &["8080:80", "127.0.0.1:9000:80"]).ok();
        for set in ["ports4", "address_ports4", "publishers"] {
            assert_eq!(elements(&world, set, ""), 0, "{set}");
        }
    }
    // What waits for the end of the output does not wait for the kernel to forget the ports.
    let command = format!("$({} run -p 8080:80 echo ran)", env!("CARGO_BIN_EXE_nsrun"));
    assert_eq!(world.sh(&format!("echo {command}")), "ran\n");
    let leftover = || !world.succeeds("pgrep -x nsrun");
    assert!(settle(leftover, SOON), "the process that closes the connection stays");
}

#[test]
fn a_port_of_a_killed_run_never_leads_to_another() {
    let world = World::new();
    let ip = ["--name", "web", "--ip", "10.192.0.9", "-p", "8080:80"];
    let kill = |world: &World| {
        let mut web = started(world, &ip);
        web.kill(Signal::SIGKILL);
        assert_eq!(elements(world, "ports4", "10.192.0.9"), 1, "it is stale");
    };
    kill(&world);
    // The address is leased again.
    world.nsrun(["run", "--ip", "10.192.0.9", "true"]).run().ok();
    assert_eq!(elements(&world, "ports4", ""), 0);
    assert_eq!(elements(&world, "publishers", ""), 0);

    kill(&world);
    // The port is taken again.
    let mut other = started(&world, &["--ip", "10.192.0.10", "-p", "8080:80"]);
    assert_eq!(elements(&world, "ports4", "10.192.0.10"), 1);
    other.kill(Signal::SIGTERM);
    other.wait();
    assert!(settle(|| elements(&world, "ports4", "") == 0, SOON));

    kill(&world);
    let gone = || inspect_fails(&world, "web");
    assert!(settle(gone, SOON));
    let output = world.nsrun(["gc"]).run().ok();
    assert!(output.stdout.contains("removed ports4 { tcp . 8080 }"), "{output}");
    assert_eq!(elements(&world, "ports4", ""), 0);
    assert_eq!(world.nsrun(["gc"]).run().ok().stdout, "");
    // The mark goes too: the next run asks nothing of the firewall.
    let names = world.link("nsrun0").expect("it is there")["altnames"].clone();
    assert_eq!(names, serde_json::json!(["net:bridge"]));
}

fn inspect_fails(world: &World, name: &str) -> bool {
    world.nsrun(["inspect", name]).run().code() == Some(1)
}

#[test]
fn a_plain_run_asks_the_firewall_one_thing_and_changes_nothing() {
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    let monitor = world.sh("nft monitor >/dev/shm/changes 2>&1 & echo $!; sleep 0.3");
    // Without its children: inside, the responder for names has rules of its own.
    let host = |options: &[&str]| {
        let run = world.nsrun(["run", "--trace"]).args(options).arg("true").run().ok();
        run.stderr.lines().filter(|line| line.starts_with("trace: host -> netfilter")).count()
    };
    assert_eq!(host(&[]), 1);
    assert_eq!(world.read("/dev/shm/changes"), "");
    assert!(host(&["-p", "8080:80"]) > 1);
    assert!(settle(|| world.read("/dev/shm/changes").contains("8080"), SOON));
    world.sh(&format!("kill {}", monitor.trim()));
}

#[test]
fn publishing_executes_nothing() {
    need_tool!("strace");
    let world = World::new();
    let strace = ["strace", "-f", "-qq", "-e", "trace=execve,openat"];
    let command = [env!("CARGO_BIN_EXE_nsrun"), "run", "-p", "8080:80", "true"];
    let output = world.cmd(strace).args(command).run().ok();
    let executed: Vec<&str> = output
        .stderr
        .lines()
        .filter(|line| line.contains("execve(") && line.contains("= 0"))
        .collect();
    assert_eq!(executed.len(), 2, "nsrun and true: {executed:?}");
    assert!(!output.stderr.contains("xtables.lock"), "{output}");
}

#[test]
fn ports_of_a_run_are_published_and_taken_back_while_it_runs() {
    let world = World::new();
    let name = detached(&world, &["--name", "web", "-p", "8080:80"], &["sleep", "1000"]);
    let output =
        world.nsrun(["publish", &name, "127.0.0.1:53:53/udp", "9000-9009:80-89"]).run().ok();
    assert_eq!(output.stdout, "127.0.0.1:53:53/udp\n9000-9009:80-89/tcp\n");
    let listed = world.nsrun(["port", &name]).run().ok().stdout;
    assert_eq!(listed, "127.0.0.1:53:53/udp\n8080:80/tcp\n9000-9009:80-89/tcp\n");
    assert_eq!(elements(&world, "ports4", ""), 11);
    assert_eq!(inspect(&world, &name)["ports"][1]["host_port"], 8080);

    world.nsrun(["publish", &name, "9100:1", "9005:1"]).run().exits(1).says("run \"web\" has it");
    assert_eq!(elements(&world, "ports4", "9100"), 0, "all or none");
    world.nsrun(["unpublish", &name, "9000:80"]).run().exits(1).says("it has only");
    world.nsrun(["unpublish", &name, "9000-9009:80-89"]).run().ok();
    assert_eq!(elements(&world, "ports4", ""), 1);
    world.nsrun(["publish", "nobody", "1:1"]).run().exits(1).says("cannot find run \"nobody\"");

    // What was published later goes with the run as well.
    world.nsrun(["stop", "-t", "0", &name]).run().ok();
    let none = || ["ports4", "address_ports4"].iter().all(|set| elements(&world, set, "") == 0);
    assert!(settle(none, SOON));
}

#[test]
fn many_publish_at_once_while_iptables_changes_its_rules() {
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    let noise = match crate::world::has_tool("iptables-nft") {
        true => "iptables-nft -w -A INPUT -j ACCEPT; iptables-nft -w -D INPUT 1",
        false => "nft add table ip noise; nft delete table ip noise",
    };
    // The kernel lets nobody make or remove a link, anywhere, while one that goes away waits for a
    // change of rules to end.
    let noise = format!("while :; do {noise}; sleep 0.02; done");
    let noise = world.cmd(["sh", "-c", &noise]).timeout(Duration::from_secs(240)).spawn();
    let outputs = at_once(64, |n| {
        let port = format!("{}:80", 9000 + n);
        let command = ["-p", &port, "--", "sh", "-c", "sleep 2"];
        world.nsrun(["run"]).args(command).timeout(Duration::from_secs(180)).run()
    });
    for output in outputs {
        output.ok();
    }
    drop(noise);
    assert!(settle(|| elements(&world, "ports4", "") == 0, SOON));
    assert_eq!(world.sh("nft list ruleset | grep -c 'jump into_0'"), "1\n");
}

#[test]
fn the_end_of_a_run_with_ports_does_not_wait_for_the_kernel_to_forget_them() {
    need_tool!("strace");
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    let log = format!("{}/strace", world.scratch());
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    let options = ["-f", "-o", &log, "-e", "trace=clone,wait4,exit_group", "--", nsrun];
    world.cmd(["strace"]).args(options).args(["run", "-p", "8080:80", "true"]).run().ok();
    assert!(settle(|| elements(&world, "ports4", "") == 0, SOON));
    let text = world.read(&log);
    let calls: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(' ')).collect();
    let nsrun = calls[0].0;
    // The close(2) that waits for the kernel is that of the last who has the socket: an heir, who
    // ends after nsrun, and for whom nobody waits.
    let heir = calls.iter().rfind(|(pid, call)| *pid == nsrun && call.contains("clone("));
    let heir = heir.and_then(|(_, call)| call.rsplit(' ').next()).expect("an heir");
    let end =
        |who: &str| calls.iter().position(|(pid, call)| *pid == who && call.contains("exit_group"));
    assert!(end(nsrun) < end(heir), "{text}");
    assert!(!text.contains(&format!("WNOHANG, NULL) = {heir}\n")), "{text}");
}

#[test]
fn a_port_of_a_killed_run_never_leads_to_another_although_the_bridge_was_deleted() {
    let world = World::new();
    let options = ["--name", "web", "--ip", "10.192.0.7", "-p", "8080:80"];
    let mut web = started(&world, &options);
    web.kill(Signal::SIGKILL);
    drop(web);
    world.sh("ip link delete nsrun0");
    let _other = started(&world, &["--name", "other", "--ip", "10.192.0.7"]);
    assert!(settle(|| elements(&world, "ports4", "8080") == 0, SOON));
}

#[test]
fn a_rebuilt_firewall_keeps_ports_that_a_run_has_taken_and_not_noted_yet() {
    need_tool!("nft");
    let world = World::new();
    let web = started(&world, &["--name", "web", "-p", "8080:80", "-p", "127.0.0.1:9090:80"]);
    let list = || {
        let listed = world.json("nft -j list table inet nsrun");
        let all = listed["nftables"].as_array().unwrap().iter();
        let sets = all.filter_map(|one| one.get("map").or(one.get("set")));
        let elements = |set: &serde_json::Value| {
            let elements = set["elem"].as_array().cloned().unwrap_or_default();
            elements.iter().map(|one| format!("{} {one}", set["name"])).collect::<Vec<_>>()
        };
        let mut elements: Vec<String> = sets.flat_map(elements).collect();
        elements.sort();
        elements
    };
    let before = list();
    assert!(before.iter().any(|one| one.contains("8080")), "{before:?}");
    // As in the moment between the two.
    let link = crate::runs::leases(&world).concat();
    let names = world.link(&link).unwrap()["altnames"].clone();
    let is_port = |name: &&str| name.starts_with("port:");
    let names = names.as_array().unwrap().iter().filter_map(|name| name.as_str());
    let notes: Vec<&str> = names.filter(is_port).collect();
    assert_eq!(notes.len(), 2);
    for name in notes {
        world.sh(&format!("ip link property del dev {link} altname {name}"));
    }
    world.nsrun(["firewall", "reload"]).run().ok();
    assert_eq!(list(), before);
    drop(web);
}

#[test]
fn a_port_of_ipv6_alone_never_leads_to_another_either() {
    let world = World::builder().ipv6().build();
    let create = ["network", "create", "--subnet", "10.50.0.0/24", "--subnet6", "fd00:80::/64"];
    world.nsrun(create).arg("six").run().ok();
    let taken = || elements(&world, "ports6", "fd00:80::") + elements(&world, "publishers", "10.5");
    let net = ["--net", "six,ip=10.50.0.9"];
    // A launch that fails takes its port back.
    let run = world.nsrun(["run"]).args(net).args(["-p", "[::]:8081:80", "/nonexistent"]).run();
    run.exits(127);
    assert_eq!(taken(), 0, "{}", world.sh("nft list table inet nsrun"));
    // And one that was killed leaves it to nobody.
    let mut web = started(&world, &["--net", "six,ip=10.50.0.9", "-p", "[::]:8081:80"]);
    assert_ne!(taken(), 0);
    web.kill(Signal::SIGKILL);
    drop(web);
    let next = started(&world, &net);
    assert_eq!(taken(), 0, "{}", world.sh("nft list table inet nsrun"));
    drop(next);
}

#[test]
fn what_fails_to_publish_has_published_nothing() {
    need_tool!("strace");
    let world = World::new();
    if crate::world::has_tool("iptables-nft") {
        world.sh("iptables-nft -P FORWARD DROP");
    }
    detached(&world, &["--name", "web"], &["sleep", "1000"]);
    let mut failed = 0;
    for n in 1..=24 {
        let inject = format!("inject=sendto:error=ENOMEM:when={n}");
        let strace = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=sendto", "-e", &inject];
        let publish = [env!("CARGO_BIN_EXE_nsrun"), "publish", "web", "8080:80"];
        let output = world.cmd(strace).args(publish).run();
        let ports = world.nsrun(["port", "web"]).run().ok().stdout;
        if output.code() == Some(0) {
            assert_eq!(ports, "8080:80/tcp\n", "{n}: {output}");
            world.nsrun(["unpublish", "web", "8080:80"]).run().ok();
        } else {
            failed += 1;
            assert_eq!(ports, "", "{n}: {output}");
        }
        assert_eq!(elements(&world, "ports4", ""), 0, "{n}: {output}");
    }
    assert!(failed > 5, "only {failed} failed");
}
