//! `nsrun ps` and `nsrun inspect`: what they say is what the kernel says.

use std::time::{SystemTime, UNIX_EPOCH};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::runs::{SOON, detached, inspect, leases, started};
use crate::world::{World, settle};

fn ps(world: &World) -> Vec<Value> {
    let list = world.nsrun(["ps", "--json"]).run().ok().json();
    list.as_array().cloned().expect("ps --json prints a list")
}

#[test]
fn what_inspect_says_is_what_the_kernel_says() {
    let world = World::new();
    let before = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
    let options = ["--name", "web", "--ip", "10.192.0.9", "--mtu", "1400", "--ifname", "wan0"];
    let running = started(&world, &options);
    let run = inspect(&world, "web");

    let pid = run["pid"].as_u64().expect("a pid") as u32;
    assert_eq!(world.sh(&format!("tr '\\0' ' ' </proc/{pid}/cmdline")), "sleep 1000 ");
    assert_eq!(run["name"], "web");
    assert_eq!(run["command"], json!(["sleep", "1000"]));
    assert_eq!(run["supervisor"], running.pid());
    assert_eq!(run["ports"], json!([]));
    let started = run["started"].as_str().expect("a time");
    let seconds: u64 = world.sh(&format!("date -d {started} +%s")).trim().parse().expect("seconds");
    assert!((before..before + 60).contains(&seconds), "{started}");

    let inside = world.net_of(pid);
    let link = inside.link("wan0").expect("there is wan0");
    let expected = json!([{
        "network": "bridge",
        "ifname": "wan0",
        "address": inside.addresses("wan0").concat(),
        "address6": null,
        "mac": link["address"],
        "gateway": inside.gateway(),
        "mtu": link["mtu"],
        "host_link": leases(&world).concat(),
    }]);
    assert_eq!(run["networks"], expected);

    // By name, by lease, by its pid, by that of its init.
    let init = run["init"].to_string();
    for name in ["ns0.9", &pid.to_string(), &init] {
        assert_eq!(inspect(&world, name), run, "{name}");
    }
    assert_eq!(ps(&world), std::slice::from_ref(&run));
}

#[test]
fn text_has_the_same_facts() {
    let world = World::new();
    let ports = ["-p", "8080:80", "-p", "53:53/udp"];
    let _web = started(&world, &[&["--name", "web", "--ip", "10.192.0.9"][..], &ports].concat());
    let run = inspect(&world, "web");
    let text = world.nsrun(["inspect", "web"]).run().ok().stdout;
    for line in [
        "name: web".to_owned(),
        format!("pid: {}", run["pid"]),
        "command: sleep 1000".to_owned(),
        "  address: 10.192.0.9/20".to_owned(),
        "  host_link: ns0.9".to_owned(),
    ] {
        assert!(text.lines().any(|it| it == line), "no {line:?} in\n{text}");
    }
    let table = world.nsrun(["ps"]).run().ok().stdout;
    let lines: Vec<Vec<&str>> =
        table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["NAME", "PID", "NETWORK", "ADDRESS", "PORTS", "UP", "COMMAND"]);
    let pid = run["pid"].to_string();
    assert_eq!(lines[1][..4], ["web", &pid, "bridge", "10.192.0.9"]);
    assert_eq!(lines[1][4..6], ["53:53/udp,8080:80/tcp", lines[1][5]]);
    assert_eq!(lines[1][6..], ["sleep", "1000"]);
}

#[test]
fn nothing_runs_where_nothing_was_launched() {
    let world = World::new();
    let before = world.snapshot();
    assert!(ps(&world).is_empty());
    assert_eq!(world.nsrun(["ps"]).run().ok().stdout.lines().count(), 1);
    world.nsrun(["inspect", "web"]).run().exits(1).says("cannot find run \"web\"");
    world.nsrun(["inspect", "1"]).run().exits(1).says("cannot find run \"1\"");
    world.assert_returns_to(&before, SOON);
}

#[test]
fn runs_that_ended_are_not_listed() {
    let world = World::new();
    let mut web = started(&world, &["--name", "web"]);
    let _db = started(&world, &["--name", "db"]);
    web.kill(Signal::SIGKILL);
    let names = || ps(&world).iter().map(|run| run["name"].to_string()).collect::<Vec<_>>();
    assert!(settle(|| names() == ["\"db\""], SOON), "{:?}", names());
}

#[test]
fn a_run_of_every_kind_is_listed() {
    let world = World::new();
    for (name, option) in
        [("a", "--userns"), ("b", "--pid=host"), ("c", "--survive"), ("d", "--no-new-privs")]
    {
        detached(&world, &["--name", name, option], &["sleep", "1000"]);
        let run = inspect(&world, name);
        assert_eq!(run["command"], json!(["sleep", "1000"]), "{option}");
        assert!(run["networks"][0]["address"].is_string(), "{option}: {run}");
    }
    assert_eq!(ps(&world).len(), 4);
    let unnamed = detached(&world, &[], &["sleep", "1000"]);
    assert!(unnamed.starts_with("ns0."), "{unnamed}");
    assert_eq!(inspect(&world, &unnamed)["name"], *unnamed);
}

#[test]
fn links_of_others_are_not_taken_for_runs() {
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    assert!(settle(|| leases(&world).is_empty(), SOON));
    world.sh("ip link add ns0.9 type veth peer name x0; ip link set ns0.9 master nsrun0; \
         ip link property add dev ns0.9 altname run:fake; \
         ip link set ns0.9 alias 'nsrun/1 pid=1 supervisor=1 started=1'; \
         ip link add ns0.a type bridge; ip link add v0 type veth peer name v1; \
         ip link set v0 alias 'nsrun/1 pid=1 supervisor=1 started=1'");
    assert!(ps(&world).is_empty());
    for name in ["fake", "ns0.9", "ns0.a", "v0", "1"] {
        world.nsrun(["inspect", name]).run().exits(1).says("cannot find run");
    }
}

#[test]
fn what_a_command_says_of_itself_cannot_move_the_cursor() {
    let world = World::new();
    let odd = "a\u{1b}[2Jb\nNAME";
    detached(&world, &["--name", "web"], &["sh", "-c", "sleep 1000; :", odd]);
    for command in ["ps", "inspect"] {
        let args: &[&str] = if command == "ps" { &["ps"] } else { &["inspect", "web"] };
        let text = world.nsrun(args).run().ok().stdout;
        assert!(!text.contains('\u{1b}'), "{text:?}");
        assert!(!text.contains("\nNAME\n"), "{text:?}");
    }
}

#[test]
fn quiet_prints_names_alone_and_stop_takes_them() {
    let world = World::new();
    assert_eq!(world.nsrun(["ps", "-q"]).run().ok().stdout, "");
    detached(&world, &["--name", "web"], &["sleep", "1000"]);
    let unnamed = detached(&world, &[], &["sleep", "1000"]);
    let alone = detached(&world, &["--net", "none"], &["sleep", "1000"]);
    let names = world.nsrun(["ps", "--quiet"]).run().ok().stdout;
    assert_eq!(names.lines().collect::<Vec<_>>(), ["web", &unnamed, &alone]);
    for name in names.lines() {
        world.nsrun(["exec", name, "true"]).run().ok();
    }
    world.nsrun(["stop", "-t", "0"]).args(names.lines()).run().ok();
    assert_eq!(world.nsrun(["ps", "-q"]).run().ok().stdout, "");
    world.nsrun(["ps", "-q", "--json"]).run().exits(2).says("exclude each other");
}

#[test]
fn a_name_that_nobody_could_have_asked_for_is_no_name() {
    let world = World::new();
    for odd in ["$(reboot)", "-a", "a;b", "a\u{1b}[2J"] {
        let run = detached(&world, &[], &["sleep", "1000"]);
        let altname = format!("run:{odd}");
        world.cmd(["ip", "link", "property", "add", "dev", &run, "altname", &altname]).run().ok();
        for args in [&["ps"][..], &["ps", "-q"], &["ps", "--json"], &["inspect", &run]] {
            let text = world.nsrun(args).run().ok().stdout;
            assert!(!text.contains(odd) && text.contains(&run), "{text:?}");
        }
        world.nsrun(["inspect", "--", odd]).run().exits(1).says("cannot find run");
        world.nsrun(["stop", "-t", "0", &run]).run().ok();
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    for command in ["ps", "ps --json", "run --help", "run --dry-run true", "--version"] {
        let script = format!("set -o pipefail; {nsrun} {command} | true");
        let output = world.cmd(["bash", "-c", &script]).run().ok();
        assert_eq!(output.stderr, "", "{output}");
        let full = world.cmd(["sh", "-c", &format!("{nsrun} {command} >/dev/full")]).run();
        assert_ne!(full.code(), Some(101), "{full}");
    }
}

/// The row of a run.
fn row(world: &World, name: &str) -> Vec<String> {
    let table = world.nsrun(["ps"]).run().ok().stdout;
    let line = table.lines().find(|line| line.split_whitespace().next() == Some(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in\n{table}"));
    line.split_whitespace().map(String::from).collect()
}

#[test]
fn links_to_links_of_the_host_are_shown_where_they_lead_and_what_they_have() {
    let world = World::builder().lan().build();
    world.sh("ip addr flush dev lan0; ip link add br9 type bridge; ip link set br9 up");
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "back"]).run().ok();
    detached(&world, &["--name", "web", "--net", "back,ip=10.80.0.7"], &["sleep", "60"]);
    detached(&world, &["--name", "alone", "--net", "none"], &["sleep", "60"]);
    for (name, n) in [("web", 5), ("alone", 6)] {
        let lan = format!("macvlan:lan0,ip=192.0.2.{n}/24");
        world.nsrun(["connect", name, &lan, "--ifname", "lan"]).run().ok();
        let bridge = format!("bridge:br9,ip=172.19.0.{n}/24");
        world.nsrun(["connect", name, &bridge, "--ifname", "other"]).run().ok();
    }
    let web = ["back,macvlan:lan0,bridge:br9", "10.80.0.7,192.0.2.5,172.19.0.5"];
    assert_eq!(row(&world, "web")[2..4], web);
    let alone = ["macvlan:lan0,bridge:br9", "192.0.2.6,172.19.0.6"];
    assert_eq!(row(&world, "alone")[2..4], alone);
    for (name, first, own) in [("web", 1, 5), ("alone", 0, 6)] {
        let run = inspect(&world, name);
        let inside = world.net_of(run["pid"].as_u64().unwrap() as u32);
        let leads = [("macvlan:lan0", "lan", "192.0.2"), ("bridge:br9", "other", "172.19.0")];
        for (n, (to, link, subnet)) in leads.into_iter().enumerate() {
            let shown = &run["networks"][first + n];
            assert_eq!((&shown["network"], &shown["ifname"]), (&json!(to), &json!(link)));
            assert_eq!(shown["address"], format!("{subnet}.{own}/24"));
            assert_eq!(shown["mac"], inside.link(link).unwrap()["address"]);
        }
        assert_eq!(ps(&world).iter().find(|run| run["name"] == name), Some(&run));
    }
    // What the kernel says now, not what was asked for then.
    world.nsrun(["disconnect", "web", "macvlan:lan0"]).run().ok();
    world.nsrun(["connect", "alone", "back,ip=10.80.0.8"]).run().ok();
    world.nsrun(["disconnect", "alone", "bridge:br9"]).run().ok();
    assert_eq!(row(&world, "web")[2..4], ["back,bridge:br9", "10.80.0.7,172.19.0.5"]);
    assert_eq!(row(&world, "alone")[2..4], ["macvlan:lan0,back", "192.0.2.6,10.80.0.8"]);
}

#[test]
fn a_network_whose_bridge_was_deleted_by_hand_is_unknown_and_can_be_left() {
    let world = World::new();
    detached(&world, &["--name", "web", "--net", "bridge,ip=10.192.0.9"], &["sleep", "60"]);
    for name in ["back", "more"] {
        world.nsrun(["network", "create", name]).run().ok();
    }
    world.nsrun(["connect", "web", "back"]).run().ok();
    world.nsrun(["connect", "web", "more"]).run().ok();
    world.sh("ip link del net:back; ip link del net:more");
    assert_eq!(row(&world, "web")[2..4], ["bridge,?,?", "10.192.0.9"]);
    let shown = &inspect(&world, "web")["networks"][1];
    assert_eq!((&shown["network"], &shown["ifname"]), (&json!(null), &json!("eth1")));
    world.nsrun(["disconnect", "web", "back"]).run().ok();
    assert_eq!(row(&world, "web")[2..4], ["bridge,?", "10.192.0.9"]);
    world.nsrun(["disconnect", "web", "eth2"]).run().ok();
    assert_eq!(row(&world, "web")[2..4], ["bridge", "10.192.0.9"]);
    assert_eq!(world.links(), ["up0", "nsrun0", "ns0.9"]);
}
