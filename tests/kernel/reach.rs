//! What reaches the host, as nsrun warns: tried by whom it warns about.

use crate::confined::in_rootfs;
use crate::runs::{SOON, with_network};
use crate::world::{World, settle};

#[test]
fn a_command_with_sys_ptrace_reaches_what_the_warning_says() {
    need_tool!("busybox");
    let world = World::new();
    if !world.is_real_root() {
        skip!("this needs root outside of a user namespace");
    }
    let open = "(: </proc/1/mem) 2>/dev/null && echo reached";
    let plain = |options: &[&str]| {
        let run = world.nsrun(["run", "--net", "none"]).args(options);
        run.args(["--", "sh", "-c", open]).run()
    };
    let elsewhere = |options: &[&str]| in_rootfs(&world, options, open);
    let traces = ["--cap-add", "sys_ptrace"];
    for [held, free] in [[plain(&[]), plain(&traces)], [elsewhere(&[]), elsewhere(&traces)]] {
        assert_eq!((held.stdout.as_str(), held.stderr.as_str()), ("", ""), "{held}");
        assert_eq!(free.stdout, "reached\n", "{free}");
        free.says("nsrun: warning: sys_ptrace without --userns reaches this host");
    }
    // nsrun's memory is not of the user namespace.
    let held = plain(&["--userns", "--cap-add", "sys_ptrace"]);
    assert_eq!((held.stdout.as_str(), held.stderr.as_str()), ("", ""), "{held}");
}

#[test]
fn a_command_with_the_hosts_process_ids_reaches_what_the_warning_says() {
    need_tool!("busybox");
    need_tool!("setpriv");
    let world = World::new();
    if !world.is_real_root() {
        skip!("this needs a second user");
    }
    if world.sh("cat /proc/sys/kernel/yama/ptrace_scope 2>/dev/null || echo 0").trim() != "0" {
        skip!("here only parents trace (kernel.yama.ptrace_scope)");
    }
    let user = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"];
    let asleep = world.cmd(user).args(["sleep", "871"]).spawn();
    let pid = || world.sh("pgrep -f '^sleep 871' || :").trim().to_owned();
    assert!(settle(|| !pid().is_empty(), SOON));
    let trace = format!("(: </proc/{0}/mem) && echo traced; (: </proc/$PPID/mem); kill {0}", pid());
    let seen = in_rootfs(&world, &["--pid", "host", "--user", "1000:1000"], &trace);
    assert_eq!(seen.stdout, "traced\n", "{seen}");
    seen.says("with --pid host, CMD sees processes of the host, and can signal them and trace");
    assert!(settle(|| pid().is_empty(), SOON));
    drop(asleep);
}

#[test]
fn a_command_with_net_admin_reaches_what_the_warning_says_and_fools_nobody() {
    let world = World::new();
    with_network(&world);
    // A forged description, on a link that root inside may change: its own.
    let forge = "ip link set eth0 down; ip link set eth0 name ns0.abc; \
                 ip link set ns0.abc alias 'nsrun/1 pid=1 supervisor=1 started=1'; \
                 ip link property add dev ns0.abc altname run:forged 2>/dev/null; echo done; sleep 1";
    let cmd = world.nsrun(["run", "-d", "--name", "bad", "--cap-add", "net_admin"]);
    cmd.args(["--", "sh", "-c", forge]).run().ok().says("reaches this host");
    settle(|| false, std::time::Duration::from_millis(500));
    let ps = world.nsrun(["ps", "--json"]).run().ok().json();
    let names: Vec<_> =
        ps.as_array().expect("a list").iter().map(|run| run["name"].clone()).collect();
    assert_eq!(names, ["bad"]);
    world.nsrun(["inspect", "forged"]).run().exits(1);
    world.nsrun(["stop", "--time", "0", "bad"]).run().ok();
}
