//! What is refused.

use super::{OURS, THEIRS, answers, quiet_world};

/// The first line and the exit code: the usage that may follow is our own.
fn gist(answer: &str) -> String {
    let code = answer.trim_end().lines().last().unwrap_or_default();
    let first = answer.lines().next().unwrap_or_default();
    let usage = first.starts_with("Usage: ");
    format!("{} {code}", if usage { "usage" } else { first })
}

#[test]
fn wrong_words_and_refusals_are_told_alike() {
    need_tool!("ip");
    let world = quiet_world();
    world.sh("ip link add x type bridge");
    let views = [
        "",
        "foo",
        "-foo",
        "link foo",
        "link show dev nope",
        "link show nope",
        "addr show dev nope",
        "addr add",
        "addr add 10.0.0.1/24",
        "addr add 10.0.0.1/24 dev nope",
        "addr add 10.0.0.x/24 dev lo",
        "addr add 10.0.0.1/33 dev lo",
        "addr del 10.0.0.1/24 dev lo",
        "link set",
        "link set nope up",
        "link set lo mtu x",
        "link set lo frob",
        "link add",
        "link add x",
        "link add y type nope",
        "link add x type bridge",
        "link del nope",
        "link add y type bridge nope 3",
        "link set x mtu 10",
        "link set x name abcdefghijklmnopqrstuvw",
        "route add",
        "route add 10.0.0.0/8",
        "route add 10.0.0.0/8 via 1.2.3.4",
        "route add default dev nope",
        "route add 10.0.0.0/8 dev lo frob",
        "route get",
        "route get fd00::1",
        "route del 1.2.3.4",
        "route show table nope",
        "route show frob",
        "route foo",
        "rule add frob",
        "rule del pref 5",
        "rule foo",
        "neigh add 1.2.3.4",
        "neigh add 1.2.3.4 dev nope",
        "neigh foo",
        "neigh add 1.2.3.4 lladdr xx dev lo",
        "neigh del 1.2.3.4 dev lo",
        "link show type",
        "route show table 77",
        "route flush",
        "route flush table 77",
        "addr flush",
        "neigh flush",
        "link show master nope",
        "link show group nope",
        "-batch /nonexistent",
        "-n nope link",
        "monitor foo",
        "link property foo",
        "link set lo alias",
        "link delete",
        "addr foo",
        "address add dev lo",
        "link set lo address 1",
        "link set x address 1:2:3:4:5:6:7",
        "link set lo broadcast 1",
        "link add y address 1 type bridge",
        "link set lo netns nope",
        "link set lo netns 999999",
        "link set dev x addr zz",
        "link set dev x addrgenmode foo",
        "link set dev x promisc foo",
        "link set dev x txqueuelen foo",
        "link set dev x group foo",
        "link set dev x master nope",
        "link add name x2 link nope type macvlan",
        "link add link x name x2 type macvlan mode foo",
        "link add link x name x2 type macvlan mode BRIDGE",
        "link add vx type vxlan",
        "link add vx type vxlan id 5 dstport 4789 dev nope",
        "link add link x vx type macvlan nope",
        "link add vx type nope nope",
        "link set x type bridge_slave backup_port nope",
        "link add vx type vxlan id 99999999",
        "route add 1.0.0.0/8 via foo",
        "route add foo",
        "route add 1.0.0.0/8 dev x metric foo",
        "route add 1.0.0.0/8 dev x table foo",
        "route add 1.0.0.0/8 dev x proto foo",
        "route add 1.0.0.0/8 dev x scope foo",
        "route add 1.0.0.0/8 dev x mtu foo",
        "rule add",
        "rule del",
        "rule add pref x",
        "rule add from foo",
        "rule add pref 5 table foo",
        "neigh show nud foo",
        "neigh add 1.2.3.4 nud foo dev x",
        "neigh get",
        "neigh get 1.2.3.4",
        "rule show foo",
        "rule show from fd00::/8",
        "''",
        "link show lo lo",
        "link show vrf lo",
        "link set x vrf nope",
        "link add x name y type bridge",
        "link add x3 type vxlan external id 5 dstport 0",
        "link add x3 type vxlan id 5 remote 1.2.3.4 group 239.1.1.1",
        "link add link x x3 type macvlan mode bridge nopromisc",
        "link add x3 type vrf table foo",
        "addr add 10.0.0.1/24 dev x scope foo",
        "addr add fd00::1/64 brd + dev x",
        "addr add fd00::1/64 autojoin dev x",
        "route add table 305",
        "route del",
        "route add 10.35.2.0/24 nexthop",
        "route add 10.35.2.0/24 nexthop foo",
        "route show vrf lo",
        "route get 1.2.3.4 vrf lo",
        "route add 10.36.0.0/16 vrf lo dev x",
        "neigh show master nope",
        "neigh show vrf lo",
        "neigh replace 10.0.0.5 lladdr 02:00:00:00:00:01 nud perm dev x",
        "netns identify x",
        "netns list-id nsid x",
        "netns foo",
        "netns exec",
        "netns add",
        "link help",
        "link help bridge",
        "link help vrf",
        "link help nope",
        "addr add 10.0.0.1/24 dev x scope 300",
        "addr show scope 300",
        "addr flush scope 300",
        "addr add 10.0.0.1/24 brd + brd 10.0.0.255 dev x",
        "addr add 10.0.0.1 peer 10.0.0.2 peer 10.0.0.3 dev x",
        "link set x mtu 1400 mtu 1300",
        "link set x txqueuelen 5 qlen 6",
        "link set x group 5 group 6",
        "link set x netns 1 netns 1",
        "link add name y name z type bridge",
        "link add y index 50 index 51 type bridge",
        "link add y type veth peer name a mtu 1300 mtu 1400",
        "link add y type vxlan id 5 id 6 dstport 0",
        "link add y type vxlan id 5 dstport 0 nolearning learning",
        "route add 10.9.0.0/16 dev x scope 300",
        "route add 10.9.0.0/16 dev x proto 256",
        "route add 10.9.0.0/16 dev x tos 1ff",
        "route add 10.9.0.0/16 dev x realms 5/300",
        "route add 10.9.0.0/16 dev x realms 70000/6",
        "route add 10.9.0.0/16 dev x hoplimit 256",
        "route add 10.9.0.0/16 via 10.0.0.9 via 10.0.0.8",
        "route show tos 1ff",
        "route flush proto 300",
        "rule add tos 300 table 10",
        "rule add protocol 300 table 10",
        "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 lladdr 02:00:00:00:00:08 dev x",
        "neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev x nud 256",
        "neigh show nud 255",
        "neigh flush dev x dev lo",
        "link add type bridge help",
        "link add type vxlan he",
        "addr help",
        "help",
    ]
    .map(str::to_owned);
    let theirs = answers(&world, THEIRS, &views);
    let ours = answers(&world, OURS, &views);
    for ((view, theirs), (_, ours)) in theirs.iter().zip(&ours) {
        assert_eq!(gist(ours), gist(theirs), "ip {view}\n{ours}\n{theirs}");
    }
}

#[test]
fn a_new_namespace_has_no_routes_and_that_is_no_error() {
    need_tool!("ip");
    let world = quiet_world();
    world.sh("ip netns add new");
    let views = ["route", "route show table main", "route show table 7", "-6 route"]
        .map(|view| format!("-n new {view}"));
    let (ours, theirs) = (answers(&world, OURS, &views), answers(&world, THEIRS, &views));
    assert_eq!(ours, theirs);
    world.nsrun(["ip", "-n", "new", "route", "flush", "table", "main"]).run().ok();
}

#[test]
fn a_batch_stops_at_the_first_failure_unless_forced() {
    need_tool!("ip");
    let world = quiet_world();
    let file = format!("{}/batch", world.scratch());
    world.write(&file, "# names\nlink show lo\n\nlink show nope\nlink \\\nshow 'lo'\n");
    let views = [format!("-batch {file}"), format!("-force -b {file}"), format!("-o -b {file}")];
    let (ours, theirs) = (answers(&world, OURS, &views), answers(&world, THEIRS, &views));
    // stdout and stderr come in another order.
    let sorted = |answer: &str| {
        let mut lines: Vec<_> = answer.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    for ((view, theirs), (_, ours)) in theirs.iter().zip(&ours) {
        assert_eq!(sorted(ours), sorted(theirs), "ip {view}");
    }
}

#[test]
fn a_comment_ends_with_its_line_and_what_is_not_complete_is_not_carried_out() {
    need_tool!("ip");
    let files = [
        "# one \\\nlink set x mtu 1300\n",
        "link set x mtu 1400 # one \\\nlink set x mtu 1300\n",
        "link set x \\\n mtu 1400 # one \\\nlink set x txqueuelen 7\n",
        "link set x mtu 1400 \\\n",
        "link set x alias \"a b\nlink set x mtu 1300\n",
    ];
    for lines in files {
        let [ours, theirs] = [OURS, THEIRS].map(|program| {
            let world = quiet_world();
            world.sh("ip link add x address 02:00:00:00:00:01 type bridge");
            let file = format!("{}/batch", world.scratch());
            world.write(&file, lines);
            let said = world.cmd(["sh", "-c", &format!("{program} -batch {file}")]).run().stderr;
            (said.lines().next().map(str::to_owned), world.sh("ip -o link show x"))
        });
        assert_eq!(ours, theirs, "{lines}");
    }
}

#[test]
fn a_line_of_a_batch_takes_effect_while_the_next_is_still_to_come() {
    need_tool!("ip");
    let world = quiet_world();
    let script = format!(
        "cd {}; mkfifo lines; {OURS} -batch lines & exec 3>lines; \
         echo 'link add early type bridge' >&3; tries=0; \
         until ip link show early >/dev/null 2>&1; do \
           tries=$((tries + 1)); [ $tries -lt 200 ] || exit 9; sleep 0.05; \
         done; echo 'link del early' >&3; exec 3>&-; wait $! && ! ip link show early 2>/dev/null",
        world.scratch()
    );
    world.cmd(["sh", "-c", &script]).run().ok();
}

#[test]
fn a_batch_goes_on_after_a_command_in_a_namespace() {
    need_tool!("ip");
    let world = quiet_world();
    world.sh("ip netns add one");
    let batch = |options: &str, lines: &str| format!("printf '{lines}' | {{}} {options} -batch -");
    let scripts = [
        batch("", "netns exec one true\\nlink show lo\\n"),
        batch("", "netns exec one false\\nlink show lo\\n"),
        batch("-force", "netns exec one sh -c \"exit 7\"\\nlink show lo\\n"),
        batch("-all", "netns exec readlink /proc/self/ns/net\\nlink show lo\\n"),
    ];
    for script in scripts {
        let run = |program| world.cmd(["sh", "-c", &script.replace("{}", program)]).run();
        let (ours, theirs) = (run(OURS), run(THEIRS));
        assert_eq!(ours.stdout, theirs.stdout, "{script}");
        assert_eq!(ours.stderr, theirs.stderr, "{script}");
        assert_eq!(ours.code(), theirs.code(), "{script}");
    }
}

#[test]
fn no_words_whatever_make_it_panic() {
    let world = quiet_world();
    let words = [
        "link",
        "addr",
        "route",
        "rule",
        "neigh",
        "add",
        "del",
        "show",
        "set",
        "dev",
        "lo",
        "via",
        "10.0.0.1/8",
        "type",
        "vxlan",
        "id",
        "nexthop",
        "mtu",
        "lock",
        "from",
        "to",
        "-1",
        "",
        "99999999999999999999",
        "/",
        "::",
        "fd00::/999",
        "table",
        "peer",
        "broadcast",
        "+",
        "not",
        "é",
        "-j",
        "-o",
        "name",
        "altname",
        "property",
        "flush",
        "get",
        "realms",
        "0x",
        "lladdr",
    ];
    let mut script = String::new();
    let mut state = 7_u64;
    for _ in 0..400 {
        script.push_str(OURS);
        for _ in 0..7 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let word = words[(state >> 33) as usize % words.len()];
            script.push_str(&format!(" '{word}'"));
        }
        script.push_str(
            " >/dev/null 2>&1; code=$?; [ $code -lt 128 ] || [ $code = 255 ] || exit 9\n",
        );
    }
    world.cmd(["sh", "-c", &script]).run().ok();
}

#[test]
fn a_list_that_is_cut_short_is_an_error_and_prints_nothing() {
    need_tool!("strace");
    let world = quiet_world();
    for words in ["ip link", "ip -j addr", "ip route", "ip -6 rule", "ip neigh", "bridge -j fdb"] {
        let strace =
            ["strace", "-qq", "-o", "/dev/null", "-e", "inject=recvfrom:error=ENOBUFS:when=1"];
        let program = [env!("CARGO_BIN_EXE_nsrun")];
        let lost = world.cmd(strace).args(program).args(words.split(' ')).run();
        assert!(lost.code() == Some(1) && lost.stdout.is_empty(), "{words}: {lost}");
        assert!(lost.stderr.contains("were lost"), "{words}: {lost}");
    }
}

#[test]
fn output_that_nobody_takes_is_an_error_and_a_closed_pipe_is_none() {
    let world = quiet_world();
    let full = world.cmd(["sh", "-c", &format!("{OURS} link >/dev/full")]).run();
    assert_eq!(full.stderr, "cannot write to standard output: No space left on device\n");
    assert_eq!(full.code(), Some(1));
    world.sh(&format!("{OURS} link | true"));
}
