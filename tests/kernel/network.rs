//! The network of a run: its subnet, its MTU, and being made by whoever comes first.

use std::time::Duration;

use crate::runs::{SOON, leases, started, with_network, without_network};
use crate::world::{World, settle};

/// The subnet that a first run chooses after these commands, as the bridge's address.
#[track_caller]
fn chosen_after(commands: &str) -> String {
    let world = World::builder().ipv6().build();
    world.sh(commands);
    world.nsrun(["run", "true"]).run().ok();
    world.addresses("nsrun0").concat()
}

#[test]
fn the_subnet_overlaps_nothing_in_use() {
    assert_eq!(chosen_after("true"), "10.192.0.1/20");
    assert_eq!(chosen_after("ip address add 10.192.3.7/24 dev up0"), "10.192.16.1/20");
    assert_eq!(chosen_after("ip route add 10.192.0.0/19 via 198.51.100.2"), "10.192.32.1/20");
    let second = "172.28.0.1/20";
    assert_eq!(chosen_after("ip route add 10.192.0.0/12 dev up0 table 77"), second);
    assert_eq!(chosen_after("ip route add 10.192.0.0/12 dev up0 table 7777"), second);
    assert_eq!(chosen_after("ip route add blackhole 10.0.0.0/8"), second);
    assert_eq!(chosen_after("ip route add unreachable 10.0.0.0/8 table 9"), second);
    let third = "ip route add prohibit 10.0.0.0/8; ip route add 172.16.0.0/12 via 198.51.100.2";
    assert_eq!(chosen_after(third), "192.168.128.1/20");
}

#[test]
fn default_routes_and_the_halves_of_a_vpn_block_nothing() {
    let halves = "ip route add 0.0.0.0/1 via 198.51.100.2; ip route add 128.0.0.0/1 via 198.51.100.2; \
                  ip route add default via 198.51.100.2 table 5; ip -6 route add ::/1 dev up0";
    assert_eq!(chosen_after(halves), "10.192.0.1/20");
}

#[test]
fn when_all_pools_are_in_use_the_error_says_by_what() {
    let world = World::new();
    without_network(&world);
    world.sh("ip route add 10.0.0.0/8 via 198.51.100.2; ip address add 172.16.9.9/12 dev up0; \
         ip route add 192.168.0.0/16 dev up0 table 3");
    let before = world.snapshot();
    let output = world.nsrun(["run", "true"]).run().exits(125);
    for part in [
        "10.192.0.0/12 by 10.0.0.0/8 (route via 198.51.100.2)",
        "172.28.0.0/14 by 172.16.0.0/12 (address 172.16.9.9/12 of link \"up0\")",
        "192.168.128.0/17 by 192.168.0.0/16 (route on link \"up0\")",
    ] {
        assert!(output.stderr.contains(part), "no {part:?} in {output}");
    }
    world.assert_returns_to(&before, SOON);
    // Without a network there is no need for one.
    world.nsrun(["run", "--net", "none", "true"]).run().ok();
}

#[test]
fn the_mtu_is_that_of_the_uplink_whatever_single_runs_have() {
    let world = World::new();
    world.sh("ip link set up0 mtu 1450");
    let mtu = |options: &[&str]| {
        let run = world.nsrun(["run"]).args(options);
        run.args(["--", "cat", "/sys/class/net/eth0/mtu"]).run().ok().stdout
    };
    assert_eq!(mtu(&[]), "1450\n");
    assert_eq!(mtu(&["--mtu", "1280"]), "1280\n");
    assert_eq!(mtu(&["--mtu", "9000"]), "9000\n");
    {
        let _small = started(&world, &["--mtu", "1280"]);
        assert_eq!(mtu(&[]), "1450\n");
    }
    assert!(settle(|| leases(&world).is_empty(), SOON));
    assert_eq!(mtu(&[]), "1450\n");
    assert_eq!(world.link("nsrun0").expect("it is there")["mtu"], 1450);
    world.nsrun(["run", "--mtu", "10", "true"]).run().exits(2).says("10 bytes cannot be an MTU");
    world.nsrun(["run", "--mtu", "70000", "true"]).run().exits(2).says("choose from 68 to 65535");
}

#[test]
fn without_a_default_route_the_mtu_is_ethernets() {
    let world = World::new();
    world.sh("ip route del default; ip link set up0 mtu 1450");
    world.nsrun(["run", "true"]).run().ok();
    assert_eq!(world.link("nsrun0").expect("it is there")["mtu"], 1500);
}

#[test]
fn the_bridge_keeps_its_address_whatever_joins() {
    let world = World::new();
    with_network(&world);
    let mac = || world.link("nsrun0").expect("it is there")["address"].clone();
    let before = mac();
    let _low = started(&world, &["--mac", "02:00:00:00:00:01"]);
    world.sh("ip link set keep0 address 00:00:00:00:00:01");
    assert_eq!(mac(), before);
}

#[test]
fn both_ends_are_quiet_and_up() {
    let world = World::builder().ipv6().build();
    let _running = started(&world, &["--name", "web"]);
    let inside = crate::runs::inside(&world, "web");
    assert_eq!(inside.addresses("eth0").len(), 1, "no IPv6 address of the kernel's own");
    let lease = leases(&world).concat();
    assert!(world.addresses(&lease).is_empty());
    assert_eq!(world.addresses("nsrun0"), ["10.192.0.1/20"]);
    let link = world.link(&lease).expect("it is there");
    assert_eq!((&link["num_tx_queues"], &link["num_rx_queues"]), (&1.into(), &1.into()));
    assert_eq!(link["operstate"], "UP");
}

/// Fails or kills nsrun at its send number `n`; whether it got that far.
fn disturbed(world: &World, what: &str, n: usize, command: &[&str]) -> crate::world::Output {
    let inject = format!("inject=sendto:{what}:when={n}");
    let strace = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=sendto", "-e", &inject];
    world.cmd(strace).args([env!("CARGO_BIN_EXE_nsrun"), "run"]).args(command).run()
}

#[test]
fn a_network_whose_maker_was_killed_is_completed_by_the_next_run() {
    need_tool!("strace");
    let world = World::new();
    world.sh("ip link set up0 mtu 1450");
    let mut killed = 0;
    let mut half_made = 0;
    for n in 1.. {
        assert!(n < 30, "it never gets through");
        let output = disturbed(&world, "signal=KILL", n, &["true"]);
        let done = output.code() == Some(0);
        killed += usize::from(!done);
        if let Some(bridge) = world.link("nsrun0") {
            half_made += usize::from(bridge["ifalias"].is_null());
        }
        let gone = || world.sh("pgrep -c nsrun || :") == "0\n" && leases(&world).is_empty();
        assert!(settle(gone, SOON), "after {n}");
        let script =
            "cat /sys/class/net/eth0/mtu; ping -c 1 -W 2 10.192.0.1 >/dev/null && echo reached";
        let next = world.nsrun(["run", "sh", "-c", script]).run();
        assert_eq!(next.stdout, "1450\nreached\n", "after {n}: {next}");
        let bridge = world.link("nsrun0").expect("the next run made it");
        assert_eq!(bridge["ifalias"], "nsrun/1 network=bridge", "after {n}");
        assert_eq!(bridge["mtu"], 1450, "after {n}");
        assert_eq!(world.addresses("nsrun0"), ["10.192.0.1/20"], "after {n}");
        world.sh("ip link delete nsrun0");
        if done {
            break;
        }
    }
    assert!(killed >= 8, "only {killed} sends");
    assert!(half_made >= 1, "it was never killed between the bridge's messages");
}

#[test]
fn a_kill_at_any_send_of_a_later_run_leaves_nothing() {
    need_tool!("strace");
    let world = World::new();
    let before = with_network(&world);
    for n in 1.. {
        let options = ["--name", "web", "--ip", "10.192.0.9", "true"];
        let output = disturbed(&world, "signal=KILL", n, &options);
        world.assert_returns_to(&before, Duration::from_secs(2));
        if output.code() == Some(0) {
            assert!(n > 4, "only {n} sends");
            break;
        }
    }
}

#[test]
fn a_failure_at_any_send_leaves_the_world_as_it_was() {
    need_tool!("strace");
    for first in [true, false] {
        let prepare = if first { without_network } else { with_network };
        let mut world = World::new();
        let mut before = prepare(&world);
        let mut asked = 0;
        for n in 1.. {
            let output =
                disturbed(&world, "error=ENOMEM", n, &["--name", "web", "--userns", "true"]);
            // Whether the rules are still there is asked beside the launch, and does not end it.
            if output.stderr.contains("nsrun: warning: nsrun's firewall rules may be gone: ") {
                assert_eq!(output.code(), Some(0), "{output}");
                asked += 1;
                world = World::new();
                before = prepare(&world);
                continue;
            }
            if output.code() == Some(0) {
                let sends = if first { 11 } else { 5 };
                assert_eq!(asked, 1, "{output}");
                assert!(n > sends, "only {n} sends");
                break;
            }
            let output = output.exits(125).says("nsrun: cannot ").says("Out of memory");
            let named = [
                "network \"",
                "link \"",
                "bridge \"",
                "veth \"",
                "list ",
                "firewall",
                "launch the process",
            ];
            assert!(named.iter().any(|name| output.stderr.contains(name)), "{output}");
            world.assert_returns_to(&before, SOON);
        }
    }
}

#[test]
fn a_bridge_that_goes_away_during_a_launch_is_made_again() {
    need_tool!("strace");
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    // The claim waits long enough for somebody to remove the bridge.
    let inject = "inject=sendto:delay_enter=300000:when=2";
    let strace = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=sendto", "-e", inject];
    let run = world
        .cmd(strace)
        .args([
            env!("CARGO_BIN_EXE_nsrun"),
            "run",
            "sh",
            "-c",
            "echo ready; ping -c 1 -W 2 10.192.0.1",
        ])
        .spawn();
    assert!(settle(|| world.succeeds("test $(pgrep -c nsrun) = 2"), SOON));
    world.sh("ip link delete nsrun0");
    let output = run.wait();
    assert_eq!(output.code(), Some(0), "{output}");
    assert_eq!(world.addresses("nsrun0"), ["10.192.0.1/20"]);
}

#[test]
fn the_first_packet_of_a_run_is_never_lost() {
    let world = World::new();
    with_network(&world);
    // A lost one is sent again after a second.
    for n in 0..60 {
        let ping = ["run", "--", "ping", "-c1", "-W0.9", "-q", "10.192.0.1"];
        let output = world.nsrun(ping).run();
        assert_eq!(output.code(), Some(0), "run {n}: {output}");
    }
}

#[test]
fn an_address_that_the_host_has_itself_is_no_member_s() {
    let world = World::builder().ipv6().build();
    let subnets = ["--subnet", "10.80.0.0/29", "--subnet6", "fd00:80::/64"];
    world.nsrun(["network", "create"]).args(subnets).arg("web").run().ok();
    // Added later: on the bridge, on another link, and of IPv6.
    world.sh("ip addr add 10.80.0.2/29 dev nsrun1; ip addr add 10.80.0.3/32 dev up0;
         ip addr add fd00:80::4/64 dev nsrun1 nodad");
    let first = started(&world, &["--net", "web"]);
    let second = started(&world, &["--net", "web"]);
    let mut taken = world.links();
    taken.retain(|link| link.starts_with("ns1."));
    taken.sort();
    assert_eq!(taken, ["ns1.5", "ns1.6"]);
    world
        .nsrun(["run", "--net", "web", "true"])
        .run()
        .exits(125)
        .says("cannot take an address of network \"web\"");
    world
        .nsrun(["run", "--net", "web,ip=10.80.0.2", "true"])
        .run()
        .exits(125)
        .says("cannot take address 10.80.0.2: this host has it");
    world.sh("ping -c1 -W1 10.80.0.5; ping -c1 -W1 10.80.0.6; ping -c1 -W1 fd00:80::5");
    drop((first, second));
}
