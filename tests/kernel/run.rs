//! `nsrun run`: what CMD finds, and what comes back of it.

use nix::sys::signal::Signal;
use serde_json::json;

use crate::runs::{
    SOON, assert_gone_soon, leases, process, started, with_network, without_network,
};
use crate::world::{World, settle};

#[test]
fn a_run_has_a_link_an_address_a_route_and_reaches_others() {
    need_tool!("ping");
    let world = World::new();
    let web = started(&world, &["--name", "web"]);
    let pid = process(&world, "sleep 1000");
    let inside = world.net_of(pid);

    let link = inside.link("eth0").expect("there is eth0");
    assert_eq!(link["operstate"], "UP");
    assert_eq!(link["mtu"], 1500);
    assert_eq!(inside.link("lo").expect("there is lo")["flags"][1], "UP");
    let addresses = inside.addresses("eth0");
    assert_eq!(addresses.len(), 1, "{addresses:?}");
    assert!(addresses[0].ends_with("/20"), "{addresses:?}");

    let bridge = world.addresses("nsrun0");
    let gateway = inside.gateway().expect("there is a default route");
    assert_eq!(bridge, [format!("{gateway}/20")]);
    assert_eq!(world.ports("nsrun0"), leases(&world));

    let address = addresses[0].trim_end_matches("/20");
    world.sh(&format!("ping -c 1 -W 2 {address}"));
    inside.sh(&format!("ping -c 1 -W 2 {gateway}"));
    let other = world.nsrun(["run", "ping", "-c", "1", "-W", "2", address]).run();
    other.ok();
    drop(web);
}

#[test]
fn the_bridge_is_as_documented() {
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    let bridge = world.link("nsrun0").expect("it is made on first use");
    let data = &bridge["linkinfo"]["info_data"];
    assert_eq!(data["stp_state"], 0);
    assert_eq!(data["forward_delay"], 0);
    assert_eq!(bridge["address"], "02:14:0a:c0:00:01");
    assert_eq!(bridge["ifalias"], "nsrun/1 network=bridge");
    assert_eq!(bridge["altnames"], json!(["net:bridge"]));
    assert_eq!(world.addresses("nsrun0"), ["10.192.0.1/20"]);
}

#[test]
fn the_exit_status_is_that_of_cmd() {
    let world = World::new();
    for network in ["bridge", "none"] {
        for pid in ["private", "host"] {
            let run = |command: &[&str]| {
                world.nsrun(["run", "--net", network, "--pid", pid, "--"]).args(command).run()
            };
            run(&["true"]).exits(0);
            run(&["sh", "-c", "exit 7"]).exits(7);
            run(&["sh", "-c", "exit 255"]).exits(255);
            run(&["sh", "-c", "kill -TERM $$"]).exits(128 + 15);
            run(&["sh", "-c", "kill -KILL $$"]).exits(128 + 9);
            // A real-time signal, which most libraries have no name for.
            run(&["bash", "-c", "kill -40 $$"]).exits(128 + 40);
            run(&["no-such-command"]).exits(127).says("cannot execute \"no-such-command\"");
            run(&["/no/such/path"]).exits(127).says("No such file or directory");
            run(&[""]).exits(127).says("cannot execute \"\"");
            run(&["/etc"]).exits(126).says("cannot execute \"/etc\": Permission denied");
            run(&["/etc/hosts"]).exits(126).says("Permission denied");
        }
    }
}

#[test]
fn nsrun_itself_fails_with_125_and_wrong_usage_with_2() {
    let world = World::new();
    let run = |args: &[&str]| world.nsrun(["run"]).args(args).run();
    run(&["--workdir", "/no/such", "true"]).exits(125).says("start in directory \"/no/such\"");
    run(&["--bind", "/no/such:/mnt", "true"]).exits(125).says("\"/no/such\"");
    run(&["--rootfs", "/no/such", "true"]).exits(125).says("\"/no/such\"");
    run(&["--env-file", "/no/such", "true"]).exits(125).says("\"/no/such\"");
    run(&["--user", "nobody-of-that-name", "true"]).exits(125).says("does not list it");
    run(&["--sysctl", "net.no.such=1", "true"]).exits(125).says("set net.no.such to \"1\"");
    run(&[]).exits(2).says("missing CMD");
    run(&["--nmae", "x", "true"]).exits(2).says("did you mean \"--name\"?");
    run(&["--ip", "192.0.2.300", "true"]).exits(2).says("\"192.0.2.300\" is no IPv4 address");
    run(&["--log", "/x", "true"]).exits(2).says("--log needs --detach");
    world.nsrun(["rnu"]).run().exits(2).says("did you mean \"run\"?");
}

#[test]
fn a_command_that_is_not_there_leaves_nothing_behind() {
    let world = World::new();
    // The file of the lock on making networks stays.
    world.nsrun(["network", "prune"]).run().ok();
    let before = without_network(&world);
    for options in [
        &["no-such-command"][..],
        &["-w", "/no/such", "true"],
        &["--bind", "/etc:/no/such", "true"],
    ] {
        let output = world.nsrun(["run"]).args(options).run();
        assert!([Some(125), Some(127)].contains(&output.code()), "{output}");
        world.assert_returns_to(&before, SOON);
    }
    let before = with_network(&world);
    world.nsrun(["run", "no-such-command"]).run().exits(127);
    world.assert_returns_to(&before, SOON);
}

#[test]
fn why_the_process_failed_is_said_every_time() {
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    for _ in 0..20 {
        let output = world.nsrun(["run", "--bind", "/etc:/no/such", "true"]).run();
        output.exits(125).says("cannot show \"/etc\" at \"/no/such\": No such file or directory");
    }
}

#[test]
fn scripts_without_an_interpreter_line_are_run_by_the_shell() {
    let world = World::new();
    let script = format!("{}/script", world.scratch());
    world.write(&script, "echo $1\nexit 9\n");
    world.sh(&format!("chmod +x {script}"));
    let output = world.nsrun(["run", &script, "a b"]).run().exits(9);
    assert_eq!(output.stdout, "a b\n");
}

#[test]
fn standard_streams_are_those_of_cmd() {
    let world = World::new();
    let script = "cat; echo err >&2";
    let output = world.nsrun(["run", "sh", "-c", script]).stdin("in\n").run().ok();
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("in\n", "err\n"));
}

#[test]
fn a_run_without_network_has_loopback_only() {
    let world = World::new();
    let output = world.nsrun(["run", "--net", "none", "--", "ip", "-j", "link"]).run().ok();
    let links = output.json();
    assert_eq!(links.as_array().map(Vec::len), Some(1), "{links}");
    assert_eq!(links[0]["ifname"], "lo");
    assert_eq!(links[0]["flags"][1], "UP");
    assert_eq!(world.link("nsrun0"), None, "no network is made for it");
}

#[test]
fn link_options_reach_the_link() {
    let world = World::new();
    let options = ["--mac", "02:00:00:00:00:07", "--mtu", "1400", "--ifname", "wan0"];
    let command = ["--ip", "10.192.0.77", "--", "ip", "-j", "-d", "address", "show", "dev", "wan0"];
    let link = world.nsrun(["run"]).args(options).args(command).run().ok().json();
    assert_eq!(link[0]["address"], "02:00:00:00:00:07");
    assert_eq!(link[0]["mtu"], 1400);
    assert_eq!(link[0]["addr_info"][0]["local"], "10.192.0.77");
    assert_eq!(link[0]["addr_info"][0]["broadcast"], "10.192.15.255");
}

#[test]
fn sysctls_are_of_the_namespace_only() {
    let world = World::new();
    let before = world.read("/proc/sys/net/ipv4/ip_default_ttl");
    let output = world
        .nsrun(["run", "--sysctl", "net.ipv4.ip_default_ttl=7", "--sysctl", "net.ipv4.tcp_ecn=0"])
        .args(["--", "cat", "/proc/sys/net/ipv4/ip_default_ttl", "/proc/sys/net/ipv4/tcp_ecn"])
        .run()
        .ok();
    assert_eq!(output.stdout, "7\n0\n");
    assert_eq!(world.read("/proc/sys/net/ipv4/ip_default_ttl"), before);
}

#[test]
fn names_and_lines_asked_for_are_in_the_hosts_file() {
    let world = World::new();
    let output = world
        .nsrun(["run", "--name", "web", "--hostname", "web.example", "--ip", "10.192.0.9"])
        .args(["--add-host", "db:192.0.2.7", "--add-host", "six:fd00::1"])
        .args(["--", "sh", "-c", "hostname; cat /etc/hosts"])
        .run()
        .ok();
    let lines: Vec<&str> = output.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "web.example",
            "127.0.0.1 localhost",
            "::1 localhost",
            "192.0.2.7\tdb",
            "fd00::1\tsix",
            "10.192.0.9\tweb.example web",
        ]
    );
    assert_eq!(world.sh("hostname; cat /etc/hosts"), "host\n127.0.0.1 localhost\n::1 localhost\n");
}

#[test]
fn a_status_descriptor_gets_one_json_object() {
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    let run = "run --name web --json-status-fd 3 -- sh -c 'cat /proc/sys/kernel/hostname'";
    let output = world.sh(&format!("{nsrun} {run} 3>/dev/shm/status >&2; cat /dev/shm/status"));
    assert_eq!(output.lines().count(), 1, "{output}");
    let status: serde_json::Value = serde_json::from_str(&output).expect("it is JSON");
    assert_eq!(status["name"], "web");
    assert_eq!(status["command"], json!(["sh", "-c", "cat /proc/sys/kernel/hostname"]));
    let network = &status["networks"][0];
    for key in ["network", "ifname", "address", "mac", "gateway", "mtu", "host_link"] {
        assert!(!network[key].is_null(), "no {key} in {status}");
    }
    world.nsrun(["run", "--json-status-fd", "9", "true"]).run().exits(2).says("it is not open");
    let both = format!("{nsrun} run --json-status-fd 3 --preserve-fds 1 true 3>/dev/null");
    world.cmd(["sh", "-c", &both]).run().exits(2).says("cannot be both");
}

#[test]
fn a_status_descriptor_is_used_as_it_was_passed() {
    let world = World::new();
    let run = format!("{} run --net none --json-status-fd", env!("CARGO_BIN_EXE_nsrun"));
    let json = |text: &str| -> serde_json::Value {
        serde_json::from_str(text.trim()).unwrap_or_else(|_| panic!("no JSON: {text:?}"))
    };
    for fd in [1, 3] {
        // Its position is the caller's, who goes on writing behind what is there.
        let file = "/dev/shm/status";
        let script = format!("echo before; {run} {fd} true {fd}>&1; echo after");
        world.sh(&format!("({script}) > {file}"));
        let text = world.read(file);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[2]), (3, "before", "after"), "{text}");
        json(lines[1]);
        // A file without a name, and one that its caller may open no more.
        let deleted = format!("exec 5<>{file}; rm {file}; {run} {fd} true {fd}>&5; cat /dev/fd/5");
        assert!(world.sh(&deleted).contains("\"pid\""));
        let pipe = format!("({run} {fd} true {fd}>&1) | cat");
        json(&world.sh(&pipe));
    }
    need_tool!("python3");
    let socket = "import socket, subprocess, sys
ours, theirs = socket.socketpair()
subprocess.run(sys.argv[1:], stdout=theirs, check=True)
theirs.close()
print(ours.makefile().read())";
    let argv = ["python3", "-c", socket, env!("CARGO_BIN_EXE_nsrun"), "run", "--net", "none"];
    let said = world.cmd(argv).args(["--json-status-fd", "1", "true"]).run().ok();
    json(&said.stdout);
    let reading = format!("{run} 3 true 3</dev/null");
    world.cmd(["sh", "-c", &reading]).run().exits(2).says("it is open for reading only");
}

#[test]
fn the_status_names_the_process_of_a_command_however_short_its_life() {
    let world = World::new();
    let nsrun = env!("CARGO_BIN_EXE_nsrun");
    for options in ["", "--net none", "--pid host", "--userns", "--user 1000 --cap-drop all"] {
        let run = format!("{nsrun} run {options} --json-status-fd 3 true 3>&1 >/dev/null");
        for _ in 0..10 {
            let text = world.sh(&run);
            let status: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
            let (pid, init) = (status["pid"].as_u64(), status["init"].as_u64());
            assert!(pid.is_some_and(|pid| pid > 1), "{options}: {text}");
            assert!(pid != init && init.is_none_or(|init| pid > Some(init)), "{options}: {text}");
        }
    }
    let mut run = world
        .cmd(["sh", "-c", &format!("{nsrun} run --name web --json-status-fd 3 sleep 60 3>&1")])
        .spawn();
    let text = run.line(std::time::Duration::from_secs(10));
    let status: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(world.read(&format!("/proc/{}/comm", status["pid"])), "sleep\n");
    assert!(run.is_running());
}

#[test]
fn nothing_is_left_two_hundred_milliseconds_after_the_end() {
    let world = World::new();
    let before = with_network(&world);
    assert_gone_soon(&world, &before, || {
        world.nsrun(["run", "--name", "web", "true"]).run().ok();
    });
}

#[test]
fn who_watches_over_a_run_takes_little_memory_meanwhile() {
    let world = World::new();
    for options in [&["--dns", "none"][..], &[]] {
        let mut run = world.nsrun(["run"]).args(options).args(["sleep", "1001"]).spawn();
        let pid = process(&world, "sleep 1001");
        let stat = |who: &str| world.read(&format!("/proc/{who}/status"));
        let field = |who: &str, name: &str| {
            let status = stat(who);
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.split_whitespace().next().unwrap().parse::<u64>().unwrap()
        };
        let init = field(&pid.to_string(), "PPid:");
        let supervisor = field(&init.to_string(), "PPid:");
        for who in [init, supervisor] {
            let who = who.to_string();
            assert!(settle(|| field(&who, "RssFile:") < 1024, SOON), "{}", stat(&who));
            assert!(field(&who, "RssAnon:") < 512, "{}", stat(&who));
        }
        run.kill(Signal::SIGTERM);
        run.wait().exits(143);
    }
}
