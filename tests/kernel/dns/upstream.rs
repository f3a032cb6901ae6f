//! A server that knows names of the world outside, well or badly behaved, and a client that asks for them.

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::time::Duration;

use crate::world::{Running, World};

pub(super) const SECONDS: Duration = Duration::from_secs(10);

/// A server in the world's internet; `mode` says how it behaves.
pub(super) fn upstream(world: &World, address: &str, mode: &str) -> Running {
    let own = std::env::current_exe().unwrap().display().to_string();
    let args = ["--ignored", "--exact", "dns::upstream::serve_as_upstream", "--nocapture"];
    let argv: Vec<&str> = [own.as_str()].into_iter().chain(args).collect();
    let server = world
        .internet()
        .cmd(argv)
        .env("UPSTREAM_ADDRESS", address)
        .env("UPSTREAM_MODE", mode)
        .timeout(Duration::from_secs(60))
        .spawn();
    while server.line(SECONDS) != "ready" {}
    server
}

/// Answers every name below example.org with 192.0.2.80, and says that no other exists.
#[test]
#[ignore = "run by the tests of names, in a namespace of theirs"]
fn serve_as_upstream() {
    let address = std::env::var("UPSTREAM_ADDRESS").unwrap();
    let mode = std::env::var("UPSTREAM_MODE").unwrap();
    let udp = UdpSocket::bind((address.as_str(), 53)).unwrap();
    let tcp = TcpListener::bind((address.as_str(), 53)).unwrap();
    println!("\nready");
    let over_tcp = mode.clone();
    std::thread::spawn(move || {
        let mut silent = Vec::new();
        for client in tcp.incoming() {
            let mut client = client.unwrap();
            match over_tcp.as_str() {
                "silent" => {
                    silent.push(client);
                    continue;
                }
                "hang up" => continue,
                _ => {}
            }
            let mut len = [0; 2];
            client.read_exact(&mut len).unwrap();
            let mut query = vec![0; usize::from(u16::from_be_bytes(len))];
            client.read_exact(&mut query).unwrap();
            let mut reply = answer(&query, [192, 0, 2, 81]);
            fail(&mut reply, &over_tcp);
            client.write_all(&(reply.len() as u16).to_be_bytes()).unwrap();
            client.write_all(&reply).unwrap();
        }
    });
    let mut buf = [0; 4096];
    loop {
        let (len, client) = udp.recv_from(&mut buf).unwrap();
        let query = &buf[..len];
        println!("query");
        let mut reply = answer(query, [192, 0, 2, 80]);
        match mode.as_str() {
            "silent" => continue,
            // Longer than any buffer that was made for what is usual.
            "large" => {
                let record = reply[question_end(query)..].to_vec();
                reply.extend(record.repeat(399));
                reply[6..8].copy_from_slice(&400u16.to_be_bytes());
            }
            "truncate" => {
                reply.truncate(question_end(query));
                reply[2] |= 0x02;
                reply[7] = 0;
            }
            "lie" => {
                let mut lie = answer(query, [192, 0, 2, 66]);
                lie[0] ^= 0xff;
                udp.send_to(&lie, client).unwrap();
                std::thread::sleep(Duration::from_millis(50));
            }
            mode => fail(&mut reply, mode),
        }
        udp.send_to(&reply, client).unwrap();
    }
}

/// Makes a reply one that says nothing of the name, where the server's mode is such a code.
fn fail(reply: &mut Vec<u8>, mode: &str) {
    if let Ok(code) = mode.parse::<u8>() {
        reply.truncate(question_end(reply));
        reply[3] = 0x80 | code;
        reply[7] = 0;
    }
}

fn question_end(query: &[u8]) -> usize {
    12 + query[12..].iter().position(|&byte| byte == 0).unwrap() + 5
}

fn answer(query: &[u8], address: [u8; 4]) -> Vec<u8> {
    let end = question_end(query);
    let mut reply = query[..end].to_vec();
    reply[2] = 0x81;
    reply[3] = 0x80;
    reply[6..12].fill(0);
    reply[11] = 0;
    let exists = query[12..end].windows(11).any(|part| part == b"\x07example\x03or");
    let wants_v4 = query[end - 4..end] == [0, 1, 0, 1];
    match (exists, wants_v4) {
        (false, _) => reply[3] |= 3,
        (true, false) => {}
        (true, true) => {
            reply[7] = 1;
            reply.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
            reply.extend(address);
        }
    }
    reply
}

/// Asks for www.example.org over UDP, taking as many bytes as `ROOM` says, or without EDNS; says how
/// many came, whether they are all, and how many answers are among them.
#[test]
#[ignore = "run by the tests of names, in a namespace of theirs"]
fn ask_over_udp() {
    let mut query =
        b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\x03org\0\0\x01\0\x01".to_vec();
    if let Ok(room) = std::env::var("ROOM") {
        let room: u16 = room.parse().unwrap();
        query[11] = 1;
        query.extend([0, 0, 41]);
        query.extend(room.to_be_bytes());
        query.extend([0; 6]);
    }
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect("127.0.0.11:53").unwrap();
    socket.set_read_timeout(Some(SECONDS)).unwrap();
    socket.send(&query).unwrap();
    let mut reply = vec![0; 65536];
    let len = socket.recv(&mut reply).unwrap();
    assert_eq!(reply[..2], query[..2]);
    let whole = if reply[2] & 2 == 0 { "whole" } else { "cut" };
    println!("\nreply: {len} {whole} {}", u16::from_be_bytes([reply[6], reply[7]]));
}

/// What [`ask_over_udp`] says in a run.
pub(super) fn asked_over_udp(world: &World, room: Option<u16>) -> String {
    let own = std::env::current_exe().unwrap().display().to_string();
    let mut args = vec!["run".to_owned()];
    args.extend(room.into_iter().flat_map(|room| ["--env".to_owned(), format!("ROOM={room}")]));
    args.extend(
        [&own, "--ignored", "--exact", "dns::upstream::ask_over_udp", "--nocapture"]
            .map(Into::into),
    );
    let out = world.nsrun(args).run().ok().stdout;
    let reply = out.lines().find_map(|line| line.strip_prefix("reply: "));
    reply.unwrap_or_else(|| panic!("{out}")).to_owned()
}
