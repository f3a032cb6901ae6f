//! Names: members of a network by each other, all else by the servers of the host.

mod upstream;

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::world::World;
use upstream::{SECONDS, asked_over_udp, upstream};

/// A run named `name` that only waits.
fn member(world: &World, name: &str, more: &[&str]) -> String {
    let args = [&["run", "-d", "--name", name], more, &["sleep", "60"]].concat();
    world.nsrun(args).run().ok();
    let run = world.nsrun(["inspect", name, "--json"]).run().ok().json();
    let address = run["networks"][0]["address"].as_str().unwrap();
    address.split('/').next().unwrap().to_owned()
}

fn inside(world: &World, script: &str) -> String {
    world.nsrun(["run", "sh", "-c", script]).run().ok().stdout
}

#[test]
fn members_find_each_other_by_name_alias_and_address() {
    let world = World::new();
    let _upstream = upstream(&world, "203.0.113.1", "plain");
    let alias = "--network-alias";
    // Saying a name again makes it no other's.
    let address = member(&world, "web", &[alias, "www", alias, "www", alias, "web"]);
    for name in ["web", "www", "WEB"] {
        let found = inside(&world, &format!("getent ahostsv4 {name}"));
        assert!(found.starts_with(&format!("{address} ")), "{name}: {found}");
    }
    let found = inside(&world, &format!("getent hosts {address}"));
    assert_eq!(found.split_whitespace().collect::<Vec<_>>(), [address.as_str(), "web"]);
    inside(&world, "ping -c1 -W2 web");
}

#[test]
fn an_ipv6_address_of_a_member_has_its_name_and_one_of_nobody_has_none() {
    let world = World::new();
    let mut upstream = upstream(&world, "203.0.113.1", "plain");
    let create = ["network", "create", "--subnet", "10.80.0.0/24", "--subnet6", "fd00:80::/64"];
    world.nsrun(create.into_iter().chain(["six"])).run().ok();
    member(&world, "web", &["--net", "six,ip=10.80.0.42"]);
    let ask = |address| world.nsrun(["run", "--net", "six", "getent", "hosts", address]).run();
    let found = ask("fd00:80::2a").ok().stdout;
    assert_eq!(found.split_whitespace().collect::<Vec<_>>(), ["fd00:80::2a", "web"]);
    assert_eq!(ask("fd00:80::2b").code(), Some(2));
    // No member can have this one: only that is asked of others.
    assert_eq!(ask("fd00:80::1:0:0:2a").code(), Some(2));
    upstream.kill(Signal::SIGKILL);
    let printed = upstream.wait().stdout;
    assert_eq!(printed.matches("query").count(), 1, "{printed}");
}

#[test]
fn a_member_that_comes_or_goes_is_seen_at_once() {
    let world = World::new();
    let _upstream = upstream(&world, "203.0.113.1", "plain");
    let script = "while read line; do getent ahostsv4 web >/dev/null && echo yes || echo no; done";
    let mut client = world.nsrun(["run", "sh", "-c", script]).stdin_open().spawn();
    let mut ask = || {
        client.send(b"\n");
        client.line(SECONDS)
    };
    assert_eq!(ask(), "no");
    member(&world, "web", &[]);
    assert_eq!(ask(), "yes");
    world.nsrun(["stop", "-t", "0", "web"]).run().ok();
    // The link goes with the namespace, a moment after the process.
    assert!(crate::world::settle(|| ask() == "no", Duration::from_secs(2)));
}

#[test]
fn a_network_that_is_joined_later_gives_names_both_ways_until_it_is_left() {
    let world = World::new();
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "back"]).run().ok();
    member(&world, "web", &[]);
    member(&world, "db", &["--net", "back,ip=10.80.0.7"]);
    let finds =
        |who: &str, name: &str| world.nsrun(["exec", who, "getent", "ahostsv4", name]).run().stdout;
    for _ in 0..3 {
        assert_eq!((finds("web", "db"), finds("db", "web")), (String::new(), String::new()));
        world.nsrun(["connect", "web", "back", "--ip", "10.80.0.9"]).run().ok();
        assert!(finds("web", "db").starts_with("10.80.0.7 "));
        assert!(finds("db", "web").starts_with("10.80.0.9 "));
        let reverse = world.nsrun(["exec", "web", "getent", "hosts", "10.80.0.7"]).run().ok();
        assert!(reverse.stdout.contains("db"), "{reverse}");
        world.nsrun(["exec", "web", "ping", "-c1", "-W3", "db"]).run().ok();
        world.nsrun(["exec", "db", "ping", "-c1", "-W3", "web"]).run().ok();
        world.nsrun(["disconnect", "web", "back"]).run().ok();
    }
    // What was noted is no exit status.
    world.nsrun(["stop", "web"]).run().ok();
    let waiting = world.nsrun(["wait", "db"]).spawn();
    world.nsrun(["connect", "db", "bridge"]).run().ok();
    world.nsrun(["exec", "db", "sh", "-c", "kill -9 -1"]).run();
    assert_eq!(waiting.wait().code(), Some(137));
}

#[test]
fn a_run_that_began_without_a_network_is_said_to_find_no_names() {
    let world = World::new();
    member(&world, "web", &[]);
    world.nsrun(["run", "-d", "--name", "alone", "--net", "none", "sleep", "60"]).run().ok();
    let connected = world.nsrun(["connect", "alone", "bridge"]).run().ok();
    let says = "nsrun: warning: names of members do not resolve in run \"alone\": it began without a \
        network, and nobody answers there\n";
    assert_eq!(connected.stderr, says);
    assert_eq!(world.nsrun(["exec", "alone", "getent", "ahostsv4", "web"]).run().code(), Some(2));
    // One without names by wish, and one that has them, are told nothing.
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "back"]).run().ok();
    member(&world, "off", &["--dns", "none"]);
    for run in ["off", "web"] {
        assert_eq!(world.nsrun(["connect", run, "back"]).run().ok().stderr, "");
    }
}

#[test]
fn a_run_on_a_lan_finds_the_members_of_a_network_that_it_is_connected_to() {
    let world = World::builder().lan().build();
    if !world.succeeds("ip link add link lan0 name probe0 type macvlan && ip link del probe0") {
        skip!("the kernel has no macvlan");
    }
    member(&world, "web", &[]);
    let lan =
        ["run", "-d", "--name", "lan", "--net", "macvlan:lan0,ip=192.0.2.77/24", "sleep", "60"];
    world.nsrun(lan).run().ok();
    let connected = world.nsrun(["connect", "lan", "bridge"]).run().ok();
    assert_eq!(connected.stderr, "");
    let found = world.nsrun(["exec", "lan", "getent", "ahostsv4", "web"]).run().ok();
    assert!(found.stdout.contains("10."), "{found}");
    world.nsrun(["disconnect", "lan", "bridge"]).run().ok();
    assert_eq!(world.nsrun(["exec", "lan", "getent", "ahostsv4", "web"]).run().code(), Some(2));
}

#[test]
fn other_names_are_asked_of_the_hosts_servers_and_missing_ones_are_said_to_be() {
    let world = World::new();
    let _upstream = upstream(&world, "203.0.113.1", "plain");
    assert!(inside(&world, "getent ahostsv4 www.example.org").starts_with("192.0.2.80 "));
    let started = std::time::Instant::now();
    let missing = world.nsrun(["run", "getent", "ahostsv4", "missing.example.com"]).run();
    assert_eq!(missing.code(), Some(2));
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

#[test]
fn who_is_kept_in_gets_no_word_out_by_asking_for_names() {
    let world = World::new();
    let _upstream = upstream(&world, "203.0.113.1", "plain");
    world.nsrun(["network", "create", "--internal", "--subnet", "10.80.0.0/24", "in"]).run().ok();
    member(&world, "web", &["--net", "in"]);
    let code = |options: &str, name: &str| {
        let ask = format!("RES_OPTIONS={options} getent ahostsv4 {name}");
        world.nsrun(["exec", "web", "sh", "-c", &ask]).run().code()
    };
    world.sh("ip link add br9 type bridge; ip addr add 172.19.0.1/24 dev br9; ip link set br9 up");
    for (options, out) in [
        ("attempts:2", "bridge"),
        ("use-vc", "bridge"),
        ("attempts:2", "bridge:br9,ip=172.19.0.2/24"),
    ] {
        let link = out.split(',').next().unwrap();
        assert_eq!(code(options, "web"), Some(0));
        assert_eq!(code(options, "www.example.org"), Some(2), "before {out}");
        world.nsrun(["connect", "web", out]).run().ok();
        assert_eq!(code(options, "www.example.org"), Some(0), "by {out}");
        world.nsrun(["disconnect", "web", link]).run().ok();
    }
    assert_eq!(code("attempts:2", "www.example.org"), Some(2));
    // A server that was asked for is asked.
    let asked = ["run", "--net", "in", "--dns", "203.0.113.1", "getent", "ahostsv4"];
    world.nsrun(asked).arg("www.example.org").run().ok();
}

#[test]
fn a_dead_server_costs_one_short_timeout() {
    let world = World::new();
    world.write("/etc/resolv.conf", "nameserver 198.51.100.2\nnameserver 203.0.113.1\n");
    let _dead = upstream(&world, "198.51.100.2", "silent");
    let _alive = upstream(&world, "203.0.113.1", "plain");
    let script = "getent ahostsv4 a.example.org && date +%s%N && \
        getent ahostsv4 b.example.org >/dev/null && date +%s%N";
    let started = std::time::Instant::now();
    let out = inside(&world, script);
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    let times: Vec<u64> = out.lines().filter_map(|line| line.parse().ok()).collect();
    let second = Duration::from_nanos(times[1] - times[0]);
    assert!(second < Duration::from_secs(1), "the second query waited again: {second:?}");
}

#[test]
fn over_tcp_too_the_next_server_is_asked() {
    for mode in ["refuse", "hang up", "silent"] {
        let world = World::new();
        world.write("/etc/resolv.conf", "nameserver 198.51.100.2\nnameserver 203.0.113.1\n");
        let _dead = (mode != "refuse").then(|| upstream(&world, "198.51.100.2", mode));
        let _alive = upstream(&world, "203.0.113.1", "plain");
        let script = "export RES_OPTIONS=use-vc; getent ahostsv4 a.example.org && date +%s%N && \
            getent ahostsv4 b.example.org >/dev/null && date +%s%N";
        let started = std::time::Instant::now();
        let out = inside(&world, script);
        assert!(out.starts_with("192.0.2.81 "), "{mode}: {out}");
        assert!(started.elapsed() < Duration::from_secs(4), "{mode}: {:?}", started.elapsed());
        let times: Vec<u64> = out.lines().filter_map(|line| line.parse().ok()).collect();
        let second = Duration::from_nanos(times[1] - times[0]);
        assert!(second < Duration::from_secs(1), "{mode}: the second query waited: {second:?}");
    }
}

#[test]
fn a_server_that_fails_or_refuses_leaves_the_name_to_the_next_as_without_nsrun() {
    for code in ["2", "4", "5"] {
        let world = World::new();
        world.write("/etc/resolv.conf", "nameserver 198.51.100.2\nnameserver 203.0.113.1\n");
        let mut failing = upstream(&world, "198.51.100.2", code);
        let alive = upstream(&world, "203.0.113.1", "plain");
        let ask = "getent ahostsv4 www.example.org";
        assert!(world.sh(ask).starts_with("192.0.2.80 "), "{code}: without nsrun");
        for (options, address) in [("attempts:1", "192.0.2.80 "), ("use-vc", "192.0.2.81 ")] {
            let script = format!("export RES_OPTIONS={options}; {ask} && {ask} >/dev/null");
            let out = inside(&world, &script);
            assert!(out.starts_with(address), "{code}: {out}");
        }
        // It knows other names, maybe: it is asked first, each time.
        failing.kill(Signal::SIGKILL);
        let asked = failing.wait().stdout.lines().filter(|line| *line == "query").count();
        assert!(asked >= 3, "{code}: asked {asked} times");
        drop(alive);
        // Nobody is left: what it said is passed on.
        let _failing = upstream(&world, "198.51.100.2", code);
        let other = upstream(&world, "203.0.113.1", code);
        let started = std::time::Instant::now();
        assert_eq!(world.nsrun(["run", "sh", "-c", ask]).run().code(), Some(2));
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
        drop(other);
    }
}

#[test]
fn nobody_to_ask_is_said_at_once() {
    let world = World::new();
    world.write("/etc/resolv.conf", "nameserver 203.0.113.1\n");
    for options in ["attempts:2", "use-vc"] {
        let started = std::time::Instant::now();
        // Nothing listens there: the kernel of the internet refuses.
        let ask = ["run", "--dns-option", options, "getent", "ahostsv4", "a.example.org"];
        assert_eq!(world.nsrun(ask).run().code(), Some(2));
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    }
}

#[test]
fn an_answer_cut_short_is_asked_for_again_over_tcp() {
    let world = World::new();
    let _upstream = upstream(&world, "203.0.113.1", "truncate");
    assert!(inside(&world, "getent ahostsv4 www.example.org").starts_with("192.0.2.81 "));
}

#[test]
fn an_answer_of_any_length_comes_whole_or_is_said_to_be_cut() {
    let world = World::new();
    let _upstream = upstream(&world, "203.0.113.1", "large");
    let whole = 33 + 400 * 16;
    assert_eq!(asked_over_udp(&world, Some(65535)), format!("{whole} whole 400"));
    assert_eq!(asked_over_udp(&world, Some(whole)), format!("{whole} whole 400"));
    // The question alone, and EDNS.
    assert_eq!(asked_over_udp(&world, Some(whole - 1)), "44 cut 0");
    assert_eq!(asked_over_udp(&world, None), "33 cut 0");
    // So it is asked for over TCP.
    assert!(inside(&world, "getent ahostsv4 www.example.org").starts_with("192.0.2.81 "));
}

#[test]
fn an_answer_with_another_id_is_not_believed() {
    let world = World::new();
    let _upstream = upstream(&world, "203.0.113.1", "lie");
    assert!(inside(&world, "getent ahostsv4 www.example.org").starts_with("192.0.2.80 "));
}

#[test]
fn a_server_of_ones_own_on_port_53_is_in_nobodys_way() {
    let world = World::new();
    let _upstream = upstream(&world, "203.0.113.1", "plain");
    member(&world, "web", &[]);
    let own = std::env::current_exe().unwrap().display().to_string();
    let script = format!(
        "UPSTREAM_ADDRESS=0.0.0.0 UPSTREAM_MODE=plain {own} --ignored --exact \
         dns::upstream::serve_as_upstream --nocapture >/dev/shm/out & \
         for i in 1 2 3 4 5 6 7 8 9; do grep -q ready /dev/shm/out && break; sleep 0.1; done; \
         grep -q ready /dev/shm/out && getent ahostsv4 web && kill $!"
    );
    world.nsrun(["run", "--tmpfs", "/dev/shm", "sh", "-c", &script]).run().ok();
}

/// A filter that lets only connections through which the kernel has seen begin.
const STRICT: &str = "nft 'add table ip own; \
     add chain ip own out { type filter hook output priority 0; policy drop; }; \
     add chain ip own in { type filter hook input priority 0; policy drop; }; \
     add rule ip own out ct state new,established accept; \
     add rule ip own in ct state established accept; \
     add rule ip own in ip daddr 127.0.0.0/8 ct state new accept'";

#[test]
fn names_resolve_over_both_protocols_behind_a_strict_filter_of_ones_own() {
    need_tool!("nft");
    let world = World::new();
    let _upstream = upstream(&world, "203.0.113.1", "plain");
    let address = member(&world, "web", &[]);
    for options in ["", "RES_OPTIONS=use-vc"] {
        for filter in ["true", STRICT] {
            let script = format!("{filter} && {options} getent ahostsv4 web");
            let run = world.nsrun(["run", "--cap-add", "net_admin", "sh", "-c", &script]);
            let found = run.run().ok().stdout;
            assert!(found.starts_with(&format!("{address} ")), "{script}: {found}");
        }
    }
}

#[test]
fn the_way_to_the_responder_has_no_connection_tracked() {
    let world = World::new();
    let _upstream = upstream(&world, "203.0.113.1", "plain");
    member(&world, "web", &[]);
    let tracked =
        "getent ahostsv4 web >/dev/null; cat /proc/sys/net/netfilter/nf_conntrack_count || echo 0";
    assert_eq!(inside(&world, tracked), "0\n");
}

#[test]
fn names_resolve_for_static_programs_and_for_those_launched_later() {
    let world = World::new();
    let _upstream = upstream(&world, "203.0.113.1", "plain");
    need_tool!("busybox");
    let address = member(&world, "web", &[]);
    member(&world, "client", &[]);
    let found = world.nsrun(["exec", "client", "--", "busybox", "nslookup", "web"]).run().ok();
    assert!(found.stdout.contains(&address), "{}", found.stdout);
    let found = world.nsrun(["exec", "client", "getent", "ahostsv4", "web"]).run().ok();
    assert!(found.stdout.starts_with(&address), "{}", found.stdout);
}

#[test]
fn with_dns_none_the_hosts_file_is_used_as_it_is() {
    let world = World::new();
    let text = world.read("/etc/resolv.conf");
    let run = world.nsrun(["run", "--dns", "none", "cat", "/etc/resolv.conf"]).run().ok();
    assert_eq!(run.stdout, text);
    let run = world.nsrun(["run", "cat", "/etc/resolv.conf"]).run().ok();
    assert!(run.stdout.contains("nameserver 127.0.0.11\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("203.0.113.1"), "{}", run.stdout);
}

#[test]
fn a_flood_of_queries_and_crafted_ones_hurt_nobody_else() {
    let world = World::new();
    let _upstream = upstream(&world, "203.0.113.1", "silent");
    member(&world, "web", &[]);
    let hostile = "for i in $(seq 300); do \
          printf '\\000\\001\\001\\000\\000\\001\\000\\000\\000\\000\\000\\000\\300\\014\\000\\001\\000\\001' \
            > /dev/udp/127.0.0.11/53; \
          printf '%04d\\001\\000\\000\\001\\000\\000\\000\\000\\000\\000\\001x\\003com\\000\\000\\001\\000\\001' $i \
            > /dev/udp/127.0.0.11/53; \
          printf '\\377' > /dev/udp/127.0.0.11/53; done; \
          exec 3<>/dev/tcp/127.0.0.11/53; printf '\\377\\377' >&3; \
          getent ahostsv4 web";
    let found = world.nsrun(["run", "bash", "-c", hostile]).run().ok();
    assert!(found.stdout.contains("web"), "{}", found.stdout);
    inside(&world, "getent ahostsv4 web");
}

#[test]
fn a_run_that_does_without_names_says_why_in_one_line() {
    need_tool!("strace");
    let world = World::new();
    let fault = ["strace", "-f", "-o", "/dev/null", "-e", "inject=listen:error=EADDRINUSE"];
    let run = world.cmd(fault).args([env!("CARGO_BIN_EXE_nsrun"), "run", "true"]).run().ok();
    let says = "nsrun: warning: names do not resolve inside: cannot open a socket for names: \
        Address already in use\n";
    assert_eq!(run.stderr, says);
}
