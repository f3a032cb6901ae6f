//! What a run can do to those who answer its names: hurt itself.

use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::time::Duration;

use crate::world::{Running, World, settle};

const SECONDS: Duration = Duration::from_secs(10);

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
    assert_eq!(client.line(SECONDS), "connected");
    let before = worked(&world, &pid);
    std::thread::sleep(Duration::from_secs(1));
    world.nsrun(["exec", "web", "getent", "ahostsv4", "web"]).run().ok();
    let worked = worked(&world, &pid) - before;
    assert!(worked < 30, "it worked for {worked} hundredths of a second");
    world.sh(&format!("prlimit --pid {pid} --nofile=1024:"));
    let over_tcp = ["exec", "web", "env", "RES_OPTIONS=use-vc", "getent", "ahostsv4", "web"];
    world.nsrun(over_tcp).run().ok();
}

/// Kilobytes of memory that a process has.
fn memory(world: &World, pid: &str) -> u64 {
    let status = world.read(&format!("/proc/{pid}/status"));
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

fn descriptors(world: &World, pid: &str) -> usize {
    world.sh(&format!("ls /proc/{pid}/fd")).lines().count()
}

/// Has this test program carry out an attack in the run "web", until it says that it is done.
fn attack(world: &World, how: &str) -> Running {
    let own = std::env::current_exe().unwrap().display().to_string();
    let test = format!("dns_hostile::{how}");
    let args = ["exec", "web", &own, "--ignored", "--exact", &test, "--nocapture"];
    let running = world.nsrun(args).stdin_open().timeout(4 * SECONDS).spawn();
    while running.line(4 * SECONDS) != "done" {}
    running
}

fn assert_answers(world: &World) {
    for run in ["web", "other"] {
        world.nsrun(["exec", run, "getent", "ahostsv4", "web"]).run().ok();
    }
}

#[test]
fn datagrams_of_any_bytes_cost_no_memory_and_end_nothing() {
    let world = World::new();
    let pid = victim(&world);
    world.nsrun(["run", "-d", "--name", "other", "sleep", "60"]).run().ok();
    let before = memory(&world, &pid);
    attack(&world, "send_any_bytes");
    assert_answers(&world);
    let after = memory(&world, &pid);
    assert!(after < before + 700, "{before} kB before, {after} kB after");
}

#[test]
#[ignore = "run by the tests of this file, in a run of theirs"]
fn send_any_bytes() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect("127.0.0.11:53").unwrap();
    socket.set_nonblocking(true).unwrap();
    let query = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\x01\x03web\x02no\x04such\0\0\x01\0\x01\0\0\x29\xff\xff\0\0\0\0\0\0";
    // Records that are not there, and names that lead to names.
    let mut claims = vec![0xff; 4096];
    claims[..4].copy_from_slice(b"\x12\x34\x01\0");
    let mut chain = query[..12].to_vec();
    chain.extend(b"\x01a\0\0\x01\0\x01\0\0\x10\0\x01\0\0\0\0\x0f\0");
    let start = chain.len();
    chain.extend((0..1920).flat_map(|n: usize| {
        let to = if n == 0 { 12 } else { start + 2 * (n - 1) };
        (0xc000 | to as u16).to_be_bytes()
    }));
    chain[11] = 2;
    chain.extend((0xc000 | (start + 2 * 1919) as u16).to_be_bytes());
    chain.extend(b"\0\x05\0\x01\0\0\0\0\0\x02\xc0\x0c");
    let mut random: u32 = 1;
    let mut below = |limit: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % limit
    };
    for n in 0..30_000 {
        let mut bytes = [&query[..], &claims, &chain][[0, 0, 0, 0, 1, 2][n % 6]].to_vec();
        for _ in 0..below(5) {
            let at = below(bytes.len());
            bytes[at] = [0, 0x0c, 0x3f, 0x80, 0xc0, 0xff, below(256) as u8][below(7)];
        }
        if below(4) == 0 {
            bytes.truncate(below(bytes.len()));
        }
        // One that is dropped was too much for the socket, not for who reads it.
        let _ = socket.send(&bytes);
        if n % 16 == 0 {
            std::thread::sleep(Duration::from_micros(500));
        }
    }
    println!("\ndone");
}

#[test]
fn connections_that_say_half_or_never_listen_cost_little_and_are_ended() {
    let world = World::new();
    let pid = victim(&world);
    world.nsrun(["run", "-d", "--name", "other", "sleep", "60"]).run().ok();
    let (memory_before, descriptors_before) = (memory(&world, &pid), descriptors(&world, &pid));
    let attacker = attack(&world, "connect_and_be_rude");
    let (memory_meanwhile, worked_before) = (memory(&world, &pid), worked(&world, &pid));
    assert!(memory_meanwhile < memory_before + 4000, "{memory_before}, then {memory_meanwhile} kB");
    assert!(descriptors(&world, &pid) <= descriptors_before + 32);
    assert_answers(&world);
    let worked = worked(&world, &pid) - worked_before;
    assert!(worked < 30, "it worked for {worked} hundredths of a second");
    drop(attacker);
    let ended = || descriptors(&world, &pid) == descriptors_before;
    assert!(settle(ended, 2 * SECONDS), "connections are left");
    let over_tcp = ["exec", "web", "env", "RES_OPTIONS=use-vc", "getent", "ahostsv4", "web"];
    world.nsrun(over_tcp).run().ok();
}

#[test]
#[ignore = "run by the tests of this file, in a run of theirs"]
fn connect_and_be_rude() {
    let query = b"\0\x15\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03web\0\0\x01\0\x01";
    let connections: Vec<TcpStream> = (0..100)
        .map(|n| {
            let mut stream = TcpStream::connect("127.0.0.11:53").unwrap();
            stream.set_nonblocking(true).unwrap();
            let bytes = match n % 2 {
                // The longest there can be, but for its end.
                0 => [&[0xff; 2][..], &[1; 60_000]].concat(),
                _ => query.repeat(3000),
            };
            let _ = stream.write(&bytes);
            stream
        })
        .collect();
    println!("\ndone");
    let _ = std::io::stdin().read(&mut [0]);
    drop(connections);
}
