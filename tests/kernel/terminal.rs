//! Behaviour on a terminal: the interrupt key, job control, hangup, and who has the foreground.

use nix::sys::signal::Signal;

use crate::runs::{SOON, with_network};
use crate::world::{Exit, Pty, World, settle};

const NSRUN: &str = env!("CARGO_BIN_EXE_nsrun");

/// Says "ready", then what it gets.
const COUNTING: &str = "n=0; trap 'n=$((n+1)); echo \"<$n>\"' INT; echo ready; \
                        while :; do sleep 0.02; done";

/// A shell with job control that prompts like this.
fn shell(world: &World, prompt: &str) -> Pty {
    let pty = world.cmd(["bash", "--norc", "-i"]).env("PS1", prompt).pty();
    pty.expect(prompt, SOON);
    pty
}

/// Ends a shell that has its terminal back, after a command with this status.
fn ends_after(mut shell: Pty, status: i32) {
    shell.expect("$ ", SOON);
    shell.send(b"echo status $?; exit\n");
    shell.expect(&format!("status {status}"), SOON);
    assert_eq!(shell.wait(), Exit::Code(0));
}

#[test]
fn the_interrupt_key_reaches_cmd_exactly_once() {
    let world = World::new();
    for options in [&["--net", "none"][..], &["--net", "none", "--pid", "host"]] {
        let mut pty = world.nsrun(["run"]).args(options).args(["--", "sh", "-c", COUNTING]).pty();
        pty.expect("ready", SOON);
        pty.send(b"\x03");
        pty.expect("<1>", SOON);
        // Long enough for a second one to have come the other way.
        std::thread::sleep(std::time::Duration::from_millis(150));
        pty.send(b"\x03");
        pty.expect("<2>", SOON);
        assert!(!pty.text().contains("<3>"), "{}", pty.text());
        pty.send(b"\x1c");
        assert_eq!(pty.wait(), Exit::Code(131));
    }
}

#[test]
fn a_plain_sleep_dies_of_the_interrupt_key() {
    let world = World::new();
    for options in [&[][..], &["--pid", "host"], &["--userns"]] {
        let mut pty = world.nsrun(["run"]).args(options).args(["--", "sleep", "1000"]).pty();
        assert!(settle(|| world.succeeds("pgrep -f '^sleep 1000'"), SOON));
        pty.send(b"\x03");
        assert_eq!(pty.wait(), Exit::Code(130), "with {options:?}");
    }
}

#[test]
fn a_command_with_a_session_of_its_own_dies_of_the_interrupt_key_too() {
    let world = World::new();
    for options in [&["--net", "none"][..], &["--net", "none", "--pid", "host"]] {
        let mut pty =
            world.nsrun(["run"]).args(options).args(["--", "setsid", "sleep", "1000"]).pty();
        assert!(settle(|| world.succeeds("pgrep -f '^sleep 1000'"), SOON));
        pty.send(b"\x03");
        assert_eq!(pty.wait(), Exit::Code(130), "with {options:?}");
    }
}

#[test]
fn a_hangup_ends_the_run() {
    need_tool!("perl");
    let world = World::new();
    if !world.is_real_root() {
        skip!("taking a terminal away needs root");
    }
    let before = with_network(&world);
    for options in [&[][..], &["--pid", "host"]] {
        let mut pty = world.nsrun(["run"]).args(options).args(["--", "sleep", "1000"]).pty();
        assert!(settle(|| world.succeeds("pgrep -f '^sleep 1000'"), SOON));
        pty.hang_up();
        assert_eq!(pty.wait(), Exit::Code(129));
        world.assert_returns_to(&before, SOON);
    }
}

#[test]
fn cmd_has_the_terminal() {
    let world = World::new();
    let mut pty =
        world.nsrun(["run", "--", "sh", "-c", "tty; stty size; read line; echo \"<$line>\""]).pty();
    let seen = pty.expect("24 80", SOON);
    assert!(seen.contains("/dev/pts/"), "{seen}");
    pty.send(b"hello\n");
    pty.expect("<hello>", SOON);
    assert_eq!(pty.wait(), Exit::Code(0));
}

#[test]
fn job_control_of_the_shell_outside_works() {
    need_tool!("bash");
    let world = World::new();
    let mut pty = shell(&world, "$ ");
    let script = "trap \"echo continued\" CONT; echo rea\"\"dy; while :; do sleep 0.02; done";
    pty.send(format!("{NSRUN} run --net none -- sh -c '{script}'\n").as_bytes());
    pty.expect("ready", SOON);
    pty.send(b"\x1a");
    pty.expect("Stopped", SOON);
    let states = "ps -o stat= --ppid $(pgrep -f '^[^ ]*nsrun run' | head -1) | cut -c1";
    assert!(!world.sh(states).is_empty());
    pty.send(b"echo shell is he\"\"re\n");
    pty.expect("shell is here", SOON);
    pty.send(b"fg\n");
    pty.expect("continued", SOON);
    pty.send(b"\x03");
    ends_after(pty, 130);
}

#[test]
fn a_command_that_suspends_its_group_gives_the_shell_the_terminal() {
    need_tool!("bash");
    let world = World::new();
    world.nsrun(["run", "-d", "--name", "web", "sleep", "1000"]).run().ok();
    for command in ["run", "run --net none", "run --net none --pid host", "exec web"] {
        let mut pty = shell(&world, "$ ");
        let script = "kill -TSTP 0; echo contin\"\"ued; exit 5";
        pty.send(format!("{NSRUN} {command} -- sh -c '{script}'\n").as_bytes());
        pty.expect("Stopped", SOON);
        pty.send(b"fg\n");
        pty.expect("continued", SOON);
        ends_after(pty, 5);
    }
}

#[test]
fn the_suspend_key_stops_nothing_that_nobody_would_continue() {
    let world = World::new();
    world.nsrun(["run", "-d", "--name", "web", "sleep", "1000"]).run().ok();
    for command in ["run", "run --net none", "exec web"] {
        // Leads the session, as below "ssh -t".
        let words = command.split(' ').chain(["--", "sh", "-c", "echo ready; sleep 1; exit 5"]);
        let mut pty = world.nsrun(words).pty();
        pty.expect("ready", SOON);
        pty.send(b"\x1a");
        assert_eq!(pty.wait(), Exit::Code(5), "{command}");
    }
}

#[test]
fn an_interactive_shell_inside_has_job_control_and_gives_the_terminal_back() {
    need_tool!("bash");
    let world = World::new();
    for command in ["run --net none", "exec web"] {
        if command.starts_with("exec") {
            world.nsrun(["run", "-d", "--name", "web", "sleep", "1000"]).run().ok();
        }
        let mut pty = shell(&world, "outer$ ");
        pty.send(format!("{NSRUN} {command} -- env PS1='inner$ ' bash --norc -i\n").as_bytes());
        pty.expect("inner$ ", SOON);
        pty.expect("inner$ ", SOON);
        pty.send(b"sleep 555\n");
        assert!(settle(|| world.succeeds("pgrep -f '^sleep 55[5]'"), SOON));
        pty.send(b"\x1a");
        pty.expect("Stopped", SOON);
        pty.expect("inner$ ", SOON);
        pty.send(b"fg\n");
        pty.expect("sleep 555", SOON);
        let state = "cat /proc/$(pgrep -f '^sleep 55[5]')/stat | cut -d' ' -f3";
        assert!(settle(|| world.sh(state) == "S\n", SOON));
        pty.send(b"\x03");
        pty.expect("inner$ ", SOON);
        pty.send(b"echo inner \"\"ends; exit 6\n");
        pty.expect("inner ends", SOON);
        pty.expect("outer$ ", SOON);
        // Only who has the foreground can read and is interrupted.
        pty.send(b"echo status $?; read x\n");
        pty.expect("status 6", SOON);
        pty.send(b"typed\n");
        pty.send(b"echo \"<$x>\"; exit 0\n");
        pty.expect("<typed>", SOON);
        assert_eq!(pty.wait(), Exit::Code(0), "{command}");
    }
}

#[test]
fn a_suspended_terminal_does_not_stop_a_run_in_the_background() {
    let world = World::new();
    let mut pty = shell(&world, "$ ");
    pty.send(format!("{NSRUN} run --net none -- sh -c 'sleep 0.2; echo do\"\"ne' &\n").as_bytes());
    pty.expect("done", SOON);
    pty.send(b"wait %1; echo status $?; exit\n");
    pty.expect("status 0", SOON);
    pty.kill(Signal::SIGHUP);
    pty.wait();
}
