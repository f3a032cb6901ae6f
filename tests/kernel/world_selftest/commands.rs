//! Commands, with pipes and on terminals, do what the other tests rely on.

use std::fs;
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::sys::signal::Signal;

use super::{SOON, panic_of};
use crate::world::{Exit, World, at_once, settle};

#[test]
fn a_command_gets_what_it_was_given() {
    let world = World::new();
    let script = "pwd; echo $WORD; cat; echo err >&2; exit 7";
    let cmd = world.cmd(["sh", "-c", script]).env("WORD", "a b");
    let output = cmd.dir("/usr").stdin("in\n").run().exits(7).says("err");
    assert_eq!(output.stdout, "/usr\na b\nin\n");
    let names = world.sh("env | cut -d= -f1 | sort | xargs");
    assert_eq!(names, "HOME LANG PATH PWD TERM\n");
}

#[test]
fn the_harness_passes_no_descriptor_of_its_own() {
    let world = World::new();
    let _pty = world.cmd(["sleep", "85"]).pty();
    let _running = world.cmd(["sleep", "86"]).stdin_open().spawn();
    // Those that this process was itself given stay open, in it and inside.
    let given = |fd: &str| {
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{fd}")).unwrap_or_default();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok());
        flags.is_some_and(|flags| flags & OFlag::O_CLOEXEC.bits().cast_unsigned() == 0)
    };
    let inside = world.sh("ls /proc/$$/fd");
    let extra: Vec<_> = inside.lines().filter(|fd| !given(fd)).collect();
    assert!(extra.is_empty(), "{extra:?}");
}

#[test]
fn a_signal_is_told_from_an_exit_code() {
    let world = World::new();
    let output = world.cmd(["sh", "-c", "kill -TERM $$"]).run();
    assert_eq!(output.exit, Exit::Signal(Signal::SIGTERM as i32));
    assert_eq!(output.code(), None);
}

#[test]
fn a_timeout_kills_and_reports() {
    let world = World::new();
    let text = panic_of(|| {
        let slow = world.cmd(["sh", "-c", "echo begun; exec sleep 77"]);
        slow.timeout(Duration::from_millis(300)).run();
    });
    assert!(text.contains("timed out, killed"), "{text}");
    assert!(text.contains("begun"), "{text}");
    assert!(settle(|| !world.succeeds("pgrep -f 'sleep 7[7]'"), SOON));
}

#[test]
fn output_held_open_by_a_leftover_is_reported() {
    let world = World::new();
    let text = panic_of(|| {
        let daemon = world.cmd(["sh", "-c", "sleep 78 & echo done"]);
        daemon.timeout(Duration::from_millis(300)).run();
    });
    assert!(text.contains("another process holds its output"), "{text}");
    assert!(text.contains("done"), "{text}");
}

#[test]
fn a_running_command_is_read_written_and_signalled() {
    let world = World::new();
    let script =
        "trap 'echo got TERM; exit 3' TERM; echo $$; while read -r it; do echo \"<$it>\"; done";
    let mut running = world.cmd(["sh", "-c", script]).stdin_open().spawn();
    assert_eq!(running.line(SOON), running.pid().to_string());
    running.send(b"one\ntwo\n");
    assert_eq!([running.line(SOON), running.line(SOON)], ["<one>", "<two>"]);
    assert!(running.is_running());
    running.kill(Signal::SIGTERM);
    assert_eq!(running.line(SOON), "got TERM");
    assert_eq!(running.wait().code(), Some(3));
}

#[test]
fn a_stopped_command_can_go_on() {
    let world = World::new();
    let mut running = world.cmd(["sh", "-c", "echo ready; read -r _; exit 4"]).stdin_open().spawn();
    running.line(SOON);
    running.kill(Signal::SIGSTOP);
    let state = format!("cut -d' ' -f3 /proc/{}/stat", running.pid());
    assert!(settle(|| world.sh(&state) == "T\n", SOON));
    running.kill(Signal::SIGCONT);
    running.close_stdin();
    assert_eq!(running.wait().code(), Some(4));
}

#[test]
fn dropping_a_running_command_kills_it() {
    let world = World::new();
    let before = world.snapshot();
    let running = world.cmd(["sleep", "79"]).spawn();
    let pid = running.pid();
    assert!(world.succeeds(&format!("kill -0 {pid}")));
    drop(running);
    world.assert_returns_to(&before, SOON);
}

#[test]
fn ctrl_c_on_a_terminal_reaches_the_foreground_once() {
    let world = World::new();
    let script = "trap 'echo interrupted; exit 5' INT; tty; stty size; echo ready; while :; do sleep 0.05; done";
    let mut pty = world.cmd(["sh", "-c", script]).pty();
    let screen = pty.expect("ready", SOON);
    assert!(screen.contains("/dev/pts/") && screen.contains("24 80"), "{screen}");
    pty.send(b"\x03");
    pty.expect("interrupted", SOON);
    assert_eq!(pty.wait(), Exit::Code(5));
    assert_eq!(pty.text().matches("interrupted").count(), 1);
}

#[test]
fn a_shell_on_a_terminal_has_job_control() {
    need_tool!("bash");
    let world = World::new();
    let mut pty = world.cmd(["bash", "--norc", "-i"]).env("PS1", "$ ").pty();
    pty.expect("$ ", SOON);
    pty.send(b"sleep 84\n");
    let asleep = || world.succeeds("pgrep -f '^sleep 8[4]'");
    assert!(settle(asleep, SOON));
    pty.send(b"\x1a");
    pty.expect("Stopped", SOON);
    pty.resize(40, 132);
    pty.send(b"kill %1; stty size; exit 6\n");
    pty.expect("40 132", SOON);
    assert_eq!(pty.wait(), Exit::Code(6));
}

#[test]
fn at_once_returns_in_order_and_passes_a_panic_on() {
    assert_eq!(at_once(8, |number| number * 2), [0, 2, 4, 6, 8, 10, 12, 14]);
    let text = panic_of(|| {
        at_once(3, |number| assert!(number != 1, "number {number} fails"));
    });
    assert_eq!(text, "number 1 fails");
}

#[test]
fn many_commands_run_at_once() {
    let world = World::new();
    let before = world.snapshot();
    let pids = at_once(30, |_| world.sh("echo $$"));
    let distinct: std::collections::BTreeSet<_> = pids.iter().collect();
    assert_eq!(distinct.len(), 30);
    world.assert_returns_to(&before, SOON);
}
