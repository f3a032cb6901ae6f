//! The ruleset for each set of options, as `nft -j` lists it: exactly what is in `golden/`.
//!
//! After a change that is meant, `GOLDEN=write` writes the files anew; then look at the difference.

use serde_json::Value;

use crate::runs::detached;
use crate::world::World;

/// What stands for a file: its objects, one a line, without what differs from run to run.
pub(crate) fn listed(world: &World) -> String {
    let mut all = world.json("nft -j list ruleset");
    let objects = all["nftables"].as_array_mut().map(std::mem::take).unwrap_or_default();
    let mut lines = String::new();
    for mut object in objects {
        if object.get("metainfo").is_some() {
            continue;
        }
        strip(&mut object);
        lines.push_str(&format!("{object}\n"));
    }
    lines
}

/// Takes away handles, and which processes own ports since when.
fn strip(value: &mut Value) {
    match value {
        Value::Object(items) => {
            items.remove("handle");
            if let Some(comment) = items.get_mut("comment")
                && let Some(text) = comment.as_str()
                && let Some((lease, _)) = text.split_once(' ')
            {
                *comment = format!("{lease} PID STARTED").into();
            }
            items.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

#[track_caller]
fn check(world: &World, name: &str) {
    let path = format!("{}/tests/kernel/golden/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let found = listed(world);
    if std::env::var_os("GOLDEN").is_some() {
        std::fs::write(&path, &found).expect("the file can be written");
    }
    let golden = std::fs::read_to_string(&path).expect("there is such a file");
    for (n, (found, golden)) in found.lines().zip(golden.lines()).enumerate() {
        assert_eq!(found, golden, "{name}: line {}", n + 1);
    }
    assert_eq!(found.lines().count(), golden.lines().count(), "{name}: {found}");
}

/// Makes a network with these options, and lists what there is then.
fn network(name: &str, options: &[&str]) {
    need_tool!("nft");
    let world = World::new();
    let create = ["network", "create", "--subnet", "10.50.0.0/24"];
    world.nsrun(create).args(options).arg("web").run().ok();
    check(&world, name);
}

#[test]
fn default() {
    let world = World::new();
    world.nsrun(["run", "true"]).run().ok();
    check(&world, "default");
}

#[test]
fn on_a_host_that_did_not_forward() {
    let world = World::builder().no_forwarding().ipv6().build();
    world.nsrun(["network", "create", "--subnet6", "fd00:80::/64", "six"]).run().ok();
    check(&world, "guarded");
}

#[test]
fn internal() {
    network("internal", &["--internal"]);
}

#[test]
fn isolated() {
    network("isolated", &["--isolated"]);
}

#[test]
fn open() {
    network("open", &["--open"]);
}

#[test]
fn fixed_source() {
    network("snat", &["--snat", "198.51.100.1"]);
}

#[test]
fn own_source() {
    network("own-source", &["--masquerade", "off"]);
}

#[test]
fn routed() {
    network("ptp", &["--driver", "ptp"]);
}

#[test]
fn ipv6_with_all_kinds_of_ports() {
    let world = World::builder().ipv6().build();
    let create = ["network", "create", "--subnet", "10.50.0.0/24", "--subnet6", "fd00:80::/64"];
    world.nsrun(create).arg("web").run().ok();
    let ports = ["-p", "8080:80", "-p", "0.0.0.0:53:53/udp", "-p", "[::]:54:54/sctp"];
    let more = ["-p", "127.0.0.1:9000-9002:80-82", "-p", "[fd00:198::1]:443:8443"];
    let options = [&["--net", "web", "--ip", "10.50.0.7"][..], &ports, &more].concat();
    detached(&world, &options, &["sleep", "1000"]);
    check(&world, "ports");
}
