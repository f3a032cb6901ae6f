//! The classic walk-throughs of network namespaces, command by command, with `ip` being us: a link
//! to nsrun comes first in PATH. What they make is looked at with iproute2's own `ip` and ping.

use serde_json::Value;

use crate::world::{Place, World};

/// A world in whose shells `ip` and `bridge` are nsrun.
struct Walk {
    world: World,
    path: String,
}

impl Walk {
    fn new(world: World) -> Self {
        let own = world.scratch();
        let program = env!("CARGO_BIN_EXE_nsrun");
        world.sh(&format!(
            "mkdir {own}/bin; ln -s {program} {own}/bin/ip; ln -s {program} {own}/bin/bridge"
        ));
        let path = format!("{own}/bin:{}", world.sh("printf %s \"$PATH\""));
        let version = world.cmd(["ip", "-V"]).env("PATH", &path).run().ok().stdout;
        assert!(version.contains("nsrun"), "{version}");
        Walk { world, path }
    }

    /// Types lines as they stand in the walk-through; the first that fails ends the test.
    #[track_caller]
    fn types(&self, lines: &str) -> String {
        self.world.cmd(["sh", "-ec", lines]).env("PATH", &self.path).run().ok().stdout
    }

    /// What iproute2 sees in a named namespace.
    #[track_caller]
    fn sees(&self, name: &str, words: &str) -> Value {
        let text = self.world.sh(&format!("ip -n {name} -j {words}"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

fn reaches(place: &Place, name: &str, address: &str) {
    place.sh(&format!("ip netns exec {name} ping -c1 -W3 {address}"));
}

#[test]
fn two_namespaces_joined_by_a_veth() {
    need_tool!("ip");
    let walk = Walk::new(World::new());
    walk.types(
        "ip netns add red
         ip netns add blue
         ip netns
         ip link add veth-red type veth peer name veth-blue
         ip link set veth-red netns red
         ip link set veth-blue netns blue
         ip -n red addr add 192.168.15.1/24 dev veth-red
         ip -n blue addr add 192.168.15.2/24 dev veth-blue
         ip -n red link set veth-red up
         ip -n blue link set veth-blue up
         ip netns exec red ip link
         ip netns exec red ping -c 1 -W 3 192.168.15.2
         ip netns exec red ip neigh
         ip netns exec blue ip route",
    );
    reaches(&walk.world, "blue", "192.168.15.1");
    let link = &walk.sees("red", "addr show dev veth-red")[0];
    assert_eq!(link["addr_info"][0]["local"], "192.168.15.1");
    assert_eq!(walk.sees("blue", "route")[0]["dst"], "192.168.15.0/24");
    walk.types("ip -n red link del veth-red");
    assert!(!walk.world.succeeds("ip -n blue link show veth-blue"));
    walk.types("ip netns del red; ip netns delete blue");
    assert_eq!(walk.world.sh("ip netns"), "");
}

#[test]
fn several_namespaces_on_a_bridge_with_a_way_out() {
    need_tool!("ip");
    need_tool!("iptables");
    let walk = Walk::new(World::builder().no_forwarding().build());
    // In place of `brctl addbr v-net-0`, `brctl addif` and `ifconfig v-net-0 192.168.15.5/24 up`.
    walk.types(
        "ip link add v-net-0 type bridge
         ip link set dev v-net-0 up
         ip addr add 192.168.15.5/24 dev v-net-0
         for n in 1 2 3; do
           ip netns add ns$n
           ip link add veth$n type veth peer name veth$n-br
           ip link set veth$n netns ns$n
           ip link set veth$n-br master v-net-0
           ip -n ns$n addr add 192.168.15.$n/24 dev veth$n
           ip -n ns$n link set dev veth$n up
           ip -n ns$n link set lo up
           ip link set dev veth$n-br up
           ip netns exec ns$n ip route add default via 192.168.15.5
         done
         sysctl -qw net.ipv4.ip_forward=1
         iptables -t nat -A POSTROUTING -s 192.168.15.0/24 -j MASQUERADE",
    );
    for name in ["ns1", "ns2", "ns3"] {
        for address in ["192.168.15.1", "192.168.15.2", "192.168.15.3", "192.168.15.5"] {
            reaches(&walk.world, name, address);
        }
        reaches(&walk.world, name, "203.0.113.1");
    }
    let ports = walk.types("bridge link");
    assert_eq!(ports.lines().count(), 3, "{ports}");
    assert_eq!(ports, walk.world.sh("bridge link"));
    // In place of `brctl show`, `brctl delif` and `brctl delbr`.
    walk.types(
        "ip link show master v-net-0
         ip link set veth1-br nomaster
         ip link set v-net-0 down
         ip link delete v-net-0 type bridge",
    );
    assert!(!walk.world.succeeds("ip link show v-net-0"));
}

#[test]
fn a_running_process_gets_a_second_link() {
    need_tool!("ip");
    let walk = Walk::new(World::builder().lan().build());
    walk.types(
        "unshare -n sleep 60 & pid=$!
         while [ \"$(readlink /proc/$pid/ns/net)\" = \"$(readlink /proc/self/ns/net)\" ]; do
           sleep 0.05
         done
         mkdir -p /var/run/netns
         ln -sfT /proc/$pid/ns/net /var/run/netns/$pid
         ip addr flush dev lan0
         ip link add link lan0 name mv0 type macvlan mode bridge
         ip link set mv0 netns $pid
         ip netns exec $pid ip link set mv0 name eth1
         ip netns exec $pid ip addr add 192.0.2.50/24 dev eth1
         ip netns exec $pid ip link set eth1 up
         ip netns exec $pid ip route add default via 192.0.2.10
         ip link add A type veth peer name B
         ip link set B netns $pid
         ip addr add 10.9.0.1/24 dev A
         ip link set A up
         ip netns exec $pid ip link set dev B name eth0
         ip netns exec $pid ip link set eth0 address 12:34:56:78:9a:bc
         ip netns exec $pid ip link set eth0 up
         ip netns exec $pid ip addr add 10.9.0.2/24 dev eth0
         ip netns exec $pid ping -c1 -W3 192.0.2.10
         ip netns exec $pid ping -c1 -W3 10.9.0.1
         ip -j -n $pid addr show dev eth0 >/dev/null
         test \"$(nsenter -t $pid -n cat /sys/class/net/lo/ifindex)\" = 1
         rm /var/run/netns/$pid
         kill $pid",
    );
}

#[test]
fn two_servers_listen_on_port_80_side_by_side() {
    need_tool!("python3");
    let walk = Walk::new(World::new());
    walk.types(
        "for n in 1 2; do
           ip netns add web$n
           ip link add w$n type veth peer name eth0 netns web$n
           ip addr add 10.8.$n.1/24 dev w$n
           ip link set w$n up
           ip netns exec web$n sh -c \"
             ip link set lo up
             ip addr add 10.8.$n.2/24 dev eth0
             ip link set eth0 up
             ip route add default via 10.8.$n.1\"
         done",
    );
    let serve = "import socket,sys\ns=socket.create_server(('',80))\nprint(flush=True)\nwhile 1:\n \
                 c,_=s.accept();c.sendall(sys.argv[1].encode());c.close()";
    let fetch =
        "import socket,sys\nprint(socket.create_connection((sys.argv[1],80),5).recv(9).decode())";
    for name in ["web1", "web2"] {
        let script = format!(
            "(ip netns exec {name} python3 -c \"{serve}\" {name} >{0}/{name} 2>&1 &); \
             until [ -s {0}/{name} ]; do sleep 0.05; done",
            walk.world.scratch()
        );
        walk.types(&script);
    }
    for n in [1, 2] {
        let address = format!("10.8.{n}.2");
        let answer = walk.world.cmd(["python3", "-c", fetch, &address]).run().ok().stdout;
        assert_eq!(answer, format!("web{n}\n"));
    }
}

#[test]
fn each_namespace_has_a_resolv_conf_of_its_own() {
    need_tool!("ip");
    let walk = Walk::new(World::new());
    let before = walk.world.read("/etc/resolv.conf");
    let seen = walk.types(
        "ip netns add red
         mkdir -p /etc/netns/red
         echo 'nameserver 192.0.2.1' > /etc/netns/red/resolv.conf
         ip netns exec red cat /etc/resolv.conf",
    );
    assert_eq!(seen, "nameserver 192.0.2.1\n");
    assert_eq!(walk.world.sh("ip netns exec red cat /etc/resolv.conf"), seen);
    assert_eq!(walk.world.read("/etc/resolv.conf"), before);
}
