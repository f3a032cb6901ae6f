//! What a host that forwards for networks only does not route: from and to bridges that nsrun
//! makes no rules for.

use crate::forwarding::{SWITCHES, between, routes, routes6};
use crate::nat::pings;
use crate::runs::{SOON, detached, inside};
use crate::world::{World, at_once, settle};

/// A host with a network that leads out, in both versions of IP.
fn with_network(world: &World) {
    world.nsrun(["network", "create", "--subnet6", "fd00:80::/64", "six"]).run().ok();
}

/// Makes the LAN's link the uplink of a network, whose bridge is the host's link there from now on.
fn uplink(world: &World) {
    world.sh("ip address flush dev lan0");
    let create = ["network", "create", "--uplink", "lan0", "--subnet", "192.0.2.0/24"];
    world.nsrun(create).args(["--bridge-name", "br-lan", "onlan"]).run().ok();
    on_bridge(world, "br-lan");
}

/// Has the host's addresses of the LAN on a bridge.
fn on_bridge(world: &World, bridge: &str) {
    world.sh(&format!(
        "ip address add 192.0.2.1/24 dev {bridge}
         ip address add fe80::1/64 dev {bridge} nodad
         ip address add fd00:192::1/64 dev {bridge} nodad"
    ));
    assert!(settle(|| pings(world.lan(), "192.0.2.1"), SOON));
    assert!(pings(world.lan(), "fd00:192::1"));
}

/// Asserts that nothing gets from the LAN to the internet, or the other way.
#[track_caller]
fn kept_apart(world: &World) {
    let answers = at_once(4, |n| match n {
        0 => routes(world),
        1 => routes6(world),
        2 => pings(world.internet(), "192.0.2.10"),
        _ => pings(world.internet(), "fd00:192::10"),
    });
    assert_eq!(answers, [false; 4], "it routes from the bridge, or to it");
}

#[test]
fn the_bridge_of_an_uplink_is_not_routed() {
    for first in [true, false] {
        let world = between();
        if first {
            uplink(&world);
        }
        with_network(&world);
        if !first {
            uplink(&world);
        }
        kept_apart(&world);
        world.nsrun(["firewall", "reload"]).run().ok();
        kept_apart(&world);
        world.sh("nft flush ruleset");
        assert!(!routes(&world), "without rules it routes IPv4 from the bridge");
        // The test can fail.
        assert!(routes6(&world), "first: {first}");
        world.nsrun(["firewall", "reload"]).run().ok();
        kept_apart(&world);
    }
}

#[test]
fn an_unmanaged_network_is_not_routed_unless_this_host_routed_before() {
    for routed in [false, true] {
        let world = between();
        if routed {
            world.sh("echo 1 >/proc/sys/net/ipv4/ip_forward");
        }
        with_network(&world);
        let create = ["network", "create", "--unmanaged", "--subnet", "10.77.0.0/24", "raw"];
        world.nsrun(create).run().ok();
        detached(&world, &["--net", "raw", "--name", "a", "--ip", "10.77.0.7"], &["sleep", "1000"]);
        world.internet().sh("ip route add 10.77.0.0/24 via 198.51.100.1");
        assert!(pings(&world, "10.77.0.7"));
        assert_eq!(pings(&inside(&world, "a"), "203.0.113.1"), routed);
        assert_eq!(pings(world.internet(), "10.77.0.7"), routed);
        detached(&world, &["--net", "six", "--name", "b"], &["sleep", "1000"]);
        assert!(pings(&inside(&world, "b"), "203.0.113.1"));
    }
}

#[test]
fn a_bridge_of_others_that_was_there_before_is_not_routed() {
    let world = between();
    world.sh(
        "ip address flush dev lan0; ip link add br0 type bridge; ip link set br0 addrgenmode none
         ip link set lan0 master br0; ip link set br0 up",
    );
    on_bridge(&world, "br0");
    let before = world.sh(SWITCHES);
    assert!(!routes(&world) && !routes6(&world));
    let create = ["network", "create", "--subnet6", "fd00:80::/64", "six"];
    let output = world.nsrun(create).run().ok();
    assert!(output.stderr.contains("not between its other links"), "{output}");
    kept_apart(&world);
    // What it leads to is reached by members all the same, and ports from there.
    detached(&world, &["--net", "six", "--name", "a"], &["sleep", "1000"]);
    let a = inside(&world, "a");
    assert!(pings(&a, "192.0.2.10") && pings(&a, "fd00:192::10"));
    for command in [["firewall", "reload"], ["network", "create"]] {
        let name = (command[0] == "network").then_some("more");
        world.nsrun(command).args(name).run().ok();
        kept_apart(&world);
    }
    world.nsrun(["stop", "-t", "0", "a"]).run().ok();
    let removed = || world.nsrun(["network", "rm", "six", "more"]).run().code() == Some(0);
    assert!(settle(removed, SOON));
    assert!(!routes(&world) && !routes6(&world));
    let ipv4 = |all: &str| all.lines().filter(|line| line.starts_with("ipv4")).count();
    assert_eq!(ipv4(&world.sh(SWITCHES)), ipv4(&before));
}

#[test]
fn what_stays_on_a_bridge_of_others_passes_bridge_netfilter() {
    let world = World::builder().lan().no_forwarding().build();
    let switch = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    if !world.succeeds(&format!("echo 1 >{switch}")) {
        skip!("needs br_netfilter");
    }
    world.sh("ip address flush dev lan0; ip link add br0 type bridge
         ip link set br0 addrgenmode none up; ip link set lan0 master br0
         ip link add p0 type veth peer name p1; ip link set p0 addrgenmode none master br0 up");
    let guest = crate::forwarding::behind(&world, "p1");
    guest.sh("ip address add 192.0.2.77/24 dev p1");
    assert!(settle(|| pings(&guest, "192.0.2.10"), SOON));
    with_network(&world);
    assert!(world.sh("nft list set inet nsrun others").contains("br0"));
    assert!(pings(&guest, "192.0.2.10"), "guests of others on one bridge are cut off");
    // The test can fail.
    world.sh("nft flush set inet nsrun others; nft delete rule inet nsrun guard handle \
         $(nft -a list chain inet nsrun guard | grep 'iifkind' | sed 's/.*handle //')
         nft delete rule inet nsrun guard handle \
         $(nft -a list chain inet nsrun guard | grep 'oifkind' | sed 's/.*handle //')");
    assert!(!pings(&guest, "192.0.2.10"));
}

/// Somebody else's bridge, with the LAN on it.
fn late_bridge(world: &World) {
    world.sh("ip address flush dev lan0; ip link add late0 type bridge
         ip link set late0 addrgenmode none; ip link set lan0 master late0; ip link set late0 up");
    on_bridge(world, "late0");
}

#[test]
fn a_bridge_that_came_between_the_first_network_and_the_first_with_ipv6_goes_on_to_be_routed() {
    let world = between();
    world.nsrun(["network", "create", "four"]).run().ok();
    late_bridge(&world);
    assert!(routes(&world), "who made it may have found forwarding on");
    with_network(&world);
    assert!(routes(&world));
}

#[test]
fn a_bridge_that_came_later_is_let_through_also_after_a_reload() {
    let world = between();
    with_network(&world);
    late_bridge(&world);
    assert!(routes6(&world), "who made it may have found forwarding on");
    for command in [&["firewall", "reload"][..], &["network", "create", "more"]] {
        world.nsrun(command).run().ok();
        assert!(routes6(&world), "{command:?}");
    }
}
