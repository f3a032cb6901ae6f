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

#[test]
fn a_table_that_is_missing_or_changed_is_named_until_it_is_made_anew() {
    let world = World::builder().no_forwarding().build();
    world.nsrun(["network", "create", "--subnet6", "fd00:80::/64", "--open", "front"]).run().ok();
    world.nsrun(["network", "create", "--internal", "db"]).run().ok();
    let _web = started(&world, &["--name", "web", "-p", "8080:80", "-p", "127.0.0.1:53:53/udp"]);
    let fine = || {
        let (report, code) = examined(&world);
        let found = about(&report, "firewall");
        assert!(matches!(found[..], [("ok", _)]) && code == 0, "{found:?}");
        let shown = world.nsrun(["firewall", "show"]).run().ok().stdout;
        assert!(shown.starts_with("# table inet nsrun is present\n"), "{shown}");
    };
    fine();
    let before = crate::golden::listed(&world);
    for (n, change) in [
        "flush ruleset",
        "delete table inet nsrun",
        "flush chain inet nsrun raw",
        "flush chain inet nsrun guard",
        "insert rule inet nsrun into_1 accept",
        "delete element inet nsrun bridges { nsrun1 }",
        "flush map inet nsrun into",
        "flush map inet nsrun ports4",
        "chain inet nsrun forward { policy drop; }",
    ]
    .iter()
    .enumerate()
    {
        world.sh(&format!("nft '{change}'"));
        let (report, code) = examined(&world);
        let found = about(&report, "firewall");
        let named = found
            .iter()
            .any(|(state, text)| *state == "wrong" && text.ends_with("nsrun firewall reload"));
        assert!(named && code == 1, "{change}: {found:?}");
        match n % 2 {
            0 => world.nsrun(["firewall", "reload"]).run().ok(),
            _ => world.nsrun(["gc"]).run().ok(),
        };
        fine();
    }
    assert_eq!(crate::golden::listed(&world).lines().count(), before.lines().count());
    // With everything as it should be it does nothing.
    let before = world.sh("nft -a list ruleset");
    world.nsrun(["gc"]).run().ok();
    assert_eq!(world.sh("nft -a list ruleset"), before);
}

#[test]
fn forwarding_that_was_switched_on_later_is_no_more_guarded_after_a_reload() {
    let world = crate::forwarding::between();
    world.nsrun(["network", "create", "front"]).run().ok();
    world.sh("echo 1 >/proc/sys/net/ipv4/ip_forward");
    assert!(!crate::forwarding::routes(&world));
    let (report, code) = examined(&world);
    let found = about(&report, "firewall");
    assert!(found.iter().any(|(_, text)| text.ends_with("nsrun firewall reload")), "{found:?}");
    assert_eq!(code, 1);
    world.nsrun(["firewall", "reload"]).run().ok();
    assert!(crate::forwarding::routes(&world));
    let (report, code) = examined(&world);
    assert_eq!((about(&report, "firewall")[0].0, code), ("ok", 0));
}
