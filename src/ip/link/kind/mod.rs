//! What is particular to a kind of link: showing it (`-d`) and setting it, both from one table.

mod parse;
mod print;
mod table;

pub(super) use parse::parse;
pub(super) use print::print;
