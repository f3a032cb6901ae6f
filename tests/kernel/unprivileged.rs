//! Without root: what works, and what is said about the rest.

use crate::runs::{SOON, started, with_network};
use crate::world::{Cmd, Output, World};

/// The program under test, run by an ordinary user of the host.
fn as_user(world: &World, args: &[&str]) -> Cmd {
    let user = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"];
    world.cmd(user).arg(env!("CARGO_BIN_EXE_nsrun")).args(args)
}

/// A world with a second user; `None`, counted, where there is none.
macro_rules! world_with_user {
    () => {{
        need_tool!("setpriv");
        let world = World::new();
        if !world.is_real_root() {
            skip!("this needs a second user");
        }
        world
    }};
}

#[test]
fn a_run_without_network_needs_no_root() {
    let world = world_with_user!();
    let before = world.snapshot();
    let script = "id -u; id -g; ls /sys/class/net | grep -v bonding; cat /proc/self/uid_map; echo $$; ip link add x0 type bridge && echo made";
    let output = as_user(&world, &["run", "--net", "none", "--", "sh", "-c", script]).run().ok();
    let words: Vec<&str> = output.stdout.split_whitespace().collect();
    assert_eq!(words, ["0", "0", "lo", "0", "1000", "1", "2", "made"], "{output}");
    assert_eq!(output.stderr, "");
    for (script, code) in [("exit 7", 7), ("kill -TERM $$", 143)] {
        as_user(&world, &["run", "--net", "none", "sh", "-c", script]).run().exits(code);
    }
    let files = as_user(&world, &["run", "--net", "none", "cat", "/etc/shadow"]).run();
    assert_eq!(files.code(), Some(1), "{files}");
    world.assert_returns_to(&before, SOON);
}

#[track_caller]
fn names_the_capability(output: Output) {
    let output = output.exits(125);
    assert!(
        output.stderr.contains("CAP_NET_ADMIN") || output.stderr.contains("CAP_SYS_ADMIN"),
        "{output}"
    );
    assert!(output.stderr.contains("run as root, or use --net none"), "{output}");
}

#[test]
fn a_network_needs_root_and_the_error_says_so() {
    let world = world_with_user!();
    let before = world.snapshot();
    names_the_capability(as_user(&world, &["run", "true"]).run());
    names_the_capability(as_user(&world, &["run", "--userns", "true"]).run());
    names_the_capability(as_user(&world, &["run", "-d", "true"]).run());
    world.assert_returns_to(&before, SOON);
    let before = with_network(&world);
    names_the_capability(as_user(&world, &["run", "true"]).run());
    names_the_capability(as_user(&world, &["run", "--userns", "true"]).run());
    world.assert_returns_to(&before, SOON);
}

#[test]
fn what_an_ordinary_user_cannot_do_is_said_with_what_would_help() {
    let world = world_with_user!();
    world.nsrun(["network", "create", "--subnet", "10.80.0.0/24", "web"]).run().ok();
    for args in [&["network", "create", "own"][..], &["network", "rm", "web"]] {
        let output = as_user(&world, args).run().exits(1).says("run as root");
        assert!(!output.stderr.contains("--net none"), "{output}");
    }
    let listed = as_user(&world, &["ps"]).run().ok();
    listed.says("runs without a network are not shown: XDG_RUNTIME_DIR is not set");
    assert_eq!(world.nsrun(["ps"]).run().ok().stderr, "");
}

#[test]
fn ids_of_others_are_not_given_away() {
    let world = world_with_user!();
    let maps = ["run", "--net", "none", "--userns", "--uidmap", "0:0:1", "true"];
    as_user(&world, &maps).run().exits(125).says("ids outside must be your own");
}

#[test]
fn runs_of_root_can_be_seen_but_not_touched() {
    let world = world_with_user!();
    let mut web = started(&world, &["--name", "web", "--ip", "10.192.0.9"]);
    let list = as_user(&world, &["ps"]).run().ok().stdout;
    assert!(list.contains("web") && list.contains("10.192.0.9"), "{list}");
    let run = as_user(&world, &["inspect", "--json", "web"]).run().ok().json();
    assert_eq!(run["name"], "web");
    let stop = as_user(&world, &["stop", "web"]).run().exits(1).says("cannot stop run \"web\"");
    stop.says("rights of the user who launched it");
    as_user(&world, &["exec", "web", "true"]).run().exits(125).says("cannot ");
    as_user(&world, &["wait", "web"]).run().exits(125).says("belongs to another user");
    assert!(web.is_running());
}

#[test]
fn a_set_uid_program_refuses_to_run() {
    let world = world_with_user!();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    world.sh(&format!("cp {nsrun} /run/nsrun-suid; chmod 4755 /run/nsrun-suid"));
    let user = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"];
    for args in [&["run", "id"][..], &["ps"], &["--help"]] {
        let output = world.cmd(user).arg("/run/nsrun-suid").args(args).run().exits(2);
        output.says("cannot be run set-uid");
    }
}

#[test]
fn networks_ports_and_rules_need_root_and_the_error_says_so() {
    let world = world_with_user!();
    world.nsrun(["run", "-d", "--name", "a", "-p", "90:90", "sleep", "1000"]).run().ok();
    let before = world.snapshot();
    for command in [
        &["network", "create", "web"][..],
        &["publish", "a", "80:80"],
        &["publish", "a", "8080:80"],
        &["unpublish", "a", "90:90"],
        &["firewall", "show"],
        &["firewall", "reload"],
        &["gc"],
    ] {
        let output = as_user(&world, command).run().exits(1);
        assert!(
            output.stderr.ends_with("hint: this needs CAP_NET_ADMIN: run as root\n"),
            "{output}"
        );
        // Nothing that is not true is said before.
        assert!(output.stderr.starts_with("nsrun: cannot "), "{output}");
    }
    assert_eq!(as_user(&world, &["port", "a"]).run().ok().stdout, "90:90/tcp\n");
    world.assert_returns_to(&before, SOON);
}
