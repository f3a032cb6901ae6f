//! The way out: masquerade, forwarding, what is kept apart; and living with others' rules.

use crate::golden::listed;
use crate::runs::{SOON, detached, inside, inspect};
use crate::talk::{seen, served};
use crate::world::{Place, World, settle};

/// Whether `place` gets an answer from `address`.
pub(crate) fn pings(place: &Place, address: &str) -> bool {
    place.succeeds(&format!("ping -c 1 -W 1 -q {address} >/dev/null"))
}

fn address(world: &World, name: &str) -> String {
    let run = inspect(world, name);
    run["networks"][0]["address"]
        .as_str()
        .unwrap_or_default()
        .split('/')
        .next()
        .unwrap_or_default()
        .into()
}

#[test]
fn members_reach_the_world_as_this_host() {
    need_tool!("python3");
    let world = World::builder().lan().no_forwarding().build();
    let output = world.nsrun(["run", "ping", "-c", "1", "-W", "2", "203.0.113.1"]).run().ok();
    assert!(output.stderr.contains("this host now routes IPv4"), "{output}");
    // Said once.
    let output = world.nsrun(["run", "ping", "-c", "1", "-W", "2", "203.0.113.1"]).run().ok();
    assert_eq!(output.stderr, "");

    let server = "import socket; s = socket.socket(); s.setsockopt(1, 2, 1); s.bind(('', 80))
s.listen(); print('ready', flush=True)
while 1: c, a = s.accept(); c.sendall(a[0].encode()); c.close()";
    let server = world.internet().cmd(["python3", "-c", server]).spawn();
    server.line(SOON);
    let ask = |options: &[&str]| {
        let ask = "import socket; s = socket.create_connection(('203.0.113.1', 80), 3)
print(s.recv(99).decode())";
        let cmd = world.nsrun(["run"]).args(options).args(["--", "python3", "-c", ask]);
        cmd.run().ok().stdout.trim_end().to_owned()
    };
    assert_eq!(ask(&[]), "198.51.100.1");
    world.sh("ip address add 198.51.100.77/24 dev up0");
    world.nsrun(["network", "create", "--snat", "198.51.100.77", "fixed"]).run().ok();
    assert_eq!(ask(&["--net", "fixed"]), "198.51.100.77");
    let create = ["network", "create", "--subnet", "10.50.0.0/24", "--masquerade", "off", "own"];
    world.nsrun(create).run().ok();
    world.internet().sh("ip route add 10.50.0.0/24 via 198.51.100.1");
    assert_eq!(ask(&["--net", "own", "--ip", "10.50.0.7"]), "10.50.0.7");
}

#[test]
fn an_internal_network_reaches_nothing_else_and_needs_no_forwarding() {
    let world = World::builder().lan().no_forwarding().build();
    world.nsrun(["network", "create", "--internal", "db"]).run().ok();
    assert_eq!(world.read("/proc/sys/net/ipv4/conf/default/forwarding"), "0\n");
    for name in ["a", "b"] {
        detached(&world, &["--net", "db", "--name", name], &["sleep", "1000"]);
    }
    detached(&world, &["--name", "outer"], &["sleep", "1000"]);
    let (a, gateway) =
        (inside(&world, "a"), inspect(&world, "a")["networks"][0]["gateway"].clone());
    let gateway = gateway.as_str().unwrap_or_default();
    a.sh(&format!("ip route add default via {gateway}"));
    assert!(pings(&a, &address(&world, "b")), "members reach each other");
    assert!(pings(&a, gateway), "and this host");
    assert!(!pings(&a, "203.0.113.1"));
    assert!(!pings(&a, &address(&world, "outer")));
    assert!(!pings(&inside(&world, "outer"), &address(&world, "a")));
    assert!(!pings(world.lan(), &address(&world, "a")));
}

#[test]
fn networks_are_kept_apart_unless_both_are_open() {
    let world = World::new();
    for (name, options) in [("a", &[][..]), ("b", &[]), ("c", &["--open"]), ("d", &["--open"])] {
        world.nsrun(["network", "create"]).args(options).arg(name).run().ok();
        detached(&world, &["--net", name, "--name", name], &["sleep", "1000"]);
    }
    for (from, to, reached) in [
        ("a", "b", false),
        ("a", "c", false),
        ("c", "a", false),
        ("c", "d", true),
        ("d", "c", true),
    ] {
        let answer = pings(&inside(&world, from), &address(&world, to));
        assert_eq!(answer, reached, "{from} to {to}");
    }
}

#[test]
fn a_forward_chain_of_iptables_that_drops_lets_networks_pass_and_is_as_before_in_the_end() {
    need_tool!("iptables-nft");
    need_tool!("python3");
    let world = World::builder().lan().build();
    world.sh("iptables-nft -P FORWARD DROP; iptables-nft -A FORWARD -s 192.0.2.99 -j ACCEPT
         ip6tables-nft -P FORWARD DROP");
    let rules = || world.sh("iptables-nft -S; ip6tables-nft -S");
    let (before, ruleset) = (rules(), world.sh("nft list ruleset"));
    served(&world, &["--name", "a", "-p", "8080:80"], &["80"]);
    assert!(pings(&inside(&world, "a"), "203.0.113.1"));
    assert_eq!(seen(world.lan(), "tcp 192.0.2.1 8080").as_deref(), Some("192.0.2.10"));
    let during = rules();
    assert!(during.contains("-A FORWARD -i nsrun0 "), "{during}");
    assert!(during.contains("-A FORWARD -o nsrun0 "), "{during}");
    world.nsrun(["firewall", "reload"]).run().ok();
    assert_eq!(rules(), during, "a reload adds none twice");

    world.nsrun(["stop", "-t", "0", "a"]).run().ok();
    let removed = || world.nsrun(["network", "rm", "bridge"]).run().code() == Some(0);
    assert!(settle(removed, SOON));
    assert_eq!(rules(), before);
    assert_eq!(world.sh("nft list ruleset"), ruleset);
}

#[test]
fn a_chain_of_others_that_drops_is_named_with_the_rule_that_helps() {
    let world = World::new();
    world.sh("nft add table inet mine
         nft 'add chain inet mine strict { type filter hook forward priority 0; policy drop; }'");
    let output = world.nsrun(["run", "true"]).run().ok();
    let rule = "nft insert rule inet mine strict oifname nsrun0 accept";
    let warning = output.stderr.lines().find(|line| line.contains(rule));
    assert!(warning.is_some(), "{output}");
    assert!(!pings_out(&world));
    world.sh(rule);
    world.sh(&rule.replace("oifname", "iifname"));
    assert!(pings_out(&world), "the rule does not help");
}

fn pings_out(world: &World) -> bool {
    world.nsrun(["run", "ping", "-c", "1", "-W", "1", "203.0.113.1"]).run().code() == Some(0)
}

#[test]
fn a_flushed_ruleset_comes_back_with_the_next_run_or_on_request() {
    let world = World::builder().lan().build();
    world.nsrun(["network", "create", "back"]).run().ok();
    world.nsrun(["netns", "add", "web"]).run().ok();
    for n in 0..3 {
        let (name, port) = (format!("r{n}"), format!("{}:80", 8080 + n));
        detached(&world, &["--name", &name, "-p", &port], &["sleep", "1000"]);
    }
    let ruleset = || world.sh("nft list table inet nsrun | sort");
    let before = ruleset();
    world.sh("nft flush ruleset");
    let output = world.nsrun(["firewall", "show"]).run().ok();
    assert!(output.stdout.starts_with("# table inet nsrun is missing\n"), "{output}");
    world.nsrun(["firewall", "reload"]).run().ok();
    assert_eq!(ruleset(), before);
    world.nsrun(["firewall", "reload"]).run().ok();
    assert_eq!(ruleset(), before, "a second reload changes nothing");

    for command in [&["run", "true"][..], &["connect", "ns:web", "back"]] {
        world.sh("nft flush ruleset");
        let output = world.nsrun(command).run().ok();
        assert!(output.stderr.contains("firewall rules: they were made anew"), "{output}");
        assert_eq!(ruleset(), before, "{command:?}");
    }
    assert_eq!(world.nsrun(["run", "true"]).run().ok().stderr, "");

    world.sh("nft flush ruleset");
    world.nsrun(["run", "-p", "9000:80", "true"]).run().ok();
    let is_back = || ruleset() == before;
    assert!(
        settle(is_back, SOON),
        "the ports of the others, and only those, are back: {}",
        ruleset()
    );
    // What is shown can be loaded.
    let shown = world.nsrun(["firewall", "show"]).run().ok().stdout;
    world.write("/dev/shm/shown.nft", shown);
    world.sh("nft flush ruleset; nft -f /dev/shm/shown.nft");
    assert_eq!(ruleset(), before);
}

#[test]
fn the_plan_in_words_of_nft_makes_the_same_rules() {
    let ports = ["-p", "8080:80", "-p", "198.51.100.1:53-54:53-54/udp"];
    let options = [&["--ip", "10.192.0.9"][..], &ports].concat();
    let world = World::builder().no_forwarding().build();
    let dry = world.nsrun(["run", "--dry-run", "--format", "ip"]).args(&options).arg("true");
    let script = dry.run().ok().stdout;
    detached(&world, &options, &["sleep", "1000"]);

    let other = World::builder().no_forwarding().build();
    let last = script.trim_end().rfind('\n').expect("there are several lines");
    other.sh(&script[..last]);
    assert_eq!(listed(&other), listed(&world));
    let settings =
        "grep . /proc/sys/net/ipv?/conf/*/forwarding /proc/sys/net/ipv6/conf/*/accept_ra";
    assert_eq!(other.sh(settings), world.sh(settings));
}

#[test]
fn rules_of_a_bridge_that_somebody_removed_go_with_the_next_cleaning() {
    let world = World::builder().no_forwarding().build();
    let forwards = || world.read("/proc/sys/net/ipv4/conf/up0/forwarding") == "1\n";
    let table = || world.sh("nft list tables").contains("nsrun");
    world.nsrun(["network", "create", "front"]).run().ok();
    world.nsrun(["network", "create", "back"]).run().ok();
    let bridge =
        |name: &str| world.link(&format!("net:{name}")).expect("it is there")["ifname"].clone();
    let (front, back) = (bridge("front"), bridge("back"));
    world.sh(&format!("ip link delete {front}"));
    world.nsrun(["gc"]).run().ok();
    let rules = world.sh("nft list table inet nsrun");
    let name = |bridge: &serde_json::Value| format!("{bridge}");
    assert!(!rules.contains(&name(&front)) && rules.contains(&name(&back)), "{rules}");
    assert!(forwards());
    world.sh(&format!("ip link delete {back}"));
    world.nsrun(["gc"]).run().ok();
    assert!(!table() && !forwards(), "nothing else needed the host to forward");
}

#[test]
fn isolated_members_do_not_reach_each_other_by_way_of_the_host_either() {
    let world = World::new();
    let create = ["network", "create", "--subnet", "10.50.0.0/24", "web"];
    for isolated in [true, false] {
        let option = isolated.then_some("--isolated");
        world.nsrun(create).args(option).run().ok();
        for name in ["a", "b"] {
            detached(&world, &["--net", "web", "--name", name], &["sleep", "1000"]);
        }
        let (a, b) = (inside(&world, "a"), address(&world, "b"));
        assert_eq!(pings(&a, &b), !isolated);
        // What a member does that wants the host to carry it over.
        a.sh(&format!("ip route add {b}/32 via 10.50.0.1"));
        assert_eq!(pings(&a, &b), !isolated);
        world.nsrun(["stop", "-t", "0", "a", "b"]).run().ok();
        let removed = || world.nsrun(["network", "rm", "web"]).run().code() == Some(0);
        assert!(settle(removed, SOON));
    }
}

#[test]
fn a_reload_takes_no_rules_from_a_network_that_is_just_being_made() {
    need_tool!("strace");
    let world = World::new();
    world.nsrun(["network", "create", "front"]).run().ok();
    for n in 15..=19 {
        // Waits before one of its last messages.
        let inject = format!("inject=sendto:delay_enter=300000:when={n}");
        let strace = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=sendto", "-e", &inject];
        let create = [env!("CARGO_BIN_EXE_nsrun"), "network", "create", "back"];
        let creating = world.cmd(strace).args(create).spawn();
        std::thread::sleep(std::time::Duration::from_millis(150));
        world.nsrun(["firewall", "reload"]).run().ok();
        assert_eq!(creating.wait().code(), Some(0));
        let shown = world.nsrun(["firewall", "show"]).run().ok();
        assert!(shown.stdout.starts_with("# table inet nsrun is present\n"), "{n}: {shown}");
        world.nsrun(["network", "rm", "back"]).run().ok();
    }
}
