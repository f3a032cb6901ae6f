//! Commands in named namespaces.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::world::{World, settle};

const SOON: Duration = Duration::from_secs(5);

/// A world whose mounts propagate, with the namespace "web" and files for it.
fn world_with_files() -> World {
    let world = World::builder().shared_mounts().build();
    world.sh("ip netns add web; ip -n web link add br7 type bridge; mkdir -p /etc/netns/web/sub");
    world.write("/etc/netns/web/resolv.conf", "nameserver 192.0.2.7\n");
    world.write("/etc/netns/web/hosts", "192.0.2.7 web\n");
    world
}

#[test]
fn files_of_the_name_stand_in_etc_for_the_command_alone() {
    let world = world_with_files();
    let host = world.read("/etc/resolv.conf");
    let mounts = world.read("/proc/self/mountinfo");
    let script = "cat /etc/resolv.conf /etc/hosts; exec sleep 92";
    let inside = world.nsrun(["netns", "exec", "web", "sh", "-c", script]).spawn();
    assert_eq!([inside.line(SOON), inside.line(SOON)], ["nameserver 192.0.2.7", "192.0.2.7 web"]);
    assert_eq!(world.read("/etc/resolv.conf"), host);
    assert_eq!(world.read("/proc/self/mountinfo"), mounts);
    let seen = world.read(&format!("/proc/{}/mountinfo", inside.pid()));
    assert!(seen.contains("/netns/web/resolv.conf /etc/resolv.conf "), "{seen}");
    // As iproute2 does it.
    let theirs = world.sh("ip netns exec web cat /etc/resolv.conf /etc/hosts");
    let ours = world.nsrun(["netns", "exec", "web", "cat", "/etc/resolv.conf", "/etc/hosts"]);
    assert_eq!(ours.run().ok().stdout, theirs);
}

#[test]
fn a_resolv_conf_that_is_a_symbolic_link_is_replaced_too() {
    let world = world_with_files();
    world.sh("mkdir /run/resolve; mv /etc/resolv.conf /run/resolve/stub; \
              ln -s ../run/resolve/stub /etc/resolv.conf");
    let inside = world.nsrun(["netns", "exec", "web", "cat", "/etc/resolv.conf"]).run().ok();
    assert_eq!(inside.stdout, "nameserver 192.0.2.7\n");
    assert_eq!(world.read("/run/resolve/stub"), "nameserver 203.0.113.1\n");
}

#[test]
fn a_file_without_a_counterpart_is_a_warning() {
    let world = world_with_files();
    world.sh("touch /etc/netns/web/unknown; ln -s nowhere /etc/netns/web/hostname");
    let inside = world.nsrun(["netns", "exec", "web", "cat", "/etc/hosts"]).run().ok();
    assert_eq!(inside.stdout, "192.0.2.7 web\n");
    let inside =
        inside.says("\"/etc/netns/web/unknown\" is not shown: there is no /etc/unknown to replace");
    inside.says("\"/etc/netns/web/hostname\" is not shown");
    assert!(!world.succeeds("test -e /etc/unknown"));
}

#[test]
fn sys_shows_the_links_there_and_keeps_what_is_mounted_below() {
    let world = world_with_files();
    let cgroups = world.sh("ls -A /sys/fs/cgroup");
    let inside = world.nsrun(["netns", "exec", "web", "sh", "-c", "cd /sys/class/net; ls -d */"]);
    assert_eq!(inside.run().ok().stdout, "br7/\nlo/\n");
    let inside = world.nsrun(["netns", "exec", "web", "ls", "-A", "/sys/fs/cgroup"]);
    assert_eq!(inside.run().ok().stdout, cgroups);
    assert_eq!(world.sh("cd /sys/class/net; ls -d */"), "lo/\nup0/\n");
}

#[test]
fn the_command_takes_the_place_of_nsrun() {
    let world = World::new();
    world.sh("ip netns add web");
    let script = "echo $$; echo $WORD; cat; exit 42";
    let run = world.nsrun(["netns", "exec", "web", "sh", "-c", script]).env("WORD", "a b");
    let inside = run.stdin("in\n").spawn();
    let pid = inside.pid().to_string();
    let output = inside.wait().exits(42);
    assert_eq!(output.stdout, format!("{pid}\na b\nin\n"));
    let mut inside = world.nsrun(["netns", "exec", "web", "sleep", "93"]).spawn();
    let name = format!("cat /proc/{}/comm", inside.pid());
    assert!(settle(|| world.sh(&name) == "sleep\n", SOON));
    inside.kill(Signal::SIGTERM);
    assert_eq!(inside.wait().exit, crate::world::Exit::Signal(Signal::SIGTERM as i32));
    // A pipe whose reader has gone ends the command as it would elsewhere.
    let piped = "set -o pipefail; \"$0\" netns exec web yes | head -n 1";
    let output = world.cmd(["bash", "-c", piped, env!("CARGO_BIN_EXE_nsrun")]).run();
    assert_eq!((output.stdout.as_str(), output.code()), ("y\n", Some(141)));
}

#[test]
fn the_exit_status_says_what_went_wrong() {
    let world = World::new();
    world.sh("ip netns add web; touch /dev/shm/plain");
    let status = |words: &[&str]| world.nsrun(["netns", "exec"]).args(words).run().code();
    assert_eq!(status(&["web", "false"]), Some(1));
    assert_eq!(status(&["nope", "true"]), Some(125));
    assert_eq!(status(&["web", "/dev/shm/plain"]), Some(126));
    assert_eq!(status(&["web", "/no/such/command"]), Some(127));
    assert_eq!(status(&["web"]), Some(2));
}

#[test]
fn all_launches_in_each_and_tells_of_the_first_failure() {
    let world = World::new();
    assert_eq!(world.nsrun(["netns", "exec", "all", "true"]).run().ok().stdout, "");
    world.sh(
        "for name in b a c; do ip netns add $name; ip -n $name link add l$name type bridge; done",
    );
    world.sh("touch /run/netns/stale");
    let script = "cd /sys/class/net; ls -d l[abc]/; [ -d la ] || exit 3";
    let all = world.nsrun(["netns", "exec", "all", "sh", "-c", script]).run().exits(3);
    assert_eq!(all.stdout, "\nnetns: a\nla/\n\nnetns: b\nlb/\n\nnetns: c\nlc/\n\nnetns: stale\n");
    all.says("cannot enter namespace \"stale\"");
}

#[test]
fn where_the_kernel_refuses_a_fresh_sys_the_command_runs_all_the_same() {
    need_tool!("strace");
    let world = World::new();
    world.sh("ip netns add web");
    // 1: receive only; 2: sysfs.
    let strace = ["strace", "-f", "-o", "/dev/null", "-e", "inject=mount:error=EPERM:when=2"];
    let run = world.cmd(strace).args([env!("CARGO_BIN_EXE_nsrun"), "netns", "exec", "web", "true"]);
    run.run().ok().says("cannot mount a fresh /sys: it shows the host's");
}
