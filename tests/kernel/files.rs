//! Files and mounts: resolv.conf and hosts, /proc and /sys, other root directories, binds.

use std::fs;

use crate::runs::{SOON, staying};
use crate::world::{World, settle};

/// What resolv.conf inside says, and what nsrun says about it.
fn resolv_conf(world: &World, options: &[&str]) -> (String, String) {
    let output =
        world.nsrun(["run"]).args(options).args(["--", "cat", "/etc/resolv.conf"]).run().ok();
    (output.stdout, output.stderr)
}

/// Programs inside ask the host's servers themselves.
const DIRECT: &[&str] = &["--dns", "none"];
const STUB: &str = "# by systemd-resolved\nnameserver 127.0.0.53\noptions edns0\nsearch lan\n";
const UPSTREAM: &str = "/run/systemd/resolve/resolv.conf";

#[test]
fn a_usable_resolv_conf_is_the_hosts() {
    let world = World::new();
    assert_eq!(resolv_conf(&world, DIRECT), ("nameserver 203.0.113.1\n".into(), String::new()));
    assert_eq!(resolv_conf(&world, &[]), ("nameserver 127.0.0.11\n".into(), String::new()));
}

#[test]
fn a_stub_resolver_is_replaced_by_the_servers_behind_it() {
    let world = World::new();
    world.write("/etc/resolv.conf", STUB);
    world.sh("mkdir -p /run/systemd/resolve");
    world.write(UPSTREAM, "nameserver 203.0.113.1\nsearch lan\n");
    assert_eq!(
        resolv_conf(&world, DIRECT),
        ("nameserver 203.0.113.1\nsearch lan\n".into(), String::new())
    );
    assert_eq!(world.read("/etc/resolv.conf"), STUB);
}

#[test]
fn a_stub_resolver_alone_is_warned_about() {
    let world = World::new();
    world.write("/etc/resolv.conf", STUB);
    let (text, warning) = resolv_conf(&world, DIRECT);
    assert_eq!(text, STUB);
    assert!(warning.contains("warning: /etc/resolv.conf names no server"), "{warning}");
    let (text, warning) = resolv_conf(&world, &["--dns", "203.0.113.1"]);
    assert_eq!(text, "options edns0\nsearch lan\nnameserver 127.0.0.11\n");
    assert_eq!(warning, "");
    // nsrun asks from the host, where the stub can be reached.
    assert_eq!(resolv_conf(&world, &[]), (text, String::new()));
}

#[test]
fn a_symlinked_resolv_conf_does_not_lead_to_the_hosts_file() {
    for shared in [false, true] {
        let world = match shared {
            true => World::builder().shared_mounts().build(),
            false => World::new(),
        };
        world.sh("mkdir -p /run/systemd/resolve; rm /etc/resolv.conf; \
                  ln -s ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf");
        world.write("/run/systemd/resolve/stub-resolv.conf", STUB);
        world.write(UPSTREAM, "nameserver 203.0.113.1\n");
        let mounts = world.read("/proc/self/mountinfo");
        let script = "cat /etc/resolv.conf; echo nameserver 192.0.2.1 >/etc/resolv.conf; cat \
                      /etc/resolv.conf; echo ready; exec sleep 1000";
        let cmd = world.nsrun(["run"]).args(DIRECT).args(["--", "sh", "-c", script]);
        let running = cmd.spawn();
        assert_eq!(running.line(SOON), "nameserver 203.0.113.1");
        assert_eq!(running.line(SOON), "nameserver 192.0.2.1");
        assert_eq!(running.line(SOON), "ready");
        assert_eq!(world.read("/etc/resolv.conf"), STUB);
        assert_eq!(world.read("/run/systemd/resolve/stub-resolv.conf"), STUB);
        assert_eq!(world.read("/proc/self/mountinfo"), mounts, "shared: {shared}");
    }
}

#[test]
fn a_dangling_resolv_conf_is_no_reason_to_fail() {
    let world = World::new();
    world.sh("rm /etc/resolv.conf; ln -s /run/nowhere/resolv.conf /etc/resolv.conf");
    world.nsrun(["run", "true"]).run().ok().says("warning");
    let run = world.nsrun(["run", "--dns", "203.0.113.1", "true"]).run().ok();
    run.says("/etc/resolv.conf");
    assert!(!world.succeeds("test -e /run/nowhere"));
}

#[test]
fn mounts_made_inside_are_not_seen_outside() {
    let world = World::builder().shared_mounts().build();
    let before = world.read("/proc/self/mountinfo");
    let options =
        ["--name", "web", "--tmpfs", "/mnt", "--bind", "/etc:/srv", "--cap-add", "sys_admin"];
    let running = staying(&world, &options, "mount -t tmpfs x /tmp; echo ready; exec sleep 1000");
    assert_eq!(world.read("/proc/self/mountinfo"), before);
    // Those made outside later are seen inside.
    world.sh("mkdir /dev/shm/late; mount -t tmpfs late /dev/shm/late; touch /dev/shm/late/file");
    world.nsrun(["exec", "web", "--", "test", "-e", "/dev/shm/late/file"]).run().ok();
    drop(running);
}

#[test]
fn binds_and_empty_file_systems_are_shown() {
    let world = World::new();
    world.sh("mkdir -p /dev/shm/src/sub; echo text >/dev/shm/src/file; mount -t tmpfs x /dev/shm/src/sub; touch /dev/shm/src/sub/deep");
    let script = "cat /mnt/file; ls /mnt/sub; touch /mnt/new && echo written; \
                  touch /srv/new 2>/dev/null || echo read-only; \
                  touch /srv/sub/new 2>/dev/null || echo read-only below; \
                  ls -A /opt; touch /opt/x && echo empty; cat /etc/hostname";
    let output = world
        .nsrun(["run", "--bind", "/dev/shm/src:/mnt", "--bind", "/dev/shm/src:/srv:ro"])
        .args(["--tmpfs", "/opt", "--bind", "/dev/shm/src/file:/etc/hostname:ro"])
        .args(["--", "sh", "-c", script])
        .run()
        .ok();
    let expected = "text\ndeep\nwritten\nread-only\nread-only below\nempty\ntext\n";
    assert_eq!(output.stdout, expected, "{output}");
    assert!(world.succeeds("test -e /dev/shm/src/new && test ! -e /opt/x"));
}

/// A root directory with one static program.
fn rootfs(world: &World) -> &'static str {
    world.sh("mkdir -p /dev/shm/root/bin; cp /bin/busybox /dev/shm/root/bin/; \
              for name in sh cat ls ip id touch test echo readlink mount stty sleep grep; do \
              ln -s busybox /dev/shm/root/bin/$name; done");
    "/dev/shm/root"
}

#[test]
fn another_root_directory_has_all_a_program_expects() {
    need_tool!("busybox");
    let world = World::new();
    let root = rootfs(&world);
    let script = "ls /; cat /etc/resolv.conf; ls /dev; echo x >/dev/null; ls -l /proc/self/fd | grep -c dev; \
                  ls /sys/class/net; ip -4 address show eth0 | grep -c 10.192; pwd; echo $$; \
                  test -e /old && echo old; cat /proc/mounts | grep -c ' / '";
    let output = world.nsrun(["run", "--rootfs", root, "--", "/bin/sh", "-c", script]).run().ok();
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert_eq!(lines[..5], ["bin", "dev", "etc", "proc", "sys"], "{output}");
    assert_eq!(lines[5], "nameserver 127.0.0.11");
    let devices = "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero";
    assert_eq!(lines[6..19].join(" "), devices, "{output}");
    assert_eq!(lines[20..], ["eth0", "lo", "1", "/", "2", "1"], "{output}");
    // No root of the host is left to get to.
    let up = "ls /proc/1/root/ >/dev/null; ls /..";
    let seen = world.nsrun(["run", "--rootfs", root, "--", "/bin/sh", "-c", up]).run().ok();
    assert_eq!(seen.stdout, "bin\ndev\netc\nproc\nsys\n");
}

#[test]
fn another_root_directory_works_with_every_kind_of_isolation() {
    need_tool!("busybox");
    let world = World::new();
    let root = rootfs(&world);
    for options in [&["--userns"][..], &["--pid", "host"], &["--net", "none"], &["--name", "web"]] {
        let cmd = world.nsrun(["run", "--rootfs", root]).args(options);
        let output =
            cmd.args(["--", "sh", "-c", "id -u; ls /sys/class/net | grep -c ."]).run().ok();
        let links = if options[0] == "--net" { "1" } else { "2" };
        assert_eq!(output.stdout, format!("0\n{links}\n"), "{output}");
    }
    world.nsrun(["run", "--rootfs", root, "bash"]).run().exits(127);
    world
        .nsrun(["run", "--rootfs", "/", "true"])
        .run()
        .exits(125)
        .says("root directory of this host");
}

#[test]
fn a_hostile_root_directory_cannot_reach_the_hosts_files() {
    need_tool!("busybox");
    let world = World::new();
    world.sh("mkdir -p /dev/shm/victim/etc; echo precious >/dev/shm/victim/etc/hosts");
    for trick in [
        "ln -s /etc /dev/shm/root/etc",
        "ln -s /dev/shm/victim/etc /dev/shm/root/etc",
        "ln -s ../../../../../../dev/shm/victim/etc /dev/shm/root/etc",
        "mkdir /dev/shm/root/etc; ln -s /dev/shm/victim/etc/hosts /dev/shm/root/etc/hosts; \
         ln -s /dev/shm/victim/new /dev/shm/root/etc/resolv.conf",
        "mkdir /dev/shm/root/etc; ln -s ../../../../../dev/shm/victim/new /dev/shm/root/etc/hosts",
        "ln -s /dev/shm/victim /dev/shm/root/proc; ln -s /dev/shm/victim /dev/shm/root/sys",
        "ln -s /dev/shm/victim /dev/shm/root/dev",
        "ln -s ../../../../../../dev/shm/victim /dev/shm/root/mnt",
        "mkdir /dev/shm/root/proc; ln -s /proc/1/root/dev/shm/victim /dev/shm/root/mnt",
    ] {
        world.sh("rm -rf /dev/shm/root");
        rootfs(&world);
        world.sh(trick);
        let victims = "cd /dev/shm/victim; find . | sort; cat etc/hosts /etc/hosts /etc/resolv.conf; \
                       ls -l /etc | md5sum; cat /proc/self/mountinfo";
        let before = world.sh(victims);
        for pid in ["private", "host"] {
            let script =
                "echo spoilt >/etc/hosts; echo spoilt >/etc/resolv.conf; touch /mnt/empty/x";
            let output = world
                .nsrun(["run", "--pid", pid, "--rootfs", "/dev/shm/root", "--name", "web"])
                .args(["--dns", "192.0.2.1", "--add-host", "a:192.0.2.1", "--tmpfs", "/mnt/empty"])
                .args(["--bind", "/usr/share:/mnt/bound", "--", "sh", "-c", script])
                .run();
            // Whether it works is the root directory's affair, but not a crash.
            assert!(matches!(output.code(), Some(0 | 1 | 125 | 127)), "{trick}: {output}");
            assert_eq!(world.sh(victims), before, "{trick} with --pid {pid}");
        }
    }
}

#[test]
fn a_terminal_can_be_opened_in_another_root_directory() {
    need_tool!("busybox");
    let world = World::new();
    let root = rootfs(&world);
    let cmd = world.nsrun([
        "run",
        "--rootfs",
        root,
        "--",
        "sh",
        "-c",
        "stty size </dev/tty; echo to-tty >/dev/tty",
    ]);
    let mut pty = cmd.pty();
    pty.expect("24 80", SOON);
    pty.expect("to-tty", SOON);
    assert_eq!(pty.wait(), crate::world::Exit::Code(0));
}

#[test]
fn what_cannot_be_bound_is_named() {
    let world = World::new();
    let run = |bind: &str| world.nsrun(["run", "--bind", bind, "true"]).run();
    run("/etc").exits(2).says("has not two paths");
    run("/etc:srv").exits(2).says("no absolute path inside");
    run("/etc:/srv:wo").exits(2).says("a mode other than");
    run("/etc:/../srv").exits(2).says("no absolute path inside");
    run("/no/such:/srv").exits(125).says("cannot show \"/no/such\" inside: No such file");
    run("/etc:/no/such").exits(125).says("cannot show \"/etc\" at \"/no/such\"");
    run("/etc/hosts:/srv")
        .exits(125)
        .says("cannot show \"/etc/hosts\" at \"/srv\": Is a directory");
}

#[test]
fn every_run_cleans_up_after_itself_in_memory() {
    let world = World::new();
    let shmem = || {
        let text = fs::read_to_string("/proc/mounts").expect("there are mounts");
        text.lines().count()
    };
    let before = shmem();
    for _ in 0..5 {
        world.nsrun(["run", "--name", "web", "--dns", "192.0.2.1", "true"]).run().ok();
    }
    assert_eq!(shmem(), before);
    assert!(settle(|| world.sh("ls -A /run").is_empty(), SOON));
}

#[test]
fn a_hostile_root_directory_cannot_hold_up_or_mislead_the_look_for_a_user() {
    need_tool!("busybox");
    let world = World::new();
    let root = rootfs(&world);
    let run = ["run", "--net", "none", "--rootfs", root, "-u", "root", "--", "/bin/id", "-u"];
    // The host's file, by a link that means another inside.
    world.sh(&format!("mkdir -p {root}/etc; ln -sf /etc/passwd {root}/etc/passwd"));
    world.nsrun(run).run().exits(125).says("does not list it");
    world.sh(&format!("rm {root}/etc/passwd; mkfifo {root}/etc/passwd"));
    world.nsrun(run).run().exits(125).says("does not list it");
    world.sh(&format!("rm {root}/etc/passwd; echo root:x:0:0::/:/bin/sh > {root}/etc/passwd"));
    assert_eq!(world.nsrun(run).run().ok().stdout, "0\n");
}

#[test]
fn the_umask_of_the_caller_is_that_of_cmd_and_not_of_what_is_made_for_it() {
    need_tool!("busybox");
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    world.sh("mkdir /run/root; cp $(command -v busybox) /run/root/");
    let stat = "stat -c %a /etc/resolv.conf /etc/hosts";
    for umask in ["0077", "0000"] {
        let run = format!("umask {umask}; {nsrun} run --hostname web");
        let plain = world.sh(&format!("{run} sh -c 'umask; {stat}'"));
        assert_eq!(plain, format!("{umask}\n644\n644\n"));
        let made = "/busybox stat -c %a /etc /proc /dev /dev/pts /dev/shm /mnt/deep /mnt /file";
        let rootfs =
            format!("{run} --rootfs /run/root --bind /usr:/mnt/deep/usr --bind {nsrun}:/file");
        let inside = world.sh(&format!("{rootfs} /busybox sh -c 'umask; /busybox {stat}; {made}'"));
        let expected = "644\n644\n755\n555\n755\n755\n1777\n755\n755\n755\n";
        assert_eq!(inside, format!("{umask}\n{expected}"));
        world.sh("cd /run/root; rm -r etc mnt file");
        world.sh(&format!("umask {umask}; {nsrun} netns add blue"));
        assert_eq!(world.sh("stat -c %a /run/netns"), "755\n");
        world.sh("ip netns delete blue; umount /run/netns; rmdir /run/netns");
    }
    if !world.is_real_root() {
        skip!("this needs a second user");
    }
    let user = format!("umask 077; {nsrun} run -u 1000:1000 cat /etc/resolv.conf");
    assert_eq!(world.sh(&user), "nameserver 127.0.0.11\n");
}
