//! `nsrun stop`, `wait` and `exec`, and runs in the background.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::runs::{
    SOON, detached, inspect, leases, pid_of, started, staying, with_network, without_network,
};
use crate::world::{World, at_once, settle};

#[test]
fn a_detached_run_returns_at_once_and_prints_its_name() {
    let world = World::new();
    let output = world.nsrun(["run", "-d", "--name", "web", "--", "sleep", "1000"]).run().ok();
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("web\n", ""));
    let run = inspect(&world, "web");
    // It has left terminal, session and parent of the caller.
    let supervisor = run["supervisor"].to_string();
    let ids = world.sh(&format!("ps -o sid=,tty= {supervisor}"));
    assert_eq!(ids.split_whitespace().collect::<Vec<_>>(), [&supervisor, "?"]);
    let fds = world.sh(&format!("readlink /proc/{}/fd/* | sort -u", run["pid"]));
    assert_eq!(fds, "/dev/null\n");
}

#[test]
fn a_detached_run_holds_nothing_of_the_caller() {
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    // Each reader ends although the run goes on.
    let script = format!(
        "x=$({nsrun} run -d --name web sleep 1000 2>&1); echo $x; \
                          {nsrun} run -d --name db sleep 1000 3>&1 4>&1 | cat"
    );
    assert_eq!(world.sh(&script), "web\ndb\n");
    world.sh(&format!(
        "mkdir /run/there; mount -t tmpfs none /run/there; cd /run/there
        {nsrun} run -d -w / --name away sleep 1000"
    ));
    assert!(settle(|| world.succeeds("umount /run/there"), SOON));
}

#[test]
fn the_output_of_a_detached_run_goes_to_its_log() {
    let world = World::new();
    let script = "echo out; echo err >&2; exec sleep 1000";
    detached(&world, &["--name", "web", "--log", "/run/log"], &["sh", "-c", script]);
    assert!(settle(|| world.read("/run/log") == "out\nerr\n", SOON), "{}", world.read("/run/log"));
    world.nsrun(["stop", "-t", "0", "web"]).run().ok();
    detached(&world, &["--log", "/run/log"], &["echo", "more"]);
    assert!(settle(|| world.read("/run/log") == "out\nerr\nmore\n", SOON));
    world.nsrun(["run", "-d", "--log", "/no/such", "true"]).run().exits(125).says("\"/no/such\"");
}

#[test]
fn a_detached_run_that_fails_says_so_to_the_caller() {
    let world = World::new();
    let before = without_network(&world);
    let run = |args: &[&str]| world.nsrun(["run", "-d"]).args(args).run();
    run(&["no-such-command"]).exits(127).says("cannot execute \"no-such-command\"");
    run(&["/etc"]).exits(126).says("cannot execute \"/etc\"");
    run(&["-w", "/no/such", "true"]).exits(125).says("start in directory");
    run(&["--ip", "192.0.2.1", "true"]).exits(2).says("not inside").says("hint: ");
    world.assert_returns_to(&before, SOON);
    let warned = run(&["--cap-add", "net_admin", "true"]).ok();
    assert!(warned.stderr.starts_with("nsrun: warning: net_admin"), "{warned}");
    assert!(warned.stdout.starts_with("ns0.") && warned.stdout.lines().count() == 1, "{warned}");
}

#[test]
fn wait_gives_the_exit_status_to_all_who_wait() {
    let world = World::new();
    for (script, status) in [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)] {
        let script = format!("read _ </run/go; {script}");
        world.sh("mkfifo /run/go");
        detached(&world, &["--name", "job"], &["sh", "-c", &script]);
        let waiters: Vec<_> = (0..3).map(|_| world.nsrun(["wait", "job"]).spawn()).collect();
        // All have found it once they hold its exit status file.
        let holding = "ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c nsrun-status || :";
        assert!(settle(|| world.sh(holding) == "4\n", SOON), "{}", world.sh(holding));
        world.sh("echo >/run/go; rm /run/go");
        for waiter in waiters {
            assert_eq!(waiter.wait().code(), Some(status));
        }
        assert!(settle(|| leases(&world).is_empty(), SOON));
    }
    world.nsrun(["wait", "job"]).run().exits(125).says("cannot find run \"job\"");
}

#[test]
fn wait_works_for_runs_in_the_foreground_too() {
    let world = World::new();
    let mut web = staying(
        &world,
        &["--name", "web"],
        "trap 'exit 9' TERM; echo ready; while :; do sleep 0.02; done",
    );
    let waiter = world.nsrun(["wait", "web"]).spawn();
    let holding = "ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c nsrun-status || :";
    assert!(settle(|| world.sh(holding) == "2\n", SOON));
    web.kill(Signal::SIGTERM);
    assert_eq!(waiter.wait().code(), Some(9));
    assert_eq!(web.wait().code(), Some(9));
}

#[test]
fn wait_says_when_nsrun_was_killed() {
    let world = World::new();
    for option in ["--survive", "--no-new-privs"] {
        detached(&world, &["--name", "job", option], &["sleep", "1000"]);
        let supervisor = inspect(&world, "job")["supervisor"].to_string();
        let waiter = world.nsrun(["wait", "job"]).spawn();
        let holding = "ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c nsrun-status || :";
        assert!(settle(|| world.sh(holding) == "2\n", SOON));
        world.sh(&format!("kill -KILL {supervisor}"));
        waiter.wait().exits(125).says("its nsrun was killed before the run ended");
        if option == "--survive" {
            let again = world.nsrun(["wait", "job"]).run().exits(125);
            again.says("cannot wait for run \"job\"");
            world.nsrun(["stop", "-t", "0", "job"]).run().ok();
        }
        assert!(settle(|| leases(&world).is_empty(), SOON));
    }
}

#[test]
fn stop_ends_runs_and_leaves_nothing() {
    let world = World::new();
    let before = with_network(&world);
    for name in ["a", "b", "c"] {
        detached(&world, &["--name", name], &["sleep", "1000"]);
    }
    world.nsrun(["stop", "a", "b", "c"]).run().ok();
    world.assert_returns_to(&before, SOON);
    world.nsrun(["stop", "a"]).run().exits(1).says("cannot find run \"a\"");
}

#[test]
fn stop_asks_first_and_kills_after_the_time() {
    let world = World::new();
    let script = "trap 'echo asked' TERM; echo ready; while :; do sleep 0.02; done";
    let stubborn = staying(&world, &["--name", "stubborn"], script);
    let start = Instant::now();
    world.nsrun(["stop", "--time", "1", "stubborn"]).run().ok();
    let taken = start.elapsed();
    assert!((900..6000).contains(&taken.as_millis()), "{taken:?}");
    let output = stubborn.wait();
    assert!(output.stdout.contains("asked"), "{output}");
    assert_eq!(output.code(), Some(137));
    let polite = staying(
        &world,
        &["--name", "polite"],
        "trap 'exit 3' TERM; echo ready; while :; do sleep 0.02; done",
    );
    world.nsrun(["stop", "polite"]).run().ok();
    assert_eq!(polite.wait().code(), Some(3));
}

#[test]
fn stop_touches_none_when_one_is_not_there() {
    let world = World::new();
    let mut web = started(&world, &["--name", "web"]);
    world.nsrun(["stop", "web", "nobody"]).run().exits(1).says("cannot find run \"nobody\"");
    assert!(!settle(|| !web.is_running(), Duration::from_millis(150)));
}

#[test]
fn exec_joins_every_namespace_of_the_run() {
    let world = World::new();
    for options in
        [&[][..], &["--userns"], &["--pid", "host"], &["--cgroup", "private"], &["--ipc", "host"]]
    {
        let running = started(&world, &[options, &["--name", "web"]].concat());
        let pid = pid_of(&world, "web");
        for kind in ["net", "mnt", "pid", "ipc", "uts", "cgroup", "user"] {
            let own = world.sh(&format!("readlink /proc/{pid}/ns/{kind}"));
            for target in ["web", &pid.to_string()] {
                let link = format!("/proc/self/ns/{kind}");
                let joined = world.nsrun(["exec", target, "--", "readlink", &link]).run().ok();
                assert_eq!(joined.stdout, own, "{kind} with {options:?}");
            }
        }
        drop(running);
        assert!(settle(|| leases(&world).is_empty(), SOON));
    }
}

#[test]
fn exec_gives_back_what_the_command_gave() {
    let world = World::new();
    let _web = started(&world, &["--name", "web", "-w", "/usr"]);
    let exec =
        |command: &[&str]| world.nsrun(["exec", "web", "--"]).args(command).stdin("in\n").run();
    exec(&["true"]).exits(0);
    exec(&["sh", "-c", "exit 7"]).exits(7);
    exec(&["sh", "-c", "kill -KILL $$"]).exits(137);
    exec(&["no-such"]).exits(127).says("cannot execute \"no-such\"");
    exec(&["/etc"]).exits(126).says("Permission denied");
    assert_eq!(exec(&["cat"]).ok().stdout, "in\n");
    assert_eq!(exec(&["pwd"]).ok().stdout, "/usr\n");
    assert_eq!(exec(&["hostname"]).ok().stdout, "web\n");
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    let fds = format!("exec 3</dev/null 5</dev/null; {nsrun} exec web ls /proc/self/fd");
    assert_eq!(world.sh(&fds), "0\n1\n2\n3\n");
}

#[test]
fn exec_has_no_more_rights_than_the_run() {
    let world = World::new();
    if !world.is_real_root() {
        skip!("this needs root outside of a user namespace");
    }
    let _web = started(&world, &["--name", "web", "--cap-drop", "chown", "--no-new-privs"]);
    let cmd = world.nsrun(["exec", "web", "--", "cat", "/proc/self/status"]);
    let status = cmd.run().ok().stdout;
    assert!(status.contains("CapBnd:\t00000000a80425fa"), "{status}");
    assert!(status.contains("CapEff:\t00000000a80425fa"), "{status}");
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
}

#[test]
fn signals_sent_to_exec_reach_its_command_and_end_with_it() {
    let world = World::new();
    let _web = started(&world, &["--name", "web"]);
    let script = "trap 'echo got TERM; exit 3' TERM; echo ready; while :; do sleep 0.02; done";
    let mut exec = world.nsrun(["exec", "web", "sh", "-c", script]).spawn();
    assert_eq!(exec.line(SOON), "ready");
    exec.kill(Signal::SIGTERM);
    assert_eq!(exec.line(SOON), "got TERM");
    assert_eq!(exec.wait().code(), Some(3));
    let mut exec = world.nsrun(["exec", "web", "sleep", "876"]).spawn();
    assert!(settle(|| world.succeeds("pgrep -f '^sleep 87[6]'"), SOON));
    exec.kill(Signal::SIGKILL);
    assert!(settle(|| !world.succeeds("pgrep -f '^sleep 87[6]'"), SOON));
}

#[test]
fn a_command_beside_a_run_ends_with_the_run() {
    let world = World::new();
    let web = started(&world, &["--name", "web"]);
    let exec = world.nsrun(["exec", "web", "sleep", "876"]).spawn();
    assert!(settle(|| world.succeeds("pgrep -f '^sleep 87[6]'"), SOON));
    drop(web);
    assert_eq!(exec.wait().code(), Some(137));
    assert!(settle(|| leases(&world).is_empty(), SOON));
}

#[test]
fn exec_into_another_root_directory_finds_its_files() {
    need_tool!("busybox");
    let world = World::new();
    world.sh("mkdir -p /dev/shm/root/bin; cp /bin/busybox /dev/shm/root/bin/sh; echo theirs >/dev/shm/root/file");
    let cmd = world.nsrun(["run", "-d", "--name", "web", "--rootfs", "/dev/shm/root", "--"]);
    cmd.args(["/bin/sh", "sleep", "1000"]).run();
    detached(
        &world,
        &["--name", "box", "--rootfs", "/dev/shm/root"],
        &["/bin/sh", "-c", "read _ </dev/zero"],
    );
    let read =
        world.nsrun(["exec", "box", "--", "sh", "-c", "read x </file; echo $x; pwd"]).run().ok();
    assert_eq!(read.stdout, "theirs\n/\n");
}

#[test]
fn exec_into_a_run_whose_directory_was_removed_starts_in_the_root_directory() {
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    world.sh(&format!(
        "mkdir /run/there; cd /run/there; {nsrun} run --net none -d --name web sleep 60; rmdir ../there"
    ));
    assert_eq!(world.nsrun(["exec", "web", "pwd"]).run().ok().stdout, "/\n");
}

#[test]
fn many_enter_at_once() {
    let world = World::new();
    let _web = started(&world, &["--name", "web"]);
    let outputs =
        at_once(20, |n| world.nsrun(["exec", "web", "echo", &n.to_string()]).run().ok().stdout);
    for (n, output) in outputs.iter().enumerate() {
        assert_eq!(*output, format!("{n}\n"));
    }
}

#[test]
fn a_run_in_the_network_of_another_is_stopped_by_its_number_and_not_the_other() {
    let world = World::new();
    detached(&world, &["--name", "web"], &["sleep", "1000"]);
    let guest = detached(&world, &["--net", "run:web"], &["sleep", "1000"]);
    world.nsrun(["stop", "-t", "0", &guest]).run().ok();
    let listed = world.nsrun(["ps", "--json"]).run().ok().json();
    let names: Vec<_> = listed.as_array().into_iter().flatten().map(|run| &run["name"]).collect();
    assert_eq!(names, ["web"]);
}
