//! What CMD inherits: descriptors, environment, signal state, directory.

use crate::world::World;

#[test]
fn cmd_has_the_standard_descriptors_only() {
    let world = World::new();
    for options in ["", "--net none", "--pid host", "--userns"] {
        // dash keeps none of its own; ls has one more, for the directory it reads.
        let script = format!(
            "exec 3</dev/null 7</dev/null; {} run {options} -- ls /proc/self/fd",
            env!("CARGO_BIN_EXE_nsrun")
        );
        assert_eq!(world.sh(&script), "0\n1\n2\n3\n", "with {options:?}");
    }
}

#[test]
fn descriptors_are_passed_when_asked_for() {
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    world.write("/dev/shm/a", "three\n");
    let output = world.sh(&format!(
        "exec 3</dev/shm/a 4</dev/null 5</dev/null; \
         {nsrun} run --preserve-fds 2 -- sh -c 'cat <&3; ls /proc/self/fd'"
    ));
    assert_eq!(output, "three\n0\n1\n2\n3\n4\n5\n");
    let missing = world.cmd(["sh", "-c", &format!("{nsrun} run --preserve-fds 1 true 3<&-")]).run();
    missing.exits(2).says("cannot pass file descriptor 3: it is not open");
}

#[test]
fn a_pipe_passed_to_cmd_ends_when_cmd_closes_it() {
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    // cat ends although the run goes on: neither nsrun nor its init keeps the pipe.
    let script = format!(
        "mkfifo /dev/shm/p /dev/shm/go; \
         {nsrun} run --preserve-fds 1 -- \
         sh -c 'echo in >&3; exec 3>&-; read _ </dev/shm/go' 3>/dev/shm/p & \
         cat /dev/shm/p; echo end; echo >/dev/shm/go; wait $!"
    );
    assert_eq!(world.sh(&script), "in\nend\n");
}

#[test]
fn the_environment_is_the_callers_with_what_was_added() {
    let world = World::new();
    world.write("/dev/shm/env", "# comment\nA=file\nB=with = and space\n\nKEPT\n");
    let output = world
        .nsrun(["run", "--env-file", "/dev/shm/env", "-e", "A=option", "--env", "E=", "--", "env"])
        .env("KEPT", "caller")
        .env("D", "caller")
        .run()
        .ok();
    let mut lines: Vec<&str> = output.stdout.lines().collect();
    lines.retain(|line| "ABDEK".contains(&line[..1]));
    lines.sort_unstable();
    assert_eq!(lines, ["A=option", "B=with = and space", "D=caller", "E=", "KEPT=caller"]);
}

#[test]
fn cmd_is_looked_up_in_the_path_it_will_have() {
    let world = World::new();
    world.sh("mkdir /dev/shm/bin; printf '#!/bin/sh\\necho mine\\n' >/dev/shm/bin/tool; chmod +x /dev/shm/bin/tool");
    let found =
        world.nsrun(["run", "-e", "PATH=/nonexistent:/dev/shm/bin:/bin", "tool"]).run().ok();
    assert_eq!(found.stdout, "mine\n");
    world.nsrun(["run", "tool"]).run().exits(127);
}

#[test]
fn wrong_variables_are_refused() {
    let world = World::new();
    world.nsrun(["run", "-e", "=x", "true"]).run().exits(2).says("it has no name");
    world.nsrun(["run", "-e", "NOT_SET", "true"]).run().exits(2).says("the caller has none such");
}

/// Signal mask and ignored signals in /proc/PID/status.
fn signals(status: &str) -> Vec<&str> {
    let wanted =
        |line: &&str| ["SigBlk:", "SigIgn:", "SigCgt:"].iter().any(|it| line.starts_with(it));
    status.lines().filter(wanted).collect()
}

#[test]
fn signals_are_reset_before_cmd() {
    let world = World::new();
    for options in ["", "--pid host"] {
        // What a shell traps with nothing, it ignores, and so do its children. 40 is a real-time
        // signal.
        let run = format!("{} run {options} -- cat /proc/self/status", env!("CARGO_BIN_EXE_nsrun"));
        let script = format!("trap '' INT QUIT PIPE TERM USR1 CHLD 40; {run}");
        let output = world.cmd(["bash", "-c", &script]).run().ok();
        let none = ["SigBlk:", "SigIgn:", "SigCgt:"].map(|key| format!("{key}\t{:016}", 0));
        assert_eq!(signals(&output.stdout), none, "with {options:?}");
    }
}

#[test]
fn an_ignored_hangup_stays_ignored() {
    let world = World::new();
    let cmd =
        world.cmd(["nohup", env!("CARGO_BIN_EXE_nsrun"), "run", "--", "cat", "/proc/self/status"]);
    let output = cmd.run().ok();
    assert_eq!(signals(&output.stdout)[1], "SigIgn:\t0000000000000001");
}

#[test]
fn a_caller_that_ignores_its_children_gets_the_status_too() {
    let world = World::new();
    for options in ["", "--pid host"] {
        let run = format!("{} run {options} -- sh -c 'exit 5'", env!("CARGO_BIN_EXE_nsrun"));
        world.cmd(["sh", "-c", &format!("trap '' CHLD; {run}; exit $?")]).run().exits(5);
    }
}

#[test]
fn cmd_starts_where_it_was_told_to() {
    let world = World::new();
    let pwd = |options: &[&str]| {
        let run = world.nsrun(["run"]).args(options).args(["--", "pwd"]);
        run.dir("/usr").run().ok().stdout
    };
    assert_eq!(pwd(&[]), "/usr\n");
    assert_eq!(pwd(&["-w", "/tmp"]), "/tmp\n");
    assert_eq!(pwd(&["-w", "bin"]), "/usr/bin\n");
}

#[test]
fn a_directory_of_the_path_that_cannot_be_searched_hides_no_missing_command() {
    need_tool!("setpriv");
    let world = World::new();
    if !world.is_real_root() {
        skip!("this needs a second user");
    }
    world.sh("mkdir -m 700 /dev/shm/closed; mkdir /dev/shm/open; touch /dev/shm/open/tool");
    let run = |command: &str| {
        let path = "PATH=/dev/shm/closed:/dev/shm/open:/usr/bin:/bin";
        world.nsrun(["run", "--user", "1000", "-e", path, command]).run()
    };
    run("no-such").exits(127).says("cannot execute \"no-such\": No such file or directory");
    run("tool").exits(126).says("cannot execute \"tool\": Permission denied");
    run("true").ok();
}
