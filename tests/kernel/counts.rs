//! What a run costs in system calls and messages, and what looking at one does: constants.

use crate::runs::{detached, with_network};
use crate::world::World;

/// From main() to the execution of CMD, in all processes, and in nsrun itself to its end; see
/// [`counts`].
const SYSTEM_CALLS: usize = 102;
/// Sends to the kernel's netlink of a run on a network that is there: look for the bridge, claim,
/// publish, whether the firewall is as it should be; inside: loopback, the way to the responder, who
/// tells of links, links.
const NETLINK_SENDS: usize = 8;
/// The same of the first run: another look under the lock, three lists to choose a subnet, the
/// bridge, what it needs before it is up, and all else that belongs to it; of the firewall, what
/// there is, one transaction, and the chain of iptables.
const NETLINK_SENDS_FIRST: usize = NETLINK_SENDS + 13;

/// What strace saw of all processes of a run, CMD's own calls left out.
fn calls(world: &World, options: &[&str]) -> Vec<String> {
    let strace = ["strace", "-f", "-qq", "-s", "64", "-o", "/dev/shm/trace"];
    let nsrun = [env!("CARGO_BIN_EXE_nsrun"), "run"];
    world.cmd(strace).args(nsrun).args(options).arg("/bin/true").run().ok();
    let mut calls = Vec::new();
    let mut begun = false;
    let mut executed = Vec::new();
    for line in world.read("/dev/shm/trace").lines() {
        let Some((pid, call)) = line.split_once(char::is_whitespace) else { continue };
        let call = call.trim_start();
        // The first call that main() makes: whether the standard streams are open.
        begun |= call.starts_with("poll(");
        let is_result =
            call.starts_with("<... ") || call.starts_with("+++") || call.starts_with("---");
        if begun && !is_result && !executed.iter().any(|it| it == pid) {
            calls.push(call.to_owned());
        }
        let execve = call.starts_with("execve(") || call.starts_with("<... execve resumed>");
        if begun && execve && call.ends_with(" = 0") {
            executed.push(pid.to_owned());
        }
    }
    calls
}

/// Leaves out what depends on the allocator, on the machine's mounts, on the number of capabilities
/// the kernel has, on what the caller ignores, or on the build: memory, reads of the table of
/// mounts, moving each mount below /sys and /proc, checks of debug builds.
fn counts(call: &&String) -> bool {
    const VARYING: [&str; 12] = [
        "rt_sigaction(",
        "prctl(PR_CAPBSET_DROP",
        "brk(",
        "mmap(",
        "munmap(",
        "mremap(",
        "madvise(",
        "mprotect(",
        "read(",
        "close(",
        "open_tree(",
        "move_mount(",
    ];
    !VARYING.iter().any(|it| call.starts_with(it)) && !call.contains(", F_GETFD")
}

fn netlink_sends(calls: &[String]) -> usize {
    calls.iter().filter(|call| call.starts_with("sendto(") && call.contains("nlmsg_len=")).count()
}

#[test]
fn a_run_makes_a_constant_number_of_system_calls_and_sends() {
    need_tool!("strace");
    let world = World::new();
    let first = calls(&world, &["--net", "bridge"]);
    assert_eq!(netlink_sends(&first), NETLINK_SENDS_FIRST, "{}", first.join("\n"));
    with_network(&world);
    for _ in 0..3 {
        let calls = calls(&world, &["--net", "bridge"]);
        assert_eq!(netlink_sends(&calls), NETLINK_SENDS, "{}", calls.join("\n"));
        let counted: Vec<&str> = calls.iter().filter(counts).map(String::as_str).collect();
        assert_eq!(counted.len(), SYSTEM_CALLS, "{}", counted.join("\n"));
    }
    // Nothing of others is listed for that, however much there is.
    world.sh("nft 'table ip filter { chain FORWARD { type filter hook forward priority 0; }; }
         table inet mine { set many { type ipv4_addr; elements = { 192.0.2.7, 192.0.2.8 }; }
         chain strict { type filter hook forward priority 5; policy drop; ip saddr @many accept; }; }'");
    let beside = calls(&world, &["--net", "bridge"]);
    assert_eq!(netlink_sends(&beside), NETLINK_SENDS, "{}", beside.join("\n"));
    world.sh("nft delete table inet mine");
    let named = calls(&world, &["--name", "web"]);
    assert_eq!(netlink_sends(&named), NETLINK_SENDS, "a name costs no send of its own");
    let none = calls(&world, &["--net", "none"]);
    assert_eq!(netlink_sends(&none), 1, "{}", none.join("\n"));
}

#[test]
fn nothing_but_cmd_is_executed() {
    need_tool!("strace");
    let world = World::new();
    let calls = calls(&world, &["--name", "web", "--dns", "192.0.2.1"]);
    let executions: Vec<&String> =
        calls.iter().filter(|call| call.starts_with("execve(")).collect();
    assert!(executions.iter().all(|call| call.contains("/true\"")), "{executions:?}");
}

/// The messages to the kernel's netlink of a command that only looks.
fn asked(world: &World, args: &[&str]) -> Vec<String> {
    let strace = ["strace", "-qq", "-e", "trace=sendto", "-o", "/dev/shm/trace"];
    world.cmd(strace).arg(env!("CARGO_BIN_EXE_nsrun")).args(args).run().ok();
    let trace = world.read("/dev/shm/trace");
    trace.split("{nlmsg_len=").skip(1).map(String::from).collect()
}

#[test]
fn each_run_costs_those_who_look_the_same_however_many_there_are() {
    need_tool!("strace");
    let world = World::new();
    let mut whole = Vec::new();
    for count in 1..=5 {
        detached(&world, &["--name", &format!("r{count}")], &["sleep", "1000"]);
        // The links of the host; of each run, where its process is, its links and its addresses.
        let lines = asked(&world, &["ps"]);
        assert_eq!(lines.len(), 1 + 3 * count, "{lines:#?}");
        let listed = asked(&world, &["ps", "--json"]);
        assert_eq!(listed.len(), 1 + 3 * count, "{listed:#?}");
        // A dump with a mask makes the kernel go through the links of the host, whatever it lists.
        let is_inside = |sent: &&String| sent.contains("=RTM_GETLINK") && sent.contains("_NETNSID");
        let inside: Vec<&String> = listed.iter().filter(is_inside).collect();
        assert_eq!(inside.len(), count, "{listed:#?}");
        assert!(inside.iter().all(|sent| !sent.contains("IFLA_EXT_MASK")), "{inside:#?}");
        whole.push(asked(&world, &["inspect", "r1"]).len());
    }
    assert!(whole.iter().all(|count| *count == whole[0] && *count > 1), "{whole:?}");
}
