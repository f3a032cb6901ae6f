//! Links inside that are attached to links of the host: macvlan, ipvlan, VLANs, foreign bridges.

use nix::sys::signal::Signal;

use crate::runs::{SOON, detached, place, started};
use crate::world::{World, settle};

/// A link of the host without addresses, with a LAN behind it.
fn with_lan() -> World {
    let world = World::builder().lan().build();
    world.sh("ip addr flush dev lan0");
    world
}

/// Whether this kernel has a kind of link.
fn has_kind(world: &World, add: &str) -> bool {
    world.succeeds(&format!("ip link add link lan0 name probe type {add} && ip link del probe"))
}

#[test]
fn a_macvlan_sits_on_the_lan_and_has_its_default_route_there() {
    let world = with_lan();
    let net = "macvlan:lan0,ip=192.0.2.77/24,gateway=192.0.2.10,ifname=lan";
    detached(&world, &["--net", net, "--name", "m"], &["sleep", "60"]);
    let inside = place(&world, "m");
    assert_eq!(inside.addresses("lan"), ["192.0.2.77/24"]);
    assert_eq!(inside.gateway().as_deref(), Some("192.0.2.10"));
    let link = inside.link("lan").unwrap();
    assert_eq!(link["linkinfo"]["info_kind"], "macvlan");
    assert_eq!(link["linkinfo"]["info_data"]["mode"], "bridge");
    inside.sh("ping -c1 -W3 192.0.2.10");
    world.lan().sh("ping -c1 -W3 192.0.2.77");
    world
        .nsrun(["run", "--net", "macvlan:lan0,ip=192.0.2.77/24", "true"])
        .run()
        .exits(125)
        .says("cannot take address 192.0.2.77: another run has it on link \"lan0\"");
    let listed = world.nsrun(["ps", "--json"]).run().ok().json();
    assert_eq!(listed[0]["networks"][0]["address"], "192.0.2.77/24");
    world.nsrun(["stop", "-t0", "m"]).run().ok();
    assert!(settle(|| world.sh("ls /run").is_empty(), SOON));
    // Twenty times the same address at once after another.
    for _ in 0..20 {
        world.nsrun(["run", "--net", "macvlan:lan0,ip=192.0.2.77/24", "true"]).run().ok();
    }
}

#[test]
fn a_link_with_two_names_gives_no_address_twice() {
    let world = with_lan();
    world.sh("ip link property add dev lan0 altname wan");
    world.sh("ip link add br9 type bridge; ip link property add dev br9 altname office; \
              ip addr add 192.0.2.129/25 dev br9; ip link set br9 up");
    for (net, link) in [("macvlan:lan0", "lan0"), ("bridge:br9", "br9")] {
        let first = format!("{net},ip=192.0.2.177/25");
        detached(&world, &["--net", &first], &["sleep", "60"]);
        let other = net.replace("lan0", "wan").replace("br9", "office");
        let again = format!("{other},ip=192.0.2.177/25,mac=02:00:00:00:00:77");
        world.nsrun(["run", "--net", &again, "true"]).run().exits(125).says(&format!(
            "cannot take address 192.0.2.177: another run has it on link \"{link}\""
        ));
    }
    let create = ["network", "create", "--driver", "macvlan", "--subnet", "192.0.2.0/25"];
    world.nsrun(create).args(["--parent", "wan", "one"]).run().ok();
    let second = world.nsrun(create).args(["--parent", "lan0", "two"]).run();
    second.exits(1).says("overlaps 192.0.2.0/25 (network \"one\")");
}

#[test]
fn every_mode_of_a_macvlan_is_the_kernel_s() {
    let world = with_lan();
    for mode in ["private", "vepa", "bridge", "passthru"] {
        let net = format!("macvlan:lan0,mode={mode}");
        let show = ["run", "--net", &net, "--", "ip", "-d", "link", "show", "eth0"];
        // Passthru is possible once the last one before it is gone.
        let wanted = format!("macvlan mode {mode}");
        assert!(settle(|| world.nsrun(show).run().stdout.contains(&wanted), SOON), "{mode}");
    }
}

#[test]
fn a_second_macvlan_in_mode_passthru_is_refused_with_a_hint() {
    let world = with_lan();
    let _first = started(&world, &["--net", "macvlan:lan0,mode=passthru"]);
    world
        .nsrun(["run", "--net", "macvlan:lan0,mode=passthru", "true"])
        .run()
        .exits(125)
        .says("a macvlan with mode passthru has the link below to itself");
}

#[test]
fn a_run_on_a_network_and_a_macvlan_has_both_in_order() {
    let world = with_lan();
    let nets = ["--net", "bridge", "--net", "macvlan:lan0,ip=192.0.2.77/24,gateway=192.0.2.10"];
    detached(&world, &[&["--name", "m"], &nets[..]].concat(), &["sleep", "60"]);
    let inside = place(&world, "m");
    let mut links = inside.links();
    links.sort();
    assert_eq!(links, ["eth0", "eth1"]);
    let routes = inside.json("ip -j -4 route show default");
    assert_eq!((routes.as_array().unwrap().len(), routes[0]["dev"].as_str()), (1, Some("eth0")));
    inside.sh("ping -c1 -W3 192.0.2.10");
}

#[test]
fn an_ipvlan_shares_the_hardware_address_in_every_mode() {
    let world = with_lan();
    if !has_kind(&world, "ipvlan mode l2") {
        world
            .nsrun(["run", "--net", "ipvlan:lan0", "true"])
            .run()
            .exits(125)
            .says("the kernel lacks ipvlan (CONFIG_IPVLAN, module ipvlan)");
        skip!("kernel lacks ipvlan");
    }
    let below = world.link("lan0").unwrap()["address"].clone();
    for mode in ["l2", "l3", "l3s"] {
        let net = format!("ipvlan:lan0,mode={mode},ip=192.0.2.77/24");
        let show = ["run", "--net", &net, "--", "ip", "-d", "-j", "link", "show", "eth0"];
        let link = world.nsrun(show).run().ok().json();
        assert_eq!(link[0]["address"], below);
        assert_eq!(link[0]["linkinfo"]["info_data"]["mode"], mode);
    }
    let ping = ["run", "--net", "ipvlan:lan0,ip=192.0.2.77/24", "--", "ping", "-c1", "192.0.2.10"];
    world.nsrun(ping).run().ok();
}

#[test]
fn a_vlan_is_made_for_its_first_user_and_removed_with_its_last() {
    let world = with_lan();
    if !has_kind(&world, "vlan id 7") {
        world
            .nsrun(["run", "--net", "macvlan:lan0.10", "true"])
            .run()
            .exits(125)
            .says("the kernel lacks VLANs (CONFIG_VLAN_8021Q, module 8021q)");
        skip!("kernel lacks vlan");
    }
    let mut first = started(&world, &["--net", "macvlan:lan0.10,ip=192.0.2.77/24"]);
    let second = started(&world, &["--net", "macvlan:lan0.10,ip=192.0.2.78/24"]);
    let vlan = || world.link("lan0.10");
    assert_eq!(vlan().unwrap()["linkinfo"]["info_data"]["id"], 10);
    first.kill(Signal::SIGTERM);
    first.wait();
    assert!(vlan().is_some());
    drop(second);
    // Its supervisor was killed: the next user removes what was left.
    world.nsrun(["run", "--net", "macvlan:lan0.10", "true"]).run().ok();
    assert!(vlan().is_none());
    // A VLAN of the administrator's stays.
    world.sh("ip link add link lan0 name lan0.11 type vlan id 11");
    world.nsrun(["run", "--net", "macvlan:lan0.11", "true"]).run().ok();
    assert!(world.link("lan0.11").is_some());
}

#[test]
fn a_bridge_that_others_made_can_be_joined_with_an_address() {
    let world = World::new();
    world.sh("ip link add docker0 type bridge; ip addr add 172.17.0.1/16 dev docker0");
    world.sh("ip link set docker0 up mtu 1400");
    let net = "bridge:docker0,ip=172.17.0.9/16,gateway=172.17.0.1";
    detached(&world, &["--net", net, "--name", "b"], &["sleep", "60"]);
    let inside = place(&world, "b");
    assert_eq!(inside.gateway().as_deref(), Some("172.17.0.1"));
    inside.sh("ping -c1 -W3 172.17.0.1");
    assert_eq!(inside.link("eth0").unwrap()["mtu"], 1400);
    world.nsrun(["stop", "-t0", "b"]).run().ok();
    // The one before may still answer for the address, and is ending.
    for _ in 0..10 {
        assert_eq!(world.nsrun(["run", "--net", net, "true"]).run().ok().stderr, "");
    }
    assert!(settle(|| world.links() == ["up0", "docker0"], SOON));
}

#[test]
fn what_cannot_be_attached_is_refused_and_leaves_nothing() {
    let world = with_lan();
    let before = world.snapshot();
    for (net, code, why) in [
        ("macvlan:nowhere", 125, "cannot attach to link \"nowhere\": there is none of that name"),
        ("macvlan:nowhere.5", 125, "cannot attach to link \"nowhere.5\""),
        ("macvlan:lan0,ip=192.0.2.7", 2, "write an address with its prefix length"),
        ("macvlan:lan0,ip=192.0.2.7", 2, "\"192.0.2.7\" has no prefix length"),
        ("macvlan:lan0,ip=127.0.0.1/8", 2, "hosts have no addresses in 127.0.0.0/8"),
        ("macvlan:lan0,ip=192.0.2.0/24", 2, "it is the first or last of 192.0.2.0/24"),
        ("macvlan:lan0,ip=192.0.2.255/24", 2, "it is the first or last of 192.0.2.0/24"),
        ("macvlan:up0,ip=198.51.100.1/24", 125, "cannot take address 198.51.100.1: this host has"),
        (
            "macvlan:lan0,ip=192.0.2.7/24,gateway=192.0.2.7",
            2,
            "192.0.2.7 cannot be both address and gateway",
        ),
        ("macvlan:lan0,mode=l2", 2, "\"l2\" is no mode of it"),
        ("macvlan:lan0,gateway=192.0.2.1", 2, "gateway 192.0.2.1 is on no subnet of the link"),
        ("ipvlan:lan0,mac=02:00:00:00:00:01", 2, "an ipvlan has the hardware address"),
        ("bridge:lan0", 125, "cannot attach to link \"lan0\": it is no bridge"),
        ("vxlan:lan0", 2, "\"vxlan:lan0\" is nothing that can be joined"),
        ("bridge,gateway=192.0.2.1", 2, "\"gateway\" is nothing that a network can be given"),
    ] {
        world.nsrun(["run", "--net", net, "true"]).run().exits(code).says(why);
    }
    world.assert_returns_to(&before, SOON);
}

#[test]
fn a_plan_with_links_of_every_kind_says_the_command_lines() {
    let world = with_lan();
    let dry = ["run", "--dry-run", "--format", "ip", "--net"];
    let script = |net: &str| world.nsrun(dry).args([net, "true"]).run().ok().stdout;
    let vlan = script("ipvlan:lan0.5,mode=l3,ip=192.0.2.8/24");
    for line in [
        "ip link add link lan0 name lan0.5 type vlan id 5\n",
        "ip link add link lan0.5 name eth0 netns nsrun-demo mtu 1500 type ipvlan mode l3\n",
        "ip -n nsrun-demo route add default dev eth0\n",
    ] {
        assert!(vlan.contains(line), "{line} is not in {vlan}");
    }
    assert!(script("macvlan:lan0,mode=vepa").contains("type macvlan mode vepa\n"));
    assert_eq!(world.links(), ["up0", "lan0"]);
}
