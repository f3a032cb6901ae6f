//! The classic walk-throughs of network namespaces, each step one command.

use std::time::Duration;

use crate::runs::{SOON, detached, place};
use crate::world::{World, settle};

#[test]
fn two_named_namespaces_joined_by_a_network_reach_each_other() {
    let world = World::new();
    world.sh("ip netns add red; ip netns add blue");
    world.nsrun(["network", "create", "--internal", "--subnet", "10.1.1.0/24", "pair"]).run().ok();
    world.nsrun(["connect", "red", "pair", "--ip", "10.1.1.2"]).run().ok();
    world.nsrun(["connect", "blue", "pair", "--ip", "10.1.1.3"]).run().ok();
    world.sh("ip netns exec red ping -c1 -W3 10.1.1.3");
    world.sh("ip netns exec blue ping -c1 -W3 10.1.1.2");
}

#[test]
fn several_namespaces_on_a_bridge_all_reach_each_other() {
    let world = World::new();
    let names = ["n1", "n2", "n3"];
    let addresses = names.map(|name| {
        world.sh(&format!("ip netns add {name}; ip -n {name} link set lo up"));
        let out = world.nsrun(["connect", name, "bridge"]).run().ok().stdout;
        out.split([' ', '/']).nth(1).unwrap().to_owned()
    });
    for name in names {
        for address in &addresses {
            world.sh(&format!("ip netns exec {name} ping -c1 -W3 {address}"));
        }
    }
}

#[test]
fn a_running_process_gets_a_second_link_with_an_address_of_the_lan() {
    let world = World::builder().lan().build();
    world.sh("ip addr flush dev lan0");
    detached(&world, &["--name", "web"], &["sleep", "60"]);
    world.nsrun(["connect", "web", "macvlan:lan0", "--ip", "192.0.2.50/24"]).run().ok();
    place(&world, "web").sh("ping -c1 -W3 192.0.2.10");
    world.lan().sh("ping -c1 -W3 192.0.2.50");
}

#[test]
fn two_servers_listen_on_port_80_side_by_side() {
    need_tool!("python3");
    let world = World::new();
    let serve = "import socket,sys\ns=socket.create_server(('',80))\nwhile 1:\n c,_=s.accept();\
                 c.sendall(sys.argv[1].encode());c.close()";
    let fetch =
        "import socket,sys\nprint(socket.create_connection((sys.argv[1],80),3).recv(99).decode())";
    for name in ["one", "two"] {
        detached(&world, &["--name", name], &["python3", "-c", serve, name]);
        let address = place(&world, name).addresses("eth0")[0].replace("/20", "");
        let answer = || world.cmd(["python3", "-c", fetch, &address]).run().stdout;
        assert!(settle(|| answer() == format!("{name}\n"), SOON), "{}", answer());
    }
}

#[test]
fn each_namespace_has_a_resolv_conf_of_its_own() {
    let world = World::new();
    world.sh("ip netns add red; ip netns add blue; mkdir -p /etc/netns/red /etc/netns/blue");
    for (name, server) in [("red", "192.0.2.1"), ("blue", "192.0.2.2")] {
        let line = format!("nameserver {server}\n");
        world.write(&format!("/etc/netns/{name}/resolv.conf"), &line);
        let net = format!("ns:{name}");
        let cat = ["run", "--net", &net, "--", "cat", "/etc/resolv.conf"];
        assert_eq!(world.nsrun(cat).run().ok().stdout, line);
    }
    let host = world.read("/etc/resolv.conf");
    let own = ["run", "--dns", "none", "--net", "none", "--", "cat", "/etc/resolv.conf"];
    assert_eq!(world.nsrun(own).timeout(Duration::from_secs(20)).run().ok().stdout, host);
}
