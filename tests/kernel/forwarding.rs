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

/// Says once on a link of its own to be a router, as any process with CAP_NET_RAW can.
fn advertise(place: &Place, link: &str) {
    let script = r#"
import socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind((sys.argv[1], 0))
own = s.getsockname()[4]
from ipaddress import ip_address
source, to = ip_address("fe80::bad").packed, ip_address("ff02::1").packed
prefix = struct.pack("!BBBBIII", 3, 4, 64, 0xc0, 3600, 3600, 0) + ip_address("fd00:bad::").packed
ra = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + prefix + b"\1\1" + own
total = sum(struct.unpack("!%dH" % ((len(ra) + 40) // 2),
    source + to + struct.pack("!II", len(ra), 58) + ra))
while total >> 16: total = (total & 0xffff) + (total >> 16)
ra = ra[:2] + struct.pack("!H", ~total & 0xffff) + ra[4:]
ip = struct.pack("!IHBB", 6 << 28, len(ra), 58, 255) + source + to
s.send(b"\x33\x33\0\0\0\1" + own + b"\x86\xdd" + ip + ra)
"#;
    place.cmd(["python3", "-c", script, link]).run().ok();
}

#[test]
fn a_member_that_says_to_be_a_router_is_not_believed() {
    need_tool!("python3");
    let world = World::builder().no_forwarding().build();
    let learned = || world.sh("ip -6 route; ip -6 address").contains("bad");
    for network in ["bridge", "ptp"] {
        detached(&world, &["--net", network, "--name", network], &["sleep", "1000"]);
        advertise(&inside(&world, network), "eth0");
        assert!(!settle(learned, std::time::Duration::from_millis(300)), "{network}");
    }
    // The test can fail; and others on the uplink are believed, as before.
    world.sh("nft flush chain inet nsrun raw");
    advertise(&inside(&world, "ptp"), "eth0");
    assert!(settle(learned, SOON));
    advertise(world.internet(), "eth0");
    assert!(settle(|| world.sh("ip -6 route").contains("fe80::bad dev up0"), SOON));
}

#[test]
fn a_host_goes_on_to_learn_from_routers() {
    need_tool!("python3");
    let world = World::builder().lan().no_forwarding().build();
    let route = |link: &str| world.sh("ip -6 route").contains(&format!("fe80::bad dev {link}"));
    advertise(world.internet(), "eth0");
    assert!(settle(|| route("up0"), SOON));
    world.nsrun(["network", "create", "--subnet6", "fd00:80::/64", "six"]).run().ok();
    assert!(route("up0"), "the default route is lost");
    // From a link that was there, and one that was not.
    advertise(world.lan(), "eth0");
    assert!(settle(|| route("lan0"), SOON));
    world.sh("ip link add late0 type veth peer name late1; ip link set late0 addrgenmode none up");
    let late = behind(&world, "late1");
    advertise(&late, "late1");
    assert!(settle(|| route("late0"), SOON));
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
    world.nsrun(["network", "rm", "six"]).run().ok();
    assert!(!routes(&world) && !routes6(&world));
    assert_eq!(world.read("/proc/sys/net/ipv4/conf/lan0/forwarding"), "0\n");
    assert_eq!(world.read("/proc/sys/net/ipv6/conf/all/forwarding"), "1\n");
    assert!(!world.sh("nft list table inet nsrun").contains("into_"), "rules of the network stay");
    world.sh("ip link delete virbr0");
    world.nsrun(["gc"]).run().ok();
    assert_eq!(world.read("/proc/sys/net/ipv6/conf/all/forwarding"), "0\n");
    assert_eq!(world.sh("nft list ruleset"), "");
}
