//! Recorded events are, one after the other, what `ip monitor` said during the same run.
// The recording is little-endian.
#![cfg(target_endian = "little")]

use std::fs;

use nl::route::route::{self, RT_TABLE_LOCAL};
use nl::route::{LinkFlags, address, link, neighbour, nexthop, rule};
use nl::{Message, Messages};

fn fixture(file: &str) -> Vec<u8> {
    fs::read(format!("{}/../fixtures/nl/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A prefix as ip writes it: a length only where it is not the whole address.
fn prefix(address: impl ToString, len: u8) -> String {
    if len == 32 { address.to_string() } else { format!("{}/{len}", address.to_string()) }
}

/// Index, name, MTU, address and flags of a link, and the like of others.
fn read(message: &Message<'_>) -> String {
    let kind = message.header.kind;
    let deleted = |del: u16| if kind == del { "Deleted " } else { "" };
    // Each type that is deleted has the number behind that of the new one.
    let new = Message {
        header: nl::MessageHeader {
            kind: if kind % 4 == 1 { kind - 1 } else { kind },
            ..message.header
        },
        ..*message
    };
    if let Ok((header, view)) = new.decode(link::NEW) {
        let name = view.get(link::IFNAME).unwrap().unwrap();
        let mtu = view.get(link::MTU).unwrap().unwrap();
        let mac = view.get(link::ADDRESS).unwrap().unwrap();
        let mac: Vec<_> = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        let up = header.flags.contains(LinkFlags::UP);
        let deleted = deleted(link::DEL.code());
        return format!(
            "LINK {deleted}{} {name} mtu {mtu} up {up} {}",
            header.index,
            mac.join(":")
        );
    }
    if let Ok((header, view)) = new.decode(address::NEW) {
        let local = view.get(address::LOCAL).unwrap().unwrap();
        let label = view.get(address::LABEL).unwrap().unwrap();
        let deleted = deleted(address::DEL.code());
        return format!(
            "ADDR {deleted}{} {} {label}",
            header.index,
            prefix(local, header.prefix_len)
        );
    }
    if let Ok((header, view)) = new.decode(route::NEW) {
        let destination = view.get(route::DST).unwrap().unwrap();
        let mut words =
            vec![header.kind.name().unwrap().to_lowercase(), prefix(destination, header.dst_len)];
        if let Some(gateway) = view.get(route::GATEWAY).unwrap() {
            words.push(format!("via {gateway}"));
        }
        let table = view.get(route::TABLE).unwrap().unwrap();
        let local = table == u32::from(RT_TABLE_LOCAL);
        words.push(format!("table {}", if local { "local" } else { "main" }));
        if let Some(source) = view.get(route::PREFSRC).unwrap() {
            words.push(format!("src {source}"));
        }
        return format!("ROUTE {}{}", deleted(route::DEL.code()), words.join(" "));
    }
    if let Ok((header, view)) = new.decode(neighbour::NEW) {
        let address = view.get(neighbour::DST).unwrap().unwrap();
        let mac = view.get(neighbour::LLADDR).unwrap().unwrap();
        let mac: Vec<_> = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        let permanent = header.state.contains(neighbour::State::PERMANENT);
        let deleted = deleted(neighbour::DEL.code());
        return format!("NEIGH {deleted}{address} {} permanent {permanent}", mac.join(":"));
    }
    if let Ok((header, view)) = new.decode(rule::NEW) {
        let priority = view.get(rule::PRIORITY).unwrap().unwrap();
        let source = view.get(rule::SRC).unwrap().unwrap();
        let table = view.get(rule::TABLE).unwrap().unwrap();
        let deleted = deleted(rule::DEL.code());
        return format!(
            "RULE {deleted}{priority} from {} lookup {table}",
            prefix(source, header.src_len)
        );
    }
    let (_, view) = new.decode(nexthop::NEW).expect("a type that was asked for");
    let id = view.get(nexthop::ID).unwrap().unwrap();
    let blackhole = view.get(nexthop::BLACKHOLE).unwrap().is_some();
    format!("NEXTHOP {}{id} blackhole {blackhole}", deleted(nexthop::DEL.code()))
}

/// The same out of the words of `ip monitor`; `None` for what was not recorded, and what only goes
/// on from the line before.
fn said(line: &str, next: &str) -> Option<String> {
    let (group, rest) = line.strip_prefix('[')?.split_once(']')?;
    let (deleted, rest) = match rest.strip_prefix("Deleted ") {
        Some(rest) => ("Deleted ", rest),
        None => ("", rest),
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    let after = |word: &str| {
        words.iter().position(|own| *own == word).map(|at| *words.get(at + 1).expect(line))
    };
    let told = match group {
        "LINK" => {
            let name = words[1].split(['@', ':']).next().unwrap();
            let flags: Vec<_> = words[2].trim_matches(['<', '>']).split(',').collect();
            let mac = next.split_whitespace().nth(1).unwrap();
            let (index, mtu) = (words[0].trim_matches(':'), after("mtu").unwrap());
            format!("{index} {name} mtu {mtu} up {} {mac}", flags.contains(&"UP"))
        }
        "ADDR" => {
            let (index, label) = (words[0].trim_matches(':'), words.last().unwrap());
            format!("{index} {} {label}", after("inet").unwrap())
        }
        "ROUTE" => {
            let part = |word: &str| after(word).map(|value| format!("{word} {value}"));
            let first = [Some(words[0].to_owned()), Some(words[1].to_owned())];
            let parts = first.into_iter().chain(["via", "table", "src"].map(part));
            parts.flatten().collect::<Vec<_>>().join(" ")
        }
        "NEIGH" => {
            let permanent = words.contains(&"PERMANENT");
            format!("{} {} permanent {permanent}", words[0], after("lladdr").unwrap())
        }
        "RULE" => {
            let (from, table) = (after("from").unwrap(), after("lookup").unwrap());
            format!("{} from {from} lookup {table}", words[0].trim_matches(':'))
        }
        "NEXTHOP" => format!("{} blackhole {}", words[1], words.contains(&"blackhole")),
        _ => return None,
    };
    Some(format!("{group} {deleted}{told}"))
}

#[test]
fn events_are_those_that_ip_monitor_printed() {
    let bytes = fixture("notify-route.bin");
    let ours: Vec<_> = Messages::new(&bytes).map(|message| read(&message.unwrap())).collect();
    let text = String::from_utf8(fixture("notify-route.ipmonitor.txt")).unwrap();
    let lines: Vec<&str> = text.lines().chain([""]).collect();
    let theirs: Vec<_> = lines.windows(2).filter_map(|pair| said(pair[0], pair[1])).collect();
    assert!(theirs.len() > 30, "{theirs:#?}");
    assert_eq!(ours, theirs);
}
