//! What is sent equals what nft(8) sends for the same words, attribute by attribute: compared with
//! a recording of it, `fixtures/nft/batch.txt`.

use std::collections::BTreeMap;

use nl::{Batch, Flags};

use super::encode::encode;
use crate::plan::firewall::Change;
use crate::plan::firewall::rule::{Base, Chain, Family, Hook, Kind, Rule, Side, Term};
use crate::plan::firewall::set::{
    ADDRESS_PORTS4, BRIDGES, Element, Given, INTO, PORTS4, PORTS6, SUBNETS4, Set, Value,
};
use crate::spec::Protocol;

const RECORDING: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/nft/batch.txt"));

/// An attribute: its number, and its bytes or what is in it. The order of attributes means nothing,
/// except in lists, whose attributes all have number 1.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tree {
    Bytes(Vec<u8>),
    Attributes(BTreeMap<u16, Tree>),
    List(Vec<Tree>),
}

fn tree(items: Vec<(u16, Tree)>, is_list: bool) -> Tree {
    match is_list {
        true => Tree::List(items.into_iter().map(|(_, item)| item).collect()),
        false => Tree::Attributes(items.into_iter().collect()),
    }
}

/// Names of the recording, and what they are here.
const NAMES: [(&str, &str); 6] = [
    ("dnat4_ip", "address_ports4"),
    ("dnat4", "ports4"),
    ("dnat6", "ports6"),
    ("portmap", "published"),
    ("br_in", "into"),
    ("fwd_br0", "into_0"),
];

/// A message of the recording: its name, and its attributes.
fn recorded() -> Vec<(String, Tree)> {
    let mut messages = Vec::new();
    let mut lines = RECORDING.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(title) = line.strip_prefix("== ") else { continue };
        let name = title.split(' ').next().unwrap_or_default();
        messages.push((name.to_owned(), block(&mut lines, 2)));
    }
    messages
}

/// The attributes that are indented by `depth` or more.
fn block<'a>(lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>, depth: usize) -> Tree {
    let mut items = Vec::new();
    let mut is_list = false;
    while let Some(line) = lines.next_if(|line| line.len() - line.trim_start().len() == depth) {
        let (key, value) = line.trim().split_once(" = ").unwrap_or((line.trim(), ""));
        let (name, number) = key.split_once('(').expect("NAME(NUMBER)");
        let number = number.split(')').next().and_then(|text| text.parse().ok()).expect(number);
        is_list |= name == "ELEM";
        let item = match value {
            "" => block(lines, depth + 2),
            _ => Tree::Bytes(bytes(name, value)),
        };
        // Numbers of sets in a batch: here sets go by name.
        if !matches!(name, "SET_ID" | "ID" | "USERDATA") {
            items.push((number, item));
        }
    }
    tree(items, is_list)
}

fn bytes(name: &str, value: &str) -> Vec<u8> {
    if let Some(text) = value.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        let known = NAMES.iter().find(|(other, _)| *other == text);
        return [known.map_or(text, |(_, own)| own).as_bytes(), &[0]].concat();
    }
    match name {
        // The same register, counted in 16 bytes and in 4.
        "REG_PROTO_MIN" if value == "2" => vec![0, 0, 0, 12],
        "VALUE" | "USERDATA" | "?2" | "?3" => {
            value.split(' ').map(|byte| u8::from_str_radix(byte, 16).expect(value)).collect()
        }
        _ => (value.parse::<i64>().expect(value) as u32).to_be_bytes().into(),
    }
}

/// What is sent for a change.
fn sent(change: &Change) -> Tree {
    let mut buf = [0; 4096];
    let mut batch = Batch::new(&mut buf, 1);
    encode(change, &mut batch, Flags::empty());
    let bytes = batch.finish().expect("there is room");
    // After nlmsghdr and nfgenmsg.
    attributes(&bytes[20..])
}

fn attributes(mut bytes: &[u8]) -> Tree {
    let mut items = Vec::new();
    while let [a, b, c, d, ..] = *bytes {
        let (len, number) = (usize::from(u16::from_ne_bytes([a, b])), u16::from_ne_bytes([c, d]));
        let payload = &bytes[4..len];
        let item = match number & 0x8000 {
            0 => Tree::Bytes(payload.into()),
            _ => attributes(payload),
        };
        items.push((number & 0x3fff, item));
        bytes = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    // Lists are made of nests of number 1.
    let is_list = items.len() > 1 && items.iter().all(|(number, _)| *number == 1);
    tree(items, is_list)
}

/// Both without what differs on purpose, and lists of one written alike.
fn same(tree: Tree) -> Tree {
    match tree {
        Tree::List(items) if items.len() == 1 => {
            Tree::Attributes(items.into_iter().map(|item| (1, same(item))).collect())
        }
        Tree::List(items) => {
            let mut items: Vec<Tree> = items.into_iter().map(same).collect();
            // By its second condition nft knows the version of IP; here each stands for itself.
            if let [_, _, _, _, _, _, meta, cmp, ..] = &items[..]
                && [meta, cmp] == [&items[0], &items[1]]
            {
                items.drain(6..8);
            }
            Tree::List(items)
        }
        Tree::Attributes(items) => {
            let items = items.into_iter().map(|(number, item)| (number, same(item)));
            // Flags that say nothing, as of masquerade, are the same as none; so is an empty nest.
            let is_empty =
                |item: &Tree| matches!(item, Tree::Attributes(items) if items.is_empty());
            Tree::Attributes(items.filter(|(_, item)| !is_empty(item)).collect())
        }
        other => other,
    }
}

#[track_caller]
fn assert_recorded(number: usize, of: &str, change: &Change) {
    let messages = recorded();
    let mut own = messages.iter().filter(|(name, _)| name == of);
    let (_, wanted) = own.nth(number).unwrap_or_else(|| panic!("no {of} {number}"));
    let found = sent(change);
    assert_eq!(same(found), same(wanted.clone()), "{change}");
}

#[test]
fn rules_are_those_that_nft_sends_for_the_same_words() {
    use Term::*;
    let published = || Jump("published".into());
    let multicast = "224.0.0.0/4".parse().expect("a prefix");
    let rules: [(&str, Vec<Term>); 11] = [
        ("published", vec![Publish(Family::V4, &ADDRESS_PORTS4, true)]),
        ("published", vec![Publish(Family::V4, &PORTS4, false)]),
        ("published", vec![Publish(Family::V6, &PORTS6, false)]),
        ("prerouting", vec![ToHost, published()]),
        ("output", vec![ToHost, published()]),
        ("postrouting", vec![LinkIn(Side::Out, &BRIDGES), FromHost, Masquerade]),
        (
            "postrouting",
            vec![
                SourceIn(Family::V4, &SUBNETS4),
                LinkNotIn(Side::Out, &BRIDGES),
                NotTo(multicast),
                Masquerade,
            ],
        ),
        ("into_0", vec![Established, Accept]),
        ("into_0", vec![Translated, Accept]),
        ("into_0", vec![Drop]),
        ("forward", vec![LinkVerdict(Side::Out, &INTO)]),
    ];
    for (number, (chain, terms)) in rules.into_iter().enumerate() {
        let rule = Change::AddRule(Rule { chain: chain.into(), terms });
        assert_recorded(number, "NFT_MSG_NEWRULE", &rule);
    }
}

#[test]
fn chains_and_maps_are_those_that_nft_sends() {
    let base = |name: &str, kind, hook, priority| {
        let base = Some(Base { kind, hook, priority });
        Change::AddChain(Chain { name: name.into(), base })
    };
    for (number, chain) in [
        Change::AddChain(Chain { name: "published".into(), base: None }),
        base("prerouting", Kind::Nat, Hook::Prerouting, -100),
        base("output", Kind::Nat, Hook::Output, -100),
        base("postrouting", Kind::Nat, Hook::Postrouting, 100),
        Change::AddChain(Chain { name: "into_0".into(), base: None }),
        base("forward", Kind::Filter, Hook::Forward, 0),
    ]
    .iter()
    .enumerate()
    {
        assert_recorded(number, "NFT_MSG_NEWCHAIN", chain);
    }
    let maps: [&'static Set; 3] = [&PORTS4, &ADDRESS_PORTS4, &PORTS6];
    for (number, map) in maps.into_iter().enumerate() {
        let Tree::Attributes(mut found) = sent(&Change::AddSet(map)) else { panic!("no set") };
        // A number for the batch, and notes for nft itself.
        found.retain(|number, _| !matches!(number, 10 | 13));
        let messages = recorded();
        let mut sets = messages.iter().filter(|(name, _)| name == "NFT_MSG_NEWSET");
        assert_eq!(Some(&Tree::Attributes(found)), sets.nth(number).map(|(_, set)| set), "{map}");
    }
}

#[test]
fn elements_are_those_that_nft_sends() {
    let port = Element {
        gives: Given::Values(vec![
            Value::Address("10.0.0.2".parse().expect("an address")),
            Value::Port(80),
        ]),
        ..Element::of(&PORTS4, vec![Value::Protocol(Protocol::Tcp), Value::Port(8080)])
    };
    assert_recorded(0, "NFT_MSG_NEWSETELEM", &Change::Add(port));
}
