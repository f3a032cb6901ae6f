//! Netlink messages for people and for programs: what each byte means.

mod input;
mod json;
mod text;

use nl::annotate::{Annotation, Item, Label, Value};
use nl::{DecodeError, Protocol};

pub use input::{Flaw, bytes};
pub use json::json;
pub use text::text;

/// The word for each protocol.
const FAMILIES: [(&str, Protocol); 3] = [
    ("route", Protocol::Route),
    ("netfilter", Protocol::Netfilter),
    ("generic", Protocol::Generic),
];

/// The word for a protocol.
pub fn family(protocol: Protocol) -> &'static str {
    FAMILIES.iter().find(|(_, own)| *own == protocol).map_or("", |(word, _)| word)
}

/// The protocol that a word stands for.
pub fn protocol(family: &str) -> Option<Protocol> {
    FAMILIES.iter().find(|(word, _)| *word == family).map(|(_, protocol)| *protocol)
}

/// What is broken first in `datagram`, at an offset from its start.
pub fn broken(protocol: Protocol, datagram: &[u8]) -> Option<DecodeError> {
    placed(protocol, datagram).find_map(|(base, item)| match item.value {
        Value::Broken(error) => {
            Some(DecodeError { offset: error.offset.wrapping_add(base as u32), ..error })
        }
        _ => None,
    })
}

/// The items of `datagram`, each with the place that its offset counts from.
fn placed(protocol: Protocol, datagram: &[u8]) -> impl Iterator<Item = (usize, Item<'_>)> {
    // Depth and place of the messages that the item at hand is in: a refusal repeats the request.
    let mut messages: Vec<(usize, usize)> = Vec::new();
    Annotation::new(protocol, datagram).map(move |item| {
        while messages.last().is_some_and(|(depth, _)| *depth >= item.depth) {
            messages.pop();
        }
        let base = messages.last().map_or(0, |(_, start)| *start);
        if matches!(item.label, Label::Message(_)) {
            messages.push((item.depth, base + item.offset));
        }
        (base, item)
    })
}
