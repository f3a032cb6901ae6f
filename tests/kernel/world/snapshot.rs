//! Everything a run could leave behind, read with other people's tools.

mod diff;
mod files;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::look::records;
use super::threads::settle;
use super::{World, skip};
use diff::Difference;

/// The host of a world at one moment: links, addresses, routes, rules, nf_tables,
/// namespace ids, sysctls, mounts, files of /run, abstract sockets, processes,
/// and the namespaces they hold. Counters, timers and mount ids are left out;
/// whatever else differs is a difference.
#[derive(Clone, PartialEq)]
pub(crate) struct Snapshot {
    sections: BTreeMap<&'static str, Vec<Record>>,
}

/// One thing found. Two records of one id describe the same thing.
#[derive(Clone, Debug, PartialEq)]
struct Record {
    id: String,
    value: Value,
}

/// The commands that print JSON, each with the keys that name a record.
/// `ip link` comes before the namespace ids: it makes the kernel give them out.
const COMMANDS: [(&str, &str, &[&str]); 7] = [
    ("link", "ip -j -d link", &["ifname"]),
    ("address", "ip -j address", &["ifname"]),
    ("route", "ip -j route show table all", &["dst", "table", "dev"]),
    ("route6", "ip -j -6 route show table all", &["dst", "table", "dev"]),
    ("rule", "ip -j rule; ip -j -6 rule", &["priority"]),
    ("nsid", "ip -j netns list-id", &["nsid"]),
    ("nft", "nft -j list ruleset", &[]),
];

const SYSCTLS: &str = "cd /proc/sys/net && grep -s '' ipv4/ip_forward \
    ipv4/conf/*/forwarding ipv4/conf/*/route_localnet ipv4/conf/*/rp_filter \
    ipv6/conf/*/forwarding ipv6/conf/*/disable_ipv6 || :";

/// Between the outputs of the commands, which share one shell to be quick.
const MARK: &str = "\u{1e}";

impl World {
    /// What is on the host now.
    #[track_caller]
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut sections = BTreeMap::new();
        // First, or the commands below would be among the processes.
        files::read(self, &mut sections);

        let has_nft = skip::has_tool("nft");
        let mut script = String::new();
        for (name, command, _) in COMMANDS {
            if name != "nft" || has_nft {
                script += command;
            }
            script += &format!("\nprintf '{MARK}'\n");
        }
        script += SYSCTLS;
        let output = self.sh(&script);
        let mut parts = output.split(MARK);

        for (name, _, keys) in COMMANDS {
            let part = parts.next().unwrap_or("");
            let found = match name {
                "nft" if !has_nft => vec![Record::text("skipped: nft is not installed")],
                _ => json_records(name, part, keys),
            };
            sections.insert(name, found);
        }
        let sysctls = parts.next().unwrap_or("").lines();
        let sysctls = sysctls.filter_map(|line| {
            let (id, value) = line.split_once(':')?;
            Some(Record::new(id, json!(value)))
        });
        sections.insert("sysctl", sysctls.collect());
        Snapshot { sections }
    }

    /// Waits until everything is again as it was; panics with the difference when
    /// that takes longer than `timeout`.
    #[track_caller]
    pub(crate) fn assert_returns_to(&self, before: &Snapshot, timeout: Duration) {
        if !settle(|| self.snapshot() == *before, timeout) {
            assert_same(before, &self.snapshot());
        }
    }
}

impl Snapshot {
    /// What differs in a later one, a line each.
    pub(crate) fn differences(&self, later: &Snapshot) -> Vec<String> {
        Difference::between(self, later).0
    }

    /// Without one of its sections, for what a test changes on purpose.
    pub(crate) fn without(mut self, section: &str) -> Self {
        let removed = self.sections.remove(section);
        assert!(removed.is_some(), "a snapshot has no section {section:?}");
        self
    }
}

/// Panics with one line per difference unless both are the same.
#[track_caller]
pub(crate) fn assert_same(before: &Snapshot, after: &Snapshot) {
    let difference = Difference::between(before, after);
    assert!(before == after, "the world has changed:\n{difference}");
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (section, records) in &self.sections {
            for record in records {
                writeln!(f, "{section} {record}")?;
            }
        }
        Ok(())
    }
}

impl Record {
    fn new(id: impl Into<String>, value: Value) -> Self {
        Record { id: id.into(), value }
    }

    fn text(text: impl Into<String>) -> Self {
        Record::new(text, Value::Null)
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Null => f.write_str(&self.id),
            value => write!(f, "{} {value}", self.id),
        }
    }
}

#[track_caller]
fn json_records(section: &str, text: &str, keys: &[&str]) -> Vec<Record> {
    let mut found = Vec::new();
    // Two commands in one section print two documents.
    for document in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let document = match document {
            Ok(document) => document,
            Err(error) => panic!("no JSON ({error}) for {section}: {text}"),
        };
        let list = document.get("nftables").unwrap_or(&document);
        for value in records(list) {
            if value.get("metainfo").is_some() {
                continue;
            }
            let words = keys.iter().filter_map(|key| value.get(key));
            let words: Vec<_> = words.map(|word| word.to_string().replace('"', "")).collect();
            found.push(Record::new(words.join(" "), steady(value)));
        }
    }
    found
}

/// Without what changes although nobody changes anything.
fn steady(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(key, _)| !is_volatile(key));
            Value::Object(
                kept.map(|(key, value)| (key.clone(), steady(value))).collect::<Map<_, _>>(),
            )
        }
        Value::Array(values) => values.iter().map(steady).collect(),
        other => other.clone(),
    }
}

fn is_volatile(key: &str) -> bool {
    key.ends_with("_timer")
        || matches!(
            key,
            "handle"
                | "packets"
                | "bytes"
                | "expires"
                | "used"
                | "stats"
                | "stats64"
                | "valid_life_time"
                | "preferred_life_time"
        )
}
