//! The ruleset as nft(8) lists it.

use std::fmt::Write;

use super::rule::Chain;
use super::set::{Element, Set};
use super::{Change, TABLE, VERSION};

/// The ruleset that changes make out of nothing, to read, and for "nft -f".
pub fn listing(changes: &[Change]) -> String {
    let mut out = format!("table inet {TABLE} {{\n\tcomment \"{VERSION}\"\n");
    for change in changes {
        match change {
            Change::AddSet(set) => write_set(&mut out, set, &elements(changes, set)),
            Change::AddChain(chain) => write_chain(&mut out, chain, changes),
            _ => {}
        }
    }
    out.push_str("}\n");
    out
}

fn elements<'a>(changes: &'a [Change], set: &Set) -> Vec<&'a Element> {
    let element = |change: &'a Change| match change {
        Change::Add(element) | Change::Claim(element) => Some(element),
        _ => None,
    };
    changes.iter().filter_map(element).filter(|element| element.set.name == set.name).collect()
}

fn write_set(out: &mut String, set: &Set, elements: &[&Element]) {
    let types = set.to_string();
    let types = types.trim_start_matches("{ ").trim_end_matches("; }").replace("; ", "\n\t\t");
    let _ = write!(out, "\n\t{} {} {{\n\t\t{types}\n", set.kind(), set.name);
    if !elements.is_empty() {
        let words: Vec<String> = elements.iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "\t\telements = {{ {} }}", words.join(",\n\t\t\t     "));
    }
    out.push_str("\t}\n");
}

fn write_chain(out: &mut String, chain: &Chain, changes: &[Change]) {
    let _ = write!(out, "\n\tchain {} {{\n", chain.name);
    if let Some(base) = &chain.base {
        let _ = writeln!(out, "\t\t{base}; policy accept;");
    }
    for change in changes {
        if let Change::AddRule(rule) = change
            && rule.chain == chain.name
        {
            let _ = writeln!(out, "\t\t{rule}");
        }
    }
    out.push_str("\t}\n");
}
