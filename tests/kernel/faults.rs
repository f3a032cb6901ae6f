//! System calls that fail, and processes that are killed, at every point of a launch.

use std::time::Duration;

use crate::runs::{SOON, detached, inside, leases, with_network, without_network};
use crate::world::{Output, World, settle};

/// A run, all processes of which are disturbed: `what` at the call number `n` of each.
fn disturbed(world: &World, calls: &str, what: &str, n: usize, options: &[&str]) -> Output {
    let (trace, inject) = (format!("trace={calls}"), format!("inject={calls}:{what}:when={n}"));
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    let run = world.cmd(strace).args([env!("CARGO_BIN_EXE_nsrun"), "run"]).args(options);
    run.args(["--", "/bin/true"]).run()
}

/// Fails each of the first calls of these kinds; how many of the runs failed.
fn failures(world: &World, calls: &[(&str, &str, usize)], options: &[&str]) -> usize {
    let before = with_network(world);
    let mut failed = 0;
    for &(call, errno, count) in calls {
        for n in 1..=count {
            let output = disturbed(world, call, &format!("error={errno}"), n, options);
            let what = format!("{call} number {n}");
            match output.code() {
                // It was a comfort, or there are not so many.
                Some(0) => {}
                Some(125) => {
                    failed += 1;
                    assert!(output.stderr.contains("nsrun: cannot "), "{what}: {output}");
                }
                _ => panic!("{what}: {output}"),
            }
            world.assert_returns_to(&before, SOON);
        }
    }
    failed
}

#[test]
fn a_system_call_that_fails_is_reported_and_leaves_nothing() {
    need_tool!("strace");
    let world = World::new();
    let calls = [
        ("mount", "ENOMEM", 4),
        ("open_tree", "ENOMEM", 2),
        ("move_mount", "EINVAL", 2),
        ("socketpair", "EMFILE", 1),
        ("socket", "EMFILE", 3),
        ("clone", "EAGAIN", 2),
        ("prctl", "EPERM", 3),
        ("capset", "EPERM", 1),
        ("sethostname", "EPERM", 1),
        ("close_range", "ENOSYS", 1),
        ("memfd_create", "EMFILE", 1),
    ];
    let failed = failures(&world, &calls, &["--name", "web", "--tmpfs", "/mnt"]);
    assert!(failed >= 10, "only {failed} failed");
}

#[test]
fn a_system_call_that_fails_in_a_user_namespace_is_reported_too() {
    need_tool!("strace");
    let world = World::new();
    let calls = [
        ("mount", "ENOMEM", 3),
        ("setresuid", "EPERM", 1),
        ("setresgid", "EINVAL", 1),
        ("sendto", "ENOMEM", 3),
        ("recvfrom", "ENOMEM", 3),
    ];
    let failed = failures(&world, &calls, &["--userns"]);
    assert!(failed >= 8, "only {failed} failed");
}

#[test]
fn a_lost_answer_leaves_no_half_network() {
    need_tool!("strace");
    let world = World::new();
    let before = without_network(&world);
    for (command, name) in [
        (&["run", "true"][..], "bridge"),
        (&["network", "create", "--subnet", "10.80.0.0/24", "back"], "back"),
    ] {
        let (mut done, mut failed) = (0, 0);
        for n in 1.. {
            let inject = format!("inject=recvfrom:error=ENOBUFS:when={n}");
            let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=recvfrom"];
            let run = world.cmd(strace).args(["-e", &inject, env!("CARGO_BIN_EXE_nsrun")]);
            let output = run.args(command).run();
            if output.code() == Some(0) {
                world.nsrun(["network", "rm", name]).run().ok();
                done += 1;
            } else {
                failed += 1;
                assert!(output.stderr.contains("nsrun: cannot "), "answer {n}: {output}");
                assert!(!output.stderr.contains("it is left"), "answer {n}: {output}");
            }
            let undone = settle(|| world.snapshot() == before, SOON);
            assert!(undone, "answer {n} of {command:?}: {output}");
            // Some answers are about what a command can do without; then there are no more.
            if done > 3 {
                break;
            }
        }
        assert!(failed >= 8, "only {failed} answers");
    }
}

#[test]
fn a_failed_execution_has_the_status_that_shells_give_it() {
    need_tool!("strace");
    let world = World::new();
    for (errno, status) in [("EACCES", 126), ("ETXTBSY", 126), ("ENOENT", 127), ("ENOTDIR", 127)] {
        // The first is strace's own, of nsrun.
        let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", "/bin/true", "-e"];
        let inject = format!("inject=execve:error={errno}");
        let run =
            world.cmd(strace).args([&inject, env!("CARGO_BIN_EXE_nsrun"), "run", "/bin/true"]);
        let output = run.run().exits(status);
        output.says("nsrun: cannot execute \"/bin/true\": ");
    }
}

#[test]
fn a_kill_at_any_point_leaves_nothing() {
    need_tool!("strace");
    let world = World::new();
    let before = with_network(&world);
    // Of nsrun, its init and CMD's process, each by its own count; not a round step, so that in the
    // end most calls have had their turn.
    for n in (1..260).step_by(13) {
        let options = ["--name", "web", "--ip", "10.192.0.9"];
        let output = disturbed(&world, "all", "signal=KILL", n, &options);
        let gone = || world.sh("pgrep -c nsrun || :") == "0\n" && leases(&world).is_empty();
        assert!(settle(gone, Duration::from_secs(3)), "at call {n}: {output}");
        world.assert_returns_to(&before, SOON);
        // Address and name can be had at once.
        world.nsrun(["run"]).args(options).arg("true").run().ok();
    }
}

#[test]
fn a_bridge_that_goes_before_a_link_joins_it_is_said_to_be_gone() {
    need_tool!("strace");
    let world = World::new();
    with_network(&world);
    detached(&world, &["--name", "web"], &["sleep", "1000"]);
    let mut said = 0;
    for n in 8..=16 {
        world.nsrun(["network", "create", "back"]).run().ok();
        // Waits before one of its messages; meanwhile the bridge goes.
        let inject = format!("inject=sendto:delay_enter=300000:when={n}");
        let strace = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=sendto", "-e", &inject];
        let connect = [env!("CARGO_BIN_EXE_nsrun"), "connect", "web", "back"];
        let running = world.cmd(strace).args(connect).spawn();
        std::thread::sleep(Duration::from_millis(150));
        world.sh("ip link delete net:back");
        let output = running.wait();
        if output.stderr.starts_with("nsrun: cannot create veth") {
            said += 1;
            output.says("\" is gone (kernel: Invalid argument)").says("hint: somebody removed");
        }
        world.nsrun(["disconnect", "web", "back"]).run();
        world.nsrun(["network", "rm", "back"]).run();
    }
    assert!(said > 0, "it never came to that");
}

#[test]
fn what_a_killed_connect_leaves_is_no_hindrance_to_the_next() {
    need_tool!("strace");
    let world = World::new();
    with_network(&world);
    detached(&world, &["--name", "web"], &["sleep", "1000"]);
    world.nsrun(["network", "create", "back"]).run().ok();
    let mut left = 0;
    for n in 10..=18 {
        let inject = format!("inject=sendto:signal=KILL:when={n}");
        let strace = ["strace", "-qq", "-o", "/dev/null", "-e", "trace=sendto", "-e", &inject];
        let connect = ["connect", "web", "back"];
        world.cmd(strace).arg(env!("CARGO_BIN_EXE_nsrun")).args(connect).run();
        let inside = inside(&world, "web").links();
        left += usize::from(inside.contains(&"nsrun-new".to_owned()));
        if !inside.contains(&"eth1".to_owned()) {
            world.nsrun(connect).run().ok();
        }
        world.nsrun(["disconnect", "web", "back"]).run().ok();
    }
    assert!(left >= 2, "only {left} were killed half-way");
}
