//! `nsrun doctor`: what it says of this machine is what others say of it.

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::runs::started;
use crate::world::{World, assert_same};

/// What the doctor says, with its exit status.
fn examined(world: &World) -> (Value, i32) {
    let output = world.nsrun(["doctor", "--json"]).run();
    (output.json(), output.code().expect("an end by itself"))
}

/// State and text of the findings about one part.
fn about<'a>(report: &'a Value, part: &str) -> Vec<(&'a str, &'a str)> {
    let list = report["findings"].as_array().expect("findings");
    let found = list.iter().filter(|finding| finding["about"] == part);
    let text = |finding: &'a Value, key: &str| finding[key].as_str().expect("a text");
    found.map(|finding| (text(finding, "state"), text(finding, "text"))).collect()
}

fn feature<'a>(report: &'a Value, name: &str) -> &'a Value {
    let list = report["features"].as_array().expect("features");
    list.iter().find(|feature| feature["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn kinds_of_links_are_there_exactly_where_ip_can_make_one() {
    let world = World::new();
    let (report, _) = examined(&world);
    for (name, kind) in [
        ("veth", "type veth"),
        ("bridges", "type bridge"),
        ("macvlan", "link up0 type macvlan"),
        ("ipvlan", "link up0 type ipvlan"),
        ("VLANs", "link up0 type vlan id 7"),
        ("dummy links", "type dummy"),
        ("VRF", "type vrf table 7"),
    ] {
        let made = world.succeeds(&format!("ip link add name probe0 {kind}"));
        assert_eq!(feature(&report, name)["there"], made, "{name}");
        world.sh("ip link delete probe0 2>/dev/null || true");
    }
}

#[test]
fn the_firewall_is_there_exactly_where_nft_can_write_the_rules() {
    let world = World::new();
    let (report, _) = examined(&world);
    let writes = |kind: &str, rule: &str| {
        let chain = format!("type {kind} hook postrouting priority 0\\n{rule}");
        let table = format!("table inet t {{\\nchain c {{\\n{chain}\\n}}\\n}}\\n");
        let written = world.succeeds(&format!("printf '{table}' | nft -f -"));
        world.sh("nft delete table inet t 2>/dev/null || true");
        written
    };
    for (name, kind, rule) in [
        ("nf_tables", "filter", ""),
        ("address translation", "nat", ""),
        ("masquerading", "nat", "masquerade"),
        ("rules on connections", "filter", "ct state new accept"),
        ("rules on local addresses", "filter", "fib daddr type local accept"),
    ] {
        assert_eq!(feature(&report, name)["there"], writes(kind, rule), "{name}");
    }
}

#[test]
fn an_examination_changes_nothing() {
    let world = World::new();
    let before = world.snapshot();
    let (report, code) = examined(&world);
    assert_eq!((report["ok"].as_bool(), code), (Some(true), 0), "{report:#}");
    assert_same(&before, &world.snapshot());
    let text = world.nsrun(["doctor"]).run().ok().stdout;
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() <= 32 && lines.iter().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_chain_that_drops_is_named_until_a_rule_lets_the_network_through() {
    let world = World::new();
    world.nsrun(["network", "create", "front"]).run().ok();
    world.sh("nft 'add table inet mine; \
              add chain inet mine hall { type filter hook forward priority 0; policy drop; }'");
    let (report, code) = examined(&world);
    let found = about(&report, "firewall");
    assert!(matches!(found[..], [("wrong", text)] if text.contains("chain \"hall\"")), "{found:?}");
    assert_eq!(code, 1);
    world.sh("nft insert rule inet mine hall iifname nsrun1 accept");
    let (report, code) = examined(&world);
    assert_eq!((about(&report, "firewall")[0].0, code), ("ok", 0));
}

#[test]
fn what_a_killed_run_left_is_named_until_gc_has_removed_it() {
    let world = World::new();
    let mut run = started(&world, &["--name", "web", "-p", "8080:80"]);
    let (report, code) = examined(&world);
    assert_eq!((about(&report, "left behind"), code), (vec![("ok", "nothing")], 0));
    run.kill(Signal::SIGKILL);
    drop(run);
    let (report, code) = examined(&world);
    let left = about(&report, "left behind");
    assert!(
        left.iter().any(|(state, text)| *state == "wrong" && text.contains("8080")),
        "{left:?}"
    );
    assert_eq!(code, 1);
    world.nsrun(["gc"]).run().ok();
    let (report, code) = examined(&world);
    assert_eq!((about(&report, "left behind"), code), (vec![("ok", "nothing")], 0));
}

#[test]
fn a_network_on_a_host_that_does_not_forward_is_wrong() {
    let world = World::new();
    world.nsrun(["network", "create", "front"]).run().ok();
    world.sh("echo 0 >/proc/sys/net/ipv4/ip_forward");
    let (report, code) = examined(&world);
    assert_eq!((about(&report, "forwarding")[0].0, code), ("wrong", 1));
}

#[test]
fn without_rights_it_says_what_it_cannot_know() {
    let world = World::new();
    // Neither root nor allowed to make namespaces.
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    let words = ["-f", "-qq", "-o", "/dev/null", "-e", "inject=unshare:error=EPERM", nsrun];
    let output = world.cmd(["strace"]).args(words).args(["doctor", "--json"]).run();
    let report = output.json();
    assert_eq!(feature(&report, "veth")["there"], Value::Null);
    let kernel = about(&report, "kernel");
    let said = "Operation not permitted";
    assert!(matches!(kernel[..], [("unknown", text)] if text.ends_with(said)), "{kernel:?}");

    if !world.is_real_root() {
        skip!("needs a second user");
    }
    let user = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", nsrun];
    let output = world.cmd(user).args(["doctor", "--json"]).run();
    let report = output.json();
    assert_eq!(about(&report, "rights")[0].0, "lacking");
    assert_eq!(about(&report, "firewall"), [("unknown", "only root may list rules")]);
    assert_eq!(output.code(), Some(0), "{report:#}");
}
