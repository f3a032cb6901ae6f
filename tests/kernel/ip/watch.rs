//! What is watched.

use std::time::Duration;

use super::{OURS, THEIRS, quiet_world};

#[test]
fn monitor_prints_what_changes_as_iproute2_does() {
    need_tool!("ip");
    let world = quiet_world();
    let objects = "link address route rule neigh";
    let more = [
        format!("-4 monitor {objects}"),
        format!("-6 monitor {objects}"),
        "monitor addr".into(),
        "monitor l link".into(),
    ];
    let (mut starts, mut ends) = (String::new(), String::new());
    for (n, words) in more.iter().enumerate() {
        starts += &format!("timeout 3 {THEIRS} {words} > theirs.{n} & ");
        starts += &format!("timeout 3 {OURS} {words} > ours.{n} & ");
        ends += &format!("diff theirs.{n} ours.{n} && [ -s ours.{n} ] && ");
    }
    let script = format!(
        "cd {}; \
         timeout 3 {THEIRS} monitor {objects} > theirs & timeout 3 {OURS} monitor > ours & \
         timeout 3 {THEIRS} -o monitor label {objects} > theirs.one & \
         timeout 3 {OURS} -o monitor all > ours.one & \
         {starts}\
         sleep 0.5; ip link add q0 type ifb; ip link set q0 up; ip addr add 10.0.0.1/24 dev q0; \
         ip addr add fd00::1/64 dev q0 nodad; \
         ip link add b0 type bridge; bridge fdb add 02:00:00:00:00:09 dev b0 self local; \
         ip route add 10.9.0.0/16 dev q0; \
         ip neigh add 10.0.0.3 lladdr 02:00:00:00:00:01 dev q0; ip rule add pref 5 table 7; \
         ip rule del pref 5; ip route del 10.9.0.0/16; ip addr del 10.0.0.1/24 dev q0; \
         ip link del q0; wait; diff theirs ours && diff theirs.one ours.one && {ends} \
         wc -l < ours",
        world.scratch()
    );
    let output = world.cmd(["sh", "-c", &script]).timeout(Duration::from_secs(15)).run().ok();
    let lines: usize = output.stdout.trim().parse().unwrap_or_default();
    assert!(lines > 10, "{output}");
}
