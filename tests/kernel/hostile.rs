//! What others forge, squat and flood: nothing crashes, nothing is trusted, only the attacker is hurt.

use crate::runs::{SOON, detached, inside, inspect, leases, pid_of, started, with_network};
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

/// May change its own links, which without a user namespace would be those of the host, too.
const ROOT_OF_ITS_LINKS: [&str; 3] = ["--userns", "--cap-add", "net_admin"];

/// Skips the test where the kernel does not tell of links that are deleted.
macro_rules! need_link_events {
    () => {
        if !tells_of_links() {
            skip!("this needs Linux 6.3");
        }
    };
}

/// Whether this kernel has the family of generic netlink that does.
fn tells_of_links() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").expect("a release");
    let mut numbers = release.split(['.', '-']).map(|number| number.parse().unwrap_or(0));
    let version: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    version >= (6, 3)
}

/// The runs that `ps` lists: names, and how they are connected.
fn listed(world: &World) -> Vec<(String, String)> {
    let runs = world.nsrun(["ps", "--json"]).run().ok().json();
    let word = |run: &serde_json::Value, key: &str| run[key].as_str().unwrap_or("").to_owned();
    let runs = runs.as_array().expect("a list").iter();
    runs.map(|run| (word(run, "name"), word(run, "mode"))).collect()
}

/// The link on this host that a run is known by.
fn lease_of(world: &World, name: &str) -> String {
    let run = inspect(world, name);
    run["networks"][0]["host_link"].as_str().expect("a link").to_owned()
}

/// A run that others must find by `name` although no link stands for it.
fn assert_known_without_link(world: &World, name: &str, address: &str) {
    let known = || listed(world) == [(name.to_owned(), "deleted".to_owned())];
    assert!(settle(known, SOON), "{:?}", listed(world));
    assert!(settle(|| leases(world).is_empty(), SOON), "{:?}", leases(world));
    let run = inspect(world, name);
    assert_eq!(run["networks"], serde_json::json!([]), "{run}");
    world.nsrun(["exec", name, "true"]).run().ok();
    for network in ["bridge", "none"] {
        let second = world.nsrun(["run", "--net", network, "--name", name, "true"]).run();
        second.exits(125).says("has it");
    }
    // What it had besides is anybody's.
    world.nsrun(["run", "--ip", address, "true"]).run().ok();
    world.nsrun(["connect", name, "bridge"]).run().ok();
    assert!(inside(world, name).succeeds("ping -c 1 -W 2 -q 10.192.0.1"), "it is connected anew");
    let cmd = pid_of(world, name);
    world.nsrun(["stop", "--time", "0", name]).run().ok();
    assert!(!world.succeeds(&format!("kill -0 {cmd}")), "{name} lives on");
    world.nsrun(["run", "--name", name, "true"]).run().ok();
}

#[test]
fn a_member_that_deletes_its_link_is_still_known() {
    need_link_events!();
    let world = World::new();
    let before = with_network(&world).without("nsid");
    let words = ["--name", "web", "--ip", "10.192.0.77"].iter().chain(&ROOT_OF_ITS_LINKS);
    let script = "ip link set eth0 down; ip link del eth0; exec sleep 1000";
    detached(&world, &words.copied().collect::<Vec<_>>(), &["sh", "-c", script]);
    assert_known_without_link(&world, "web", "10.192.0.77");
    let same = || world.snapshot().without("nsid") == before;
    assert!(settle(same, SOON), "{:?}", before.differences(&world.snapshot().without("nsid")));
}

#[test]
fn a_run_whose_lease_the_host_deletes_is_still_known() {
    need_link_events!();
    let world = World::new();
    let before = with_network(&world).without("nsid");
    for options in [&[][..], &["--dns", "none"], &["--survive"], &["--pid", "host"]] {
        let words = [&["--name", "web", "--ip", "10.192.0.77"], options].concat();
        detached(&world, &words, &["sleep", "1000"]);
        world.sh(&format!("ip link del {}", lease_of(&world, "web")));
        assert_known_without_link(&world, "web", "10.192.0.77");
    }
    // Whoever has no name is called by its process.
    let lease = detached(&world, &["--ip", "10.192.0.77"], &["sleep", "1000"]);
    let init = inspect(&world, &lease)["init"].to_string();
    world.sh(&format!("ip link del {lease}"));
    assert!(settle(|| listed(&world) == [(init.clone(), "deleted".to_owned())], SOON));
    world.nsrun(["stop", "--time", "0", &init]).run().ok();
    let same = || world.snapshot().without("nsid") == before;
    assert!(settle(same, SOON), "{:?}", before.differences(&world.snapshot().without("nsid")));
}

#[test]
fn a_run_whose_link_was_moved_away_is_still_known() {
    need_link_events!();
    let world = World::new();
    with_network(&world);
    detached(&world, &["--name", "web"], &["sleep", "1000"]);
    world.sh("ip netns add other");
    inside(&world, "web").sh("ip link set eth0 netns other");
    assert!(settle(|| listed(&world) == [("web".into(), "deleted".into())], SOON));
    world.nsrun(["run", "--name", "web", "true"]).run().exits(125).says("has it");
    world.nsrun(["stop", "--time", "0", "web"]).run().ok();
    assert!(listed(&world).is_empty());
}

#[test]
fn a_run_keeps_its_name_as_long_as_it_has_a_link() {
    need_link_events!();
    let world = World::new();
    with_network(&world);
    world.nsrun(["network", "create", "two"]).run().ok();
    let known_by = |count: usize| {
        settle(|| inspect(&world, "web")["networks"].as_array().map(Vec::len) == Some(count), SOON)
    };
    detached(&world, &["--net", "bridge", "--net", "two", "--name", "web"], &["sleep", "1000"]);
    for (first, mode) in [("eth0", ""), ("eth1", "deleted")] {
        let count = inspect(&world, "web")["networks"].as_array().map(Vec::len);
        inside(&world, "web").sh(&format!("ip link del {first}"));
        assert!(settle(|| listed(&world) == [("web".into(), mode.into())], SOON));
        assert!(known_by(count.unwrap() - 1), "{first}: {}", inspect(&world, "web"));
    }
    world.nsrun(["stop", "--time", "0", "web"]).run().ok();
    // The second does not matter: the first holds the name, and goes on to.
    detached(&world, &["--net", "bridge", "--net", "two", "--name", "web"], &["sleep", "1000"]);
    inside(&world, "web").sh("ip link del eth1; sleep 0.3; ip link del eth0");
    assert!(settle(|| listed(&world) == [("web".into(), "deleted".into())], SOON));
    world.nsrun(["stop", "--time", "0", "web"]).run().ok();
}

#[test]
fn a_run_that_nobody_could_find_is_ended() {
    need_link_events!();
    let world = World::new();
    with_network(&world);
    let running = started(&world, &["--name", "web"]);
    // Others could write there: no name is held in such a directory.
    world.sh("mkdir -p /run/nsrun; chmod 777 /run/nsrun");
    world.sh(&format!("ip link del {}", lease_of(&world, "web")));
    running.wait().exits(137).says("cannot keep run \"web\" known").says("it is ended");
    assert!(!world.succeeds("pgrep -f '^sleep 1000'"));
}

#[test]
fn a_run_whose_name_was_taken_meanwhile_is_ended() {
    need_link_events!();
    let world = World::new();
    with_network(&world);
    let log = "/dev/shm/log";
    detached(&world, &["--name", "web", "--log", log], &["sleep", "1000"]);
    let run = inspect(&world, "web");
    let (cmd, supervisor) = (&run["pid"], &run["supervisor"]);
    // Its supervisor sleeps when its link goes, and when it wakes up the name is another's.
    world.sh(&format!("kill -STOP {supervisor}; ip link del {}", lease_of(&world, "web")));
    detached(&world, &["--name", "web"], &["sleep", "999"]);
    world.sh(&format!("kill -CONT {supervisor}"));
    assert!(settle(|| !world.succeeds(&format!("kill -0 {cmd}")), SOON), "{}", world.read(log));
    assert!(world.read(log).contains("run \"web\" has it"), "{}", world.read(log));
    assert_eq!(listed(&world), [("web".to_owned(), String::new())]);
    assert!(world.succeeds("pgrep -f '^sleep 999'"), "the other goes on");
}

#[test]
fn a_member_that_makes_and_deletes_links_is_looked_at_now_and_then() {
    need_tool!("strace");
    need_link_events!();
    let world = World::new();
    with_network(&world);
    // Of nsrun itself alone: it opens a socket for each look.
    let strace = ["strace", "-qq", "-e", "trace=socket", "-o", "/dev/shm/trace"];
    let script = "for n in $(seq 200); do ip link add a type veth; ip link del a; done
        getent hosts web && ip link del eth0 && sleep 0.3";
    let begun = std::time::Instant::now();
    let cmd = world.cmd(strace).args([env!("CARGO_BIN_EXE_nsrun"), "run", "--name", "web"]);
    let output = cmd.args(ROOT_OF_ITS_LINKS).args(["sh", "-c", script]).run().ok();
    assert!(output.stdout.contains("web"), "names are answered: {output}");
    let looks = world.read("/dev/shm/trace").matches("NETLINK_ROUTE").count();
    let most = begun.elapsed().as_millis() as usize / 100 + 3;
    assert!((2..=most).contains(&looks), "{looks} of {most}");
}

#[test]
fn a_run_whose_link_cannot_be_looked_at_is_not_ended() {
    need_link_events!();
    need_tool!("prlimit");
    let world = World::new();
    with_network(&world);
    let named = ["--name", "web", "--ip", "10.192.0.77"];
    detached(&world, &[&named[..], &ROOT_OF_ITS_LINKS].concat(), &["sleep", "1000"]);
    let supervisor = inspect(&world, "web")["supervisor"].to_string();
    world.sh(&format!("prlimit --pid {supervisor} --nofile=4:"));
    inside(&world, "web").sh("ip link add d0 type veth peer name d1; sleep 0.5");
    assert_eq!(listed(&world), [("web".into(), String::new())]);
    // It looks again when it can.
    world.sh(&format!("ip link del {}; sleep 0.3", lease_of(&world, "web")));
    world.sh(&format!("prlimit --pid {supervisor} --nofile=1024:"));
    assert_known_without_link(&world, "web", "10.192.0.77");
}
