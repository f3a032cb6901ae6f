//! Networks whose members sit on a link of the host, past the host: macvlan, ipvlan, VLANs.

use crate::runs::{SOON, detached, place};
use crate::world::{World, assert_same, at_once, settle};

/// A link of the host without addresses, with a LAN behind it.
fn with_lan() -> World {
    let world = World::builder().lan().build();
    world.sh("ip addr flush dev lan0");
    world
}

const ON_LAN: [&str; 8] = [
    "network",
    "create",
    "--driver",
    "macvlan",
    "--subnet",
    "192.0.2.0/24",
    "--gateway",
    "192.0.2.10",
];

#[test]
fn members_of_a_macvlan_network_sit_on_the_lan_with_names_and_leases() {
    let world = with_lan();
    world.nsrun(ON_LAN).args(["--parent", "lan0", "lan"]).run().ok();
    let shown = world.nsrun(["network", "inspect", "--json", "lan"]).run().ok().json();
    for (key, value) in [("driver", "macvlan"), ("parent", "lan0"), ("mode", "bridge")] {
        assert_eq!(shown[key], value);
    }
    detached(&world, &["--name", "a", "--net", "lan,ip=192.0.2.77"], &["sleep", "60"]);
    detached(&world, &["--name", "b", "--net", "lan", "--network-alias", "db"], &["sleep", "60"]);
    let inside = place(&world, "a");
    let link = inside.link("eth0").unwrap();
    assert_eq!(link["linkinfo"]["info_kind"], "macvlan");
    assert_eq!(link["linkinfo"]["info_data"]["mode"], "bridge");
    assert_eq!(inside.addresses("eth0"), ["192.0.2.77/24"]);
    assert_eq!(inside.gateway().as_deref(), Some("192.0.2.10"));
    world.nsrun(["exec", "a", "ping", "-c1", "-W3", "b"]).run().ok();
    world.nsrun(["exec", "a", "ping", "-c1", "-W3", "db"]).run().ok();
    world.nsrun(["exec", "b", "ping", "-c1", "-W3", "a"]).run().ok();
    world.lan().sh("ping -c1 -W3 192.0.2.77");
    let run = world.nsrun(["inspect", "--json", "a"]).run().ok().json();
    assert_eq!(run["networks"][0]["ifname"], "eth0");
    assert_eq!(run["networks"][0]["address"], "192.0.2.77/24");
    assert_eq!(run["networks"][0]["mac"], "0a:6e:c0:00:02:4d");
    world
        .nsrun(["run", "--net", "lan,ip=192.0.2.77", "true"])
        .run()
        .exits(125)
        .says("cannot take address 192.0.2.77: run \"a\" has it");
    world
        .nsrun(["run", "--net", "lan", "-p", "80:80", "true"])
        .run()
        .exits(2)
        .says("cannot publish ports");
    world.nsrun(["network", "rm", "lan"]).run().exits(1).says("it is used by \"a\" (process ");
    world.nsrun(["stop", "-t0", "a", "b"]).run().ok();
    world.nsrun(["network", "rm", "lan"]).run().ok();
    assert!(settle(|| world.links() == ["up0", "lan0"], SOON));
}

#[test]
fn an_address_on_a_lan_is_chosen_only_if_nobody_answers_for_it() {
    let world = with_lan();
    // All but one of the range are somebody else's.
    world.lan().sh("for n in 16 17 18 20 21 22 23; do ip addr add 192.0.2.$n/24 dev eth0; done");
    let range = ["--ip-range", "192.0.2.16/29"];
    world.nsrun(ON_LAN).args(range).args(["--parent", "lan0", "lan"]).run().ok();
    let show = ["run", "--net", "lan", "--", "ip", "-j", "-4", "addr", "show", "eth0"];
    for _ in 0..3 {
        let shown = world.nsrun(show).run().ok().json();
        assert_eq!(shown[0]["addr_info"][0]["local"], "192.0.2.19");
        assert!(settle(|| world.link("ns1.13").is_none(), SOON));
    }
    world.lan().sh("ip addr add 192.0.2.19/24 dev eth0");
    world
        .nsrun(show)
        .run()
        .exits(125)
        .says("cannot take an address of network \"lan\": 8 of the 8 that were tried are others'");
    // What is asked for by name is not asked about.
    world.nsrun(["run", "--net", "lan,ip=192.0.2.19", "true"]).run().ok();
    world.sh("ip link set lan0 down");
    world
        .nsrun(show)
        .run()
        .exits(125)
        .says("cannot ask on link \"lan0\" who has 192.0.2.")
        .says("Network is down");
}

#[test]
fn an_address_of_another_macvlan_on_the_same_link_is_not_chosen() {
    let world = with_lan();
    // Of others, in a namespace and on the host itself; the link below hears neither of them.
    world.sh("ip netns add other; ip link add m0 link lan0 netns other type macvlan mode bridge;
         for n in 16 17 18; do ip -n other addr add 192.0.2.$n/24 dev m0; done;
         ip -n other link set m0 up; ip link add m1 link lan0 type macvlan mode bridge;
         ip link set m1 addrgenmode none;
         for n in 20 21 22; do ip addr add 192.0.2.$n/24 dev m1; done; ip link set m1 up");
    let range = ["--ip-range", "192.0.2.16/29", "--exclude", "192.0.2.23"];
    world.nsrun(ON_LAN).args(range).args(["--parent", "lan0", "lan"]).run().ok();
    let before = world.snapshot();
    for _ in 0..3 {
        let show = ["run", "--net", "lan", "--", "ip", "-j", "-4", "addr", "show", "eth0"];
        let shown = world.nsrun(show).run().ok().json();
        assert_eq!(shown[0]["addr_info"][0]["local"], "192.0.2.19");
        assert!(settle(|| world.link("ns1.13").is_none(), SOON));
    }
    world.assert_returns_to(&before, SOON);
}

#[test]
fn an_address_that_a_run_has_without_the_network_is_no_member_s() {
    let world = with_lan();
    world.nsrun(ON_LAN).args(["--ip-range", "192.0.2.16/31", "--parent", "lan0", "lan"]).run().ok();
    // Down, so that it answers nobody.
    let direct =
        ["--name", "d", "--net", "macvlan:lan0,ip=192.0.2.16/24", "--cap-add", "net_admin"];
    detached(&world, &direct, &["sh", "-c", "ip link set eth0 down; sleep 60"]);
    let inside = place(&world, "d");
    assert!(settle(|| inside.link("eth0").unwrap()["operstate"] == "DOWN", SOON));
    for _ in 0..4 {
        let show = ["run", "--net", "lan", "--", "ip", "-j", "-4", "addr", "show", "eth0"];
        let shown = world.nsrun(show).run().ok().json();
        assert_eq!(shown[0]["addr_info"][0]["local"], "192.0.2.17");
        assert!(settle(|| world.link("ns1.11").is_none(), SOON));
    }
    world
        .nsrun(["run", "--net", "lan,ip=192.0.2.16", "true"])
        .run()
        .exits(125)
        .says("cannot take address 192.0.2.16: another run has it on link \"lan0\"");
    // The other way round the kernel sees that they would have one hardware address.
    detached(&world, &["--name", "m", "--net", "lan,ip=192.0.2.17"], &["sleep", "60"]);
    world
        .nsrun(["run", "--net", "macvlan:lan0,ip=192.0.2.17/24", "true"])
        .run()
        .exits(125)
        .says("Address already in use")
        .says("choose another ip");
}

#[test]
fn what_this_host_has_on_the_lan_is_the_default_and_no_member_s() {
    let world = World::new();
    world.nsrun(["network", "create", "--driver", "macvlan", "--parent", "up0", "pub"]).run().ok();
    let shown = world.nsrun(["network", "inspect", "--json", "pub"]).run().ok().json();
    assert_eq!(
        (&shown["subnet"], &shown["gateway"]),
        (&"198.51.100.0/24".into(), &"198.51.100.2".into())
    );
    world
        .nsrun(["run", "--net", "pub,ip=198.51.100.1", "true"])
        .run()
        .exits(2)
        .says("the network excludes it");
    world.nsrun(["run", "--net", "pub", "--", "ping", "-c1", "-W3", "198.51.100.2"]).run().ok();
    let vepa = ["--mode", "vepa", "--driver", "macvlan", "--parent", "up0"];
    world
        .nsrun(["network", "create"])
        .args(vepa)
        .arg("two")
        .run()
        .exits(1)
        .says("198.51.100.0/24 overlaps 198.51.100.0/24 (network \"pub\")");
    world
        .nsrun(["network", "create", "--subnet", "198.51.100.128/25", "three"])
        .run()
        .exits(1)
        .says("overlaps");
}

#[test]
fn many_at_once_on_a_lan_get_addresses_of_their_own() {
    let world = with_lan();
    let range = ["--ip-range", "192.0.2.16/28"];
    world.nsrun(ON_LAN).args(range).args(["--parent", "lan0", "lan"]).run().ok();
    let addresses = at_once(8, |n| {
        let name = format!("m{n}");
        detached(&world, &["--name", &name, "--net", "lan"], &["sleep", "60"]);
        place(&world, &name).addresses("eth0")
    });
    let mut unique = addresses.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), 8, "{addresses:?}");
}

#[test]
fn the_same_address_on_a_lan_is_taken_again_at_once() {
    let world = with_lan();
    world.nsrun(ON_LAN).args(["--parent", "lan0", "lan"]).run().ok();
    for _ in 0..20 {
        let ping = ["--", "ping", "-c1", "-W3", "192.0.2.10"];
        world.nsrun(["run", "--net", "lan,ip=192.0.2.77"]).args(ping).run().ok();
    }
}

#[test]
fn a_namespace_is_connected_to_a_macvlan_network_and_disconnected() {
    let world = with_lan();
    world.nsrun(ON_LAN).args(["--parent", "lan0", "--isolated", "lan"]).run().ok();
    world.sh("ip netns add blue");
    // The first connection gives the namespace its id here.
    world.nsrun(["connect", "blue", "lan"]).run().ok();
    world.nsrun(["disconnect", "blue", "lan"]).run().ok();
    // The kernel takes a namespace apart, in which was asked for the address, when it has time.
    assert!(settle(|| world.link("lan0").unwrap()["promiscuity"] == 0, SOON));
    let before = world.snapshot();
    for name in ["lan", "eth0"] {
        let connect = ["connect", "blue", "lan", "--ip", "192.0.2.77"];
        assert_eq!(world.nsrun(connect).run().ok().stdout, "eth0 192.0.2.77/24\n");
        let link = world.json("ip -n blue -j -d link show eth0");
        assert_eq!(link[0]["linkinfo"]["info_data"]["mode"], "private");
        world.lan().sh("ping -c1 -W3 192.0.2.77");
        world.nsrun(["network", "rm", "lan"]).run().exits(1).says("it is used by");
        world.nsrun(["disconnect", "blue", name]).run().ok();
        world.assert_returns_to(&before, SOON);
    }
    world
        .nsrun(["connect", "blue", "lan", "--route", "10.90.0.0/16,203.0.113.9"])
        .run()
        .exits(1)
        .says("undo: delete link \"eth0\"");
    world.assert_returns_to(&before, SOON);
}

#[test]
fn a_network_outlives_the_link_it_sits_on() {
    let world = with_lan();
    world.sh("ip link add low type veth peer name low1; ip link set low up; ip link set low1 up");
    world.nsrun(ON_LAN).args(["--parent", "low", "lan"]).run().ok();
    world.sh("ip link del low");
    world
        .nsrun(["run", "--net", "lan,ip=192.0.2.7", "true"])
        .run()
        .exits(125)
        .says("cannot join network \"lan\": link \"low\", which it sits on, is gone");
    world.sh("ip link add low type veth peer name low1; ip link set low up; ip link set low1 up");
    world.nsrun(["run", "--net", "lan,ip=192.0.2.7", "true"]).run().ok();
    assert!(settle(|| world.nsrun(["network", "rm", "lan"]).run().code() == Some(0), SOON));
}

#[test]
fn options_that_do_not_fit_a_driver_are_refused_before_anything_is_made() {
    let world = with_lan();
    // The host is the only router there that it knows.
    world.sh("ip link add own0 type veth peer name own1; ip addr add 198.18.0.1/24 dev own0");
    let before = world.snapshot();
    for (code, options, why) in [
        (2, "--driver macvlan", "--driver macvlan needs --parent"),
        (2, "--driver macvlan --parent lan0", "--driver macvlan needs --subnet"),
        (1, "--driver macvlan --parent nowhere", "there is no such link"),
        (1, "--driver ipvlan --parent nowhere.7", "there is no such link"),
        (2, "--driver macvlan --parent up0 --mode passthru", "passthru leaves room for one"),
        (2, "--driver macvlan --parent up0 --mode l3", "\"l3\" is no mode of it"),
        (2, "--driver ipvlan --parent up0 --isolated", "ipvlans reach each other"),
        (2, "--driver macvlan --parent own0", "198.18.0.1 cannot be the gateway of network \"x\""),
        (2, "--driver macvlan --parent own0 --gateway 198.18.0.1", "give another --gateway"),
        (2, "--driver macvlan --parent up0 --ipv6", "--ipv6 needs --subnet6"),
        (2, "--driver macvlan --parent up0 --snat 198.51.100.1", "has no --open, --snat"),
        (2, "--driver macvlan --parent up0 --bridge-name x", "has no --bridge-name"),
        (2, "--driver macvlan --uplink up0", "--uplink needs a bridge"),
        (2, "--driver ptp --parent up0", "sit on no link of this host"),
        (2, "--parent up0", "--parent is for networks of macvlans"),
        (2, "--mode l2", "networks with driver bridge have no mode"),
        (2, "--vlan 7", "--vlan does not say of which link"),
        (2, "--vlan 0 --uplink lan0", "\"0\" is no VLAN"),
        (2, "--vlan 4095 --uplink lan0", "\"4095\" is no VLAN"),
    ] {
        let words = ["network", "create", "x"].into_iter().chain(options.split(' '));
        world.nsrun(words).run().exits(code).says(why);
    }
    assert_same(&before, &world.snapshot());
}

/// Whether this kernel has a kind of link.
fn has_kind(world: &World, add: &str) -> bool {
    world.succeeds(&format!("ip link add link lan0 name probe type {add} && ip link del probe"))
}

#[test]
fn members_of_an_ipvlan_network_share_the_hardware_address() {
    let world = with_lan();
    let create = |name: &str, more: &[&str]| {
        let ipvlan = ["network", "create", "--driver", "ipvlan", "--parent", "lan0"];
        world.nsrun(ipvlan).args(["--subnet", "192.0.2.0/24"]).args(more).arg(name)
    };
    create("lan", &["--gateway", "192.0.2.10"]).run().ok();
    if !has_kind(&world, "ipvlan mode l2") {
        world
            .nsrun(["run", "--net", "lan,ip=192.0.2.77", "true"])
            .run()
            .exits(125)
            .says("the kernel lacks ipvlan (CONFIG_IPVLAN, module ipvlan)");
        skip!("kernel lacks ipvlan");
    }
    detached(&world, &["--name", "a", "--net", "lan,ip=192.0.2.77"], &["sleep", "60"]);
    detached(&world, &["--name", "b", "--net", "lan"], &["sleep", "60"]);
    let below = world.link("lan0").unwrap()["address"].clone();
    assert_eq!(place(&world, "a").link("eth0").unwrap()["address"], below);
    world.nsrun(["exec", "b", "ping", "-c1", "-W3", "a"]).run().ok();
    world.nsrun(["exec", "a", "ping", "-c1", "-W3", "192.0.2.10"]).run().ok();
    world.lan().sh("ping -c1 -W3 192.0.2.77");
    world.nsrun(["run", "--net", "lan,mac=02:00:00:00:00:01", "true"]).run().exits(2);
    world.nsrun(["stop", "-t0", "a", "b"]).run().ok();
    for _ in 0..10 {
        world.nsrun(["run", "--net", "lan,ip=192.0.2.77", "true"]).run().ok();
    }
    assert!(settle(|| world.nsrun(["network", "rm", "lan"]).run().code() == Some(0), SOON));
    for mode in ["l3", "l3s"] {
        create(mode, &["--mode", mode]).run().ok();
        let net = format!("{mode},ip=192.0.2.77");
        let show = ["run", "--net", &net, "--", "ip", "-j", "-4", "route", "show", "default"];
        let route = world.nsrun(show).run().ok().json();
        assert_eq!(
            (&route[0]["dev"], &route[0]["gateway"]),
            (&"eth0".into(), &serde_json::Value::Null)
        );
        assert!(settle(|| world.nsrun(["network", "rm", mode]).run().code() == Some(0), SOON));
    }
}

#[test]
fn the_vlan_of_a_network_comes_and_goes_with_it() {
    let world = with_lan();
    let create = |name: &str, driver: &[&str]| {
        let create = world.nsrun(["network", "create", "--subnet", "192.0.2.0/24", "--vlan", "10"]);
        create.args(driver).arg(name)
    };
    let drivers = [&["--driver", "macvlan", "--parent", "lan0"][..], &["--uplink", "lan0"]];
    let before = world.snapshot();
    if !has_kind(&world, "vlan id 7") {
        for driver in drivers {
            create("tagged", driver)
                .run()
                .exits(1)
                .says("the kernel lacks VLANs (CONFIG_VLAN_8021Q, module 8021q)");
            assert_same(&before, &world.snapshot());
        }
        skip!("kernel lacks vlan");
    }
    world.lan().sh("ip link add link eth0 name tagged type vlan id 10; ip addr flush dev eth0;
         ip addr add 192.0.2.10/24 dev tagged; ip link set tagged up");
    // The link below may be in use by the host: its VLAN is another LAN.
    world.sh("ip addr add 203.0.113.1/24 dev lan0");
    for driver in drivers {
        create("tagged", driver).run().ok();
        assert_eq!(world.link("lan0.10").unwrap()["linkinfo"]["info_data"]["id"], 10);
        let ping = ["run", "--net", "tagged", "--", "ping", "-c1", "-W3", "192.0.2.10"];
        world.nsrun(ping).run().ok();
        world.nsrun(["run", "--net", "macvlan:lan0.10", "true"]).run().ok();
        assert!(world.link("lan0.10").is_some(), "a run that used it too has ended");
        assert!(settle(|| world.nsrun(["network", "rm", "tagged"]).run().code() == Some(0), SOON));
        assert!(world.link("lan0.10").is_none());
    }
    // One that was there stays.
    world.sh("ip link add link lan0 name lan0.10 type vlan id 10; ip link set lan0.10 up");
    create("tagged", drivers[0]).run().ok();
    world.nsrun(["network", "rm", "tagged"]).run().ok();
    assert!(world.link("lan0.10").is_some());
}

#[test]
fn a_link_with_an_alternative_name_like_a_vlan_is_taken_as_it_is() {
    let world = with_lan();
    world.sh("ip link property add dev lan0 altname up0.5; ip link set lan0 alias mine");
    world.nsrun(ON_LAN).args(["--parent", "up0.5", "lan"]).run().ok();
    world.nsrun(["run", "--net", "lan", "true"]).run().ok();
    world.nsrun(["network", "rm", "lan"]).run().ok();
    let link = world.link("lan0").expect("it is the host's");
    assert_eq!(link["ifalias"], "mine");
}
