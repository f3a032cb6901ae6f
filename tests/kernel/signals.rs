//! Signals, and how a run ends with the one who launched it.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::runs::{SOON, assert_gone_soon, leases, started, staying, with_network};
use crate::world::{World, settle};

#[test]
fn signals_sent_to_nsrun_reach_cmd() {
    let world = World::new();
    for pid in ["private", "host"] {
        for (signal, name) in [
            (Signal::SIGTERM, "TERM"),
            (Signal::SIGHUP, "HUP"),
            (Signal::SIGINT, "INT"),
            (Signal::SIGUSR1, "USR1"),
            (Signal::SIGUSR2, "USR2"),
            (Signal::SIGWINCH, "WINCH"),
        ] {
            let script = format!(
                "trap 'echo got {name}; exit 3' {name}; echo ready; while :; do sleep 0.02; done"
            );
            let mut running = staying(&world, &["--pid", pid, "--net", "none"], &script);
            running.kill(signal);
            assert_eq!(running.line(SOON), format!("got {name}"), "with --pid {pid}");
            assert_eq!(running.wait().code(), Some(3));
        }
    }
}

#[test]
fn what_nsrun_says_to_nobody_is_no_signal_to_cmd() {
    need_tool!("bash");
    const NSRUN: &str = env!("CARGO_BIN_EXE_nsrun");
    let world = World::new();
    for options in ["--net none --json-status-fd 3", "--json-status-fd 3", "--timings 2>&3"] {
        let script = format!(
            "exec 3> >(exec <&-); sleep 0.2; {NSRUN} run {options} -- sh -c 'sleep 0.2; exit 7'"
        );
        world.cmd(["bash", "-c", &script]).run().exits(7);
    }
}

#[test]
fn a_plain_command_ends_by_the_signal_nsrun_got() {
    let world = World::new();
    for (signal, number) in [(Signal::SIGTERM, 15), (Signal::SIGINT, 2), (Signal::SIGQUIT, 3)] {
        let mut running = started(&world, &[]);
        running.kill(signal);
        assert_eq!(running.wait().code(), Some(128 + number));
    }
}

#[test]
fn a_signal_that_comes_during_the_launch_reaches_cmd() {
    let world = World::new();
    with_network(&world);
    for delay in [0, 1, 2, 4, 8] {
        let mut running = world.nsrun(["run", "sleep", "1000"]).spawn();
        std::thread::sleep(Duration::from_millis(delay));
        running.kill(Signal::SIGTERM);
        let output = running.wait();
        // Before main() it ends nsrun itself.
        let ended = output.code() == Some(143) || output.exit == crate::world::Exit::Signal(15);
        assert!(ended, "after {delay} ms: {output}");
    }
}

#[test]
fn a_stopped_and_continued_command_goes_on() {
    let world = World::new();
    let mut running =
        staying(&world, &[], "trap 'echo on' CONT; echo ready; while :; do sleep 0.02; done");
    running.kill(Signal::SIGCONT);
    assert_eq!(running.line(SOON), "on");
}

/// A daemon that has left session, parent and terminal behind.
const DAEMON: &str = "setsid sh -c 'sleep 987 & sleep 987' >/dev/null 2>&1 </dev/null & echo ready; \
                      exec sleep 987";

#[test]
fn a_killed_nsrun_leaves_nothing_after_two_hundred_milliseconds() {
    let world = World::new();
    let before = with_network(&world);
    // Changing the user clears the signal that comes when the parent dies.
    let user = if world.is_real_root() { "1000" } else { "0" };
    for options in [&[][..], &["--user", user], &["--userns"]] {
        assert_gone_soon(&world, &before, || {
            let mut running = staying(&world, options, DAEMON);
            assert!(settle(|| world.sh("pgrep -fc '^sleep 987' || :") == "3\n", SOON));
            running.kill(Signal::SIGKILL);
        });
    }
}

#[test]
fn a_command_that_ends_takes_its_daemons_along() {
    let world = World::new();
    let before = with_network(&world);
    let script = "setsid sleep 987 >/dev/null 2>&1 </dev/null & exit 4";
    assert_gone_soon(&world, &before, || {
        world.nsrun(["run", "sh", "-c", script]).run().exits(4);
    });
}

#[test]
fn a_killed_cmd_ends_the_run() {
    let world = World::new();
    let before = with_network(&world);
    assert_gone_soon(&world, &before, || {
        let running = started(&world, &[]);
        world.sh("pkill -KILL -f '^sleep 1000'");
        assert_eq!(running.wait().code(), Some(137));
    });
}

#[test]
fn orphans_inside_are_reaped() {
    let world = World::new();
    let running = staying(
        &world,
        &["--name", "web"],
        "for i in 1 2 3 4 5; do (sh -c 'sleep 0.02' &) ; done; echo ready; exec sleep 1000",
    );
    let zombies = || world.sh("grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l || :");
    assert!(settle(
        || world.sh("pgrep -fc '^sleep 0.02' || :") == "0\n" && zombies() == "0\n",
        SOON
    ));
    drop(running);
}

#[test]
fn a_run_without_a_link_that_survives_is_still_known() {
    let world = World::new();
    for pid in ["private", "host"] {
        let options = ["--net", "none", "--survive", "--pid", pid, "--name", "web"];
        crate::runs::detached(&world, &options, &["sleep", "60"]);
        let shown = world.nsrun(["inspect", "--json", "web"]).run().ok().json();
        world.sh(&format!("kill -9 {}", shown["supervisor"]));
        let gone = format!("! kill -0 {} 2>/dev/null", shown["supervisor"]);
        assert!(settle(|| world.succeeds(&gone), SOON));
        let listed = world.nsrun(["ps", "--json"]).run().ok().json();
        assert_eq!(listed[0]["pid"], shown["pid"], "{listed}");
        world
            .nsrun(["run", "--net", "none", "--name", "web", "true"])
            .run()
            .exits(125)
            .says("cannot take name \"web\": run \"web\" has it");
        world.nsrun(["exec", "web", "true"]).run().ok();
        world.nsrun(["stop", "-t0", "web"]).run().ok();
        assert!(settle(
            || world.nsrun(["ps", "--json"]).run().ok().json() == serde_json::json!([]),
            SOON
        ));
        assert!(settle(|| world.sh("ls /run").is_empty(), SOON));
    }
}

#[test]
fn a_run_that_may_survive_does() {
    let world = World::new();
    // Looking into another namespace gives this one an id of its own.
    let before = with_network(&world).without("nsid");
    let mut running = started(&world, &["--survive", "--name", "web"]);
    running.kill(Signal::SIGKILL);
    drop(running);
    // It would be gone by now.
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(leases(&world).len(), 1);
    let inside = crate::runs::inside(&world, "web");
    assert_eq!(inside.links(), ["eth0"]);
    world.nsrun(["stop", "-t", "0", "web"]).run().ok();
    let after = || world.snapshot().without("nsid");
    assert!(settle(|| after() == before, SOON), "{:?}", after());
}

#[test]
fn another_process_with_the_number_of_a_killed_nsrun_is_not_taken_for_it() {
    const NSRUN: &str = env!("CARGO_BIN_EXE_nsrun");
    let world = World::new();
    if !world.succeeds("test -w /proc/sys/kernel/ns_last_pid") {
        skip!("the kernel lets nobody choose process ids");
    }
    world.sh(&format!(
        "exec >/dev/null 2>&1 </dev/null
        {NSRUN} run --survive --name web sleep 60 & nsrun=$!
        until {NSRUN} inspect web; do sleep 0.02; done
        kill -9 $nsrun; wait $nsrun || :
        for try in $(seq 50); do
            echo $((nsrun - 1)) >/proc/sys/kernel/ns_last_pid
            sleep 60 & test $! != $nsrun || exit 0
        done
        exit 1"
    ));
    world.nsrun(["wait", "web"]).run().exits(125).says("its nsrun was killed before");
    world.nsrun(["publish", "web", "8080:80"]).run().ok();
    world.nsrun(["stop", "-t", "0", "web"]).run().ok();
}

#[test]
fn signals_reach_a_command_that_changed_its_user() {
    let world = World::new();
    if !world.is_real_root() {
        skip!("this needs a second user");
    }
    let before = with_network(&world);
    let mut running = started(&world, &["--user", "1000", "--pid", "host"]);
    running.kill(Signal::SIGTERM);
    assert_eq!(running.wait().code(), Some(143));
    let mut running = started(&world, &["--user", "1000", "--pid", "host"]);
    running.kill(Signal::SIGKILL);
    world.assert_returns_to(&before, SOON);
}
