//! Forwarding: on for networks, off for everybody else, and as before in the end.

use crate::nat::pings;
use crate::runs::{SOON, detached, inside};
use crate::world::{Place, World, settle};

pub(crate) const SWITCHES: &str = "cd /proc/sys/net && grep -s . ipv4/ip_forward ipv4/conf/*/accept_redirects \
     ipv?/conf/*/forwarding ipv6/conf/*/accept_ra";

/// Whether a packet gets from one of the world's outer links to the other.
pub(crate) fn routes(world: &World) -> bool {
    pings(world.lan(), "203.0.113.1")
}

pub(crate) fn routes6(world: &World) -> bool {
    pings(world.lan(), "fd00:203::1")
}

/// A host between two networks that are no business of ours, which does not route.
pub(crate) fn between() -> World {
    let world = World::builder().lan().ipv6().no_forwarding().build();
    world.internet().sh("ip route add 192.0.2.0/24 via 198.51.100.1
         ip route add fd00:192::/64 via fd00:198::1");
    assert!(!routes(&world) && !routes6(&world));
    world
}

/// A neighbour at 100.64.0.2, whose link is `link`, until now one of the host's.
pub(crate) fn behind(world: &World, link: &str) -> Place {
    let pid = world.sh("unshare --net sleep 1000 >/dev/null 2>&1 & echo $!");
    let pid = pid.trim().parse().expect("it is a number");
    let place = world.net_of(pid);
    let host = world.sh("readlink /proc/self/ns/net");
    let own = || world.sh(&format!("readlink /proc/{pid}/ns/net")) != host;
    assert!(settle(own, SOON));
    world.sh(&format!("ip link set {link} netns {pid}"));
    place.sh(&format!(
        "ip link set {link} addrgenmode none up; ip address add 100.64.0.2/24 dev {link}
         ip route add default via 100.64.0.1"
    ));
    place
}

/// Ends a run, and removes the network it was on, when the kernel has forgotten the run.
fn remove(world: &World, run: &str, network: &str) {
    world.nsrun(["stop", "-t", "0", run]).run().ok();
    let removed = || world.nsrun(["network", "rm", network]).run().code() == Some(0);
    assert!(settle(removed, SOON));
}

/// Asserts that all switches are as they were, when the kernel has forgotten the links of runs.
fn is_again(world: &World, before: &str) {
    let now = || world.sh(SWITCHES);
    assert!(settle(|| now() == before, SOON), "{before}{}", now());
}

#[test]
fn a_host_that_did_not_route_does_not_become_a_router() {
    let world = between();
    let before = world.sh(SWITCHES);
    world.nsrun(["network", "create", "--subnet6", "fd00:80::/64", "six"]).run().ok();
    let options = ["--net", "six", "--name", "a", "-p", "8080:80"];
    detached(&world, &options, &["sleep", "1000"]);
    let a = inside(&world, "a");
    let reaches = || pings(&a, "203.0.113.1") && pings(&a, "fd00:203::1");
    assert!(reaches());
    let refuses = |when: &str| {
        assert!(!routes(&world) && !routes6(&world), "{when}: it routes for everybody");
        assert!(!pings(world.internet(), "192.0.2.10"), "{when}: it routes for everybody");
    };
    refuses("with a network");
    assert_eq!(world.read("/proc/sys/net/ipv4/ip_forward"), "0\n");
    // The test can fail.
    world.sh("nft flush chain inet nsrun guard");
    assert!(routes(&world) && routes6(&world));
    world.nsrun(["firewall", "reload"]).run().ok();
    refuses("after a reload");
    world.sh("nft flush ruleset");
    world.nsrun(["firewall", "reload"]).run().ok();
    refuses("after a flush and a reload");
    assert!(reaches());

    remove(&world, "a", "six");
    is_again(&world, &before);
    assert_eq!(world.sh("nft list ruleset"), "");
    refuses("without networks");
}

#[test]
fn a_link_that_comes_later_is_not_routed_either_but_leads_to_published_ports() {
    need_tool!("python3");
    let world = between();
    crate::talk::served(&world, &["--name", "a", "-p", "8080:80"], &["80"]);
    let other = "ip link add late0 type veth peer name late1
        ip link set late0 addrgenmode none up; ip address add 100.64.0.1/24 dev late0";
    world.sh(other);
    let late = behind(&world, "late1");
    assert!(pings(&late, "100.64.0.1"), "the link works");
    assert_eq!(crate::talk::seen(&late, "tcp 100.64.0.1 8080").as_deref(), Some("100.64.0.2"));
    world.internet().sh("ip route add 100.64.0.0/24 via 198.51.100.1");
    assert!(!pings(&late, "203.0.113.1"), "a new link is routed");
    assert!(!pings(world.internet(), "100.64.0.2"));
    // The test can fail.
    world.sh("nft flush chain inet nsrun guard");
    assert!(pings(&late, "203.0.113.1"));
}

#[test]
fn a_bridge_of_others_that_comes_later_is_not_disturbed() {
    let world = between();
    detached(&world, &["--name", "a"], &["sleep", "1000"]);
    // As whoever makes networks of guests does it.
    world.sh("echo 1 >/proc/sys/net/ipv4/ip_forward; ip link add virbr0 type bridge
         ip address add 100.64.0.1/24 dev virbr0; ip link set virbr0 addrgenmode none up
         ip link add late0 type veth peer name late1
         ip link set late0 addrgenmode none master virbr0 up");
    let guest = behind(&world, "late1");
    world.internet().sh("ip route add 100.64.0.0/24 via 198.51.100.1");
    assert!(settle(|| pings(&guest, "203.0.113.1"), SOON), "guests of others are cut off");
    // Now somebody else wants a router, and it stays one.
    world.nsrun(["firewall", "reload"]).run().ok();
    assert!(routes(&world));
    remove(&world, "a", "bridge");
    assert_eq!(world.read("/proc/sys/net/ipv4/ip_forward"), "1\n");
    assert!(routes(&world) && pings(&guest, "203.0.113.1"));
}

#[test]
fn a_bridge_deleted_by_hand_and_a_flush_do_not_make_a_router() {
    let world = between();
    let before = world.sh(SWITCHES);
    world.nsrun(["run", "true"]).run().ok();
    world.sh("ip link delete nsrun0");
    assert!(!routes(&world), "the guard went with the bridge");
    world.sh("nft flush ruleset");
    detached(&world, &["--name", "a"], &["sleep", "1000"]);
    assert!(!routes(&world), "forwarding is taken for somebody else's");
    assert!(pings(&inside(&world, "a"), "203.0.113.1"));
    remove(&world, "a", "bridge");
    is_again(&world, &before);

    for command in [&["firewall", "reload"][..], &["gc"]] {
        world.nsrun(["run", "true"]).run().ok();
        world.sh("ip link delete nsrun0");
        world.nsrun(command).run().ok();
        is_again(&world, &before);
        assert_eq!(world.sh("nft list ruleset"), "", "without networks there are no rules");
    }
}

#[test]
fn a_host_that_routed_goes_on_routing() {
    let world = World::builder().lan().build();
    world.internet().sh("ip route add 192.0.2.0/24 via 198.51.100.1");
    let output = world.nsrun(["run", "true"]).run().ok();
    assert_eq!(output.stderr, "");
    assert!(routes(&world));
    assert_eq!(world.read("/proc/sys/net/ipv4/ip_forward"), "1\n");
    world.nsrun(["network", "prune"]).run().ok();
    assert!(routes(&world));
}

#[test]
fn a_host_that_routes_by_some_links_goes_on_to_do_so() {
    let world = between();
    world.sh("cd /proc/sys/net/ipv4/conf; echo 1 >lan0/forwarding; echo 1 >up0/forwarding");
    let before = world.sh(SWITCHES);
    assert!(routes(&world));
    for network in ["bridge", "ptp"] {
        detached(&world, &["--net", network, "--name", network], &["sleep", "1000"]);
        assert!(pings(&inside(&world, network), "203.0.113.1"), "{network}");
    }
    assert!(routes(&world));
    remove(&world, "bridge", "bridge");
    remove(&world, "ptp", "ptp");
    is_again(&world, &before);

    world.sh("echo 0 >/proc/sys/net/ipv4/conf/up0/forwarding");
    let output = world.nsrun(["run", "true"]).run().ok();
    assert!(output.stderr.contains("link \"up0\" does not forward IPv4"), "{output}");
}

#[test]
fn what_is_taken_back_is_not_warned_of() {
    let world = between();
    let before = world.sh(SWITCHES);
    let output = world.nsrun(["run", "--", "/nowhere"]).run().exits(127);
    assert!(!output.stderr.contains("warning"), "{output}");
    is_again(&world, &before);
    let output = world.nsrun(["network", "create", "web"]).run().ok();
    assert!(output.stderr.contains("this host now routes IPv4"), "{output}");
}

#[test]
fn with_a_bridge_of_others_ipv6_stays_on_and_guarded() {
    let world = between();
    world.nsrun(["network", "create", "--subnet6", "fd00:80::/64", "six"]).run().ok();
    world.sh("ip link add virbr0 type bridge");
    let output = world.nsrun(["network", "rm", "six"]).run().ok();
    assert!(output.stderr.contains("this host goes on to route IPv6"), "{output}");
    let doctor = world.nsrun(["doctor"]).run().ok();
    assert!(doctor.stdout.contains("IPv6 is on, guarded"), "{doctor}");
    assert!(!routes(&world) && !routes6(&world));
    assert_eq!(world.read("/proc/sys/net/ipv4/conf/lan0/forwarding"), "0\n");
    assert_eq!(world.read("/proc/sys/net/ipv6/conf/all/forwarding"), "1\n");
    assert!(!world.sh("nft list table inet nsrun").contains("into_"), "rules of the network stay");
    world.sh("ip link delete virbr0");
    world.nsrun(["gc"]).run().ok();
    assert_eq!(world.read("/proc/sys/net/ipv6/conf/all/forwarding"), "0\n");
    assert_eq!(world.sh("nft list ruleset"), "");
}
