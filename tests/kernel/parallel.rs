//! Many at once.

use std::collections::BTreeSet;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::runs::{SOON, leases, with_network};
use crate::world::{World, at_once, settle};

#[test]
fn fifty_runs_at_once_have_fifty_addresses_and_leave_nothing() {
    let world = World::new();
    let before = with_network(&world);
    let addresses = at_once(50, |_| {
        let cmd = world.nsrun(["run", "sh", "-c", "ip -4 -o address show eth0; sleep 0.3"]);
        let output = cmd.timeout(Duration::from_secs(60)).run().ok();
        let words: Vec<&str> = output.stdout.split_whitespace().collect();
        words[3].to_owned()
    });
    let distinct: BTreeSet<_> = addresses.iter().collect();
    assert_eq!(distinct.len(), 50, "{addresses:?}");
    world.assert_returns_to(&before, Duration::from_secs(2));
}

#[test]
fn fifty_first_runs_make_one_network() {
    let world = World::new();
    // Whoever sees the bridge, through the eyes of a run, sees it whole.
    let outputs = at_once(50, |_| {
        let script = "ip -4 -o address show eth0; ip route show default; ping -c 1 -W 5 -q $(ip \
                      route show default | cut -d' ' -f3)";
        world.nsrun(["run", "sh", "-c", script]).timeout(Duration::from_secs(60)).run()
    });
    for output in &outputs {
        assert_eq!(output.code(), Some(0), "{output}");
        assert!(output.stdout.contains("default via 10.192.0.1 dev eth0"), "{output}");
        assert!(output.stdout.contains("/20 "), "{output}");
        assert!(output.stderr.is_empty(), "{output}");
    }
    let bridges = world.json("ip -j link show type bridge");
    assert_eq!(bridges.as_array().map(Vec::len), Some(1), "{bridges}");
    assert_eq!(world.addresses("nsrun0"), ["10.192.0.1/20"]);
    assert!(settle(|| leases(&world).is_empty(), SOON));
}

#[test]
fn a_run_that_fails_does_not_take_the_network_from_others() {
    let world = World::new();
    for round in 0..4 {
        let codes = at_once(12, |n| {
            let command = if n % 2 == 0 { "no-such-command" } else { "true" };
            world.nsrun(["run", command]).timeout(Duration::from_secs(60)).run()
        });
        for (n, output) in codes.iter().enumerate() {
            let expected = if n % 2 == 0 { 127 } else { 0 };
            assert_eq!(output.code(), Some(expected), "round {round}: {output}");
        }
        assert!(settle(|| leases(&world).is_empty(), SOON));
        world.cmd(["ip", "link", "delete", "nsrun0"]).run();
    }
}

#[test]
fn addresses_are_not_reused_right_away() {
    let world = World::new();
    with_network(&world);
    let own = || {
        let script = "ip -4 -o address show eth0 | grep -o '10[0-9.]*/'";
        world.nsrun(["run", "sh", "-c", script]).run().ok().stdout
    };
    let addresses: BTreeSet<String> = (0..12).map(|_| own()).collect();
    assert!(addresses.len() >= 11, "{addresses:?}");
}

#[test]
fn who_waits_to_make_a_network_waits_once_and_in_turn() {
    need_tool!("flock");
    need_tool!("strace");
    let world = World::new();
    world.sh("mkdir -m 700 /run/nsrun");
    let hold = "exec flock -F /run/nsrun/networks sh -c 'echo locked; exec sleep 98'";
    let mut holder = world.cmd(["sh", "-c", hold]).spawn();
    assert_eq!(holder.line(SOON), "locked");
    let names = ["n1", "n2", "n3", "n4"];
    let mut waiting = Vec::new();
    for name in names {
        let trace = format!("/dev/shm/{name}");
        let strace = ["strace", "-qq", "-e", "trace=openat", "-o", &trace];
        let create = [env!("CARGO_BIN_EXE_nsrun"), "network", "create", name];
        waiting.push(world.cmd(strace).args(create).spawn());
        let count = waiting.len();
        let waits = format!("[ $(grep -c -e '-> FLOCK' /proc/locks) -eq {count} ]");
        assert!(settle(|| world.succeeds(&waits), SOON), "{}", world.read("/proc/locks"));
    }
    holder.kill(Signal::SIGKILL);
    waiting.into_iter().for_each(|create| _ = create.wait().ok());
    for name in names {
        let trace = world.read(&format!("/dev/shm/{name}"));
        assert_eq!(trace.matches("/run/nsrun/networks").count(), 1, "{trace}");
    }
    // Links are numbered in the order in which they are made.
    let bridges = world.json("ip -j link show type bridge");
    let mut made: Vec<(u64, String)> = Vec::new();
    for bridge in bridges.as_array().into_iter().flatten() {
        made.push((bridge["ifindex"].as_u64().unwrap(), bridge["altnames"].to_string()));
    }
    made.sort();
    assert_eq!(made.len(), names.len(), "{made:?}");
    for (name, (_, known)) in names.iter().zip(&made) {
        assert!(known.contains(&format!("{name}\"")), "{made:?}");
    }
    assert!(!world.succeeds("[ -e /run/nsrun ]"), "the last removes the file");
}
