//! What a user with bad luck gets: one clear message, the right status, nothing half-made.

use crate::runs::{SOON, detached, leases, started, without_network};
use crate::world::{World, at_once, settle};

#[test]
fn a_foreign_link_called_like_the_bridge_is_refused_and_kept() {
    for make in [
        "ip link add nsrun0 type veth peer name x0",
        "ip link add nsrun0 type bridge",
        "ip link add nsrun0 address 02:42:0a:c0:00:01 type bridge",
    ] {
        let world = World::new();
        world.sh(make);
        let before = world.snapshot();
        let output = world.nsrun(["run", "true"]).run().exits(125);
        let output =
            output.says("cannot make network \"bridge\": link \"nsrun0\" exists and is not ours");
        output.says("hint: rename or remove it");
        world.assert_returns_to(&before, SOON);
    }
}

#[test]
fn a_full_subnet_is_said_to_be_full() {
    let world = World::new();
    world.sh(
        "ip link add nsrun0 address 02:1d:0a:63:00:01 type bridge; ip link set nsrun0 up; \
         ip address add 10.99.0.1/29 dev nsrun0; ip link set nsrun0 alias 'nsrun/1 network=bridge'",
    );
    let runs: Vec<_> = (0..5).map(|_| started(&world, &[])).collect();
    let mut taken = leases(&world);
    taken.sort();
    assert_eq!(taken, ["ns0.2", "ns0.3", "ns0.4", "ns0.5", "ns0.6"]);
    let before = world.snapshot();
    let full = world.nsrun(["run", "true"]).run().exits(125);
    full.says("all 5 addresses of 10.99.0.0/29 are in use").says("nsrun ps");
    world.assert_returns_to(&before, SOON);
    drop(runs);
    assert!(settle(|| leases(&world).is_empty(), SOON));
    world.nsrun(["run", "true"]).run().ok();
}

#[test]
fn a_full_bridge_is_said_to_be_full() {
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    assert!(settle(|| leases(&world).is_empty(), SOON));
    let lines: String = (0..1023)
        .map(|n| {
            format!(
                "link add p{n} numtxqueues 1 numrxqueues 1 master nsrun0 type veth peer name q{n}\n"
            )
        })
        .collect();
    world.cmd(["ip", "-batch", "-"]).stdin(lines).run().ok();
    let before = world.sh("ip -o link | wc -l");
    for _ in 0..2 {
        let full = world.nsrun(["run", "true"]).run().exits(125);
        full.says("cannot create veth \"ns0.").says("a Linux bridge takes 1023 ports");
    }
    assert_eq!(world.sh("ip -o link | wc -l"), before);
    world.sh("ip link delete p7");
    world.nsrun(["run", "true"]).run().ok();
}

#[test]
fn links_that_cannot_be_named_so_are_refused() {
    let world = World::new();
    for name in ["lo", "a/b", "", "0123456789abcdef", "a b", "eth%d", ".", ".."] {
        let run = world.nsrun(["run"]).arg(format!("--ifname={name}")).arg("true").run();
        assert_eq!(run.code(), Some(2), "{run}");
        assert!(run.stderr.contains("name"), "{run}");
    }
    assert_eq!(world.link("nsrun0"), None);
}

#[test]
fn messages_have_one_form() {
    let world = World::new();
    started(&world, &["--name", "web"]);
    let failing: &[&[&str]] = &[
        &["run", "--ip", "192.0.2.1", "true"],
        &["run", "--mac", "01:00:00:00:00:00", "true"],
        &["run", "--dns", "x", "true"],
        &["run", "--add-host", "x", "true"],
        &["run", "--sysctl", "kernel.x=1", "true"],
        &["run", "--net", "other", "true"],
        &["run", "--net", "none", "--ip", "10.192.0.9", "true"],
        &["run", "--userns", "--pid", "host", "true"],
        &["run", "--format", "ip", "true"],
        &["run", "--workdir", "/no/such", "true"],
        &["run", "no-such"],
        &["run"],
        &["nothing"],
        &["inspect", "nobody"],
        &["stop", "nobody"],
        &["wait", "nobody"],
        &["exec", "nobody", "true"],
        &["exec", "1", "true"],
        &["stop", "--time", "soon", "nobody"],
    ];
    for args in failing {
        let output = world.nsrun(*args).run();
        assert!(!matches!(output.code(), Some(0 | 101 | 134) | None), "{output}");
        let mut lines = output.stderr.lines();
        let first = lines.next().unwrap_or_default();
        assert!(first.starts_with("nsrun: "), "{output}");
        assert!(!first.ends_with('.') && !first.contains("Error"), "{output}");
        assert!(
            lines.all(|line| line.starts_with("hint: ") || line.starts_with("undo: ")),
            "{output}"
        );
        assert_eq!(output.stdout, "", "{output}");
    }
}

#[test]
fn words_of_any_bytes_do_no_harm() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    let odd = OsStr::from_bytes(b"\xff\xfe\n");
    for option in
        ["--name", "--ip", "--mac", "--hostname", "--user", "--sysctl", "--bind", "--dns", "--net"]
    {
        let run = world.nsrun(["run", option]).arg(odd).arg("true").run();
        assert_eq!(run.code(), Some(2), "{option}: {run}");
    }
    for option in ["--workdir", "--rootfs", "--env-file"] {
        let run = world.nsrun(["run", option]).arg(odd).arg("true").run();
        assert_eq!(run.code(), Some(125), "{option}: {run}");
    }
    let echoed = world.nsrun(["run", "--net", "none", "--", "printf", "%s"]).arg(odd).run().ok();
    assert_eq!(echoed.stdout, String::from_utf8_lossy(odd.as_bytes()));
}

#[test]
fn a_limit_on_open_files_is_no_lack_of_the_kernel() {
    let world = World::new();
    let script = format!("ulimit -n 4; {} firewall show", env!("CARGO_BIN_EXE_nsrun"));
    let output = world.cmd(["sh", "-c", &script]).run().exits(1);
    let output = output.says("Too many open files");
    assert!(!output.stderr.contains("lacks"), "{output}");
}

#[test]
fn an_id_that_a_user_namespace_does_not_have_is_named_as_such() {
    let world = World::new();
    let options = ["run", "--net", "none", "--userns", "--uidmap", "0:100000:10", "-u", "10"];
    let output = world.nsrun(options).arg("true").run().exits(125);
    output.says("cannot become the user asked for").says("see --uidmap");
}

#[test]
fn root_without_the_right_to_make_namespaces_is_not_told_to_become_root() {
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    let words = ["run", "--net", "none", "--", nsrun, "run", "--net", "none", "true"];
    let output = world.nsrun(words).run().exits(125);
    output.says("cannot make namespaces").says("which root lacks here");
}

#[test]
fn a_limit_on_namespaces_is_named() {
    let world = World::new();
    // Inside a user namespace the limit is that namespace's own, not the machine's.
    let script = format!(
        "echo 0 >/proc/sys/user/max_net_namespaces; {} run --net none true",
        env!("CARGO_BIN_EXE_nsrun")
    );
    let output = world.cmd(["unshare", "-U", "-r", "sh", "-c", &script]).run().exits(125);
    output.says("cannot make namespaces").says("user.max_net_namespaces");
}

#[test]
fn a_run_goes_on_when_nobody_reads_its_messages() {
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    let script = format!(
        "{nsrun} run --cap-add net_admin -- sh -c 'exit 7' 2>/dev/full >/dev/full || echo $?"
    );
    assert_eq!(world.sh(&script), "7\n");
    let script = format!("{nsrun} run -- sh -c 'exit 7' <&- >&- 2>&- || echo $?");
    assert_eq!(world.sh(&script), "7\n");
}

#[test]
fn many_detached_runs_start_and_stop_at_once() {
    let world = World::new();
    let names =
        at_once(10, |n| detached(&world, &["--name", &format!("job{n}")], &["sleep", "1000"]));
    assert_eq!(leases(&world).len(), 10);
    world.nsrun(["stop", "-t", "0"]).args(&names).run().ok();
    assert!(settle(|| leases(&world).is_empty(), SOON));
}

#[test]
fn options_that_make_no_sense_together_are_refused_before_anything_is_done() {
    let world = World::new();
    let before = without_network(&world);
    for (options, text) in [
        (&["--net", "none", "--ip", "10.192.0.9"][..], "--ip"),
        (&["--net", "none", "--mac", "02:00:00:00:00:01"], "--mac"),
        (&["--net", "none", "--mtu", "1400"], "--mtu"),
        (&["--net", "none", "--ifname", "wan0"], "--ifname"),
        (&["--uidmap", "0:0:1"], "--userns"),
        (&["--gidmap", "0:0:1"], "--userns"),
        (&["--log", "/run/log"], "--log needs --detach"),
        (&["--format", "ip"], "--format needs --dry-run"),
        (&["--timings", "--dry-run"], "--timings cannot be combined with --dry-run"),
        (&["--timings", "-d"], "--timings with --detach needs --log"),
        (&["--uts", "host", "--hostname", "x"], "--hostname"),
        (&["--userns", "--pid", "host"], "--userns cannot be combined"),
        (&["--userns", "--ipc", "host"], "--userns cannot be combined"),
        (&["--userns", "--uts", "host"], "--userns cannot be combined"),
        (&["--name", "a", "--name", "b"], "given twice"),
        (&["--pid", "shared"], "one of private, host"),
        (&["--json-status-fd", "77"], "it is not open"),
        (&["--preserve-fds", "99"], "it is not open"),
        (&["--preserve-fds", "-1"], "--preserve-fds"),
        (&["--mtu", "much"], "\"much\" is no value for"),
        (&["--net", "bridge,ip=10.192.0.9,ip=10.192.0.8"], "ip is given twice for \"bridge\""),
        (&["--net", "bridge,mtu=1300", "--mtu", "1200"], "mtu is given twice for \"bridge\""),
        (&["--net", "bridge,ifname=a", "--ifname", "b"], "ifname is given twice"),
        (&["-p", "[fe80::1]:80:80"], "fe80::1 is an address of one link"),
        (&["--user", "a:b:c:"], "user"),
        (&["--workdir"], "missing value"),
    ] {
        let output = world.nsrun(["run"]).args(options).args(["--", "true"]).run();
        // Without a value, "--" is taken for one that is missing.
        let output = output.exits(if text == "user" { 125 } else { 2 });
        assert!(output.stderr.contains(text), "{output}");
    }
    world.assert_returns_to(&before, SOON);
}
