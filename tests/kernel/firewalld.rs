//! Beside a real firewalld: what it rejects is told, with the command that helps, and its reloads
//! leave our rules alone.

use crate::runs::{SOON, inside};
use crate::talk::{seen, served};
use crate::world::{World, settle};

#[test]
fn a_reload_of_firewalld_is_survived() {
    need_tool!("firewalld");
    need_tool!("dbus-daemon");
    need_tool!("python3");
    let world = World::builder().lan().build();
    // Its settings are those of the distribution, whatever this machine's are.
    world.sh("mkdir -p /run/dbus /run/firewalld; mount -t tmpfs none /etc/firewalld");
    let timeout = std::time::Duration::from_secs(120);
    let bus = ["dbus-daemon", "--system", "--nofork", "--nopidfile"];
    let _bus = world.cmd(bus).timeout(timeout).spawn();
    assert!(settle(|| world.succeeds("test -S /run/dbus/system_bus_socket"), SOON));
    let _firewalld = world.cmd(["firewalld", "--nofork", "--nopid"]).timeout(timeout).spawn();
    if !settle(|| world.succeeds("firewall-cmd --state >/dev/null 2>&1"), SOON * 3) {
        skip!("firewalld does not start here");
    }
    // A zone that rejects nothing is in nobody's way.
    let zone = |name: &str| {
        world.sh(&format!("firewall-cmd --set-default-zone={name} >/dev/null"));
        let output = world.nsrun(["run", "-p", "9000:80", "true"]).run().ok();
        output.stderr.contains("firewalld rejects")
    };
    assert!(!zone("trusted"), "{}", world.sh("nft list table inet firewalld"));
    assert!(zone("public"));
    world.nsrun(["network", "rm", "bridge"]).run().ok();
    let output = world.nsrun(["run", "true"]).run().ok();
    let command = output.stderr.split_once("reaches the world: ").expect("it is told").1;
    served(&world, &["--name", "a", "-p", "8080:80"], &["80"]);
    let out = || crate::nat::pings(&inside(&world, "a"), "203.0.113.1");
    let reached = || seen(world.lan(), "tcp 192.0.2.1 8080");
    assert!(!out(), "what is told is not true");
    assert_eq!(reached().as_deref(), Some("192.0.2.10"));
    world.sh(&format!("{{ {} ; }} >/dev/null", command.trim()));
    assert!(out(), "what is told does not help");

    let before = world.sh("nft list table inet nsrun");
    world.sh("firewall-cmd --reload >/dev/null");
    assert_eq!(world.sh("nft list table inet nsrun"), before);
    assert!(out());
    assert_eq!(reached().as_deref(), Some("192.0.2.10"));
    world.sh("firewall-cmd --complete-reload >/dev/null");
    assert_eq!(world.sh("nft list table inet nsrun"), before);
}
