//! The worlds of the other tests do what those rely on.

mod commands;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{World, assert_same, report_skip, settle};

const SOON: Duration = Duration::from_secs(5);

/// Runs `work` and returns the text of its panic.
#[track_caller]
fn panic_of(work: impl FnOnce() + Send) -> String {
    std::thread::scope(|scope| {
        let panic = scope.spawn(work).join().expect_err("it must panic");
        *panic.downcast::<String>().expect("panics have a text")
    })
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

#[test]
fn a_world_hides_the_machines_links() {
    let world = World::new();
    assert_eq!(world.links(), ["up0"]);
    // Only links are directories there; bonding_masters, a file, may come with them.
    assert_eq!(world.sh("cd /sys/class/net && ls -d */"), "lo/\nup0/\n");
}

#[test]
fn what_happens_in_a_world_leaves_the_machine_unchanged() {
    let facts = || {
        let file = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let about = |path: &str| fs::metadata(path).map(|it| (it.dev(), it.ino(), it.mtime_nsec()));
        (
            ["/proc/net/dev", "/proc/net/route"].map(|path| {
                let names = |text: String| -> Vec<String> {
                    let words = text.lines().map(|line| line.split_whitespace().next());
                    words.flatten().map(String::from).collect()
                };
                names(file(path))
            }),
            [
                "/etc/resolv.conf",
                "/etc/hosts",
                "/proc/self/mountinfo",
                "/proc/sys/net/ipv4/ip_forward",
                "/proc/sys/kernel/hostname",
            ]
            .map(file),
            ["/etc", "/run", "/dev/shm", "/run/netns"].map(|path| about(path).ok()),
        )
    };
    let before = facts();
    let world = World::builder().lan().ipv6().shared_mounts().build();
    world.write("/etc/resolv.conf", "nameserver 192.0.2.53\n");
    world.write("/etc/hosts", "192.0.2.1 gateway\n");
    world.sh("rm /etc/passwd; touch /etc/new /dev/shm/new");
    world.sh("echo 1 >/proc/sys/net/ipv4/ip_forward; hostname changed");
    world.sh("ip netns add web; ip link add br0 type bridge; mount -t tmpfs tmpfs /mnt");
    assert_eq!(world.read("/etc/resolv.conf"), "nameserver 192.0.2.53\n");
    assert_eq!(world.links(), ["up0", "lan0", "br0"]);
    assert_eq!(facts(), before);
    drop(world);
    assert_eq!(facts(), before);
}

#[test]
fn a_new_world_has_an_empty_run_and_its_own_etc() {
    let world = World::new();
    assert_eq!(world.sh("ls -A /run"), "");
    assert_eq!(world.read("/etc/resolv.conf"), "nameserver 203.0.113.1\n");
    assert_eq!(world.sh("id -un"), "root\n");
    assert_eq!(world.sh("hostname"), "host\n");
    assert_eq!(world.read("/proc/sys/net/ipv4/ip_forward"), "1\n");
    let plain = World::builder().no_forwarding().build();
    assert_eq!(plain.read("/proc/sys/net/ipv4/ip_forward"), "0\n");
}

#[test]
fn cgroups_are_where_they_were() {
    let list = |root: &str| {
        let entries = fs::read_dir(format!("{root}/sys/fs/cgroup"));
        let names = entries.into_iter().flatten().flatten();
        let mut names: Vec<_> = names.map(|entry| entry.file_name()).collect();
        names.sort();
        names
    };
    let world = World::new();
    let inside = world.sh("ls -A /sys/fs/cgroup | wc -l");
    assert_eq!(inside.trim(), list("").len().to_string());
}

#[test]
fn a_world_is_ready_within_a_second() {
    let start = Instant::now();
    let world = World::builder().lan().build();
    let taken = start.elapsed();
    drop(world);
    assert!(taken < Duration::from_secs(1), "it took {taken:?}");
}

#[test]
fn the_internet_is_reachable_from_the_host() {
    need_tool!("ping");
    let world = World::builder().ipv6().build();
    world.sh("ping -c 1 -W 2 203.0.113.1");
    world.sh("ping -c 1 -W 2 fd00:203::1");
    assert_eq!(world.gateway().as_deref(), Some("198.51.100.2"));
    assert_eq!(
        sorted(world.internet().addresses("lo")),
        ["127.0.0.1/8", "203.0.113.1/32", "::1/128", "fd00:203::1/128"]
    );
}

#[test]
fn the_lan_reaches_the_host_and_has_its_network_only() {
    need_tool!("ping");
    let world = World::builder().lan().ipv6().build();
    world.lan().sh("ping -c 1 -W 2 192.0.2.1");
    world.lan().sh("ping -c 1 -W 2 fd00:192::1");
    assert_eq!(world.lan().links(), ["eth0"]);
    // The host does not forward unless told.
    assert!(!world.lan().succeeds("ping -c 1 -W 0.2 203.0.113.1"));
}

#[test]
fn dropping_a_world_ends_its_daemons() {
    let world = World::new();
    let word = format!("daemon-{}", std::process::id());
    world.sh(&format!("setsid sh -c 'sleep 80; : {word}' >/dev/null 2>&1 </dev/null &"));
    let seen = || {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let lines =
            entries.filter_map(|entry| fs::read_to_string(entry.path().join("cmdline")).ok());
        lines.filter(|line| line.contains(&word)).count()
    };
    assert!(settle(|| seen() > 0, SOON));
    drop(world);
    assert!(settle(|| seen() == 0, SOON));
}

#[test]
fn a_process_lends_its_network() {
    let world = World::new();
    let running = world.cmd(["unshare", "--net", "sh", "-c", "echo in; exec sleep 81"]).spawn();
    assert_eq!(running.line(SOON), "in");
    let inside = world.net_of(running.pid());
    assert!(inside.links().is_empty());
    inside.sh("ip link add d0 type bridge; ip address add 10.1.1.1/24 dev d0");
    assert_eq!(inside.addresses("d0"), ["10.1.1.1/24"]);
    assert_eq!(world.link("d0"), None);
}

#[test]
fn links_are_found_by_either_name() {
    let world = World::new();
    world.sh("ip link add br0 type bridge; ip link add v0 type veth peer name v1; ip link set v0 master br0");
    world.sh("ip link property add dev v0 altname run:web");
    let found = world.link("run:web").expect("it has that altname");
    assert_eq!(found["ifname"], "v0");
    assert_eq!(found["linkinfo"]["info_kind"], "veth");
    assert_eq!(world.ports("br0"), ["v0"]);
    assert_eq!(world.json("true"), json!([]));
}

#[test]
fn a_quiet_world_stays_the_same() {
    let world = World::builder().lan().ipv6().build();
    let before = world.snapshot();
    world.sh("ip link add br0 type bridge; ip link set br0 up; ip link del br0");
    world.sh("mkdir /run/nsrun; rmdir /run/nsrun; ip netns add x; ip netns del x");
    world.sh("umount /run/netns; rmdir /run/netns");
    std::thread::sleep(Duration::from_millis(1500));
    assert_same(&before, &world.snapshot());
}

#[test]
fn a_snapshot_notices_a_new_link() {
    let world = World::new();
    let before = world.snapshot();
    world.sh("ip link add br0 type bridge");
    let after = world.snapshot();
    let text = panic_of(|| assert_same(&before, &after));
    assert!(text.contains("\n+ link br0 {"), "{text}");
    assert!(!text.contains("up0"), "{text}");
}

#[test]
fn a_snapshot_notices_each_kind_of_leftover() {
    let world = World::new();
    let before = world.snapshot();
    let mut missed = Vec::new();
    for (leave, undo, section) in [
        ("ip link set up0 mtu 1400", "ip link set up0 mtu 1500", "~ link up0.mtu: 1500 -> 1400"),
        ("ip link set up0 alias x", "ip link set up0 alias ''", "+ link up0.ifalias"),
        ("ip address add 10.9.9.9/32 dev up0", "ip address del 10.9.9.9/32 dev up0", "address up0"),
        (
            "ip route add 10.8.0.0/16 dev up0",
            "ip route del 10.8.0.0/16 dev up0",
            "+ route 10.8.0.0/16",
        ),
        (
            "ip -6 route add fd01::/64 dev up0",
            "ip -6 route del fd01::/64 dev up0",
            "+ route6 fd01::/64",
        ),
        ("ip rule add pref 9 table 9", "ip rule del pref 9", "+ rule 9"),
        ("mkdir /run/nsrun", "rmdir /run/nsrun", "+ file /run/nsrun"),
        ("mount -t tmpfs left /mnt", "umount /mnt", "+ mount "),
        (
            "echo 0 >/proc/sys/net/ipv4/ip_forward",
            "echo 1 >/proc/sys/net/ipv4/ip_forward",
            "sysctl ipv4/ip_forward",
        ),
        ("sleep 82 >/dev/null 2>&1 &", "pkill -f 'sleep 8[2]'", "+ process "),
        (
            "unshare -n sleep 83 >/dev/null 2>&1 & sleep 0.1",
            "pkill -f 'sleep 8[3]'",
            "+ net namespace ",
        ),
        ("nft add table inet left", "nft delete table inet left", "+ nft "),
    ] {
        if leave.starts_with("nft") && !crate::world::has_tool("nft") {
            report_skip("a_snapshot_notices_each_kind_of_leftover", "nft is not installed");
            continue;
        }
        world.sh(leave);
        let after = world.snapshot();
        let text =
            if before == after { String::new() } else { panic_of(|| assert_same(&before, &after)) };
        if !text.contains(section) {
            missed.push(format!("{leave}: no {section:?} in {text:?}"));
        }
        world.sh(undo);
        world.assert_returns_to(&before, SOON);
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn orphans_are_reaped() {
    let world = World::new();
    let before = world.snapshot();
    world.sh("(sh -c 'exit 0' & exec sleep 0.1) >/dev/null 2>&1 &");
    world.assert_returns_to(&before, SOON);
}

#[test]
#[ignore = "run by a_skip_is_printed_and_counted"]
fn a_test_that_needs_what_nobody_has() {
    need_tool!("no-such-tool");
    panic!("it went on");
}

#[test]
fn a_skip_is_printed_and_counted() {
    let name = "world_selftest::a_test_that_needs_what_nobody_has";
    let line = format!("skipped: no-such-tool is not installed ({name})\n");
    let counted = std::env::temp_dir().join(format!("skips-{}", std::process::id()));
    let run = |strict: &str| {
        let mut test = Command::new(std::env::current_exe().expect("a test has a path"));
        test.args(["--ignored", "--exact", name]);
        test.env_remove("CI").env("NSRUN_STRICT", strict).env("NSRUN_SKIPS", &counted);
        test.output().expect("a test can run again")
    };
    let skipped = run("");
    let list = fs::read_to_string(&counted).expect("the skip is in the file");
    fs::remove_file(&counted).expect("the file is ours");
    assert!(skipped.status.success());
    assert!(String::from_utf8_lossy(&skipped.stderr).contains(&line));
    assert_eq!(list, line);
    assert!(!run("1").status.success(), "nothing may be missing in strict mode");
}
