//! What can be set on a link of a kind, as `help` tells it.

use super::table::How::{
    Address, Flag, FlagBit, Flags, Hidden, Link, Mac, Map, Negated, OneBit, Ports, Same, Sources,
    Switch, Tos, Ttl, Word,
};
use super::table::table;

/// The usage of a kind; `None` when nothing is known of it.
pub(in crate::ip::link) fn help(kind: &str) -> Option<String> {
    if kind == "veth" {
        return Some("Usage: ... veth [ peer [ name ] NAME [ LINK-OPTIONS ] ]\n".into());
    }
    let mut text = format!("Usage: ... {kind}\n");
    for field in table(kind)?.0.iter().filter(|field| field.least > 0) {
        let value = match field.how {
            Same(_) => continue,
            Flag | Hidden | Negated(..) | OneBit(_) => "",
            Switch | FlagBit(_) => " { on | off }",
            Word(words) => {
                let names: Vec<_> = words.iter().map(|word| word.0).collect();
                &format!(" {{ {} }}", names.join(" | "))
            }
            Mac => " LLADDR",
            Address(_) => " ADDRESS",
            Link(_) => " DEVICE",
            Ports => " MIN MAX",
            Tos => " { NUMBER | inherit }",
            Ttl(_) => " { NUMBER | auto | inherit }",
            Flags => " { null | nopromisc | nodst }",
            Map => " FROM:TO ...",
            Sources => " { { add | del } LLADDR | set [ LLADDR ... ] | flush }",
            _ => " NUMBER",
        };
        let no = match field.how {
            Negated(..) => "[no]",
            _ => "",
        };
        text.push_str(&format!("           [ {no}{}{value} ]\n", field.name));
    }
    Some(text)
}
