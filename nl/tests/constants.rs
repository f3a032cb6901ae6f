//! Every number in the tables, against the kernel's own headers and against its YAML
//! specifications. What an older header does not know yet is counted, not passed over.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use nl::{ANY, Field, NameTable, Names, Protocol, Schema, Shape};

/// Headers in the order they build on each other.
const HEADERS: &[&str] = &[
    "linux/netlink.h",
    "linux/genetlink.h",
    "linux/if.h",
    "linux/if_link.h",
    "linux/if_addr.h",
    "linux/if_tunnel.h",
    "linux/if_bridge.h",
    "linux/if_bonding.h",
    "linux/if_vlan.h",
    "linux/if_tun.h",
    "linux/veth.h",
    "linux/rtnetlink.h",
    "linux/neighbour.h",
    "linux/fib_rules.h",
    "linux/net_namespace.h",
    "linux/netconf.h",
    "linux/nexthop.h",
    "linux/lwtunnel.h",
    "linux/pkt_sched.h",
    "linux/gen_stats.h",
    "linux/netfilter.h",
    "linux/netfilter/nfnetlink.h",
    "linux/netfilter/nf_tables.h",
    "linux/netfilter/nf_nat.h",
    "linux/netfilter/nf_tables_compat.h",
    "linux/netfilter/nf_conntrack_common.h",
    "linux/netfilter/nf_conntrack_tcp.h",
    "linux/netfilter/nfnetlink_conntrack.h",
];

/// Names and numbers: every enumerator and every `#define` of a number.
#[derive(Default)]
struct Numbers(BTreeMap<String, i128>);

impl Numbers {
    fn read(&mut self, text: &str) {
        let mut text = without_comments(text).replace("\\\n", " ");
        let mut rest = String::new();
        for line in text.lines() {
            match line.trim_start().strip_prefix('#') {
                Some(directive) => {
                    let directive = directive.trim_start();
                    if let Some(define) = directive.strip_prefix("define") {
                        let mut words = define.trim().splitn(2, [' ', '\t']);
                        if let (Some(name), Some(value)) = (words.next(), words.next())
                            && let Some(value) = self.evaluate(value)
                        {
                            self.0.insert(name.into(), value);
                        }
                    }
                }
                None => rest += &format!("{line}\n"),
            }
        }
        text = rest;
        let mut after = text.as_str();
        while let Some(at) = after.find("enum") {
            let tail = &after[at + 4..];
            after = tail;
            let Some(open) = tail.find('{') else { break };
            // "enum name variable;" has no body.
            if tail[..open].contains([';', ')', '}']) {
                continue;
            }
            let Some(close) = tail.find('}') else { break };
            let mut next = 0;
            for entry in tail[open + 1..close].split(',') {
                let mut parts = entry.splitn(2, '=');
                let name = parts.next().unwrap_or_default().trim();
                if name.is_empty() {
                    continue;
                }
                if let Some(value) = parts.next() {
                    let Some(value) = self.evaluate(value) else { break };
                    next = value;
                }
                self.0.insert(name.into(), next);
                next += 1;
            }
            after = &tail[close..];
        }
    }

    /// Numbers, names, `|`, `<<`, `+`, `-`, and parentheses, as the headers use them.
    fn evaluate(&self, text: &str) -> Option<i128> {
        let text = text.trim();
        if let Some(at) = top(text, "|") {
            return Some(self.evaluate(&text[..at])? | self.evaluate(&text[at + 1..])?);
        }
        if let Some(at) = top(text, "<<") {
            return Some(self.evaluate(&text[..at])? << self.evaluate(&text[at + 2..])?);
        }
        if let Some(at) = top(text, "+") {
            return Some(self.evaluate(&text[..at])? + self.evaluate(&text[at + 1..])?);
        }
        if let Some(at) = top(text, "-").filter(|at| *at > 0) {
            return Some(self.evaluate(&text[..at])? - self.evaluate(&text[at + 1..])?);
        }
        if let Some(text) = text.strip_prefix('-') {
            return self.evaluate(text).map(|value| -value);
        }
        if let Some(text) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
            return self.evaluate(text);
        }
        if let Some(text) = text.strip_prefix("_BITUL") {
            return self.evaluate(text).map(|bit| 1 << bit);
        }
        let number = text.trim_end_matches(['U', 'L', 'u', 'l']);
        if let Some(hex) = number.strip_prefix("0x").or(number.strip_prefix("0X")) {
            return i128::from_str_radix(hex, 16).ok();
        }
        number.parse().ok().or_else(|| self.0.get(text).copied())
    }
}

/// Where `operator` is last, outside of parentheses.
fn top(text: &str, operator: &str) -> Option<usize> {
    let mut depth = 0;
    let mut found = None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ if depth == 0 && text[at..].starts_with(operator) => found = Some(at),
            _ => (),
        }
    }
    found
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("/*") {
        out += &rest[..at];
        rest = rest[at..].split_once("*/").map_or("", |(_, after)| after);
    }
    out + rest
}

/// All schemas that messages lead to, and all tables of names.
#[derive(Default)]
struct Tables {
    schemas: BTreeMap<*const Schema, &'static Schema>,
    names: BTreeMap<*const NameTable, &'static NameTable>,
}

impl Tables {
    fn all() -> Self {
        let mut tables = Tables::default();
        for protocol in Protocol::ALL {
            for message in protocol.messages() {
                tables.fields(message.header_fields);
                tables.schema((message.attributes)());
            }
        }
        tables.schema(<nl::ExtAck as nl::Set>::schema());
        for table in [nl::route::Group::NAMES, nl::netfilter::Group::NAMES] {
            tables.names.insert(table, table);
        }
        tables
    }

    fn schema(&mut self, schema: &'static Schema) {
        if self.schemas.insert(schema, schema).is_none() {
            self.fields(schema.fields);
        }
    }

    fn fields(&mut self, fields: &'static [Field]) {
        for field in fields {
            self.shape(field.shape);
        }
    }

    fn shape(&mut self, shape: Shape) {
        match shape {
            Shape::Int { names: Names::Values(table) | Names::Bits(table), .. } => {
                self.names.insert(table, table);
            }
            Shape::Nest(set) => self.schema(set()),
            Shape::HeaderNest(_, fields, set) | Shape::Hops(_, fields, set) => {
                self.fields(fields);
                self.schema(set());
            }
            Shape::Struct(fields) => self.fields(fields),
            Shape::Chosen { among, .. } => {
                among.iter().for_each(|(_, shape)| self.shape(*shape));
            }
            Shape::Numbered { among, .. } => {
                among.iter().for_each(|(_, shape)| self.shape(*shape));
            }
            Shape::ByFamily(among) => among.iter().for_each(|(_, shape)| self.shape(*shape)),
            _ => (),
        }
    }
}

/// Names that the kernel gives in no regular way: ours, and its.
const IRREGULAR: &[(&str, &str)] = &[
    // Without prefix here.
    ("DROP", "NF_DROP"),
    ("ACCEPT", "NF_ACCEPT"),
    ("STOLEN", "NF_STOLEN"),
    ("QUEUE", "NF_QUEUE"),
    ("REPEAT", "NF_REPEAT"),
    ("STOP", "NF_STOP"),
    ("CONTINUE", "NFT_CONTINUE"),
    ("BREAK", "NFT_BREAK"),
    ("JUMP", "NFT_JUMP"),
    ("GOTO", "NFT_GOTO"),
    ("RETURN", "NFT_RETURN"),
    ("VERDICT", "NFT_REG_VERDICT"),
    ("R1", "NFT_REG_1"),
    ("R2", "NFT_REG_2"),
    ("R3", "NFT_REG_3"),
    ("R4", "NFT_REG_4"),
];

/// Numbers that are not of the kernel's headers, by the begin of their names.
const ELSEWHERE: &[(&str, &str)] = &[
    ("AF_", "the C library's sys/socket.h; linux/socket.h is not exported"),
    ("TYPE_", "nft's own, include/datatype.h"),
    ("NF_CT_STATE_", "a macro, NF_CT_STATE_BIT"),
    ("GRE_", "a macro, __cpu_to_be16"),
];

fn kernel_name(prefix: &str, name: &str) -> String {
    let ours = format!("{prefix}{}", name.trim_start_matches('_'));
    if let Some(number) = name.strip_prefix('W').and_then(|number| number.parse::<u8>().ok()) {
        return format!("NFT_REG32_{number:02}");
    }
    let irregular = IRREGULAR.iter().find(|(own, _)| *own == ours);
    irregular.map_or(ours, |(_, kernel)| (*kernel).to_owned())
}

#[test]
fn numbers_are_those_of_the_installed_headers() {
    let root = Path::new("/usr/include");
    if !root.join("linux/netlink.h").exists() {
        println!("skipped: no kernel headers in /usr/include (Debian: linux-libc-dev)");
        return;
    }
    let mut headers = Numbers::default();
    for header in HEADERS {
        // Fewer headers only mean fewer comparisons, which are counted below.
        headers.read(&fs::read_to_string(root.join(header)).unwrap_or_default());
    }
    let tables = Tables::all();
    let mut unknown = BTreeSet::new();
    let (mut same, mut total) = (0, 0);
    let mut check = |name: String, ours: i128| {
        if ELSEWHERE.iter().any(|(prefix, _)| name.starts_with(prefix)) {
            return;
        }
        total += 1;
        match headers.0.get(&name) {
            Some(theirs) => {
                // Bits may be given as signed numbers.
                assert_eq!(ours, *theirs, "{name}");
                same += 1;
            }
            None => {
                unknown.insert(name);
            }
        }
    };
    for schema in tables.schemas.values() {
        for field in schema.fields.iter().filter(|field| field.code != ANY) {
            let prefix = format!("{}_", schema.name);
            check(kernel_name(&prefix, field.name), field.code.into());
        }
    }
    for table in tables.names.values() {
        for &(value, name) in table.entries {
            // Two enums count bits: from 0, and from 1 (IFLA_STATS_FILTER_BIT).
            let value = match table.prefix {
                "BR_BOOLOPT_" => value.ilog2().into(),
                "IFLA_STATS_" => u64::from(value.ilog2()) + 1,
                _ => value,
            };
            let value =
                if value > i64::MAX as u64 { i128::from(value as i64) } else { value.into() };
            check(kernel_name(table.prefix, name), value);
        }
    }
    for protocol in Protocol::ALL {
        for message in protocol.messages() {
            // nf_tables numbers are within its subsystem.
            let subsystem = if message.name.starts_with("NFT_MSG") { 10 << 8 } else { 0 };
            let subsystem = if message.name.starts_with("IPCTNL") { 1 << 8 } else { subsystem };
            check(message.name.to_owned(), i128::from(message.code - subsystem));
        }
    }
    println!("{same} of {total} numbers are in the installed headers; not there:");
    println!("{}", unknown.iter().cloned().collect::<Vec<_>>().join(" "));
    // Debian 12 has headers of 6.1, which lack what came later; no header has much less.
    assert!(same > 2000, "{same}");
    assert!(unknown.len() < 100, "{}", unknown.len());
}

/// Where the YAML specifications (kernel 6.15) and the headers disagree. The header holds: it is
/// what the kernel is compiled with, and what the other test compares with.
const SPECIFIED_OTHERWISE: &[(&str, &str)] = &[
    ("IFLA_BR NF_CALL_IP6_TABLES 37", "spelt differently in the header"),
    ("IFLA_VLAN FLAG 2", "spelt differently in the header"),
    ("IFLA_INET6 ICMP6_STATS 6", "spelt differently in the header"),
    ("RTAX UNSPEC 0", "a number that is never sent"),
    ("NDA UNSPEC 0", "a number that is never sent"),
    ("NDA LLADR 2", "spelt differently in the header"),
    (
        "NFTA_TABLE USERDATA 5",
        "nftables.yaml leaves the padding attribute out and so counts one too few",
    ),
    (
        "NFTA_CHAIN FLAGS 9",
        "nftables.yaml leaves the padding attribute out and so counts one too few",
    ),
    (
        "NFTA_CHAIN ID 10",
        "nftables.yaml leaves the padding attribute out and so counts one too few",
    ),
    (
        "NFTA_CHAIN USERDATA 11",
        "nftables.yaml leaves the padding attribute out and so counts one too few",
    ),
    ("NFTA_RULE ID 8", "nftables.yaml leaves the padding attribute out and so counts one too few"),
    (
        "NFTA_RULE POSITION_ID 9",
        "nftables.yaml leaves the padding attribute out and so counts one too few",
    ),
    (
        "NFTA_RULE CHAIN_ID 10",
        "nftables.yaml leaves the padding attribute out and so counts one too few",
    ),
    (
        "NFTA_SET_ELEM OBJREF 8",
        "nftables.yaml leaves the padding attribute out and so counts one too few",
    ),
    (
        "NFTA_SET_ELEM KEY_END 9",
        "nftables.yaml leaves the padding attribute out and so counts one too few",
    ),
    (
        "NFTA_SET_ELEM EXPRESSIONS 10",
        "nftables.yaml leaves the padding attribute out and so counts one too few",
    ),
    ("NFTA_HOOK NUM 1", "spelt differently in the header"),
    ("NFTA_FLOW NAME 1", "spelt differently in the header"),
    ("NFTA_LOOKUP SET_ID 2", "the specification has another order than the header"),
    ("NFTA_LOOKUP SREG 3", "the specification has another order than the header"),
    ("NFTA_LOOKUP DREG 4", "the specification has another order than the header"),
];

#[test]
fn numbers_are_those_of_the_yaml_specifications_and_none_is_left_out() {
    let path = format!("{}/../fixtures/nl/ynl.txt", env!("CARGO_MANIFEST_DIR"));
    let tables = Tables::all();
    let mut wrong = Vec::new();
    let (mut same, mut otherwise) = (0, 0);
    for line in fs::read_to_string(path).unwrap().lines() {
        let mut words = line.split(' ');
        let (prefix, name) = (words.next().unwrap(), words.next().unwrap());
        let number: u16 = words.next().unwrap().parse().unwrap();
        if SPECIFIED_OTHERWISE.iter().any(|(known, _)| *known == line) {
            otherwise += 1;
            continue;
        }
        let mut sets = tables.schemas.values().filter(|schema| schema.name == prefix).peekable();
        assert!(sets.peek().is_some(), "no set {prefix}");
        let own = |field: &&Field| field.name.trim_start_matches('_') == name;
        let found: Vec<_> = sets
            .flat_map(|schema| schema.fields.iter().filter(own))
            .map(|field| field.code)
            .collect();
        if found.contains(&number) {
            same += 1;
        } else {
            wrong.push(format!("{line}: ours {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(otherwise, SPECIFIED_OTHERWISE.len());
    assert!(same > 600, "{same}");
}
