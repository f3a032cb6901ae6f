//! Launching runs, and finding what the kernel has of them.

use std::time::Duration;

use serde_json::Value;

use crate::world::{Place, Running, Snapshot, World, settle};

/// Long enough on a busy machine for what takes milliseconds.
pub(crate) const SOON: Duration = Duration::from_secs(10);
/// How long after an exit anything of a run may be left.
const GONE: Duration = Duration::from_millis(200);

/// Launches a run that stays, and returns once its command has begun.
#[track_caller]
pub(crate) fn started(world: &World, options: &[&str]) -> Running {
    let running = staying(world, options, "echo ready; exec sleep 1000");
    // Its child, or that of its init.
    let pid = running.pid();
    let asleep = format!(
        "for it in {pid} $(pgrep -P {pid}); do pgrep -P $it -f '^sleep 1000' || :; done | grep ."
    );
    assert!(settle(|| world.succeeds(&asleep), SOON), "it says it is ready, and is not");
    running
}

/// Launches a run of a shell script that says "ready", and returns once it has.
#[track_caller]
pub(crate) fn staying(world: &World, options: &[&str], script: &str) -> Running {
    let cmd = world.nsrun(["run"]).args(options).args(["--", "sh", "-c", script]);
    let running = cmd.timeout(Duration::from_secs(60)).spawn();
    assert_eq!(running.line(SOON), "ready");
    running
}

/// Launches a run in the background; its name.
#[track_caller]
pub(crate) fn detached(world: &World, options: &[&str], command: &[&str]) -> String {
    let cmd = world.nsrun(["run", "--detach"]).args(options).arg("--").args(command);
    cmd.run().ok().stdout.trim_end().to_owned()
}

/// Has the network made, with a port that keeps its carrier, which otherwise comes and goes with the
/// runs a second late. What there is now is what must be there after a run.
#[track_caller]
pub(crate) fn with_network(world: &World) -> Snapshot {
    world.nsrun(["run", "true"]).run().ok();
    let ports = "ip link add keep0 type veth peer name keep1
        ip link set keep0 addrgenmode none
        ip link set keep1 addrgenmode none
        ip link set keep0 master nsrun0 up
        ip link set keep1 up";
    world.sh(ports);
    let ready = || {
        let state = |name: &str| world.link(name).map(|link| link["operstate"].clone());
        let up = ["nsrun0", "keep0", "keep1"].iter().all(|name| state(name) == Some("UP".into()));
        up && leases(world).is_empty()
    };
    assert!(settle(ready, SOON), "{:?}", world.json("ip -j link"));
    world.snapshot()
}

/// Asserts that 200 ms after `scenario` nothing is left of what it launched. The kernel's own part
/// of that, 30 to 120 ms, is longer where other tests keep it busy: one of a few tries must do, and
/// none may leave anything for good.
#[track_caller]
pub(crate) fn assert_gone_soon(world: &World, before: &Snapshot, mut scenario: impl FnMut()) {
    const TRIES: usize = 8;
    for _ in 0..TRIES {
        scenario();
        if settle(|| world.snapshot() == *before, GONE) {
            return;
        }
        world.assert_returns_to(before, SOON);
    }
    panic!("something was left after {GONE:?} each of {TRIES} times");
}

/// The process whose command line begins so, once there is one.
#[track_caller]
pub(crate) fn process(world: &World, command: &str) -> u32 {
    let find = || {
        let found = world.cmd(["pgrep", "-f", &format!("^{command}")]).run().stdout;
        found.trim().parse().ok()
    };
    let mut found = None;
    settle(
        || {
            found = find();
            found.is_some()
        },
        SOON,
    );
    match found {
        Some(pid) => pid,
        None => panic!("not one process {command:?}"),
    }
}

/// A world in which no network was made, but one once was: what is there that stays, such as the
/// file of a lock, is part of the snapshot.
#[track_caller]
pub(crate) fn without_network(world: &World) -> Snapshot {
    world.nsrun(["run", "true"]).run().ok();
    world.sh("ip link delete nsrun0; nft delete table inet nsrun");
    assert!(settle(|| leases(world).is_empty(), SOON));
    world.snapshot()
}

/// The links that are leases.
#[track_caller]
pub(crate) fn leases(world: &World) -> Vec<String> {
    world.links().into_iter().filter(|name| name.starts_with("ns0.")).collect()
}

/// What `inspect --json` says about a run.
#[track_caller]
pub(crate) fn inspect(place: &Place, name: &str) -> Value {
    place.nsrun(["inspect", "--json", name]).run().ok().json()
}

/// The process id of the command of a run, in the world.
#[track_caller]
pub(crate) fn pid_of(place: &Place, name: &str) -> u32 {
    let run = inspect(place, name);
    match run["pid"].as_u64() {
        Some(pid) => pid as u32,
        None => panic!("no pid in {run}"),
    }
}

/// The network of the command of a run.
#[track_caller]
pub(crate) fn inside(world: &World, name: &str) -> Place {
    world.net_of(pid_of(world, name))
}

/// The network of a run, to be looked at without asking nsrun.
#[track_caller]
pub(crate) fn place(world: &World, name: &str) -> Place {
    let run = world.nsrun(["inspect", "--json", name]).run().ok().json();
    world.net_of(run["pid"].as_u64().expect("a pid") as u32)
}
