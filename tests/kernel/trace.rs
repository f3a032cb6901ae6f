//! `--trace` and `--dry-run --format netlink`: what they show is what is said to the kernel.

use crate::runs::{detached, with_network};
use crate::world::World;

/// What `nsrun run` wrote to stderr, and the datagrams that strace saw being sent to netlink by
/// all its processes.
fn sent(world: &World, options: &[&str]) -> (String, Vec<Vec<u8>>) {
    // A file per process: in one file, their lines would cut into each other's calls.
    let strace = ["strace", "-ff", "-qq", "-e", "trace=sendto", "-e", "write=all"];
    let nsrun = [env!("CARGO_BIN_EXE_nsrun"), "run"];
    let all = world.cmd(strace).args(["-o", "/dev/shm/trace"]).args(nsrun).args(options);
    let run = all.arg("/bin/true").run().ok();
    assert_eq!(run.stdout, "");
    let mut datagrams: Vec<Vec<u8>> = Vec::new();
    let mut netlink = false;
    let files = world.cmd(["sh", "-c", "cat /dev/shm/trace.*"]).run().ok().stdout;
    for line in files.lines() {
        // ` | 00010  00 00 00 00 01 00 00 00  01 00 00 00 09 00 03 00  ................ |`
        let Some(dump) = line.strip_prefix(" | ") else {
            netlink = line.contains("nlmsg_len=");
            continue;
        };
        if !netlink {
            continue;
        }
        let (offset, rest) = dump.split_at(5);
        let digits = rest.get(2..50).expect("16 bytes in hex");
        if offset == "00000" {
            datagrams.push(Vec::new());
        }
        let bytes = digits.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).expect(line));
        datagrams.last_mut().expect("a datagram").extend(bytes);
    }
    (run.stderr, datagrams)
}

/// The bytes that a text of `--format netlink` shows.
fn shown(text: &str) -> Vec<u8> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let digits = lines.flat_map(|line| line[7..].get(..23).unwrap_or(&line[7..]).split(' '));
    let bytes = digits.filter(|digits| !digits.is_empty());
    bytes.map(|byte| u8::from_str_radix(byte, 16).expect("a byte in hex")).collect()
}

/// The messages of datagrams, with what differs from one time to the next taken out: the number,
/// and what only the kernel can know.
fn messages(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    const NEWADDR: u16 = 20;
    let mut messages = Vec::new();
    while bytes.len() >= 16 {
        let len = u32::from_ne_bytes(bytes[..4].try_into().expect("4 bytes")) as usize;
        let mut message = bytes[..len].to_vec();
        bytes = &bytes[len.next_multiple_of(4).min(bytes.len())..];
        message[8..12].fill(0);
        let kind = u16::from_ne_bytes([message[4], message[5]]);
        if kind == NEWADDR {
            message[20..24].fill(0); // the index of eth0
        }
        if message.windows(4).any(|it| it == b"veth") {
            let end = message.len() - 4;
            message[end..].fill(0); // the process that the other end goes to
        }
        // The port of the responder, behind an immediate value's header and before the next.
        for at in 0..message.len().saturating_sub(8) {
            if message[at..at + 4] == [6, 0, 1, 0] && message[at + 4..at + 6] != [0, 53] {
                message[at + 4..at + 6].fill(0);
            }
        }
        if message.windows(11).any(|it| it == b"supervisor=") {
            message.truncate(16);
            message[..4].fill(0);
        }
        messages.push(message);
    }
    messages
}

#[test]
fn the_bytes_of_a_dry_run_are_those_that_a_run_sends() {
    need_tool!("strace");
    let world = World::new();
    with_network(&world);
    let options = ["--name", "web", "--ip", "10.192.0.9"];
    let dry = world.nsrun(["run", "--dry-run", "--format", "netlink"]).args(options);
    let text = dry.arg("true").run().ok().stdout;
    let expected = messages(&shown(&text));
    // A question and the veth; the network, its five properties and the neighbour; lo; the
    // way to the responder; who tells of links; eth0.
    assert_eq!(expected.len(), 2 + 7 + 1 + 1 + 9 + 4, "{text}");
    let (_, sent) = sent(&world, &options);
    let real: Vec<_> = sent.iter().flat_map(|datagram| messages(datagram)).collect();
    for message in &expected {
        assert!(real.contains(message), "{message:02x?} is not among {real:02x?}\n{text}");
    }
    // Besides: the questions whether the network is there, and whether the firewall's table with its
    // rules, and a chain of iptables.
    let more = real.iter().filter(|message| !expected.contains(message)).count();
    assert_eq!(more, 4, "{real:02x?}");
    for words in
        ["# host, send 1, route: create veth \"ns0.9\"", "IFNAME (3): \"ns0.9\"", "10.192.0.9"]
    {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}

#[test]
fn a_trace_shows_every_message_of_parent_and_child() {
    need_tool!("strace");
    let world = World::new();
    with_network(&world);
    let (trace, datagrams) = sent(&world, &["--trace", "--name", "web", "--ip", "10.192.0.9"]);
    let count = |arrow: &str| trace.lines().filter(|line| line.starts_with(arrow)).count();
    assert_eq!(count("trace: host -> ") + count("trace: inside -> "), datagrams.len(), "{trace}");
    assert_eq!(count("trace: inside -> route"), 2, "{trace}");
    assert_eq!(count("trace: inside -> netfilter"), 1, "{trace}");
    assert_eq!(count("trace: inside -> generic"), 1, "{trace}");
    // One more: whether this host has the address is asked with the claim.
    assert_eq!(count("trace: host <- route"), count("trace: host -> route") + 1, "{trace}");
    assert_eq!(count("trace: inside <- "), 4, "{trace}");
    // In order: the claim with its lease, then what is said about it.
    let at = |text: &str| trace.find(text).unwrap_or_else(|| panic!("no {text:?} in\n{trace}"));
    assert!(at("IFNAME (3): \"ns0.9\"") < at("ALT_IFNAME (53): \"run:web\""));
    assert!(at("RTM_NEWLINK (16)") < at("ALT_IFNAME (53): \"run:web\""));
    let inside: String = trace
        .split("trace: ")
        .filter(|datagram| datagram.starts_with("inside -> "))
        .collect::<Vec<_>>()
        .concat();
    for words in ["IFNAME (3): \"lo\"", "LOCAL (2): 10.192.0.9", "RTM_NEWROUTE", "10.192.0.1"] {
        assert!(inside.contains(words), "no {words:?} in\n{inside}");
    }
    // Bytes too.
    assert!(trace.contains("  08 00 02 00 0a c0 00 09 "), "{trace}");
}

#[test]
fn every_command_can_be_traced_and_none_is_unasked() {
    let world = World::new();
    for words in [
        &["ps", "--trace"][..],
        &["--trace", "network", "list"],
        &["netns", "list-id", "--trace"],
        &["--trace", "ip", "link"],
        &["ip", "--trace", "link"],
    ] {
        let output = world.nsrun(words).run().ok();
        assert!(output.stderr.starts_with("trace: host -> route, "), "{words:?}: {output}");
        assert!(output.stderr.contains("RTM_GET"), "{words:?}: {output}");
        let plain: Vec<_> = words.iter().filter(|word| **word != "--trace").collect();
        let untraced = world.nsrun(plain).run().ok();
        assert_eq!(untraced.stderr, "", "{words:?}");
        assert_eq!(untraced.stdout, output.stdout, "{words:?}");
    }
}

#[test]
fn a_run_in_the_background_traces_to_its_log() {
    let world = World::new();
    let log = format!("{}/log", world.scratch());
    detached(&world, &["--trace", "--name", "web", "--log", &log], &["sleep", "1000"]);
    let trace = world.read(&log);
    assert!(trace.contains("trace: inside -> route"), "{trace}");
    assert!(trace.contains("ALT_IFNAME (53): \"run:web\""), "{trace}");
}

#[test]
fn a_refusal_is_traced_with_the_words_of_the_kernel() {
    let world = World::new();
    let add = ["ip", "--trace", "address", "add", "192.0.2.1/24", "dev", "lo"];
    world.nsrun(add).run().ok();
    let output = world.nsrun(add).run().exits(2);
    assert!(output.stderr.contains("NLMSG_ERROR (2)"), "{output}");
    assert!(output.stderr.contains("errno: -17"), "{output}");
    assert!(output.stderr.contains("MSG (1): \"ipv4: Address already assigned"), "{output}");
}
