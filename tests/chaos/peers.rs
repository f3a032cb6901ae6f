//! What others leave behind when they are killed half-way, in the same kind of world.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::report::Report;
use crate::world::{Output, World, has_tool, report_skip};

/// A program that sets a container's network up, and how to call it.
struct Peer {
    name: &'static str,
    program: &'static str,
    package: &'static str,
    /// A shell script; $1 is the program to disturb it with, or nothing.
    add: &'static str,
}

const PEERS: &[Peer] = &[
    Peer {
        name: "CNI bridge + host-local, ADD",
        program: "/usr/lib/cni/bridge",
        package: "containernetworking-plugins",
        add: r#"CNI_COMMAND=ADD CNI_CONTAINERID=c1 CNI_NETNS=/run/netns/c1 CNI_IFNAME=eth0 \
            CNI_PATH=/usr/lib/cni $@ /usr/lib/cni/bridge <<'END'
{"cniVersion":"1.0.0","name":"net1","type":"bridge","bridge":"cni0","isGateway":true,"ipMasq":true,
 "ipam":{"type":"host-local","dataDir":"/run/cni","subnet":"10.22.0.0/24","routes":[{"dst":"0.0.0.0/0"}]}}
END"#,
    },
    Peer {
        name: "netavark, setup",
        program: "/usr/lib/podman/netavark",
        package: "netavark",
        add: r#"$@ /usr/lib/podman/netavark --config /run/netavark setup /run/netns/c1 <<'END'
{"container_id":"c1","container_name":"c1","networks":{"net1":{"interface_name":"eth0","static_ips":["10.22.0.5"]}},
 "network_info":{"net1":{"name":"net1","id":"2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9",
 "driver":"bridge","network_interface":"podman1","subnets":[{"subnet":"10.22.0.0/24","gateway":"10.22.0.1"}],
 "ipv6_enabled":false,"internal":false,"dns_enabled":false,"ipam_options":{"driver":"host-local"}}}}
END"#,
    },
];

/// What launching one after another, or many at once, takes with the first of them: namespaces by
/// `ip netns`, links and addresses by its ADD and DEL. The script begins with what `$1` times does so;
/// `None` where it is not installed, which is counted.
pub(crate) fn by_cni(world: &World, times: usize, script: &str) -> Option<f64> {
    let peer = &PEERS[0];
    if !Path::new(peer.program).exists() {
        report_skip("chaos::peers", &format!("{} is not installed", peer.package));
        return None;
    }
    let each = |command: &str| {
        let cni = peer.add.replace("COMMAND=ADD", &format!("COMMAND={command}")).replace("$@", "");
        cni.replace("ID=c1", "ID=$c").replace("netns/c1", "netns/$c")
    };
    let functions = format!(
        "add() {{ c=$1; ip netns add $c; {}\n }} >/dev/null
         del() {{ c=$1; {}\n ip netns delete $c; }} >/dev/null\n",
        each("ADD"),
        each("DEL")
    );
    world.sh("mkdir -p /run/cni");
    let cmd = world.cmd(["sh", "-ec", &format!("{functions}{script}"), "sh", &times.to_string()]);
    let start = Instant::now();
    cmd.timeout(Duration::from_secs(600)).run().ok();
    Some(start.elapsed().as_secs_f64())
}

/// How often each is killed.
const POINTS: usize = 12;

pub(crate) fn peers(report: &mut Report) {
    report.table(
        "What others leave after SIGKILL, once their container is gone",
        &["program", "points", "left something", "kinds of what was left"],
    );
    for peer in PEERS {
        if !Path::new(peer.program).exists() || !has_tool("strace") {
            let why = format!("{} is not installed (package {})", peer.program, peer.package);
            report_skip("chaos::peers", &why);
            report.row(&[
                peer.name.into(),
                "0".into(),
                format!("skipped: {} is not installed", peer.package),
                "".into(),
            ]);
            continue;
        }
        let whole = calls_of(peer);
        let points = if report.is_sample() { 3 } else { POINTS };
        let mut kinds = BTreeSet::new();
        let (mut tried, mut left) = (0, 0);
        for n in 0..points {
            let world = prepared();
            // What it makes once for all, and keeps, is no leftover.
            let _ = add(&world, peer, "");
            assert!(delete(&world, peer), "{}: its own removal fails", peer.name);
            let again = "ip netns delete c1; sleep 0.5; ip netns add c1; ip -n c1 link set lo up";
            world.sh(again);
            let before = world.snapshot();
            let at = (whole * n / points).max(1);
            let kill = format!("strace -f -qq -o /dev/null -e inject=all:signal=KILL:when={at}");
            let _ = add(&world, peer, &kill);
            world.sh(again);
            // Links, files and rules. Addresses and routes come with links, some of them late.
            let counts =
                |line: &str| ["+ link ", "+ file ", "+ nft "].iter().any(|it| line.starts_with(it));
            let lines = before.differences(&world.snapshot());
            let kept: Vec<_> = lines.iter().filter(|line| counts(line)).collect();
            if n == 0 {
                assert!(kept.is_empty(), "{}: killed before it began: {kept:?}", peer.name);
                continue;
            }
            tried += 1;
            left += usize::from(!kept.is_empty());
            kinds.extend(kept.iter().filter_map(|line| line.split(' ').nth(1).map(String::from)));
        }
        let kinds: Vec<_> = kinds.into_iter().collect();
        report.row(&[peer.name.into(), tried.to_string(), left.to_string(), kinds.join(", ")]);
    }
}

fn prepared() -> World {
    let world = World::new();
    world.sh("ip netns add c1; ip -n c1 link set lo up; mkdir -p /run/netavark /run/cni");
    world
}

fn add(world: &World, peer: &Peer, around: &str) -> Output {
    let words: Vec<&str> = around.split_whitespace().collect();
    world.cmd(["sh", "-c", peer.add, "sh"]).args(words).run()
}

/// Its own removal, where it has one.
fn delete(world: &World, peer: &Peer) -> bool {
    let script = peer.add.replace("COMMAND=ADD", "COMMAND=DEL").replace(" setup ", " teardown ");
    world.cmd(["sh", "-c", &script, "sh"]).run().code() == Some(0)
}

/// How many system calls its busiest process makes.
fn calls_of(peer: &Peer) -> usize {
    let world = prepared();
    let output = add(&world, peer, "strace -f -qq -o /dev/shm/calls");
    assert_eq!(output.code(), Some(0), "{} does not work here: {output}", peer.name);
    let busiest =
        "cut -d' ' -f1 /dev/shm/calls | sort | uniq -c | sort -n | tail -1 | awk '{print $1}'";
    world.sh(busiest).trim().parse().expect("a number")
}
