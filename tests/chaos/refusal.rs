//! A kernel that has no more of something, or lacks it: nsrun says what, and leaves nothing.

use std::time::Duration;

use crate::kernel::runs::with_network;
use crate::report::Report;
use crate::seccomp;
use crate::world::{World, report_skip, settle};

/// What is scarce; how it is made so, around `$@`, a run; what the error must say, nothing when
/// the run must succeed; and what gives it back.
struct Scarce {
    what: &'static str,
    around: &'static str,
    says: &'static str,
    after: &'static str,
}

const RUN: &[&str] = &["run", "--name", "web", "--", "true"];

/// Runs the rest of `$@` with as much memory as its first word says.
const WITH_MEMORY: &str = "cd /sys/fs/cgroup/memory 2>/dev/null || cd /sys/fs/cgroup
    limit=$1; shift; mkdir $CGROUP; cd $CGROUP
    echo $limit >memory.limit_in_bytes || echo $limit >memory.max || exit 99
    (echo 0 >cgroup.procs; exec \"$@\")";
const WITHOUT_MEMORY: &str =
    "sleep 0.2; rmdir /sys/fs/cgroup/memory/$CGROUP || rmdir /sys/fs/cgroup/$CGROUP";

const SCARCE: &[Scarce] = &[
    Scarce {
        what: "file descriptors (RLIMIT_NOFILE 4)",
        around: "ulimit -n 4; exec \"$@\"",
        says: "cannot",
        after: "",
    },
    Scarce {
        what: "file descriptors (RLIMIT_NOFILE 8)",
        around: "ulimit -n 8; exec \"$@\"",
        says: "",
        after: "",
    },
    Scarce {
        what: "network namespaces (user.max_net_namespaces)",
        around: "unshare -U -r --propagation unchanged -m -n sh -ec '
            echo 0 >/proc/sys/user/max_net_namespaces; exec \"$@\"' sh \"$@\"",
        says: "max_net_namespaces",
        after: "",
    },
    Scarce {
        what: "addresses (subnet full)",
        around: "$1 network create --subnet 10.81.0.0/30 tiny >/dev/null
            $1 run -d --net tiny --name last -- sleep 100 >/dev/null
            $1 run --net tiny -- true",
        says: "are in use",
        after: "$1 stop --time 0 last; $1 network rm tiny",
    },
    Scarce {
        what: "ports of a bridge (1023)",
        around: "{ for i in $(seq 1100); do
              echo link add f$i master nsrun0 type veth peer name g$i; done; } | ip -batch - -force >/dev/null 2>&1 || :
            exec \"$@\"",
        says: "takes 1023 ports",
        // The world ends with them.
        after: "",
    },
    Scarce {
        what: "processes (cgroup pids.max)",
        around: "cd /sys/fs/cgroup/pids 2>/dev/null || cd /sys/fs/cgroup
            mkdir $CGROUP; cd $CGROUP; echo 1 >pids.max || exit 99
            (echo 0 >cgroup.procs; exec \"$@\")",
        says: "limit of processes",
        after: "sleep 0.2; rmdir /sys/fs/cgroup/pids/$CGROUP || rmdir /sys/fs/cgroup/$CGROUP",
    },
    Scarce {
        what: "memory (cgroup of 200 KB)",
        around: "set -- 200K \"$@\"; eval \"$WITH_MEMORY\"",
        says: "",
        after: WITHOUT_MEMORY,
    },
    Scarce {
        what: "memory (cgroup of 600 KB)",
        around: "set -- 600K \"$@\"; eval \"$WITH_MEMORY\"",
        says: "",
        after: WITHOUT_MEMORY,
    },
    Scarce {
        what: "memory (cgroup of 1 MB)",
        around: "set -- 1M \"$@\"; eval \"$WITH_MEMORY\"",
        says: "",
        after: WITHOUT_MEMORY,
    },
    Scarce {
        what: "memory (cgroup of 2 MB)",
        around: "set -- 2M \"$@\"; eval \"$WITH_MEMORY\"",
        says: "",
        after: WITHOUT_MEMORY,
    },
    Scarce {
        what: "memory (RLIMIT_AS 3 MB)",
        around: "ulimit -v 3000; exec \"$@\"",
        says: "",
        after: "",
    },
    Scarce {
        what: "IPv6 (disable_ipv6)",
        around: "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; exec \"$@\"",
        says: "",
        after: "echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6",
    },
    Scarce {
        what: "a writable /proc (read-only)",
        around: "exec unshare -m sh -ec 'mount -o remount,ro,bind /proc; exec \"$@\"' sh \"$@\"",
        says: "",
        after: "",
    },
    Scarce {
        what: "a writable /run (read-only), first network",
        around: "exec unshare -m sh -ec '
            mount -t tmpfs -o ro none /run; $1 network create other; $1 run --net other -- true' sh $1",
        says: "",
        after: "$1 network rm other",
    },
    Scarce {
        what: "a /run (none), first network",
        around: "exec unshare -m sh -ec '
            cd /dev/shm; mkdir root; mount --bind root root; for it in /*; do
                if [ -L $it ]; then cp -a $it root$it; continue; fi
                if [ ! -d $it ] || [ $it = /run ]; then continue; fi
                mkdir root$it; mount --rbind $it root$it; done
            test ! -e root/run;
            chroot root $1 network create other; chroot root $1 run --net other -- true' sh $1",
        says: "",
        after: "$1 network rm other; rm -d /dev/shm/root/* /dev/shm/root",
    },
    Scarce {
        what: "a /proc (not mounted)",
        around: "exec unshare -m sh -ec 'while umount -l /proc 2>/dev/null; do :; done; test ! -e /proc/self; exec \"$@\"' sh \"$@\"",
        says: "",
        after: "",
    },
    Scarce {
        what: "/sys (not mounted)",
        around: "exec unshare -m sh -ec 'while umount -lR /sys 2>/dev/null; do :; done; test ! -e /sys/class; exec \"$@\"' sh \"$@\"",
        says: "",
        after: "",
    },
];

/// Whether a line is about a link that was made to fill the bridge.
fn is_port(line: &str) -> bool {
    let name = |word: &str| {
        word.trim_start_matches("ipv4/conf/")
            .trim_start_matches("ipv6/conf/")
            .trim_start_matches(['f', 'g'])
            .starts_with(|c: char| c.is_ascii_digit())
            && word.contains(['f', 'g'])
    };
    let mut words = line.split_whitespace().skip(2);
    words.any(name)
}

pub(crate) fn refusals(report: &mut Report) {
    report.table("A kernel that refuses", &["without", "what nsrun does", "left"]);
    let cgroup = format!("chaos.{}", std::process::id());
    for scarce in SCARCE {
        let world = World::new();
        let before = with_network(&world);
        let nsrun = env!("CARGO_BIN_EXE_nsrun");
        let shell = |script| {
            let cmd = world.cmd(["sh", "-c", script, "sh", nsrun]).env("CGROUP", &cgroup);
            cmd.env("WITH_MEMORY", WITH_MEMORY).timeout(Duration::from_secs(60))
        };
        let output = shell(scarce.around).args(RUN).run();
        let does = match output.code() {
            Some(0) => "does without".to_owned(),
            Some(99) => {
                shell(scarce.after).run();
                report_skip("chaos::refusal", &format!("{} cannot be made scarce", scarce.what));
                continue;
            }
            _ => {
                let error = output.stderr.lines().find(|line| line.starts_with("nsrun: cannot"));
                error.unwrap_or("ends").trim_start_matches("nsrun: ").replace('|', "\\|")
            }
        };
        let refused = output.code() != Some(0);
        if refused == scarce.says.is_empty() && !scarce.what.starts_with("memory") {
            report.fail(format!("without {}: {output}", scarce.what));
        }
        if refused && !output.stderr.contains(scarce.says) {
            report.fail(format!(
                "without {}: it does not say {:?}: {output}",
                scarce.what, scarce.says
            ));
        }
        shell(scarce.after).run();
        let mut left = Vec::new();
        let same = || {
            left = before.differences(&world.snapshot());
            left.retain(|line| !line.contains("nsrun0") && !is_port(line));
            left.is_empty()
        };
        settle(same, Duration::from_secs(8));
        if !left.is_empty() {
            report.fail(format!("without {}: left:\n{}\n{output}", scarce.what, left.join("\n")));
        }
        report.row(&[scarce.what.into(), does, left.len().to_string()]);
    }
    let calls = seccomp::refusals(report);
    report.extent(format!("{} shortages, {calls} system calls refused in turn", SCARCE.len()));
}
