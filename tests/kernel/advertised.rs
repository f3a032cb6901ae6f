//! Who is believed that says to be a router (IPv6): on links of the host, and inside.

use crate::forwarding::behind;
use crate::runs::{SOON, detached, inside};
use crate::world::{Place, World, settle};

/// Says once on a link of its own to be a router, as any process with CAP_NET_RAW can.
fn advertise(place: &Place, link: &str) {
    let script = r#"
import socket, struct, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind((sys.argv[1], 0))
own = s.getsockname()[4]
from ipaddress import ip_address
source, to = ip_address("fe80::bad").packed, ip_address("ff02::1").packed
prefix = struct.pack("!BBBBIII", 3, 4, 64, 0xc0, 3600, 3600, 0) + ip_address("fd00:bad::").packed
ra = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + prefix + b"\1\1" + own
total = sum(struct.unpack("!%dH" % ((len(ra) + 40) // 2),
    source + to + struct.pack("!II", len(ra), 58) + ra))
while total >> 16: total = (total & 0xffff) + (total >> 16)
ra = ra[:2] + struct.pack("!H", ~total & 0xffff) + ra[4:]
ip = struct.pack("!IHBB", 6 << 28, len(ra), 58, 255) + source + to
s.send(b"\x33\x33\0\0\0\1" + own + b"\x86\xdd" + ip + ra)
"#;
    place.cmd(["python3", "-c", script, link]).run().ok();
}

#[test]
fn a_member_that_says_to_be_a_router_is_not_believed() {
    need_tool!("python3");
    let world = World::builder().no_forwarding().build();
    let learned = || world.sh("ip -6 route; ip -6 address").contains("bad");
    for network in ["bridge", "ptp"] {
        detached(&world, &["--net", network, "--name", network], &["sleep", "1000"]);
        advertise(&inside(&world, network), "eth0");
        assert!(!settle(learned, std::time::Duration::from_millis(300)), "{network}");
    }
    let unmanaged = ["network", "create", "--unmanaged"];
    world.nsrun(unmanaged).args(["--driver", "ptp", "p2p"]).run().ok();
    world.nsrun(unmanaged).arg("raw").run().ok();
    for network in ["raw", "p2p"] {
        detached(&world, &["--net", network, "--name", network], &["sleep", "1000"]);
    }
    // Without rules too.
    world.sh("nft flush chain inet nsrun raw");
    for network in ["bridge", "ptp", "raw", "p2p"] {
        advertise(&inside(&world, network), "eth0");
        assert!(!settle(learned, std::time::Duration::from_millis(300)), "{network}");
    }
    // The test can fail; and others on the uplink are believed, as before.
    world.sh("for conf in /proc/sys/net/ipv6/conf/ns?.*; do echo 1 >$conf/accept_ra; done");
    advertise(&inside(&world, "ptp"), "eth0");
    assert!(settle(learned, SOON));
    advertise(world.internet(), "eth0");
    assert!(settle(|| world.sh("ip -6 route").contains("fe80::bad dev up0"), SOON));
}

#[test]
fn a_neighbour_on_the_lan_of_an_uplink_is_believed_by_its_members_only() {
    need_tool!("python3");
    let world = World::builder().lan().no_forwarding().build();
    world.sh("ip address flush dev lan0");
    let create = ["network", "create", "--uplink", "lan0", "--subnet", "192.0.2.0/24", "onlan"];
    world.nsrun(create).run().ok();
    detached(&world, &["--net", "onlan", "--name", "a"], &["sleep", "1000"]);
    advertise(world.lan(), "eth0");
    let a = inside(&world, "a");
    assert!(settle(|| a.sh("ip -6 route").contains("fe80::bad dev eth0"), SOON));
    assert_eq!(world.sh("ip -6 route; ip -6 address").find("bad"), None);
    // The test can fail.
    world.sh("echo 1 >/proc/sys/net/ipv6/conf/nsrun1/accept_ra");
    advertise(world.lan(), "eth0");
    assert!(settle(|| world.sh("ip -6 route").contains("fe80::bad dev nsrun1"), SOON));
}

#[test]
fn members_do_not_change_each_other_s_routes_and_addresses() {
    need_tool!("python3");
    let world = World::new();
    // With it what members send each other would pass the rules of the host, which drop it.
    world.sh("echo 0 >/proc/sys/net/bridge/bridge-nf-call-ip6tables 2>/dev/null || :");
    world.nsrun(["network", "create", "--subnet6", "fd00:80::/64", "six"]).run().ok();
    for name in ["a", "b", "c"] {
        let believes = ["--sysctl", "net.ipv6.conf.eth0.accept_ra=1"];
        let options = if name == "c" { &believes[..] } else { &[] };
        let run = [&["--net", "bridge", "--name", name], options].concat();
        detached(&world, &run, &["sleep", "1000"]);
        world.nsrun(["connect", name, "six"]).run().ok();
    }
    let (a, b, c) = (inside(&world, "a"), inside(&world, "b"), inside(&world, "c"));
    let learned = |place: &Place| place.sh("ip -6 route; ip -6 address").contains("bad");
    for link in ["eth0", "eth1"] {
        advertise(&a, link);
    }
    // Whoever asks for it learns; by then the others would have.
    assert!(settle(|| learned(&c), SOON));
    assert!(!learned(&b));
}

#[test]
fn a_host_goes_on_to_learn_from_routers() {
    need_tool!("python3");
    let world = World::builder().lan().no_forwarding().build();
    let route = |link: &str| world.sh("ip -6 route").contains(&format!("fe80::bad dev {link}"));
    advertise(world.internet(), "eth0");
    assert!(settle(|| route("up0"), SOON));
    world.nsrun(["network", "create", "--subnet6", "fd00:80::/64", "six"]).run().ok();
    assert!(route("up0"), "the default route is lost");
    // From a link that was there, and one that was not.
    advertise(world.lan(), "eth0");
    assert!(settle(|| route("lan0"), SOON));
    world.sh("ip link add late0 type veth peer name late1; ip link set late0 addrgenmode none up");
    let late = behind(&world, "late1");
    advertise(&late, "late1");
    assert!(settle(|| route("late0"), SOON));
}
