//! What others forge, squat and flood: nothing crashes, nothing is trusted, only the attacker is hurt.

use crate::runs::{SOON, detached, inside, with_network};
use crate::world::{World, settle};

#[test]
fn hostile_names_are_refused_before_anything_is_done() {
    let world = World::new();
    let before = world.snapshot();
    let long = "x".repeat(256);
    for name in ["", "%d", "a/b", "../x", "a b", "-x", "run:x", "a@b", "a\nb", "é", ".", &long] {
        for args in [
            vec!["run", "--name", name, "true"],
            vec!["run", "--net", name, "true"],
            vec!["run", "--net", "bridge", "--network-alias", name, "true"],
            vec!["network", "create", name],
            vec!["netns", "add", name],
            vec!["network", "rm", name],
            vec!["stop", name],
            vec!["connect", name, "bridge"],
            vec!["publish", "web", name],
        ] {
            // Names of namespaces are those of files: others than these are fine there.
            if args[0] == "netns" && !["", "a/b", "../x", ".", &long].contains(&name) {
                continue;
            }
            let output = world.nsrun(&args).run();
            assert!(matches!(output.code(), Some(1 | 2 | 125)), "{args:?}: {output}");
            assert!(output.stderr.starts_with("nsrun: "), "{args:?}: {output}");
            assert!(!output.stderr.contains("panicked"), "{args:?}: {output}");
        }
    }
    world.assert_returns_to(&before, SOON);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    let bytes = OsStr::from_bytes(b"a\xff\xfe");
    for before in [&["run", "--name"][..], &["run", "--net"], &["network", "create"], &["stop"]] {
        let output = world.nsrun(before).arg(bytes).args(["--", "true"]).run();
        assert!(matches!(output.code(), Some(1 | 2)), "{output}");
        assert!(output.stderr.starts_with("nsrun: "), "{output}");
    }
    // CMD may be called by anything.
    world.nsrun(["run", "--net", "none", "--", "echo"]).arg(bytes).run().ok();
}

#[test]
fn links_that_imitate_ours_are_no_runs_and_stop_nothing() {
    let world = World::new();
    with_network(&world);
    let victim = world.sh("sleep 1000 >/dev/null 2>&1 & echo $!");
    let victim = victim.trim();
    let forge = |name: &str, alias: &str, altname: &str| {
        world.sh(&format!(
            "ip link add {name} type veth peer name p{altname}; ip link set {name} alias '{alias}'; \
             ip link property add dev {name} altname run:{altname}"
        ));
    };
    forge("ns0.123", &format!("nsrun/1 pid={victim} supervisor={victim} started=1"), "forged");
    forge("ns0.fff", "nsrun/1 pid=99999999999999999999 supervisor=-1 started=x", "huge");
    forge("ns0.124", "nsrun/1 network=bridge pid= = == pid", "odd");
    forge("nszzzzz.1", "nsrun/9 pid=1", "later");
    let listed = world.nsrun(["ps", "--json"]).run().ok().json();
    for name in ["forged", "huge", "odd", "later"] {
        let stopped = world.nsrun(["stop", "--time", "0", name]).run();
        assert!(!stopped.stderr.contains("panicked"), "{stopped}");
        assert_ne!(world.nsrun(["exec", name, "true"]).run().code(), Some(0), "{name}: {listed}");
    }
    assert!(world.succeeds(&format!("kill -0 {victim}")), "a process that is no run was killed");
    // Others go on.
    world.nsrun(["run", "--name", "web", "true"]).run().ok();
    world.nsrun(["gc"]).run().ok();
    world.nsrun(["network", "list"]).run().ok();
}

#[test]
fn a_directory_of_locks_that_somebody_else_made_is_not_used() {
    let world = World::new();
    if !world.is_real_root() {
        skip!("this needs a second user");
    }
    world.sh(
        "mkdir -m 777 /run/nsrun; chown 1000:1000 /run/nsrun; ln -s /etc/passwd /run/nsrun/run:web",
    );
    let passwd = world.sh("cksum /etc/passwd");
    let output = world.nsrun(["run", "--net", "none", "--name", "web", "true"]).run();
    output.exits(125).says("others can write there");
    assert_eq!(world.sh("cksum /etc/passwd"), passwd);
}

/// A member that does what it can with the rights that CMD has, and those of its own namespace.
const HOSTILE: &str = r#"
import os, random, socket
ip = lambda words: os.system("ip " + words + " >/dev/null 2>&1")
ip("link set eth0 down"); ip("link set eth0 name run:good"); ip("link set eth0 name x0")
ip("route flush all"); ip("link set lo down"); ip("link set lo up")
print("ready", flush=True)
random.seed(1)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
socks = []
try:
    while len(socks) < 100000: socks.append(socket.socket())
except OSError: pass
for s in socks: s.close()
tcps = []
while True:
    for _ in range(200):
        head = bytes([random.randrange(256) for _ in range(random.randrange(0, 80))])
        try: udp.sendto(head, ("127.0.0.11", 53))
        except OSError: pass
    try:
        tcp = socket.create_connection(("127.0.0.11", 53), 0.1); tcp.setblocking(False)
        tcp.send(b"\xff\xff" + os.urandom(30)); tcps = (tcps + [tcp])[-200:]
    except OSError: pass
"#;

#[test]
fn a_hostile_member_hurts_only_itself() {
    need_tool!("python3");
    let world = World::new();
    let before = with_network(&world);
    detached(&world, &["--name", "good"], &["sleep", "1000"]);
    let options = ["--userns", "--name", "bad"];
    detached(&world, &options, &["python3", "-c", HOSTILE]);
    std::thread::sleep(std::time::Duration::from_secs(3));
    let supervisor = || world.nsrun(["inspect", "--json", "bad"]).run();
    assert_eq!(supervisor().code(), Some(0), "its supervisor lives: {}", supervisor());
    // The other is reached, and finds names.
    let gateway = inside(&world, "good").succeeds("ping -c 1 -W 2 -q 10.192.0.1");
    assert!(gateway, "the other member reaches the gateway");
    let found = world.nsrun(["exec", "good", "getent", "hosts", "good"]).run().ok().stdout;
    assert!(found.contains("good"), "{found}");
    assert_eq!(world.nsrun(["ps", "--json"]).run().ok().json().as_array().unwrap().len(), 2);
    world.nsrun(["stop", "--time", "0", "bad", "good"]).run().ok();
    assert!(settle(|| !world.succeeds("pgrep -x nsrun"), SOON));
    // The host's own namespace may get an id among the others.
    let before = before.without("nsid");
    let same = || world.snapshot().without("nsid") == before;
    assert!(settle(same, SOON), "{:?}", before.differences(&world.snapshot().without("nsid")));
}
