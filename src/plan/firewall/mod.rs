//! The firewall as data: one table of our own, in the words of nft(8).

pub mod foreign;
mod listing;
pub mod rule;
mod ruleset;
pub mod set;

use std::fmt;

use crate::facts::{Lease, Run};
use rule::{Chain, Rule};
use set::{Element, Set};

pub use listing::listing;
pub use ruleset::{Guard, Publisher, forget, guard, link_key, network, publish, skeleton, whole};

/// Name of our table, of family inet.
pub const TABLE: &str = "nsrun";
/// Its chain on the way of packets through this host, which is never without rules.
pub const FORWARD: &str = "forward";
/// Comment of our table: another says that another version of nsrun made it.
pub const VERSION: &str = "nsrun/1";

/// One change of the ruleset. Those of one batch take effect together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Makes the table; refused when it is there.
    AddTable,
    /// Removes the table with all that is in it.
    RemoveTable,
    /// Makes a set or map.
    AddSet(&'static Set),
    /// Makes a chain.
    AddChain(Chain),
    /// Removes the rules of a chain.
    Flush(String),
    /// Removes a chain without rules that nothing refers to.
    RemoveChain(String),
    /// Adds a rule to the end of its chain.
    AddRule(Rule),
    /// Adds an element.
    Add(Element),
    /// Adds an element; refused when its key is taken.
    Claim(Element),
    /// Removes an element.
    Remove(Element),
}

impl fmt::Display for Change {
    /// As a command for nft(8).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let element = |f: &mut fmt::Formatter<'_>, verb: &str, element: &Element| {
            write!(f, "{verb} element inet {TABLE} {} {{ {element} }}", element.set.name)
        };
        match self {
            Change::AddTable => {
                write!(f, "create table inet {TABLE} {{ comment \"{VERSION}\"; }}")
            }
            Change::RemoveTable => write!(f, "delete table inet {TABLE}"),
            Change::AddSet(set) => write!(f, "add {} inet {TABLE} {} {set}", set.kind(), set.name),
            Change::AddChain(Chain { name, base: None }) => {
                write!(f, "add chain inet {TABLE} {name}")
            }
            Change::AddChain(Chain { name, base: Some(base) }) => {
                write!(f, "add chain inet {TABLE} {name} {{ {base}; }}")
            }
            Change::Flush(chain) => write!(f, "flush chain inet {TABLE} {chain}"),
            Change::RemoveChain(chain) => write!(f, "delete chain inet {TABLE} {chain}"),
            Change::AddRule(rule) => write!(f, "add rule inet {TABLE} {} {rule}", rule.chain),
            Change::Add(added) => element(f, "add", added),
            Change::Claim(claimed) => element(f, "create", claimed),
            Change::Remove(removed) => element(f, "delete", removed),
        }
    }
}

/// Whose a published port is, as the comment of its element says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The lease of the link it leads to.
    pub lease: Lease,
    /// First process of the run.
    pub pid: i32,
    /// When the run started, in seconds since 1970.
    pub started: u64,
}

impl Owner {
    /// The run `run` by its link `lease`.
    pub fn new(lease: Lease, run: Run) -> Owner {
        Owner { lease, pid: run.pid, started: run.started }
    }

    /// Reads a comment.
    pub fn parse(text: &str) -> Option<Owner> {
        let mut words = text.split(' ');
        let owner = Owner {
            lease: Lease::parse(words.next()?)?,
            pid: words.next()?.parse().ok()?,
            started: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(owner)
    }

    /// Whether it is this run.
    pub fn is(&self, run: Run) -> bool {
        (self.pid, self.started) == (run.pid, run.started)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.lease, self.pid, self.started)
    }
}
