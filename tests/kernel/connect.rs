//! Links given to, and taken from, what runs already.

use std::time::Duration;

use crate::runs::{SOON, detached, place};
use crate::world::{Place, Running, World, settle};

/// A process that nsrun knows nothing of, in a network namespace of its own.
fn stranger(world: &World) -> (Running, Place) {
    let running = world.cmd(["unshare", "-n", "sh", "-c", "echo ready; exec sleep 60"]).spawn();
    assert_eq!(running.line(SOON), "ready");
    let pid: u32 = world.sh("pgrep -n -x sleep").trim().parse().unwrap();
    let place = world.net_of(pid);
    (running, place)
}

fn pid_of(world: &World) -> String {
    world.sh("pgrep -n -x sleep").trim().into()
}

/// A bridge with an address of the host's, as others make them.
fn foreign_bridge(world: &World) {
    world.sh("ip link add docker0 type bridge; ip addr add 172.17.0.1/16 dev docker0");
    world.sh("ip link set docker0 up");
}

#[test]
fn a_run_gets_a_second_link_and_notices_nothing_else() {
    let world = World::new();
    world.nsrun(["network", "create", "--ipv6", "--subnet", "10.80.0.0/24", "back"]).run().ok();
    detached(&world, &["--name", "web"], &["sleep", "60"]);
    let inside = place(&world, "web");
    let before = inside.json("ip -j -4 route show default");
    let output = world.nsrun(["connect", "web", "back", "--ip", "10.80.0.7"]).run().ok();
    assert_eq!(output.stdout, "eth1 10.80.0.7/24\n");
    assert_eq!(inside.json("ip -j -4 route show default"), before);
    assert!(inside.addresses("eth1").contains(&"10.80.0.7/24".into()));
    inside.sh("ping -c1 -W3 10.80.0.1");
    world.sh("ping -c1 -W3 10.80.0.7");
    let shown = world.nsrun(["inspect", "--json", "web"]).run().ok().json();
    assert_eq!(shown["networks"][1]["network"], "back");
    assert_eq!(world.nsrun(["ps", "--json"]).run().ok().json().as_array().unwrap().len(), 1);
    world
        .nsrun(["connect", "web", "back"])
        .run()
        .exits(1)
        .says("cannot connect run \"web\": it is on network \"back\" already");
    world.nsrun(["network", "rm", "back"]).run().exits(1).says("it is used by \"web\"");
    world.nsrun(["disconnect", "web", "back"]).run().ok();
    assert_eq!(inside.links(), ["eth0"]);
    world.nsrun(["network", "rm", "back"]).run().ok();
}

#[test]
fn a_process_gets_a_link_on_a_bridge_that_others_made() {
    let world = World::new();
    foreign_bridge(&world);
    let (_process, inside) = stranger(&world);
    let pid = pid_of(&world);
    let connect = ["connect", &pid, "bridge:docker0", "--ip", "172.17.0.99/16"];
    world.nsrun(connect).args(["--ifname", "eth1"]).run().ok();
    assert_eq!(inside.links(), ["eth1"]);
    inside.sh("ping -c1 -W3 172.17.0.1");
    world.sh("ping -c1 -W3 172.17.0.99");
    world.nsrun(["disconnect", &pid, "eth1"]).run().ok();
    assert_eq!((inside.links(), world.links()), (vec![], vec!["up0".into(), "docker0".into()]));
}

#[test]
fn an_address_on_a_bridge_of_others_is_asked_for_before_it_is_taken() {
    let world = World::new();
    world.sh("ip link add br9 type bridge; ip addr add 172.19.0.1/29 dev br9; ip link set br9 up");
    // Another has all addresses but one.
    world.sh(
        "ip netns add other; ip link add o0 master br9 up type veth peer name eth0 netns other;
         for n in 2 3 4 6; do ip -n other addr add 172.19.0.$n/29 dev eth0; done;
         ip -n other link set eth0 up",
    );
    world.sh("ip netns add blue; ip netns add red");
    assert!(settle(|| world.succeeds("ping -c1 -W1 172.19.0.2"), SOON));
    let connected = world.nsrun(["connect", "blue", "bridge:br9"]).run().ok();
    assert_eq!(connected.stdout, "eth0 172.19.0.5/29\n");
    world.sh("ping -c1 -W3 172.19.0.5");
    let default = world.json("ip -n blue -j -4 route show default");
    assert_eq!(default[0]["gateway"], "172.19.0.1");
    world
        .nsrun(["run", "--net", "bridge:br9", "true"])
        .run()
        .exits(125)
        .says("cannot choose an address on bridge \"br9\": somebody has each one of 172.19.0.1/29");
    world.nsrun(["disconnect", "blue", "eth0"]).run().ok();
    detached(&world, &["--net", "bridge:br9", "--name", "web"], &["sleep", "60"]);
    assert_eq!(place(&world, "web").addresses("eth0"), ["172.19.0.5/29"]);
    place(&world, "web").sh("ping -c1 -W3 172.19.0.1");
    // One that is given is taken all the same.
    let given = ["run", "--net", "bridge:br9,ip=172.19.0.2/29", "true"];
    let warned = "warning: somebody on bridge \"br9\" has address 172.19.0.2 already";
    assert!(world.nsrun(given).run().ok().stderr.contains(warned));
    let given = ["connect", "red", "bridge:br9", "--ip", "172.19.0.3/29"];
    assert!(world.nsrun(given).run().ok().stderr.contains("has address 172.19.0.3 already"));
    let own = ["run", "--net", "bridge:br9,ip=172.19.0.1/29", "true"];
    world.nsrun(own).run().exits(125).says("cannot take address 172.19.0.1: this host has it");
    let bare = ["run", "--net", "bridge:br9,ip=none", "--"];
    let show = ["ip", "-4", "-o", "addr", "show", "eth0"];
    assert_eq!(world.nsrun(bare).args(show).run().ok().stdout, "");
}

#[test]
fn a_named_namespace_gets_links_with_routes_and_the_only_default_route() {
    let world = World::new();
    world.sh("ip netns add blue");
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "web"]).run().ok();
    let routes = ["--route", "10.90.0.0/16", "--route", "10.91.0.0/16,10.80.0.9"];
    world.nsrun(["connect", "blue", "web"]).args(routes).run().ok();
    let shown = world.json("ip -n blue -j -4 route");
    let by = |to: &str| {
        let all = shown.as_array().unwrap().iter();
        all.filter(|route| route["dst"] == to).map(|r| r["gateway"].clone()).next()
    };
    assert_eq!(by("10.90.0.0/16").unwrap(), "10.80.0.1");
    assert_eq!(by("10.91.0.0/16").unwrap(), "10.80.0.9");
    assert_eq!(by("default").unwrap(), "10.80.0.1");
    world.nsrun(["connect", "ns:blue", "bridge"]).run().ok();
    assert_eq!(world.json("ip -n blue -j -4 route show default").as_array().unwrap().len(), 1);
    world.nsrun(["connect", "/run/netns/blue", "ptp"]).run().ok();
    let twice = "namespace \"blue\": it is on network \"web\" already";
    world.nsrun(["connect", "blue", "web"]).run().exits(1).says(twice);
    let named = world.nsrun(["network", "inspect", "--json", "web"]).run().ok().json();
    assert_eq!(named["members"].as_array().unwrap().len(), 1);
    assert_eq!(named["members"][0]["name"], "namespace \"blue\"");
    world.nsrun(["network", "rm", "web"]).run().exits(1).says("is used by namespace \"blue\"");
    let address = named["members"][0]["address"].as_str().unwrap();
    let again = ["run", "--net", &format!("web,ip={address}"), "true"];
    world.nsrun(again).run().exits(125).says(": namespace \"blue\" has it\n");
    // When the namespace goes, everything goes.
    world.sh("ip netns del blue");
    assert!(settle(|| world.links() == ["up0", "nsrun1", "nsrun0", "nsrun2"], SOON));
}

#[test]
fn each_family_gets_the_default_route_of_the_first_network_that_has_it() {
    let world = World::new();
    world.sh("ip netns add blue");
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "four"]).run().ok();
    for (name, subnet, subnet6) in
        [("six", "10.81.0.0/24", "fd00:81::/64"), ("both", "10.82.0.0/24", "fd00:82::/64")]
    {
        let create = ["network", "create", "--subnet", subnet, "--subnet6", subnet6, name];
        world.nsrun(create).run().ok();
    }
    let default = |family| {
        let shown = world.json(&format!("ip -n blue -j {family} route show default"));
        let gateways = shown.as_array().unwrap().iter().map(|route| route["gateway"].to_string());
        gateways.collect::<Vec<_>>().join(" ")
    };
    world.nsrun(["connect", "blue", "four"]).run().ok();
    world.nsrun(["connect", "blue", "six"]).run().ok();
    assert_eq!((default("-4"), default("-6")), ("\"10.80.0.1\"".into(), "\"fd00:81::1\"".into()));
    world.sh("ip -n blue route del default");
    world.nsrun(["connect", "blue", "both"]).run().ok();
    assert_eq!((default("-4"), default("-6")), ("\"10.82.0.1\"".into(), "\"fd00:81::1\"".into()));
}

#[test]
fn a_route_of_ipv6_leads_by_the_networks_gateway_of_ipv6() {
    let world = World::new();
    world.sh("ip netns add blue");
    let create = ["network", "create", "--subnet6", "fd00:80::/64", "web"];
    world.nsrun(create).run().ok();
    world.nsrun(["connect", "blue", "web", "--route", "fd00:99::/64"]).run().ok();
    let shown = world.json("ip -n blue -j -6 route show fd00:99::/64");
    assert_eq!(shown[0]["gateway"], "fd00:80::1");
}

#[test]
fn the_default_route_goes_to_the_next_network_when_its_own_is_disconnected() {
    let world = World::new();
    let create = ["network", "create", "--subnet", "10.80.0.0/24", "--subnet6"];
    world.nsrun(create).args(["fd00:80::/64", "back"]).run().ok();
    world.nsrun(["network", "create", "--internal", "inner"]).run().ok();
    detached(&world, &["--name", "web", "--net", "bridge", "--net", "inner"], &["sleep", "60"]);
    world.sh("ip netns add blue");
    for (target, own) in [("web", "bridge"), ("blue", "ptp")] {
        if target == "blue" {
            world.nsrun(["connect", target, own]).run().ok();
            world.nsrun(["connect", target, "inner"]).run().ok();
        }
        world.nsrun(["connect", target, "back,default-route=no"]).run().ok();
        let route = |family: &str| {
            let show = ["netns", "exec", "blue", "ip", family, "-j", "route", "show", "default"];
            let words = if target == "web" { &["exec", "web"][..] } else { &show[..3] };
            let shown = world.nsrun(words).args(&show[3..]).run().ok().json();
            assert!(shown.as_array().unwrap().len() < 2, "{shown}");
            shown[0]["gateway"].clone()
        };
        assert_ne!(route("-4"), "10.80.0.1");
        world.nsrun(["disconnect", target, own]).run().ok();
        assert_eq!(route("-4"), "10.80.0.1");
        let left = world.nsrun(["disconnect", target, "back"]).run();
        left.ok().says("has no default route any more");
    }
}

#[test]
fn what_was_connected_is_disconnected_by_the_same_words() {
    let world = World::builder().lan().build();
    foreign_bridge(&world);
    world.sh("ip netns add blue");
    world.nsrun(["connect", "blue", "bridge:docker0"]).run().ok();
    world.nsrun(["connect", "blue", "macvlan:lan0,ip=192.0.2.7/24"]).run().ok();
    for (what, left) in [("macvlan:lan0", 1), ("bridge:docker0", 0)] {
        world.nsrun(["disconnect", "blue", "macvlan:up0"]).run().exits(1).says("no such link");
        world.nsrun(["disconnect", "blue", what]).run().ok();
        let links = world.json("ip -n blue -j link").as_array().unwrap().len();
        assert_eq!(links, 1 + left, "{what}");
    }
}

#[test]
fn the_bridge_of_a_network_is_joined_as_the_network_only() {
    let world = World::new();
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "web"]).run().ok();
    let before = world.links();
    for net in ["bridge:nsrun1", "bridge:nsrun1,ip=10.80.0.7/24"] {
        world
            .nsrun(["run", "--net", net, "true"])
            .run()
            .exits(125)
            .says("cannot attach to link \"nsrun1\": it is the bridge of network \"web\"");
    }
    assert_eq!(world.links(), before);
}

#[test]
fn a_link_that_cannot_be_wired_is_taken_back() {
    let world = World::new();
    world.sh("ip netns add blue; ip -n blue link add eth0 type veth peer name eth1");
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "web"]).run().ok();
    // Whatever the first port changes is changed.
    world.nsrun(["connect", "blue", "web"]).run().ok();
    world.nsrun(["disconnect", "blue", "web"]).run().ok();
    assert!(settle(|| world.link("nsrun1").unwrap()["operstate"] == "DOWN", SOON));
    let before = world.snapshot();
    world
        .nsrun(["connect", "blue", "web", "--ifname", "eth0"])
        .run()
        .exits(1)
        .says("cannot connect namespace \"blue\": it has a link \"eth0\" already");
    world
        .nsrun(["connect", "blue", "web", "--route", "10.90.0.0/16,203.0.113.9"])
        .run()
        .exits(1)
        .says("cannot add route to 10.90.0.0/16 via 203.0.113.9: Network is unreachable")
        .says("undo: delete link \"ns1.");
    world.nsrun(["connect", "blue", "web", "--ip", "10.81.0.1"]).run().exits(2);
    world.nsrun(["connect", "red", "web"]).run().exits(1).says("cannot find \"red\"");
    world.nsrun(["connect", "4000000", "web"]).run().exits(1).says("cannot find \"4000000\"");
    world.nsrun(["connect", "/proc/self/ns/net", "web"]).run().exits(2).says("is no target");
    for wrong in ["x", "fd00:99::/64,10.80.0.9"] {
        let connect = ["connect", "blue", "web", "--route", wrong];
        world.nsrun(connect).run().exits(2).says("is no route");
    }
    world.nsrun(["connect", "blue", "macvlan:up0.9,ip=192.0.2.7/33"]).run().exits(2);
    // A VLAN that cannot be made, or a link on it.
    world.nsrun(["connect", "blue", "macvlan:up0.9,mac=01:00:00:00:00:01"]).run();
    world.assert_returns_to(&before, SOON);
}

#[test]
fn neighbours_learn_a_new_owner_of_an_address_at_once() {
    let world = World::new();
    world.nsrun(["network", "create", "--subnet6", "fd00:80::/64", "web"]).run().ok();
    world.sh("ip netns add blue; ip netns add red");
    detached(&world, &["--name", "a", "--net", "web"], &["sleep", "60"]);
    let neighbour = place(&world, "a");
    let connect = |target: &str, mac: &str| {
        let net = format!("web,mac={mac}");
        let listed = world.nsrun(["network", "inspect", "--json", "web"]).run().ok().json();
        let gateway = listed["gateway"].as_str().unwrap().to_owned();
        let ip = format!("{}.99", gateway.rsplit_once('.').unwrap().0);
        world.nsrun(["connect", target, &net, "--ip", &ip]).run().ok();
        ip
    };
    let ip = connect("blue", "02:00:00:00:00:01");
    let ping = format!("ping -c1 -W3 {ip}");
    neighbour.sh(&ping);
    world.sh(&ping);
    world.nsrun(["disconnect", "blue", "web"]).run().ok();
    connect("red", "02:00:00:00:00:02");
    let quick = format!("ping -c1 -W1 {ip}");
    assert!(settle(|| neighbour.succeeds(&quick), Duration::from_secs(1)));
    assert!(settle(|| world.succeeds(&quick), Duration::from_secs(1)));
    let known = neighbour.json(&format!("ip -j neigh show {ip}"));
    assert_eq!(known[0]["lladdr"], "02:00:00:00:00:02");
}

#[test]
fn a_run_with_an_address_of_its_own_choice_is_known_to_all_at_once() {
    let world = World::new();
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "web"]).run().ok();
    detached(&world, &["--name", "a", "--net", "web"], &["sleep", "60"]);
    let neighbour = place(&world, "a");
    for n in 1..=3 {
        let mac = format!("02:00:00:00:00:0{n}");
        let net = format!("web,ip=10.80.0.99,mac={mac}");
        let known = |place: &Place| {
            let all = place.json("ip -j neigh show 10.80.0.99");
            all[0]["lladdr"].as_str().map(String::from)
        };
        detached(&world, &["--name", "b", "--net", &net], &["sleep", "60"]);
        if n > 1 {
            // Nobody has sent anything there since the one before it.
            assert_eq!(known(&neighbour).as_deref(), Some(mac.as_str()));
            assert_eq!(known(&world).as_deref(), Some(mac.as_str()));
        }
        neighbour.sh("ping -c1 -W1 10.80.0.99");
        world.sh("ping -c1 -W1 10.80.0.99");
        world.nsrun(["stop", "-t0", "b"]).run().ok();
    }
}

#[test]
fn an_address_that_is_leased_again_is_reached_whatever_the_host_remembers() {
    let world = World::new();
    // One address, and IPv6 with it.
    let create = ["network", "create", "--subnet", "10.80.0.0/24", "--ip-range", "10.80.0.9"];
    world.nsrun(create).args(["--subnet6", "fd00:80::/64", "web"]).run().ok();
    for net in ["web,mac=02:00:00:00:00:01", "web", "web,mac=02:00:00:00:00:02", "web"] {
        detached(&world, &["--name", "b", "--net", net], &["sleep", "60"]);
        // A wrong neighbour would be asked again only after seconds.
        for address in ["10.80.0.9", "fd00:80::9"] {
            world.sh(&format!("ping -c1 -W1 {address}"));
        }
        world.nsrun(["stop", "-t0", "b"]).run().ok();
        assert!(settle(|| world.link("ns1.9").is_none(), SOON));
    }
}

#[test]
fn a_run_keeps_its_name_when_the_link_that_held_it_goes() {
    let world = World::new();
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "back"]).run().ok();
    detached(&world, &["--name", "web"], &["sleep", "60"]);
    world.nsrun(["connect", "web", "back", "--ip", "10.80.0.7"]).run().ok();
    world.nsrun(["disconnect", "web", "bridge"]).run().ok();
    assert_eq!(place(&world, "web").links(), ["eth1"]);
    let listed = world.nsrun(["ps", "--json"]).run().ok().json();
    assert_eq!((&listed[0]["name"], listed.as_array().unwrap().len()), (&"web".into(), 1));
    let by = format!("run \"web\" has it (process {})", listed[0]["pid"]);
    world.nsrun(["run", "--name", "web", "true"]).run().exits(125).says(&by);
    world.nsrun(["disconnect", "web", "back"]).run().exits(1).says("by which the run is known");
    world.nsrun(["connect", "web", "bridge"]).run().ok();
    world.nsrun(["exec", "web", "true"]).run().ok();
    world.nsrun(["stop", "-t0", "web"]).run().ok();
    assert!(settle(|| world.link("run:web").is_none(), SOON));
}

#[test]
fn ports_by_a_link_that_was_given_end_with_the_link_or_the_run() {
    need_tool!("nft");
    let world = World::new();
    world.nsrun(["network", "create", "--internal", "inner"]).run().ok();
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "out"]).run().ok();
    detached(&world, &["--name", "web", "--net", "inner"], &["sleep", "60"]);
    let published = || world.sh("nft list map inet nsrun ports4").contains("tcp . 8080 ");
    let connect = || {
        world.nsrun(["connect", "web", "out", "--ip", "10.80.0.7"]).run().ok();
        world.nsrun(["publish", "web", "8080:80"]).run().ok();
        assert!(published());
    };
    connect();
    let disconnected = world.nsrun(["disconnect", "web", "out"]).run().ok();
    assert!(disconnected.stderr.starts_with("nsrun: unpublished 8080:80/tcp\n"), "{disconnected}");
    assert!(!published());
    connect();
    world.nsrun(["stop", "--time", "0", "web"]).run().ok();
    assert!(!published());
}

#[test]
fn an_address_that_is_given_again_has_no_ports_of_a_killed_run() {
    need_tool!("nft");
    let world = World::new();
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "out"]).run().ok();
    let options = ["--name", "web", "--net", "out,ip=10.80.0.7", "-p", "8080:80"];
    detached(&world, &options, &["sleep", "60"]);
    let published = || world.sh("nft list map inet nsrun ports4").contains("tcp . 8080 ");
    assert!(published());
    let shown = world.nsrun(["inspect", "--json", "web"]).run().ok().json();
    world.sh(&format!("kill -9 {}", shown["supervisor"]));
    assert!(settle(|| world.link("ns1.7").is_none(), SOON));
    world.sh("ip netns add blue");
    world.nsrun(["connect", "blue", "out", "--ip", "10.80.0.7"]).run().ok();
    assert!(!published());
}

#[test]
fn a_link_of_the_run_itself_is_not_taken() {
    let world = World::new();
    detached(&world, &["--name", "web"], &["sleep", "60"]);
    world
        .nsrun(["disconnect", "web", "bridge"])
        .run()
        .exits(1)
        .says("it is the link by which the run is known");
    world.nsrun(["disconnect", "web", "eth7"]).run().exits(1).says("its links are eth0");
    world.nsrun(["disconnect", "web", "lo"]).run().exits(1).says("is no link that was connected");
}

#[test]
fn many_connections_at_once_get_addresses_of_their_own() {
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    world.sh("for n in 0 1 2 3 4 5 6 7; do ip netns add n$n; done");
    let out = crate::world::at_once(8, |n| {
        world.nsrun(["connect", &format!("n{n}"), "bridge"]).run().ok().stdout
    });
    let mut addresses = out.clone();
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 8, "{out:?}");
}

#[test]
fn many_that_connect_one_run_at_once_have_their_turns() {
    let world = World::new();
    detached(&world, &["--name", "web", "--net", "none"], &["sleep", "60"]);
    for n in 0..8 {
        world.nsrun(["network", "create", &format!("n{n}")]).run().ok();
    }
    let mut out = crate::world::at_once(8, |n| {
        let said = world.nsrun(["connect", "web", &format!("n{n}")]).run().ok().stdout;
        said.split(' ').next().unwrap_or_default().to_owned()
    });
    out.sort();
    assert_eq!(out, ["eth0", "eth1", "eth2", "eth3", "eth4", "eth5", "eth6", "eth7"]);
}

#[test]
fn who_holds_the_lock_of_a_namespace_keeps_others_out_but_not_for_good() {
    need_tool!("flock");
    let world = World::new();
    world.sh("ip netns add held");
    world.nsrun(["run", "true"]).run().ok();
    let holder = world.cmd(["flock", "-o", "/run/netns/held", "sleep", "60"]).spawn();
    let held = || !world.succeeds("flock -n /run/netns/held true");
    assert!(settle(held, SOON));
    let patient = Duration::from_secs(60);
    let refused = world.nsrun(["connect", "held", "bridge"]).timeout(patient).run();
    refused.exits(1).says("cannot change the links of").says("does not end");
    drop(holder);
    assert!(settle(|| !held(), SOON));
    world.nsrun(["connect", "held", "bridge"]).run().ok();
}

#[test]
fn a_container_of_another_runtime_gets_a_second_link() {
    need_tool!("crun");
    need_tool!("busybox");
    let world = World::new();
    foreign_bridge(&world);
    let dir = format!("{}/c", world.scratch());
    // crun wants one hierarchy of control groups, whatever the machine has.
    let _ = world.succeeds("mount -t cgroup2 none /sys/fs/cgroup");
    world.sh(&format!(
        "mkdir -p {dir}/rootfs/bin {dir}/rootfs/proc; cp $(command -v busybox) {dir}/rootfs/bin/;
         cd {dir}; crun spec; sed -i 's/\"terminal\": true/\"terminal\": false/; \
         s|\"sh\"|\"/bin/busybox\", \"sleep\", \"60\"|' config.json"
    ));
    let run = format!("cd {dir} && exec crun --root={dir}/state --cgroup-manager=disabled run c1");
    let _container = world.cmd(["sh", "-c", &run]).spawn();
    let pid = || world.cmd(["pgrep", "-x", "busybox"]).run().stdout.trim().to_owned();
    if !settle(|| !pid().is_empty(), SOON) {
        skip!("crun cannot run here");
    }
    let pid = pid();
    let connect = ["connect", &pid, "bridge:docker0", "--ip", "172.17.0.50/16", "--ifname", "eth1"];
    world.nsrun(connect).run().ok();
    world.sh("ping -c1 -W3 172.17.0.50");
    let inside = world.net_of(pid.parse().unwrap());
    assert_eq!(inside.addresses("eth1"), ["172.17.0.50/16"]);
}
