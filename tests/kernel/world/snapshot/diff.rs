//! Two snapshots side by side, for people.

use std::fmt;

use serde_json::Value;

use super::{Record, Snapshot};

/// One line per difference.
pub(super) struct Difference(pub(super) Vec<String>);

impl Difference {
    pub(super) fn between(before: &Snapshot, after: &Snapshot) -> Self {
        let mut lines = Vec::new();
        let sections = before.sections.keys().chain(after.sections.keys());
        let mut sections: Vec<_> = sections.collect();
        sections.sort();
        sections.dedup();
        for section in sections {
            let (mut old, mut new) = (before.only(section), after.only(section));
            cancel(&mut old, &mut new);
            if old.is_empty() && new.is_empty() && before.only(section) != after.only(section) {
                lines.push(format!("  {section}: in another order"));
            }
            for gone in old {
                let same = new.iter().position(|record| record.id == gone.id);
                match same {
                    Some(at) if !gone.id.is_empty() => {
                        let what = format!("{section} {}", gone.id);
                        compare(&what, &gone.value, &new.remove(at).value, &mut lines);
                    }
                    _ => lines.push(format!("- {section} {gone}")),
                }
            }
            lines.extend(new.iter().map(|record| format!("+ {section} {record}")));
        }
        Difference(lines)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Snapshot {
    fn only(&self, section: &str) -> Vec<Record> {
        self.sections.get(section).cloned().unwrap_or_default()
    }
}

/// Takes out what both have.
fn cancel(old: &mut Vec<Record>, new: &mut Vec<Record>) {
    old.retain(|record| match new.iter().position(|other| other == record) {
        Some(at) => {
            new.remove(at);
            false
        }
        None => true,
    });
}

/// Says which fields of one thing differ.
fn compare(what: &str, old: &Value, new: &Value, lines: &mut Vec<String>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let added = new.keys().filter(|key| !old.contains_key(*key));
            for key in old.keys().chain(added) {
                let what = format!("{what}.{key}");
                match (old.get(key), new.get(key)) {
                    (Some(old), Some(new)) => compare(&what, old, new, lines),
                    (Some(old), None) => lines.push(format!("- {what}: {old}")),
                    (None, new) => lines.extend(new.map(|new| format!("+ {what}: {new}"))),
                }
            }
        }
        _ if old == new => {}
        _ => lines.push(format!("~ {what}: {old} -> {new}")),
    }
}
