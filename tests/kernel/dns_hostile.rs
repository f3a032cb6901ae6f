//! What a run can do to those who answer its names: hurt itself.

use std::time::Duration;

use crate::world::World;

/// A run that waits, and the process of nsrun that answers its names.
fn victim(world: &World) -> String {
    world.nsrun(["run", "-d", "--name", "web", "sleep", "60"]).run().ok();
    world.nsrun(["inspect", "web", "--json"]).run().ok().json()["supervisor"].to_string()
}

/// How long a process has worked, in hundredths of a second.
fn worked(world: &World, pid: &str) -> u64 {
    let stat = world.read(&format!("/proc/{pid}/stat"));
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn without_descriptors_for_connections_it_rests_and_answers_over_udp() {
    need_tool!("prlimit");
    let world = World::new();
    let pid = victim(&world);
    let last = world.sh(&format!("ls /proc/{pid}/fd | sort -n | tail -1"));
    let limit = last.trim().parse::<u32>().unwrap() + 1;
    world.sh(&format!("prlimit --pid {pid} --nofile={limit}:"));
    // More than fit into gaps between the descriptors that it has.
    let connect = "for i in 1 2 3 4 5 6 7 8 9; do exec {fd}<>/dev/tcp/127.0.0.11/53; done; \
        echo connected; sleep 30";
    let client = world.nsrun(["exec", "web", "bash", "-c", connect]).spawn();
    assert_eq!(client.line(Duration::from_secs(10)), "connected");
    let before = worked(&world, &pid);
    std::thread::sleep(Duration::from_secs(1));
    world.nsrun(["exec", "web", "getent", "ahostsv4", "web"]).run().ok();
    let worked = worked(&world, &pid) - before;
    assert!(worked < 30, "it worked for {worked} hundredths of a second");
    world.sh(&format!("prlimit --pid {pid} --nofile=1024:"));
    let over_tcp = ["exec", "web", "env", "RES_OPTIONS=use-vc", "getent", "ahostsv4", "web"];
    world.nsrun(over_tcp).run().ok();
}
