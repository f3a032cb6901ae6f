//! Published ports: who reaches them, by which address, and as whom.

use crate::runs::{SOON, inside, inspect};
use crate::talk::{ask, seen, served};
use crate::world::{Place, World, settle};

/// The address of a run, without prefix length.
fn address(world: &World, name: &str) -> String {
    let run = inspect(world, name);
    let address = run["networks"][0]["address"].as_str().expect("it has an address");
    address.split('/').next().unwrap_or_default().to_owned()
}

fn bridge_netfilter(world: &World, on: u8) -> bool {
    let key = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    let key6 = key.replace("iptables", "ip6tables");
    world.succeeds(&format!("test -e {key} && echo {on} >{key} && echo {on} >{key6}"))
}

/// What is expected of one client for one address of the server.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Expect {
    /// The server sees the client's own address.
    Own,
    /// It sees the gateway.
    Gateway,
    /// There is no answer.
    Nothing,
}
use Expect::{Gateway, Nothing, Own};

/// Where a matrix is taken.
struct Setting {
    driver: &'static str,
    ipv6: bool,
    /// Whether packets between ports of a bridge pass the firewall.
    bridge_netfilter: u8,
}

/// Every kind of client, every kind of address, both protocols.
fn matrix(setting: &Setting) {
    let Setting { driver, ipv6, bridge_netfilter: is_filtered } = *setting;
    let world = World::builder().lan().ipv6().build();
    let create = ["network", "create", "--subnet", "10.50.0.0/24", "--subnet6", "fd00:80::/64"];
    world.nsrun(create).args(["--driver", driver, "net"]).run().ok();
    if !bridge_netfilter(&world, is_filtered) && is_filtered == 1 {
        skip!("the kernel has no bridge netfilter here");
    }
    let ports = ["-p", "8080:80", "-p", "5300:80/udp", "-p", "127.0.0.1:9090:80"];
    let on = |name: &'static str| ["--net", "net", "--name", name];
    served(&world, &[&on("a")[..], &ports].concat(), &["80"]);
    served(&world, &on("b"), &["81"]);
    let of = |name: &str| {
        let key = if ipv6 { "address6" } else { "address" };
        let run = inspect(&world, name);
        let address = run["networks"][0][key].as_str().expect("it has one").to_owned();
        address.split('/').next().unwrap_or_default().to_owned()
    };
    let (own, b_address) = (of("a"), of("b"));
    let [up, lan_side, loopback, gateway, lan, internet] = match ipv6 {
        false => {
            ["198.51.100.1", "192.0.2.1", "127.0.0.1", "10.50.0.1", "192.0.2.10", "198.51.100.2"]
        }
        true => ["fd00:198::1", "fd00:192::1", "::1", "fd00:80::1", "fd00:192::10", "fd00:198::2"],
    };
    // The kernel routes ::1 nowhere else.
    let by_loopback = if ipv6 { Nothing } else { Gateway };

    let (a, b) = (inside(&world, "a"), inside(&world, "b"));
    let clients: [(&str, &Place, &str, [Expect; 6]); 5] = [
        // up, lan, loopback, gateway, the member itself, the port of 127.0.0.1 only
        ("host", &world, "", [Gateway, Gateway, by_loopback, Gateway, Gateway, Gateway]),
        ("lan", world.lan(), lan, [Own, Own, Nothing, Own, Nothing, Nothing]),
        (
            "internet",
            world.internet(),
            internet,
            [Own, Nothing, Nothing, Nothing, Nothing, Nothing],
        ),
        ("other member", &b, &b_address, [Gateway, Gateway, Nothing, Gateway, Own, Nothing]),
        ("itself", &a, &own, [Gateway, Gateway, Nothing, Gateway, Own, Nothing]),
    ];
    let mut wrong = Vec::new();
    for (who, place, client, expected) in clients {
        for (protocol, published) in [("tcp", 8080), ("udp", 5300)] {
            let hosts = [
                (up, published),
                (lan_side, published),
                (loopback, published),
                (gateway, published),
                (&own, 80),
            ];
            let mut questions: Vec<(String, Expect)> = hosts
                .iter()
                .zip(expected)
                .map(|((host, port), expect)| (format!("{protocol} {host} {port}"), expect))
                .collect();
            if protocol == "tcp" && who == "host" && !ipv6 {
                questions.push(("tcp 127.0.0.1 9090".into(), expected[5]));
            } else if protocol == "tcp" && who != "host" {
                // By the address that the world knows the host by.
                questions.push((format!("tcp {up} 9090"), expected[5]));
            }
            let asked: Vec<String> =
                questions.iter().map(|(question, _)| question.clone()).collect();
            for ((question, expect), answer) in questions.iter().zip(ask(place, &asked)) {
                let answerer = question.split(' ').nth(1).unwrap_or_default();
                let wanted = match expect {
                    Own => format!("{client} by {answerer}"),
                    Gateway => format!("{gateway} by {answerer}"),
                    Nothing => "-".into(),
                };
                if answer != wanted {
                    wrong.push(format!("{who}: {question}: {answer}, not {wanted}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_client_reaches_published_ports_as_documented() {
    need_tool!("python3");
    matrix(&Setting { driver: "bridge", ipv6: false, bridge_netfilter: 0 });
}

#[test]
fn every_client_reaches_published_ports_with_bridge_netfilter_too() {
    need_tool!("python3");
    matrix(&Setting { driver: "bridge", ipv6: false, bridge_netfilter: 1 });
}

#[test]
fn every_client_reaches_published_ports_by_ipv6() {
    need_tool!("python3");
    matrix(&Setting { driver: "bridge", ipv6: true, bridge_netfilter: 0 });
}

#[test]
fn every_client_reaches_published_ports_by_ipv6_with_bridge_netfilter_too() {
    need_tool!("python3");
    matrix(&Setting { driver: "bridge", ipv6: true, bridge_netfilter: 1 });
}

#[test]
fn every_client_reaches_published_ports_of_routed_members() {
    need_tool!("python3");
    matrix(&Setting { driver: "ptp", ipv6: false, bridge_netfilter: 0 });
    matrix(&Setting { driver: "ptp", ipv6: true, bridge_netfilter: 0 });
}

#[test]
fn unpublished_ports_and_members_are_out_of_reach_from_the_lan() {
    need_tool!("python3");
    let world = World::builder().lan().build();
    served(&world, &["--name", "a", "-p", "8080:80"], &["80", "81"]);
    let own = address(&world, "a");
    // The LAN client routes everything by the host, as a neighbour might.
    for question in [format!("tcp {own} 80"), format!("tcp {own} 81"), format!("udp {own} 80")] {
        assert_eq!(seen(world.lan(), &question), None, "{question}");
    }
    assert_eq!(seen(world.lan(), "tcp 192.0.2.1 81"), None);
    assert_eq!(seen(world.lan(), "tcp 192.0.2.1 8080").as_deref(), Some("192.0.2.10"));
}

#[test]
fn a_port_of_loopback_is_out_of_reach_by_crafted_frames() {
    need_tool!("python3");
    let world = World::builder().lan().build();
    served(&world, &["--name", "a", "-p", "127.0.0.1:8080:80"], &["80"]);
    // The neighbour sends 127.0.0.1 to the host's hardware address, and listens there itself not.
    let lan = world.lan();
    lan.sh("echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet
         ip route add 127.0.0.1/32 via 192.0.2.1 dev eth0 table 100 onlink
         ip rule add pref 0 from all lookup 100
         ip rule add pref 1 lookup local && ip rule del pref 0 lookup local || :
         ip address del 127.0.0.1/8 dev lo || :");
    let before = world.sh("nft list ruleset | grep -c 'ip daddr 127.0.0.0/8 drop'");
    assert_eq!(before.trim(), "1");
    assert_eq!(seen(lan, "tcp 127.0.0.1 8080"), None);
    // Without the rule the frame would get through: the test can fail.
    world.sh("nft flush chain inet nsrun raw");
    assert_eq!(seen(lan, "tcp 127.0.0.1 8080").as_deref(), Some("192.0.2.10"));
}

#[test]
fn ranges_and_several_addresses_lead_where_they_say() {
    need_tool!("python3");
    let world = World::builder().lan().build();
    let options = ["--name", "a", "-p", "9000-9002:80-82", "-p", "192.0.2.1:7000:80"];
    served(&world, &options, &["80", "81", "82"]);
    served(&world, &["--name", "b", "-p", "198.51.100.1:7000:90"], &["90"]);
    for port in 9000..=9002 {
        let question = format!("tcp 192.0.2.1 {port}");
        assert_eq!(seen(world.lan(), &question).as_deref(), Some("192.0.2.10"), "{question}");
    }
    assert_eq!(seen(world.lan(), "tcp 192.0.2.1 9003"), None);
    // One port of two addresses, two runs: ended, each takes its own along only.
    for host in ["192.0.2.1", "198.51.100.1"] {
        assert!(seen(world.lan(), &format!("tcp {host} 7000")).is_some(), "{host}");
    }
    world.nsrun(["stop", "-t", "0", "a"]).run().ok();
    assert_eq!(seen(world.lan(), "tcp 192.0.2.1 7000"), None);
    assert!(seen(world.lan(), "tcp 198.51.100.1 7000").is_some());
}

#[test]
fn ports_are_reached_by_ipv6_too() {
    need_tool!("python3");
    let world = World::builder().lan().ipv6().build();
    world.nsrun(["network", "create", "--subnet6", "fd00:80::/64", "six"]).run().ok();
    served(&world, &["--net", "six", "--name", "a", "-p", "8080:80"], &["80"]);
    let (lan, own) = (world.lan(), inspect(&world, "a"));
    let own = own["networks"][0]["address6"].as_str().expect("it has one").to_owned();
    let own = own.split('/').next().unwrap_or_default();
    assert_eq!(seen(lan, "tcp fd00:192::1 8080").as_deref(), Some("fd00:192::10"));
    assert_eq!(seen(lan, "udp fd00:192::1 8080"), None);
    assert_eq!(seen(lan, &format!("tcp {own} 80")), None, "members are out of reach");
    assert_eq!(seen(lan, "tcp 192.0.2.1 8080").as_deref(), Some("192.0.2.10"));
    assert!(seen(&world, "tcp fd00:198::1 8080").is_some(), "from the host");
    let a = inside(&world, "a");
    assert!(seen(&a, "tcp fd00:198::1 8080").is_some(), "from itself");
}

#[test]
fn a_flow_of_udp_follows_a_port_that_moves() {
    need_tool!("python3");
    let world = World::builder().lan().build();
    served(&world, &["--name", "a", "-p", "5300:80/udp", "-p", "5301:80/udp"], &["80"]);
    // One socket that goes on sending: the kernel remembers its flow as long.
    let client = "import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(0.1); s.bind(('', 4000))
while 1:
    for port in 5300, 5301:
        try:
            s.sendto(b'?', ('192.0.2.1', port)); s.recvfrom(99); print(port, flush=True)
        except OSError: pass
    time.sleep(0.05)";
    let client = world.lan().cmd(["python3", "-c", client]).spawn();
    client.line(crate::runs::SOON);
    world.nsrun(["stop", "-t", "0", "a"]).run().ok();
    // With nothing there the flow is one to this host itself.
    std::thread::sleep(std::time::Duration::from_millis(500));
    served(&world, &["--name", "b", "-p", "5300:80/udp"], &["80"]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(2);
    let mut seen = 0;
    while seen < 12 && std::time::Instant::now() < deadline {
        seen += usize::from(client.line(crate::runs::SOON) == "5300");
    }
    assert_eq!(seen, 12, "packets do not arrive within two seconds");
}

#[test]
fn a_member_reaches_nothing_of_the_hosts_loopback() {
    need_tool!("python3");
    let world = World::new();
    served(&world, &["--name", "a"], &["80"]);
    let host = "import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', 7000))
print('ready', flush=True)
while 1: print(s.recvfrom(99)[1][0], flush=True)";
    let server = world.cmd(["python3", "-c", host]).spawn();
    server.line(SOON);
    // By frames of its own making, to the hardware address of its gateway.
    let send = |from: &str, to: &str| {
        let script = "import socket, struct, sys, re
def sum16(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
source, to = map(socket.inet_aton, sys.argv[1:3])
udp = struct.pack('!HHHH', 7001, 7000, 8, 0)
ip = struct.pack('!BBHHHBBH', 0x45, 0, 28, 0, 0, 64, 17, 0) + source + to
ip = ip[:10] + struct.pack('!H', sum16(ip)) + ip[12:]
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(('eth0', 0))
s.send(bytes.fromhex(sys.argv[3].replace(':', '')) + s.getsockname()[4] + b'\\x08\\0' + ip + udp)";
        let mac = world.link("nsrun0").expect("it is there")["address"].clone();
        let mac = mac.as_str().expect("it has one").to_owned();
        inside(&world, "a").cmd(["python3", "-c", script, from, to, &mac]).run().ok();
    };
    let own = address(&world, "a");
    send("127.0.0.1", "10.192.0.1");
    send("127.0.0.2", "10.192.0.1");
    send(&own, "127.0.0.1");
    // The first that is seen is the one that may be.
    send(&own, "10.192.0.1");
    assert_eq!(server.line(SOON), own);
    // The test can fail.
    world.sh("nft flush chain inet nsrun raw");
    send(&own, "127.0.0.1");
    assert_eq!(server.line(SOON), own);
}

/// A handshake's first packet of SCTP, made by hand: not every kernel has its sockets, but each
/// translates it.
#[test]
fn packets_of_sctp_reach_a_published_port() {
    need_tool!("python3");
    let world = World::builder().lan().build();
    let listen = "import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 132)
open('/dev/shm/ready', 'w')
d, a = s.recvfrom(999)
d = d[(d[0] & 15) * 4:]
open('/dev/shm/seen', 'w').write('%s %d' % (a[0], struct.unpack('!HH', d[:4])[1]))";
    world.nsrun(["run", "-d", "-p", "9000:80/sctp", "python3", "-c", listen]).run().ok();
    assert!(settle(|| world.succeeds("test -e /dev/shm/ready"), SOON));
    let send = "import socket, struct
def crc(data):
    c = 0xffffffff
    for byte in data:
        c ^= byte
        for _ in range(8): c = (c >> 1) ^ (0x82f63b78 & -(c & 1))
    return c ^ 0xffffffff
init = struct.pack('!BBHIIHHI', 1, 0, 20, 1, 65536, 1, 1, 1)
head = struct.pack('!HHI', 5000, 9000, 0)
packet = head + b'\\0' * 4 + init
packet = head + struct.pack('<I', crc(packet)) + init
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 132)
s.sendto(packet, ('192.0.2.1', 0))";
    world.lan().cmd(["python3", "-c", send]).run().ok();
    let is_seen = || world.succeeds("test -s /dev/shm/seen");
    assert!(settle(is_seen, SOON));
    assert_eq!(world.read("/dev/shm/seen"), "192.0.2.10 80");
}

#[test]
fn a_flow_of_others_is_not_forgotten_when_a_port_is_published() {
    need_tool!("python3");
    need_tool!("conntrack");
    let world = World::builder().lan().build();
    served(&world, &["--name", "a", "-p", "5300:80/udp", "-p", "5301:80/udp"], &["80"]);
    for port in [5300, 5301] {
        assert!(seen(world.lan(), &format!("udp 192.0.2.1 {port}")).is_some());
    }
    let flows = |port: u16| world.sh(&format!("conntrack -L -p udp --orig-port-dst {port} 2>&1"));
    assert!(flows(5300).contains("dport=5300") && flows(5301).contains("dport=5301"));
    world.nsrun(["unpublish", "a", "5300:80/udp"]).run().ok();
    world.nsrun(["publish", "a", "5300:80/udp"]).run().ok();
    assert!(!flows(5300).contains("dport=5300"), "{}", flows(5300));
    assert!(flows(5301).contains("dport=5301"), "another's flow is gone");
}
