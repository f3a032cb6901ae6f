//! The generation, and what `nft monitor` sees of a batch.

use nl::netfilter::{chain, data, element, elements, generation, rule, set, table};
use nl::{Messages, Text, View};

use crate::{fixture, get, nested};

#[test]
fn the_generation_and_the_events_of_a_batch() {
    let bytes = fixture("nft-gen.bin");
    let message = Messages::new(&bytes).next().unwrap().unwrap();
    let (header, view) = message.decode(generation::NEW).unwrap();
    assert_eq!(get(&view, generation::ID), 65);
    assert_eq!(header.res_id, 65, "the low 16 bits of it, in every reply");
    assert!(view.get(generation::PROC_NAME).unwrap().is_some_and(|name| name == "python3"));

    // nft monitor, in the order of the events: what happened to what.
    let said = String::from_utf8(fixture("notify-nft.nftmonitor.txt")).unwrap();
    let bytes = fixture("notify-nft.bin");
    let mut lines = said.lines();
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let line = lines.next().unwrap();
        let text = |text: Text<'_>| text.to_string();
        let ours = if let Ok((_, v)) = message.decode(table::NEW) {
            format!(
                "add table ip {} # handle {}",
                text(get(&v, table::NAME)),
                get(&v, table::HANDLE)
            )
        } else if let Ok((_, v)) = message.decode(table::DEL) {
            format!(
                "delete table ip {} # handle {}",
                text(get(&v, table::NAME)),
                get(&v, table::HANDLE)
            )
        } else if let Ok((_, v)) = message.decode(chain::NEW) {
            format!("add chain ip mon {}", text(get(&v, chain::NAME)))
        } else if let Ok((_, v)) = message.decode(chain::DEL) {
            format!("delete chain ip mon {}", text(get(&v, chain::NAME)))
        } else if let Ok((_, v)) = message.decode(rule::NEW) {
            format!("add rule ip mon {}", text(get(&v, rule::CHAIN)))
        } else if let Ok((_, v)) = message.decode(rule::DEL) {
            format!(
                "delete rule ip mon {} handle {}",
                text(get(&v, rule::CHAIN)),
                get(&v, rule::HANDLE)
            )
        } else if let Ok((_, v)) = message.decode(set::NEW) {
            format!("add set ip mon {}", text(get(&v, set::NAME)))
        } else if let Ok((_, v)) = message.decode(set::DEL) {
            format!("delete set ip mon {}", text(get(&v, set::NAME)))
        } else if let Ok((_, v)) = message.decode(generation::NEW) {
            format!(
                "# new generation {} by process {} ({})",
                get(&v, generation::ID),
                get(&v, generation::PROC_PID),
                get(&v, generation::PROC_NAME)
            )
        } else {
            let (verb, (_, v)) = match message.decode(elements::NEW) {
                Ok(decoded) => ("add", decoded),
                Err(_) => ("delete", message.decode(elements::DEL).unwrap()),
            };
            let list = nested(&v, elements::ELEMENTS);
            let one: View<'_, element::Element> = list.iter().next().unwrap().unwrap().attributes();
            let key = get(&nested(&one, element::KEY), data::VALUE).to_vec();
            let [a, b, c, d] = key[..] else { panic!("{key:?}") };
            format!("{verb} element ip mon s {{ {a}.{b}.{c}.{d} }}")
        };
        assert!(line.starts_with(&ours), "{ours}\n{line}");
    }
    assert_eq!(lines.next(), None);
}
