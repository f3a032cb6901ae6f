//! `nsrun bridge` beside iproute2's `bridge`.

use serde_json::Value;

use super::{answers, difference, quiet_world, side_by_side, still};
use crate::world::World;

const THEIRS: &str = "bridge";
const OURS: &str = concat!(env!("CARGO_BIN_EXE_nsrun"), " bridge");

/// Two bridges with ports of several kinds, and entries of all sorts.
fn bridges() -> World {
    let world = quiet_world();
    world.sh("ip link add br0 up address 02:00:00:00:00:01 type bridge; \
         ip link add 'b\"r' up address 02:00:00:00:00:02 type bridge stp_state 1; \
         ip link add v0 up address 02:00:00:00:00:03 type veth \
           peer name v1 address 02:00:00:00:00:04; \
         ip link set v0 master br0; ip link set v1 up; \
         ip link add v2 up address 02:00:00:00:00:05 type veth peer name v3; \
         ip link set v2 master 'b\"r'; \
         ip link add vx0 address 02:00:00:00:00:13 type vxlan id 5 local 198.51.100.1 dstport 4789; \
         ip link set vx0 master br0 up; \
         ip link set v0 type bridge_slave isolated on hairpin on priority 3 cost 77; \
         bridge fdb add 02:00:00:00:09:09 dev v0 master static; \
         bridge fdb add 02:00:00:00:09:0a dev v0 master dynamic; \
         bridge fdb add 02:00:00:00:09:0b dev v0 self; \
         bridge fdb add 02:00:00:00:09:0c dev v0 master static sticky; \
         bridge fdb add 02:00:00:00:09:0d dev v0 master extern_learn; \
         bridge fdb append 00:00:00:00:00:00 dev vx0 dst 198.51.100.9; \
         bridge fdb append 00:00:00:00:00:00 dev vx0 dst 198.51.100.10 port 5000 vni 7 via up0; \
         bridge fdb add 02:00:00:00:09:0e dev vx0 dst 198.51.100.11; \
         sleep 1.5");
    world
}

#[test]
fn ports_and_forwarding_entries_are_shown_alike() {
    need_tool!("bridge");
    let world = bridges();
    let objects = [
        "link",
        "link show dev v0",
        "fdb",
        "fdb show br br0",
        "fdb show brport vx0",
        "fdb show dev v0",
        "fdb show state permanent",
        "fdb show state static",
        "fdb show state reachable",
        "fdb show state all",
        "fdb show dynamic",
        "fdb show vlan 5",
        "l",
        "f s",
    ];
    let views: Vec<_> = ["", "-d ", "-o -d ", "-c=always ", "-j ", "-j -d "]
        .iter()
        .flat_map(|option| objects.map(|object| format!("{option}{object}")))
        .collect();
    let plain = |answer: &str| match answer.starts_with('[') {
        true => still(answer),
        false => Value::from(answer),
    };
    let mut shown = 0;
    for (view, ours, theirs) in side_by_side(&world, [OURS, THEIRS], &views, plain) {
        let difference = difference(&ours, &theirs);
        assert!(difference.is_empty(), "bridge {view}: {difference}");
        shown += theirs.as_str().map_or(0, |text| text.lines().count());
    }
    assert!(shown > 300, "iproute2 shows {shown} lines");
}

#[test]
fn a_link_called_bridge_is_that_program_and_refuses_as_it_does() {
    need_tool!("bridge");
    let world = bridges();
    let linked = format!("{}/bridge", world.scratch());
    world.sh(&format!("ln -s {} {linked}", env!("CARGO_BIN_EXE_nsrun")));
    let views = [
        "foo",
        "link foo",
        "fdb foo",
        "-x",
        "-br link",
        "link show dev nope",
        "fdb show br nope",
        "fdb show dev nope",
        "fdb show state foo",
        "-n nope link",
    ]
    .map(str::to_owned);
    let (ours, theirs) = (answers(&world, &linked, &views), answers(&world, THEIRS, &views));
    for ((view, theirs), (_, ours)) in theirs.iter().zip(&ours) {
        assert_eq!(ours, theirs, "bridge {view}");
    }
}
