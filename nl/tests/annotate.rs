//! Every recording in words: nothing unknown, nothing of the wrong size, nothing left over,
//! except what the table says.

use std::collections::BTreeMap;
use std::fs;

use nl::Protocol;
use nl::annotate::{Annotation, Item, Label, Value};

fn recordings() -> Vec<(String, Protocol, Vec<u8>)> {
    let folder = format!("{}/../fixtures/nl", env!("CARGO_MANIFEST_DIR"));
    let mut recordings: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "bin"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let protocol = match name.as_str() {
                "ct" | "notify-nft" => Protocol::Netfilter,
                "genl-ctrl" | "err-genl-miss" => Protocol::Generic,
                name if name.contains("nft") => Protocol::Netfilter,
                _ => Protocol::Route,
            };
            (name, protocol, fs::read(path).unwrap())
        })
        .collect();
    recordings.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(recordings.len() > 60);
    recordings
}

/// The recordings are little-endian.
#[test]
#[cfg_attr(target_endian = "big", ignore)]
fn every_recorded_byte_has_a_meaning() {
    let mut odd: BTreeMap<String, usize> = BTreeMap::new();
    let mut items = 0;
    for (name, protocol, bytes) in recordings() {
        let mut path: Vec<String> = Vec::new();
        for Item { depth, label, value, .. } in Annotation::new(protocol, &bytes) {
            items += 1;
            path.truncate(depth);
            path.push(label.to_string());
            let what = match (label, value) {
                (_, Value::Broken(error)) => format!("broken: {error}"),
                (_, Value::WrongSize(_)) => "wrong size".into(),
                (Label::Rest, _) => "rest".into(),
                (Label::Attr(None, _) | Label::Message(None), _) => "unknown".into(),
                _ => continue,
            };
            *odd.entry(format!("{name}: {}: {what}", path.join("."))).or_default() += 1;
        }
    }
    let expected: BTreeMap<String, usize> = [
        // Deliberate: a destination of the wrong size provokes the error that was recorded.
        ("err-policy: NLMSG_ERROR.RTM_NEWROUTE.DST (1): wrong size", 1),
        // Deliberate: a datagram cut at 2,000 bytes.
        ("trunc-2000: message: broken: truncated message at byte 1468: nlmsghdr", 1),
        // Not covered: RTM_GETVLAN passes through as bytes.
        ("vlan-bridge: NLMSG_ERROR.message: unknown", 1),
        ("vlan-bridge: NLMSG_ERROR.message.rest: rest", 1),
    ]
    .map(|(what, count)| (what.to_owned(), count))
    .into();
    assert_eq!(odd, expected);
    assert!(items > 30_000, "{items}");
}

#[test]
fn unknown_and_broken_bytes_are_shown_not_hidden() {
    // A link with an unknown attribute 999 that says it is a nest, and 3 bytes left over.
    let mut bytes = vec![0; 32 + 4 + 8 + 3];
    bytes[0..4].copy_from_slice(&47u32.to_ne_bytes());
    bytes[4..6].copy_from_slice(&16u16.to_ne_bytes());
    bytes[32..36].copy_from_slice(&[12u16.to_ne_bytes(), (999u16 | 0x8000).to_ne_bytes()].concat());
    bytes[36..40].copy_from_slice(&[5u16.to_ne_bytes(), 1u16.to_ne_bytes()].concat());
    bytes[40] = 0xab;
    bytes[44..].copy_from_slice(&[1, 2, 3]);
    let text = Annotation::new(Protocol::Route, &bytes).to_string();
    let tail: Vec<&str> = text.lines().skip(6).map(str::trim).collect();
    assert_eq!(
        tail,
        ["32    attribute 999", "36      attribute 1: ab", "44    rest: 01 02 03"],
        "{text}"
    );
    // Cut inside the nest.
    bytes[0..4].copy_from_slice(&38u32.to_ne_bytes());
    let text = Annotation::new(Protocol::Route, &bytes[..38]).to_string();
    assert!(
        text.ends_with("32    rest: truncated attribute at byte 32: IFLA attribute 999\n"),
        "{text}"
    );
}

#[test]
fn endless_nesting_ends_in_bytes() {
    // IFLA_PROP_LIST inside IFLA_PROP_LIST, 200 times.
    let mut body = vec![];
    for _ in 0..200 {
        let len = (body.len() + 4) as u16;
        body = [&len.to_ne_bytes()[..], &(52u16 | 0x8000).to_ne_bytes(), &body].concat();
    }
    let mut bytes = vec![0; 32];
    bytes[0..4].copy_from_slice(&(32 + body.len() as u32).to_ne_bytes());
    bytes[4..6].copy_from_slice(&16u16.to_ne_bytes());
    bytes.extend(body);
    let deepest = Annotation::new(Protocol::Route, &bytes).map(|item| item.depth).max();
    assert_eq!(deepest, Some(nl::annotate::DEPTH - 1));
}
