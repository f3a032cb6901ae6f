//! The ruleset that was recorded, decoded and written in nft's two forms, equals what
//! `nft -j list ruleset` and `nft --debug=netlink list ruleset` said at the same moment.
// The recordings are little-endian.
#![cfg(target_endian = "little")]

mod connections;
mod events;
mod expressions;
mod objects;
mod rules;
mod sets;
mod tables;

use std::fs;

use nl::netfilter::Family;
use nl::{Attr, Nest, Value, View};
use serde_json::Value as Json;

fn fixture(file: &str) -> Vec<u8> {
    fs::read(format!("{}/../fixtures/nl/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The objects of one kind that `nft -j` listed.
fn listed(kind: &str) -> Vec<Json> {
    let all: Json = serde_json::from_slice(&fixture("nft-ruleset.nft.json")).unwrap();
    let all = all["nftables"].as_array().unwrap();
    all.iter().filter_map(|entry| entry.get(kind)).cloned().collect()
}

fn family(number: u8) -> &'static str {
    match Family(number) {
        Family::INET => "inet",
        Family::IPV4 => "ip",
        Family::IPV6 => "ip6",
        Family::ARP => "arp",
        Family::BRIDGE => "bridge",
        Family::NETDEV => "netdev",
        other => panic!("{other:?}"),
    }
}

/// A value that must be there.
fn get<'a, S: nl::Set, V: Value>(view: &View<'a, S>, key: Attr<S, V>) -> V::Out<'a> {
    view.get(key).unwrap().expect("it must be there")
}

fn nested<'a, S: nl::Set, T: nl::Set>(view: &View<'a, S>, key: Attr<S, Nest<T>>) -> View<'a, T> {
    view.nest(key).unwrap().expect("it must be there")
}

/// What `--debug=netlink` said: each heading and the lines under it, without surrounding blanks.
fn debugged() -> Vec<(String, Vec<String>)> {
    let text = String::from_utf8(fixture("nft-ruleset.debug.txt")).unwrap();
    let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match line.strip_prefix([' ', '\t']) {
            None => blocks.push((line.trim().to_owned(), Vec::new())),
            Some(line) => blocks.last_mut().unwrap().1.push(line.trim().to_owned()),
        }
    }
    blocks
}
