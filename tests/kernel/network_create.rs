//! `nsrun network`: made, listed, refused, removed; all in the kernel.

use std::time::Duration;

use crate::runs::SOON;
use crate::world::{World, assert_same, at_once, settle};

/// The kernel takes a namespace apart within 40 to 120 ms.
const LONG: Duration = Duration::from_secs(5);

#[test]
fn a_network_is_a_bridge_that_says_everything_about_it() {
    let world = World::new();
    let create = [
        "network",
        "create",
        "--subnet",
        "10.80.0.0/24",
        "--gateway",
        "10.80.0.254",
        "--mtu",
        "1400",
        "--ip-range",
        "10.80.0.16/28",
        "--exclude",
        "10.80.0.20",
        "--bridge-name",
        "br-web",
        "web",
    ];
    assert_eq!(world.nsrun(create).run().ok().stdout, "web\n");
    let link = world.link("br-web").unwrap();
    assert_eq!(link["mtu"], 1400);
    assert_eq!(link["address"], "02:18:0a:50:00:fe");
    assert_eq!(link["altnames"], serde_json::json!(["net:web", "nsrun1"]));
    assert_eq!(world.addresses("br-web"), ["10.80.0.254/24"]);
    let shown = world.nsrun(["network", "inspect", "--json", "web"]).run().ok().json();
    for (key, value) in [
        ("subnet", "10.80.0.0/24"),
        ("gateway", "10.80.0.254"),
        ("range", "10.80.0.16-10.80.0.31"),
        ("link", "br-web"),
        ("driver", "bridge"),
    ] {
        assert_eq!(shown[key], value, "{key}");
    }
    let address = "ip -j -4 addr show dev eth0 | grep -o '\"local\":\"[^\"]*\"'";
    for _ in 0..20 {
        let out = world.nsrun(["run", "--net", "web", "--", "sh", "-c", address]).run().ok();
        let last: u8 =
            out.stdout.trim().trim_matches('"').rsplit('.').next().unwrap().parse().unwrap();
        assert!((16..=31).contains(&last) && last != 20, "{out}");
    }
    // Explicit addresses may be anywhere in the subnet, but for those excluded.
    world.nsrun(["run", "--net", "web", "--ip", "10.80.0.99", "true"]).run().ok();
    world
        .nsrun(["run", "--net", "web", "--ip", "10.80.0.20", "true"])
        .run()
        .exits(2)
        .says("the network excludes it");
}

#[test]
fn the_bridge_keeps_its_address_and_mtu_when_ports_come_and_go() {
    let world = World::new();
    world.nsrun(["network", "create", "--mtu", "1400", "web"]).run().ok();
    let before = world.link("nsrun1").unwrap();
    let run = ["run", "-d", "--net", "web,mac=00:00:00:00:00:02,mtu=1300", "--", "sleep", "60"];
    world.nsrun(run).run().ok();
    world.sh("ip link add low address 00:00:00:00:00:04 type veth peer name low1");
    world.sh("ip link set low master nsrun1; ip link del low");
    let after = world.link("nsrun1").unwrap();
    for key in ["address", "mtu"] {
        assert_eq!(before[key], after[key], "{key}");
    }
}

#[test]
fn an_overlap_is_refused_and_names_the_other() {
    let world = World::new();
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "web"]).run().ok();
    // A bridge without ports takes a moment to see that it has no carrier.
    assert!(settle(|| world.link("nsrun1").unwrap()["operstate"] == "DOWN", LONG));
    let before = world.snapshot();
    for (subnet, other) in [
        ("10.80.0.0/16", "overlaps 10.80.0.0/24 (network \"web\")"),
        ("10.80.0.128/25", "overlaps 10.80.0.0/24 (network \"web\")"),
        ("198.51.100.0/25", "overlaps 198.51.100.0/24 (address 198.51.100.1/24 of link \"up0\")"),
    ] {
        world.nsrun(["network", "create", "--subnet", subnet, "x"]).run().exits(1).says(other);
    }
    world.sh("ip route add 10.90.0.0/16 via 198.51.100.2 table 77");
    world
        .nsrun(["network", "create", "--subnet", "10.90.3.0/24", "x"])
        .run()
        .exits(1)
        .says("overlaps 10.90.0.0/16 (route via 198.51.100.2)");
    world.sh("ip route flush table 77");
    assert_same(&before, &world.snapshot());
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_made() {
    let world = World::new();
    world.sh("ip link add br9 type bridge; ip link add odd type veth peer name odd.7; ip link set odd master br9");
    let before = world.snapshot();
    for (code, args, why) in [
        (2, "--subnet 10.80.0.0/31 x", "is no IPv4 subnet"),
        (2, "--subnet fd00::/64 x", "is no IPv4 subnet"),
        (2, "--gateway 10.0.0.1 x", "--gateway needs --subnet"),
        (2, "--subnet 10.80.0.0/24 --gateway 10.81.0.1 x", "cannot be the gateway"),
        (2, "--subnet 10.80.0.0/24 --gateway 10.80.0.255 x", "cannot be the gateway"),
        (2, "--subnet 10.80.0.0/24 --ip-range 10.81.0.0/28 x", "is not inside"),
        (1, "--subnet 10.80.0.0/30 --exclude 10.80.0.2 x", "no address is left"),
        (2, "--mtu 20 x", "is no MTU"),
        (2, "--mtu 1279 --ipv6 x", "IPv6 needs an MTU of 1280, not 1279"),
        (2, "--subnet 230.0.0.0/24 x", "hosts have no addresses in 224.0.0.0/3"),
        (2, "--subnet 0.0.0.0/8 x", "hosts have no addresses in 0.0.0.0/8"),
        (2, "--subnet 127.0.5.0/24 x", "hosts have no addresses in 127.0.0.0/8"),
        (2, "--subnet6 ff00::/8 x", "hosts have no addresses in ff00::/8"),
        (2, "--subnet6 fe80::/64 x", "hosts have no addresses in fe80::/10"),
        (2, "--internal --open x", "an internal network cannot be open"),
        (2, "--snat 198.51.100.1 --masquerade off x", "cannot have two sources"),
        (2, "--snat 127.0.0.1 x", "\"127.0.0.1\" is no address that the world can answer to"),
        (2, "--snat 0.0.0.0 x", "\"0.0.0.0\" is no address that"),
        (2, "--snat 224.0.0.1 x", "\"224.0.0.1\" is no address that"),
        (2, "--internal --snat 198.51.100.1 x", "nothing of an internal network has a source"),
        (2, "--unmanaged --snat 198.51.100.1 x", "--snat is done by the rules that --unmanaged"),
        (2, "--unmanaged --open x", "drop --open or --unmanaged"),
        (
            2,
            "--internal --driver macvlan --parent up0 x",
            "on link \"up0\" cannot be internal: its members reach all that is there",
        ),
        (
            2,
            "--internal --uplink odd.7 --subnet 10.80.0.0/24 x",
            "on link \"odd.7\" cannot be internal",
        ),
        (2, "ptp", "network \"ptp\" has driver ptp"),
        (2, "none", "--net none means something else"),
        (2, "host", "--net host means something else"),
        (2, "ns", "cannot be the name of a network"),
        (2, "pid", "cannot be the name of a network"),
        (2, "run", "cannot be the name of a network"),
        (2, "container", "cannot be the name of a network"),
        (2, "macvlan", "cannot be the name of a network"),
        (2, "ipvlan", "cannot be the name of a network"),
        (1, "--uplink odd --vlan 7 --subnet 10.80.0.0/24 x", "link \"odd.7\": it is no VLAN"),
        (
            1,
            "--driver macvlan --parent odd --subnet 10.80.0.0/24 x",
            "it belongs to \"br9\", which",
        ),
        (2, "a.b", "cannot be the name of a network"),
        (1, "--bridge-name up0 x", "link \"up0\" exists"),
        (2, "--bridge-name all x", "\"all\" is what all links are called in net.ipv4.conf"),
        (2, "--bridge-name nsrun-new x", "links that nsrun has not finished"),
        (1, "--uplink up0 --subnet 10.80.0.0/24 x", "this host has address 198.51.100.1/24 there"),
        (1, "--uplink nowhere --subnet 10.80.0.0/24 x", "there is no such link"),
        (2, "--uplink up0 x", "--uplink needs --subnet"),
    ] {
        let words = ["network", "create"].into_iter().chain(args.split(' '));
        world.nsrun(words).run().exits(code).says(why);
    }
    let many = (1..60).flat_map(|n| ["--exclude".into(), format!("10.80.0.{n}")]);
    let words = ["network", "create", "--subnet", "10.80.0.0/24"].map(String::from).into_iter();
    world
        .nsrun(words.chain(many).chain(["x".into()]))
        .run()
        .exits(1)
        .says("the kernel has no room for so long a description");
    assert_same(&before, &world.snapshot());
}

#[test]
fn racing_makers_never_get_overlapping_subnets_or_the_same_number() {
    let world = World::new();
    at_once(12, |n| {
        // The default network is made by whoever needs it, at the same time.
        if n % 4 == 0 {
            world.nsrun(["run", "true"]).run().ok();
        } else {
            world.nsrun(["network", "create", &format!("net{n}")]).run().ok();
        }
    });
    let bridges = world.json("ip -j -4 addr show type bridge");
    let mut subnets: Vec<String> = bridges
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|link| link["addr_info"][0]["broadcast"].as_str())
        .map(String::from)
        .collect();
    assert_eq!(subnets.len(), 10, "nine networks and the default one: {bridges}");
    subnets.sort();
    subnets.dedup();
    assert_eq!(subnets.len(), 10);
}

#[test]
fn only_one_of_many_makers_of_the_same_network_succeeds() {
    let world = World::new();
    let codes: Vec<_> = at_once(8, |_| world.nsrun(["network", "create", "web"]).run().code());
    assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{codes:?}");
    assert_eq!(world.links(), ["up0", "nsrun1"]);
}

#[test]
fn a_network_in_use_is_not_removed_and_its_users_are_named() {
    let world = World::new();
    world.nsrun(["network", "create", "web"]).run().ok();
    world.nsrun(["run", "-d", "--name", "a", "--net", "web", "--", "sleep", "60"]).run().ok();
    let listed = world.nsrun(["ps", "--json"]).run().ok().json();
    let by = format!("it is used by \"a\" (process {})", listed[0]["pid"]);
    world.nsrun(["network", "rm", "web"]).run().exits(1).says(&by);
    world.sh("ip link add odd master nsrun1 type veth peer name odd1");
    world.nsrun(["stop", "-t0", "a"]).run().ok();
    // The link of the run may still be there: its namespace is going, and nobody's.
    world.nsrun(["network", "rm", "web"]).run().exits(1).says("it is used by link \"odd\"");
    world.sh("ip link del odd");
    world.nsrun(["network", "rm", "web"]).run().ok();
    world.nsrun(["network", "rm", "web"]).run().exits(1).says("cannot find network \"web\"");
    assert!(settle(|| world.links() == ["up0"], LONG));
}

#[test]
fn a_run_that_starts_while_its_network_is_removed_has_it_or_fails() {
    let world = World::new();
    // Those who lose find no network of that name: the kernel decides, whenever it is.
    for round in 0..8 {
        world.nsrun(["network", "create", "web"]).run().ok();
        let name = |n: usize| format!("r{round}x{n}");
        let won = at_once(8, |n| {
            if n % 2 == 0 {
                return world.nsrun(["network", "rm", "web"]).run().code() == Some(0);
            }
            let run = ["run", "-d", "--net", "web", "--name", &name(n), "--", "sleep", "60"];
            let output = world.nsrun(run).run();
            if output.code() != Some(0) {
                output.says("there is no network of that name");
                return false;
            }
            true
        });
        for n in (1..8).step_by(2).filter(|n| won[*n]) {
            let ping = "ping -c1 -W3 $(ip -4 route show default | cut -d' ' -f3)";
            world.nsrun(["exec", &name(n), "sh", "-c", ping]).run().ok();
            world.nsrun(["stop", "-t0", &name(n)]).run().ok();
        }
        let _ = world.nsrun(["network", "rm", "web"]).run();
        assert!(settle(|| world.links() == ["up0"], LONG));
    }
}

#[test]
fn a_network_that_was_not_quite_removed_is_found_again() {
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    // As network rm leaves it when it is killed.
    world.sh("ip link property del dev nsrun0 altname net:bridge");
    world.nsrun(["run", "true"]).run().ok();
    assert_eq!(world.link("nsrun0").unwrap()["altnames"], serde_json::json!(["net:bridge"]));
    world.sh("ip link property del dev nsrun0 altname net:bridge");
    world.nsrun(["network", "prune"]).run().ok();
    assert!(settle(|| world.links() == ["up0"], LONG));
}

#[test]
fn a_network_that_lost_its_name_is_never_taken_from_under_its_members() {
    let world = World::new();
    world.sh("ip link add low type veth peer name low1; ip link set low up; ip link set low1 up");
    let child = ["--driver", "macvlan", "--parent", "low", "--gateway", "10.80.0.1"];
    let drivers = [&["--driver", "bridge"][..], &["--driver", "ptp"], &child];
    for driver in drivers {
        let create = ["network", "create", "--subnet", "10.80.0.0/24"];
        world.nsrun(create).args(driver).arg("web").run().ok();
        let run = ["run", "-d", "--name", "a", "--net", "web,ip=10.80.0.7", "--", "sleep", "60"];
        world.nsrun(run).run().ok();
        let index = || world.link("nsrun1").map(|link| link["ifindex"].clone());
        let before = index();
        // As network rm leaves it when it is killed while a run joins.
        let lose = || world.sh("ip link property del dev nsrun1 altname net:web");
        lose();
        world.nsrun(["network", "create", "--subnet", "10.81.0.0/24", "other"]).run().ok();
        assert_eq!((index(), world.link("net:web").is_some()), (before, true));
        assert_eq!(world.link("net:other").unwrap()["ifname"], "nsrun2");
        lose();
        world.nsrun(["network", "create", "web"]).run().exits(1).says("is a network of that name");
        for command in [&["network", "prune"][..], &["gc"], &["network", "rm", "other"]] {
            let _ = world.nsrun(["network", "create", "--subnet", "10.81.0.0/24", "other"]).run();
            lose();
            world.nsrun(command).run().ok();
            assert_eq!(world.link("net:web").unwrap()["ifname"], "nsrun1", "{command:?}");
        }
        lose();
        world.nsrun(["run", "--net", "web,ip=10.80.0.8", "true"]).run().ok();
        world.nsrun(["network", "rm", "web"]).run().exits(1).says("it is used by \"a\"");
        world.nsrun(["stop", "-t0", "a"]).run().ok();
        world.nsrun(["network", "rm", "web"]).run().ok();
        assert!(settle(|| world.links() == ["up0", "low1", "low"], LONG));
    }
}

#[test]
fn removing_a_network_has_it_removed_or_whole_whatever_fails() {
    need_tool!("strace");
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    let remove = |what: &str, n: usize| {
        let inject = format!("inject=sendto:{what}:when={n}");
        let strace = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=sendto", "-e", &inject];
        world.cmd(strace).args([nsrun, "network", "rm", "web"]).run()
    };
    for n in 1.. {
        world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "web"]).run().ok();
        let output = remove("error=ENOBUFS", n);
        if world.link("nsrun1").is_some() {
            assert!(output.code() != Some(0), "{output}");
            assert_eq!(world.link("nsrun1").unwrap()["altnames"], serde_json::json!(["net:web"]));
            world.nsrun(["network", "rm", "web"]).run().ok();
        }
        if output.code() == Some(0) {
            assert!(n > 5, "only {n} sends");
            break;
        }
    }
}

#[test]
fn prune_removes_the_unused_and_keeps_the_used() {
    let world = World::new();
    for name in ["used", "unused"] {
        world.nsrun(["network", "create", name]).run().ok();
    }
    world.nsrun(["run", "-d", "--net", "used", "--", "sleep", "60"]).run().ok();
    // Left by a maker that was killed: nobody knows its name.
    world.sh("ip link add nsrun7 address 02:18:0a:51:00:01 type bridge");
    assert_eq!(world.nsrun(["network", "prune"]).run().ok().stdout, "unused\nnsrun7\n");
    assert!(world.link("nsrun1").is_some());
}

#[test]
fn what_a_killed_maker_left_is_no_hindrance() {
    need_tool!("strace");
    let world = World::new();
    for nth in 1..=3 {
        let trace = format!("inject=sendto:signal=KILL:when={nth}");
        let nsrun = env!("CARGO_BIN_EXE_nsrun");
        let killed = ["strace", "-f", "-o/dev/null", "-e", "trace=sendto", "-e", &trace, nsrun];
        let create = ["network", "create", "--subnet", "10.80.0.0/24", "web"];
        let _ = world.cmd(killed).args(create).run();
    }
    if world.link("net:web").is_none() {
        world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "web"]).run().ok();
    }
    assert_eq!(world.links(), ["up0", "nsrun1"]);
    assert_eq!(world.addresses("nsrun1"), ["10.80.0.1/24"]);
    world.nsrun(["run", "--net", "web", "--", "ping", "-c1", "10.80.0.1"]).run().ok();
}

#[test]
fn a_declared_network_is_made_when_it_is_first_joined() {
    let world = World::new();
    world.sh("mkdir -p /etc/nsrun/networks");
    world.write("/etc/nsrun/networks/web.json", r#"{"subnet": "10.80.0.0/24", "internal": true}"#);
    world.write("/etc/nsrun/networks/bridge.json", r#"{"subnet": "10.81.0.0/24", "mtu": 1400}"#);
    world.write("/etc/nsrun/networks/odd.json", r#"{"subnets": "10.80.0.0/24"}"#);
    world.nsrun(["run", "--net", "web", "--", "ping", "-c1", "10.80.0.1"]).run().ok();
    let run = ["run", "--", "sh", "-c", "ping -c1 10.81.0.1; cat /sys/class/net/eth0/mtu"];
    assert!(world.nsrun(run).run().ok().stdout.ends_with("1400\n"));
    assert!(settle(|| world.links() == ["up0", "nsrun1", "nsrun0"], LONG));
    world
        .nsrun(["run", "--net", "odd", "true"])
        .run()
        .says("/etc/nsrun/networks/odd.json\": a network has no \"subnets\"");
}

#[test]
fn a_declared_network_is_shown_before_it_is_made_and_made_in_no_other_way() {
    let world = World::new();
    world.sh("mkdir -p /etc/nsrun/networks");
    world.write("/etc/nsrun/networks/web.json", r#"{"subnet": "10.80.0.0/24", "internal": true}"#);
    world.write("/etc/nsrun/networks/host.json", r#"{"subnet": "10.81.0.0/24"}"#);
    let listed = world.nsrun(["network", "list"]).run().ok();
    assert!(
        listed.stdout.contains("web   bridge  10.80.0.0/24  -        -     declared\n"),
        "{listed}"
    );
    let wrong =
        "warning: cannot read network file \"/etc/nsrun/networks/host.json\": \"host\" cannot be";
    assert!(listed.stderr.contains(wrong), "{listed}");
    let shown = world.nsrun(["network", "inspect", "web", "--json"]).run().ok().json();
    assert_eq!(shown["declared"], "/etc/nsrun/networks/web.json");
    assert_eq!((&shown["subnet"], &shown["internal"]), (&"10.80.0.0/24".into(), &true.into()));
    world
        .nsrun(["network", "create", "--subnet", "10.82.0.0/24", "web"])
        .run()
        .exits(1)
        .says("cannot make network \"web\": /etc/nsrun/networks/web.json declares it otherwise");
    world.nsrun(["network", "create", "web"]).run().ok();
    let all = world.nsrun(["network", "list", "--json"]).run().ok().json();
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
    assert_eq!((&all[0]["declared"], &all[0]["subnet"]), (&().into(), &"10.80.0.0/24".into()));
    assert_eq!(all[0]["internal"], true);
    world.nsrun(["network", "rm", "web"]).run().ok();
    let same = ["network", "create", "--internal", "--subnet", "10.80.0.0/24", "web"];
    world.nsrun(same).run().ok();
}

#[test]
fn a_source_that_is_none_of_this_host_s_is_said_to_get_no_answers() {
    let world = World::new();
    let create =
        |source, name| world.nsrun(["network", "create", "--snat", source, name]).run().ok();
    let foreign = create("203.0.113.5", "far");
    assert!(foreign.stderr.contains("warning: this host has no address 203.0.113.5"), "{foreign}");
    let own = create("198.51.100.1", "near");
    assert!(!own.stderr.contains("has no address"), "{own}");
}

#[test]
fn where_ipv6_is_switched_off_the_error_says_so_and_nothing_stays() {
    let world = World::new();
    world.sh("echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6");
    let before = world.snapshot();
    for driver in ["bridge", "ptp"] {
        let create = ["network", "create", "--ipv6", "--driver", driver, "six"];
        let refused = world.nsrun(create).run().exits(1).says("hint: IPv6 is switched off there");
        assert!(!refused.stderr.contains("CAP_NET_ADMIN"), "{refused}");
    }
    world.assert_returns_to(&before, SOON);
}

#[test]
fn inspect_says_who_reaches_a_network_and_by_what_source_it_reaches_others() {
    let world = World::new();
    let inspect = |name| world.nsrun(["network", "inspect", "--json", name]).run().ok().json();
    for (options, open, snat, masquerade) in [
        ("--mtu 1400", false, None, true),
        ("--open --snat 198.51.100.1", true, Some("198.51.100.1"), false),
        ("--masquerade off", false, None, false),
        ("--internal", false, None, false),
        ("--unmanaged", false, None, false),
    ] {
        let words = ["network", "create", "x"].into_iter().chain(options.split(' '));
        world.nsrun(words).run().ok();
        let shown = inspect("x");
        assert_eq!(shown["open"], open, "{options}");
        assert_eq!(shown["snat"].as_str(), snat, "{options}");
        assert_eq!(shown["masquerade"], masquerade, "{options}");
        world.nsrun(["network", "rm", "x"]).run().ok();
    }
    let declared = r#"{"uplink": "up0", "vlan": 7, "subnet": "192.0.2.0/24"}"#;
    world.sh("mkdir -p /etc/nsrun/networks");
    world.write("/etc/nsrun/networks/lan.json", declared);
    let shown = inspect("lan");
    assert_eq!((&shown["vlan"], &shown["masquerade"]), (&7.into(), &false.into()));
}

#[test]
fn members_of_a_network_with_an_uplink_sit_on_the_lan() {
    let world = World::builder().lan().build();
    world.sh("ip addr flush dev lan0");
    let create = ["network", "create", "--uplink", "lan0", "--subnet", "192.0.2.0/24"];
    let range = ["--gateway", "192.0.2.10", "--ip-range", "192.0.2.16/30", "lan"];
    world.nsrun(create).args(range).run().ok();
    // Of what others have on the LAN nothing is chosen.
    world.lan().sh("for n in 16 17 18; do ip addr add 192.0.2.$n/24 dev eth0; done");
    let show = ["run", "--net", "lan", "--", "ip", "-j", "-4", "addr", "show", "eth0"];
    let shown = world.nsrun(show).run().ok().json();
    assert_eq!(shown[0]["addr_info"][0]["local"], "192.0.2.19");
    let ping = ["run", "--net", "lan,ip=192.0.2.77", "--", "ping", "-c1", "-W3", "192.0.2.10"];
    world.nsrun(ping).run().ok();
    assert_eq!(world.addresses("nsrun1"), Vec::<String>::new());
    assert!(settle(|| world.ports("nsrun1") == ["lan0"], LONG));
    world.nsrun(["network", "rm", "lan"]).run().ok();
    assert!(world.link("lan0").unwrap()["master"].is_null());
}

#[test]
fn a_run_ends_cleanly_when_its_network_was_changed_or_removed_under_it() {
    let world = World::new();
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "web"]).run().ok();
    world.nsrun(["run", "-d", "--name", "a", "--net", "web", "--", "sleep", "60"]).run().ok();
    world.nsrun(["run", "-d", "--name", "b", "--net", "web", "--", "sleep", "60"]).run().ok();
    world.sh("ip addr flush dev nsrun1; ip link set nsrun1 mtu 1300 alias gone");
    world.nsrun(["stop", "-t0", "a"]).run().ok();
    world.sh("ip link del nsrun1");
    world.nsrun(["stop", "-t0", "b"]).run().ok();
    assert!(settle(|| world.links() == ["up0"], LONG));
}
