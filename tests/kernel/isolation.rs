//! What CMD may do, and what it sees of the host.

use crate::runs::{SOON, started, staying};
use crate::world::{World, settle};

/// Namespaces of a process as `/proc/PID/ns` names them.
fn namespace(world: &World, pid: &str, kind: &str) -> String {
    world.sh(&format!("readlink /proc/{pid}/ns/{kind}"))
}

#[test]
fn every_namespace_is_its_own_unless_told_otherwise() {
    let world = World::new();
    let own = |kind: &str| namespace(&world, "self", kind);
    let inside = |options: &[&str], kind: &str| {
        let link = format!("/proc/self/ns/{kind}");
        world
            .nsrun(["run", "--net", "none"])
            .args(options)
            .args(["--", "readlink", &link])
            .run()
            .ok()
            .stdout
    };
    for kind in ["net", "mnt", "pid", "ipc", "uts"] {
        assert_ne!(inside(&[], kind), own(kind), "{kind}");
    }
    assert_eq!(inside(&[], "cgroup"), own("cgroup"));
    assert_ne!(inside(&["--cgroup", "private"], "cgroup"), own("cgroup"));
    for kind in ["pid", "ipc", "uts"] {
        assert_eq!(inside(&[&format!("--{kind}"), "host"], kind), own(kind), "--{kind} host");
    }
    if world.is_real_root() {
        assert_eq!(inside(&[], "user"), own("user"));
    }
    assert_ne!(inside(&["--userns"], "user"), own("user"));
}

#[test]
fn processes_of_the_host_are_not_seen() {
    let world = World::new();
    let list = world.nsrun(["run", "ps", "-e", "-o", "pid=,comm="]).run().ok().stdout;
    let list: Vec<&str> = list.split_whitespace().collect();
    assert_eq!(list, ["1", "nsrun", "2", "ps"]);
}

#[test]
fn the_host_name_is_changed_inside_only() {
    let world = World::new();
    let name = |options: &[&str]| {
        world
            .nsrun(["run", "--net", "none"])
            .args(options)
            .args(["--", "hostname"])
            .run()
            .ok()
            .stdout
    };
    assert_eq!(name(&[]), "host\n");
    assert_eq!(name(&["--name", "web"]), "web\n");
    assert_eq!(name(&["--hostname", "db.example"]), "db.example\n");
    assert_eq!(name(&["--uts", "host", "--name", "web"]), "host\n");
    assert_eq!(world.sh("hostname"), "host\n");
    let refused = world.nsrun(["run", "--uts", "host", "--hostname", "x", "true"]).run();
    refused.exits(2).says("--hostname would change the host's own name");
}

#[test]
fn message_queues_and_shared_memory_are_apart() {
    need_tool!("ipcmk");
    let world = World::new();
    world.sh("ipcmk -Q >/dev/null");
    let count = |options: &[&str]| {
        let script = "ipcs -q | grep -c 0x || :";
        world
            .nsrun(["run", "--net", "none"])
            .args(options)
            .args(["--", "sh", "-c", script])
            .run()
            .ok()
            .stdout
    };
    assert_eq!(count(&[]), "0\n");
    assert_eq!(count(&["--ipc", "host"]), "1\n");
}

/// The capability sets of CMD as numbers: permitted, effective, bounding.
fn capabilities(world: &World, options: &[&str]) -> [u64; 3] {
    let cmd = world.nsrun(["run", "--net", "none"]).args(options).args([
        "--",
        "cat",
        "/proc/self/status",
    ]);
    let status = cmd.run().ok().stdout;
    ["CapPrm:\t", "CapEff:\t", "CapBnd:\t"].map(|key| {
        let value = status.lines().find_map(|line| line.strip_prefix(key)).expect(key);
        u64::from_str_radix(value, 16).expect(key)
    })
}

/// audit_write, chown, dac_override, fowner, fsetid, kill, mknod, net_bind_service, net_raw,
/// setfcap, setgid, setpcap, setuid, sys_chroot.
const DEFAULT: u64 = 0xa804_25fb;

#[test]
fn root_inside_keeps_the_stated_capabilities() {
    let world = World::new();
    if !world.is_real_root() {
        skip!("this needs root outside of a user namespace");
    }
    let time = 1 << 25;
    assert_eq!(capabilities(&world, &[]), [DEFAULT; 3]);
    assert_eq!(capabilities(&world, &["--cap-add", "sys_time"]), [DEFAULT | time; 3]);
    assert_eq!(capabilities(&world, &["--cap-add", "CAP_SYS_TIME"]), [DEFAULT | time; 3]);
    assert_eq!(capabilities(&world, &["--cap-drop", "chown"]), [DEFAULT & !1; 3]);
    assert_eq!(capabilities(&world, &["--cap-drop", "all"]), [0; 3]);
    assert_eq!(capabilities(&world, &["--cap-drop", "all", "--cap-add", "kill"]), [1 << 5; 3]);
    assert_eq!(capabilities(&world, &["--cap-add", "all", "--cap-drop", "kill"])[2] & (1 << 5), 0);
    assert_eq!(capabilities(&world, &["--user", "1000"]), [0, 0, DEFAULT]);
    world.nsrun(["run", "--cap-add", "fly", "true"]).run().exits(2).says("no capability \"fly\"");
}

#[test]
fn the_host_links_cannot_be_reached_from_inside() {
    let world = World::new();
    let run = |options: &[&str]| {
        let script = "ip link add x0 type bridge";
        world.nsrun(["run"]).args(options).args(["--", "sh", "-c", script]).run()
    };
    assert_ne!(run(&[]).code(), Some(0));
    let allowed = run(&["--cap-add", "net_admin"]).ok();
    assert!(
        allowed.stderr.contains("warning: net_admin without --userns reaches this host"),
        "{allowed}"
    );
    assert_ne!(run(&["--userns"]).code(), Some(0));
    let harmless = run(&["--userns", "--cap-add", "net_admin"]).ok();
    assert_eq!(harmless.stderr, "");
    let moved =
        "ip link add x0 type bridge && ip link set x0 netns 1 2>&1; ip link show x0 >/dev/null";
    let options = ["run", "--userns", "--cap-add", "net_admin", "--"];
    world.nsrun(options).args(["sh", "-c", moved]).run().ok();
    assert_eq!(world.link("x0"), None);
}

#[test]
fn no_new_privileges_is_set_when_asked_for() {
    let world = World::new();
    let value = |options: &[&str]| {
        let cmd = world.nsrun(["run", "--net", "none"]).args(options);
        cmd.args(["--", "grep", "NoNewPrivs", "/proc/self/status"]).run().ok().stdout
    };
    assert_eq!(value(&[]), "NoNewPrivs:\t0\n");
    assert_eq!(value(&["--no-new-privs"]), "NoNewPrivs:\t1\n");
    assert_eq!(value(&["--no-new-privs", "--pid", "host"]), "NoNewPrivs:\t1\n");
}

#[test]
fn users_and_groups_are_those_asked_for() {
    let world = World::new();
    if !world.is_real_root() {
        skip!("this needs a second user");
    }
    world.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:100::/home/ann:/bin/sh\n");
    world.write("/etc/group", "root:x:0:\nusers:x:100:\nwheel:x:10:ann\n");
    let id = |user: &str| {
        let script = "id -u; id -g; id -G; echo $HOME";
        world
            .nsrun(["run", "--net", "none", "-u", user, "--", "sh", "-c", script])
            .run()
            .ok()
            .stdout
    };
    assert_eq!(id("ann"), "1000\n100\n100 10\n/home/ann\n");
    assert_eq!(id("1000:44"), "1000\n44\n44\n/home/ann\n");
    assert_eq!(id("55:wheel"), "55\n10\n10\n/root\n");
    let home = ["run", "--net", "none", "-u", "ann", "-e", "HOME=/srv", "--", "sh", "-c"];
    assert_eq!(world.nsrun(home).arg("echo $HOME").run().ok().stdout, "/srv\n");
    let files =
        world.nsrun(["run", "--net", "none", "-u", "1000", "--", "cat", "/etc/shadow"]).run();
    assert_eq!(files.code(), Some(1), "{files}");
}

#[test]
fn an_ordinary_user_can_ping_and_bind_low_ports() {
    need_tool!("ping");
    need_tool!("python3");
    let world = World::new();
    if !world.is_real_root() {
        skip!("this needs a second user");
    }
    let run = |command: &[&str]| {
        world.nsrun(["run", "--user", "1000", "--no-new-privs", "--"]).args(command).run()
    };
    run(&["ping", "-c", "1", "-W", "2", "10.192.0.1"]).ok();
    let bind = "import socket; socket.create_server(('0.0.0.0', 80)); print('bound')";
    assert_eq!(run(&["python3", "-c", bind]).ok().stdout, "bound\n");
}

#[test]
fn a_user_namespace_makes_root_inside_the_caller() {
    let world = World::new();
    let script = "id -u; cat /proc/self/uid_map /proc/self/gid_map; ip -br address show eth0";
    let output = world.nsrun(["run", "--userns", "--", "sh", "-c", script]).run().ok().stdout;
    let words: Vec<&str> = output.split_whitespace().collect();
    assert_eq!(words[..7], ["0", "0", "0", "1", "0", "0", "1"]);
    assert!(words[9].starts_with("10.192."), "{output}");
    assert_eq!(capabilities(&world, &["--userns"]), [DEFAULT; 3], "the caller is root");
}

#[test]
fn ranges_of_ids_are_mapped() {
    let world = World::new();
    if !world.is_real_root() {
        skip!("only root may map ids that are not its own");
    }
    let maps = ["--userns", "--uidmap", "0:100000:65536", "--gidmap", "0:200000:1000"];
    let script = "cat /proc/self/uid_map /proc/self/gid_map; id -u";
    let run =
        world.nsrun(["run"]).args(maps).args(["--user", "5", "--", "sh", "-c", script]).run().ok();
    let words: Vec<&str> = run.stdout.split_whitespace().collect();
    assert_eq!(words, ["0", "100000", "65536", "0", "200000", "1000", "5"]);
    let full = capabilities(&world, &maps);
    assert!(full.iter().all(|set| set & (1 << 12 | 1 << 21) == 1 << 12 | 1 << 21), "{full:x?}");
    // Root's group is not kept by oversight.
    let script = "cat /proc/self/gid_map";
    let alone = world.nsrun(["run", "--userns", "--uidmap", "0:100000:65536"]);
    let alone = alone.args(["--", "sh", "-c", script]).run().ok();
    assert_eq!(alone.stdout.split_whitespace().collect::<Vec<_>>(), ["0", "100000", "65536"]);
    let with_root = [&maps[..], &["--uidmap", "70000:0:1"]].concat();
    assert_eq!(capabilities(&world, &with_root), [DEFAULT; 3]);
    let _running = staying(&world, &maps, "echo ready; exec sleep 876");
    assert_eq!(world.sh("ps -o uid= $(pgrep -f '^sleep 876')").trim(), "100000");
    let refused = world.nsrun(["run", "--uidmap", "0:1:1", "true"]).run().exits(2);
    refused.says("need --userns");
}

#[test]
fn the_control_groups_are_seen_as_before() {
    let world = World::new();
    let list = "ls -A /sys/fs/cgroup | wc -l; cat /proc/self/cgroup";
    let inside = world.nsrun(["run", "sh", "-c", list]).run().ok().stdout;
    assert_eq!(inside, world.sh(list));
}

#[test]
fn links_in_sys_are_those_of_the_run() {
    let world = World::new();
    let run = |options: &[&str]| {
        world
            .nsrun(["run"])
            .args(options)
            .args(["--", "sh", "-c", "cd /sys/class/net; ls -d */"])
            .run()
            .ok()
            .stdout
    };
    assert_eq!(run(&[]), "eth0/\nlo/\n");
    assert_eq!(run(&["--net", "none"]), "lo/\n");
    assert_eq!(run(&["--pid", "host"]), "eth0/\nlo/\n");
    assert_eq!(run(&["--userns"]), "eth0/\nlo/\n");
}

#[test]
fn nsrun_holds_no_namespace_of_the_run() {
    let world = World::new();
    // To answer names it has sockets inside, and one to be told that a link was deleted, which end
    // with it.
    for (options, sockets) in [(["--net", "none"], "0\n"), (["--dns", "none"], "1\n")] {
        let running = started(&world, &options);
        let held = |what: &str| {
            world.sh(&format!("ls -l /proc/{}/fd | grep -c '{what}:' || :", running.pid()))
        };
        assert_eq!((held("net"), held("socket")), ("0\n".into(), sockets.into()), "{options:?}");
        let init = world.sh(&format!("pgrep -P {}", running.pid()));
        let held = format!("ls /proc/{}/fd", init.trim());
        assert_eq!(world.sh(&held), "0\n1\n2\n");
    }
    assert!(settle(|| true, SOON));
}
