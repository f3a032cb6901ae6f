//! Sets and maps, and their elements.

use std::collections::BTreeMap;

use nl::netfilter::{element, elements, set, set_description};
use nl::{Messages, View};
use serde_json::{Value as Json, json};

use crate::expressions::{value, words_of};
use crate::{debugged, family, fixture, get, listed, nested};

#[test]
fn elements_of_sets_and_maps() {
    let theirs: BTreeMap<_, _> =
        debugged().into_iter().filter(|(heading, _)| heading.contains('@')).collect();
    let mut seen = 0;
    for (file, heading) in [
        ("filter-s4", "inet filter @s4"),
        ("filter-s6", "inet filter @s6"),
        ("filter-dyn", "inet filter @dyn"),
        ("filter-cat", "inet filter @cat"),
        ("filter-m1", "inet filter @m1"),
        ("filter-vm", "inet filter @vm"),
        ("filter-__set0", "inet filter @__set0"),
        ("filter-__map0", "inet filter @__map0"),
        ("nat-m1", "ip nat @m1"),
    ] {
        let bytes = fixture(&format!("nft-setelems-{file}.bin"));
        let mut ours = Vec::new();
        for message in Messages::new(&bytes).map(Result::unwrap) {
            let Ok((header, view)) = message.decode(elements::NEW) else { continue };
            let name = format!(
                "{} {} @{}",
                family(header.family),
                get(&view, elements::TABLE),
                get(&view, elements::SET)
            );
            assert_eq!(name, heading);
            let Some(list) = view.nest(elements::ELEMENTS).unwrap() else { continue };
            for entry in list.iter() {
                let one: View<'_, element::Element> = entry.unwrap().attributes();
                // Here libnftnl leaves out the 0x.
                let bare = |text: String| text.replace("0x", "");
                let key = bare(value(nested(&one, element::KEY)));
                let end = one.nest(element::KEY_END).unwrap();
                let end = end.map_or(String::new(), |end| format!(" - {}", bare(value(end))));
                let data = one.nest(element::DATA).unwrap();
                let data = data.map_or(String::new(), |data| bare(value(data)) + " ");
                let flags = one.get(element::FLAGS).unwrap().unwrap_or_default().bits();
                ours.push(format!("element {key} {end} : {data}{flags} [end]"));
            }
        }
        let plain = |lines: &[String]| {
            let squeezed =
                lines.iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
            let mut lines: Vec<String> = squeezed.collect();
            lines.sort();
            lines
        };
        assert_eq!(plain(&ours), plain(&theirs[heading]), "{heading}");
        seen += ours.len();
    }
    assert_eq!(seen, 24);
}

#[test]
fn timeouts_and_counters_of_elements() {
    let bytes = fixture("nft-setelems-filter-s6.bin");
    let message = Messages::new(&bytes).next().unwrap().unwrap();
    let (_, view) = message.decode(elements::NEW).unwrap();
    let mut timeouts = Vec::new();
    for entry in nested(&view, elements::ELEMENTS).iter() {
        let one: View<'_, element::Element> = entry.unwrap().attributes();
        let left = get(&one, element::EXPIRATION);
        let timeout = one.get(element::TIMEOUT).unwrap().unwrap_or(3_600_000);
        assert!(left <= timeout && left > timeout - 60_000, "{left} of {timeout}");
        timeouts.push(timeout);
    }
    timeouts.sort_unstable();
    assert_eq!(timeouts, [1_800_000, 3_600_000]);
    let bytes = fixture("nft-setelems-filter-cat.bin");
    let message = Messages::new(&bytes).next().unwrap().unwrap();
    let (_, view) = message.decode(elements::NEW).unwrap();
    for entry in nested(&view, elements::ELEMENTS).iter() {
        let one: View<'_, element::Element> = entry.unwrap().attributes();
        assert_eq!(words_of(nested(&one, element::EXPR)), "counter pkts 0 bytes 0");
    }
}

#[test]
fn sets() {
    let types: BTreeMap<u32, &str> = [
        (7, "ipv4_addr"),
        (8, "ipv6_addr"),
        (12, "inet_proto"),
        (13, "inet_service"),
        (41, "ifname"),
    ]
    .into();
    let named = |number: u32| -> Json {
        let fields: Vec<u32> = [number >> 12 & 63, number >> 6 & 63, number & 63]
            .into_iter()
            .filter(|n| *n != 0)
            .collect();
        match fields[..] {
            [one] => types[&one].into(),
            _ => fields.iter().map(|field| types[field]).collect(),
        }
    };
    let bytes = fixture("nft-sets.bin");
    let mut ours = BTreeMap::new();
    let mut counts = BTreeMap::new();
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let Ok((header, view)) = message.decode(set::NEW) else { continue };
        let flags = get(&view, set::FLAGS);
        let name = get(&view, set::NAME).to_string();
        let whose = format!("{} {} {name}", family(header.family), get(&view, set::TABLE));
        counts.insert(whose.clone(), get(&view, set::COUNT));
        if flags.contains(set::SetFlags::ANONYMOUS) {
            continue;
        }
        let mut set = json!({
            "family": family(header.family),
            "name": name,
            "table": get(&view, set::TABLE).to_string(),
            "type": named(get(&view, set::KEY_TYPE).0),
            "handle": get(&view, set::HANDLE),
        });
        if flags.contains(set::SetFlags::MAP) {
            set["map"] = match get(&view, set::DATA_TYPE) {
                set::DataType::VERDICT => "verdict".into(),
                other => named(other.0),
            };
        }
        let description = nested(&view, set::DESC);
        if let Some(size) = description.get(set_description::SIZE).unwrap() {
            set["size"] = size.into();
        }
        let shown: Vec<_> =
            [(set::SetFlags::INTERVAL, "interval"), (set::SetFlags::TIMEOUT, "timeout")]
                .into_iter()
                .filter(|(flag, _)| flags.contains(*flag))
                .map(|(_, name)| name)
                .collect();
        if let Some(timeout) = view.get(set::TIMEOUT).unwrap() {
            set["timeout"] = (timeout / 1000).into();
        }
        if flags.intersects(set::SetFlags::INTERVAL | set::SetFlags::TIMEOUT) || !shown.is_empty() {
            set["flags"] = shown.into();
        } else if view.get(set::TIMEOUT).unwrap().is_some() {
            set["flags"] = json!(["timeout"]);
        }
        if let Some(one) = view.nest(set::EXPR).unwrap() {
            assert_eq!(words_of(one), "counter pkts 0 bytes 0");
            set["stmt"] = json!([{"counter": null}]);
        }
        if flags.contains(set::SetFlags::CONCAT) {
            let lengths: Vec<u32> = nested(&description, set_description::CONCAT)
                .iter()
                .map(|field| field.unwrap().attributes::<nl::netfilter::set_field::SetField>())
                .map(|field| get(&field, nl::netfilter::set_field::LEN))
                .collect();
            assert_eq!(lengths, [4, 2, 1], "address, port, protocol");
        }
        ours.insert(whose, set);
    }
    let mut theirs = BTreeMap::new();
    for mut set in listed("set").into_iter().chain(listed("map")) {
        let object = set.as_object_mut().unwrap();
        object.shift_remove("elem");
        let text = |key| object[key].as_str().unwrap();
        let whose = format!("{} {} {}", text("family"), text("table"), text("name"));
        theirs.insert(whose, set);
    }
    for (whose, set) in &theirs {
        // s6 has a timeout and hence the flag, which the kernel does not send back.
        let (mut ours, mut theirs) = (ours[whose].clone(), set.clone());
        if whose == "inet filter s6" {
            ours.as_object_mut().unwrap().shift_remove("flags");
            theirs.as_object_mut().unwrap().shift_remove("flags");
        }
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), theirs.len());
    assert_eq!((counts["inet filter s6"], counts["inet filter cat"]), (2, 2));
}
