//! Somebody's filter of system calls around nsrun, as containers and service managers have them.

use std::time::Duration;

use nix::errno::Errno;

use crate::calls;
use crate::kernel::runs::{detached, with_network};
use crate::report::Report;
use crate::world::{World, report_skip, settle};

/// Calls that such filters refuse, and others that old kernels lack.
const CALLS: &[&str] = &[
    "bpf",
    "capset",
    "clone",
    "clone3",
    "close_range",
    "flock",
    "getrandom",
    "inotify_init1",
    "memfd_create",
    "mkdir",
    "mount",
    "mount_setattr",
    "move_mount",
    "open_tree",
    "openat2",
    "pidfd_open",
    "pidfd_send_signal",
    "pivot_root",
    "prctl",
    "prlimit64",
    "ptrace",
    "rseq",
    "seccomp",
    "sethostname",
    "setgroups",
    "setns",
    "setsid",
    "signalfd4",
    "socketpair",
    "statx",
    "umount2",
    "unshare",
];

/// Has the kernel refuse call $1 with errno $2 to the rest of its words and all they launch: a
/// filter of four instructions (load the number, compare, refuse, allow) by prctl(2).
const FILTER: &str = r#"
my ($call, $errno) = (shift, shift);
my $filter = join "", map { pack "SCCL", @$_ }
    [0x20, 0, 0, 0], [0x15, 0, 1, $call], [6, 0, 0, 0x50000 | $errno], [6, 0, 0, 0x7fff0000];
my $program = pack "Sx6P", 4, $filter;
syscall(157, 22, 2, $program, 0, 0) == 0 or exit 99;
exec { $ARGV[0] } @ARGV;
"#;

const COMMANDS: &[&[&str]] =
    &[&["run", "--name", "web", "--tmpfs", "/mnt", "true"], &["exec", "here", "true"]];

/// Refuses each call with each errno to each command; how many.
pub(crate) fn refusals(report: &mut Report) -> usize {
    let mut tried = 0;
    for &args in COMMANDS {
        for errno in [Errno::EPERM, Errno::ENOSYS] {
            let world = World::new();
            with_network(&world);
            detached(&world, &["--name", "here"], &["sleep", "1000"]);
            std::thread::sleep(Duration::from_millis(300));
            let before = world.snapshot();
            let (mut refused, mut done, mut left) = (Vec::new(), 0, Vec::new());
            for &call in CALLS {
                let number = calls::number(call).expect("a call of the table").to_string();
                let filter = ["perl", "-e", FILTER, &number, &(errno as i32).to_string()];
                let output = world.cmd(filter).arg(env!("CARGO_BIN_EXE_nsrun")).args(args).run();
                let what = format!("{} with {call} refused ({errno:?})", args[0]);
                match output.code() {
                    Some(0) => done += 1,
                    Some(99) => {
                        report_skip("chaos::seccomp", "the kernel takes no filter");
                        return tried;
                    }
                    _ if output.stderr.contains("nsrun: cannot ") => refused.push(call),
                    _ => report.fail(format!("{what}: it does not say what failed: {output}")),
                }
                tried += 1;
                let same = || {
                    left = before.differences(&world.snapshot());
                    left.is_empty()
                };
                if !settle(same, Duration::from_secs(8)) {
                    report.fail(format!("{what}: left:\n{}\n{output}", left.join("\n")));
                    break;
                }
            }
            let does = format!("does without {done}; cannot without {}", refused.join(", "));
            let what = format!("{} system calls in turn ({errno:?}), {}", CALLS.len(), args[0]);
            report.row(&[what, does, left.len().to_string()]);
        }
    }
    tried
}
