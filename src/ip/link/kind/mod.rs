//! What is particular to a kind of link: showing it (`-d`) and setting it, both from one table.

mod help;
mod parse;
mod print;
mod table;

pub(super) use help::help;
pub(super) use parse::{parse, unknown};
pub(super) use print::print;
