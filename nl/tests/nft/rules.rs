//! Rules, expression by expression.

use std::collections::BTreeMap;

use nl::Messages;
use nl::netfilter::{rule, userdata};

use crate::expressions::words_of;
use crate::{debugged, family, fixture, get, nested};

#[test]
fn rules() {
    let bytes = fixture("nft-rules.bin");
    let mut ours = Vec::new();
    for message in Messages::new(&bytes).map(Result::unwrap) {
        let Ok((header, view)) = message.decode(rule::NEW) else { continue };
        let mut heading = format!(
            "{} {} {} {}",
            family(header.family),
            get(&view, rule::TABLE),
            get(&view, rule::CHAIN),
            get(&view, rule::HANDLE),
        );
        if let Some(position) = view.get(rule::POSITION).unwrap() {
            heading += &format!(" {position}");
        }
        let list = nested(&view, rule::EXPRESSIONS);
        let mut lines: Vec<String> = list
            .iter()
            .map(|entry| format!("[ {} ]", words_of(entry.unwrap().attributes())))
            .collect();
        if let Some(bytes) = view.get(rule::USERDATA).unwrap() {
            let shown: String = bytes
                .iter()
                .map(|&byte| match byte {
                    b' '..=b'~' => char::from(byte).to_string(),
                    _ => format!("\\x{byte:02x}"),
                })
                .collect();
            lines.push(format!("userdata = {{ {shown} }}"));
            assert_eq!(
                userdata::comment(bytes).map(|text| text.to_string()).as_deref(),
                Some("from veth")
            );
            let again = userdata::Comment::new("from veth").unwrap();
            assert_eq!(again.as_bytes(), bytes);
        }
        ours.push((heading, lines));
    }
    let theirs: Vec<_> = debugged()
        .into_iter()
        .filter(|(heading, _)| {
            heading.starts_with(|c: char| c.is_ascii_lowercase())
                && !heading.contains('@')
                && !heading.contains('{')
        })
        .collect();
    assert_eq!(ours.len(), 54);
    // The kernel dumps family by family, nft lists table by table.
    let sorted = |rules: Vec<(String, Vec<String>)>| rules.into_iter().collect::<BTreeMap<_, _>>();
    let (ours, theirs) = (sorted(ours), sorted(theirs));
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (heading, lines) in &ours {
        // Blanks at the end of a log prefix are lost in the blanks around it.
        let plain =
            |lines: &[String]| lines.iter().map(|line| line.replace("  ", " ")).collect::<Vec<_>>();
        assert_eq!(plain(lines), plain(&theirs[heading]), "{heading}");
    }
}
