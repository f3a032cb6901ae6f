//! Several networks: one process on many of them, and who reaches whom.

use std::time::Duration;

use serde_json::Value;

use crate::runs::place;
use crate::world::{Place, World, settle};

/// The kernel takes a namespace apart within 40 to 120 ms.
const LONG: Duration = Duration::from_secs(5);

/// Starts a run that stays, and returns the place it is.
fn start(world: &World, args: &[&str]) -> Place {
    world.nsrun(["run", "-d"]).args(args).args(["--", "sleep", "60"]).run().ok();
    let name = args.iter().position(|arg| *arg == "--name").map(|n| args[n + 1]).unwrap();
    place(world, name)
}

fn routes(place: &Place, family: &str) -> Vec<Value> {
    place.json(&format!("ip -j {family} route show default")).as_array().unwrap().clone()
}

#[test]
fn links_are_in_the_order_of_the_networks_given() {
    let world = World::new();
    for name in ["one", "two", "three"] {
        world.nsrun(["network", "create", name]).run().ok();
    }
    let run = start(
        &world,
        &["--name", "a", "--net", "two", "--net", "one,ifname=mid", "--net", "bridge,mtu=1400"],
    );
    assert_eq!(run.links(), ["eth0", "mid", "eth2"]);
    let shown = world.nsrun(["inspect", "--json", "a"]).run().ok().json();
    let networks: Vec<&str> = shown["networks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n["network"].as_str().unwrap())
        .collect();
    assert_eq!(networks, ["two", "one", "bridge"]);
    for (n, link) in ["eth0", "mid", "eth2"].iter().enumerate() {
        assert_eq!(run.addresses(link), [shown["networks"][n]["address"].as_str().unwrap()]);
    }
    assert_eq!(run.link("eth2").unwrap()["mtu"], 1400);
    // One line in ps, though it has three links.
    let list = world.nsrun(["ps", "--json"]).run().ok().json();
    assert_eq!(list.as_array().unwrap().len(), 1);
}

#[test]
fn there_is_one_default_route_per_family_and_none_by_an_internal_network() {
    let world = World::builder().ipv6().build();
    world.nsrun(["network", "create", "--internal", "--ipv6", "inside"]).run().ok();
    world.nsrun(["network", "create", "four"]).run().ok();
    world.nsrun(["network", "create", "--ipv6", "six"]).run().ok();
    let nets = ["--net", "inside", "--net", "four", "--net", "six"];
    let run = start(&world, &[&["--name", "a"], &nets[..]].concat());
    let v4 = routes(&run, "-4");
    assert_eq!((v4.len(), v4[0]["dev"].as_str()), (1, Some("eth1")));
    let v6 = routes(&run, "-6");
    assert_eq!((v6.len(), v6[0]["dev"].as_str()), (1, Some("eth2")));

    let other = ["--name", "b", "--net", "four,default-route=no", "--net", "six,default-route=yes"];
    let run = start(&world, &other);
    assert_eq!(routes(&run, "-4")[0]["dev"], "eth1");
    let alone = start(&world, &["--name", "c", "--net", "inside"]);
    assert!(routes(&alone, "-4").is_empty() && routes(&alone, "-6").is_empty());
}

#[test]
fn three_processes_on_a_network_all_reach_each_other_in_both_families() {
    let world = World::new();
    world.nsrun(["network", "create", "--ipv6", "web"]).run().ok();
    let names = ["a", "b", "c"];
    let places = names.map(|name| start(&world, &["--name", name, "--net", "web"]));
    for from in &places {
        for to in &places {
            for address in to.addresses("eth0").iter().filter(|a| !a.starts_with("fe80")) {
                let (address, _) = address.split_once('/').unwrap();
                from.sh(&format!("ping -c1 -W2 {address}"));
            }
        }
    }
}

#[test]
fn processes_on_an_isolated_network_reach_the_gateway_but_not_each_other() {
    let world = World::new();
    world.nsrun(["network", "create", "--isolated", "--subnet", "10.80.0.0/24", "web"]).run().ok();
    let a = start(&world, &["--name", "a", "--net", "web", "--ip", "10.80.0.7"]);
    start(&world, &["--name", "b", "--net", "web", "--ip", "10.80.0.8"]);
    a.sh("ping -c1 -W2 10.80.0.1");
    assert!(!a.succeeds("ping -c1 -W1 10.80.0.8"));
}

#[test]
fn an_address_of_ipv6_can_be_bound_at_once_and_there_is_none_where_it_is_not_asked_for() {
    let world = World::new();
    world.nsrun(["network", "create", "--subnet6", "fd00:80::/64", "six"]).run().ok();
    let bind = "ip -6 -j addr show dev eth0 | grep -q '\"dynamic\"\\|tentative' && exit 1; \
                ping -6 -c1 -W4 fd00:80::1";
    for _ in 0..5 {
        world.nsrun(["run", "--net", "six", "--", "sh", "-c", bind]).run().ok();
    }
    let none = world.nsrun(["run", "--", "ip", "-6", "addr", "show", "dev", "eth0"]).run().ok();
    assert_eq!(none.stdout, "");
}

#[test]
fn options_for_one_network_are_refused_for_several() {
    let world = World::new();
    world
        .nsrun(["run", "--net", "a", "--net", "b", "--ip", "10.0.0.7", "true"])
        .run()
        .exits(2)
        .says("--ip does not say for which network")
        .says("--net a,ip=10.0.0.7");
    world
        .nsrun(["run", "--net", "bridge", "--net", "bridge", "true"])
        .run()
        .exits(2)
        .says("network \"bridge\" is given twice");
    world
        .nsrun(["run", "--net", "none", "--net", "bridge", "true"])
        .run()
        .exits(2)
        .says("--net none cannot be combined");
    let links = ["run", "--net", "a,ifname=x", "--net", "b,ifname=x", "true"];
    world.nsrun(links).run().exits(2).says("two links cannot both be \"x\"");
    world
        .nsrun(["run", "--net", "nowhere", "true"])
        .run()
        .exits(125)
        .says("cannot join network \"nowhere\": there is no network of that name");
    assert_eq!(world.links(), ["up0"]);
}

#[test]
fn routed_members_that_said_nothing_yet_are_reached_by_ipv6() {
    let world = World::new();
    let create = ["network", "create", "--driver", "ptp", "--subnet6", "fd00:76::/64", "p"];
    world.nsrun(create).run().ok();
    let a = start(&world, &["--name", "a", "--net", "p"]);
    start(&world, &["--name", "b", "--net", "p"]);
    start(&world, &["--name", "c", "--net", "p"]);
    let address6 = |name| {
        let shown = world.nsrun(["inspect", "--json", name]).run().ok().json();
        let address = shown["networks"][0]["address6"].as_str().unwrap();
        address.split('/').next().unwrap().to_owned()
    };
    a.sh(&format!("ping -c1 -W3 {}", address6("b")));
    world.sh(&format!("ping -c1 -W3 {}", address6("c")));
}

#[test]
fn routed_members_reach_each_other_and_the_host_without_a_bridge() {
    let world = World::new();
    world.sh("echo 1 > /proc/sys/net/ipv4/ip_forward");
    let a = start(&world, &["--name", "a", "--net", "ptp"]);
    let b = start(&world, &["--name", "b", "--net", "ptp"]);
    let address = b.addresses("eth0")[0].replace("/32", "");
    a.sh(&format!("ping -c1 -W2 {address}"));
    a.sh("ping -c1 -W2 198.51.100.1");
    world.sh(&format!("ping -c1 -W2 {address}"));
    assert_eq!(world.ports("nsrun1"), Vec::<String>::new());
    assert_eq!(a.gateway().as_deref(), world.addresses("nsrun1")[0].strip_suffix("/32"));
    world.nsrun(["stop", "-t0", "a", "b"]).run().ok();
    assert!(settle(|| { world.links() == ["up0", "nsrun1"] }, LONG));
    let left = world.json("ip -j route show scope link");
    assert!(!left.to_string().contains(&address), "{left}");
}
