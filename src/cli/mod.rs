//! The command line: one static table, and what is made from it.
//!
//! [`table`] says what can be typed. [`parse`](parse()) turns words into an [`Invocation`]: what was
//! typed, checked against the table and nothing else. [`help`] prints the table for people,
//! [`generate`] for programs.
//! What the values mean is decided later, by whoever asks [`Args`] for them.

mod args;
mod command;
pub mod generate;
pub mod help;
mod nearest;
mod parse;
pub mod table;

pub use args::Args;
pub use command::{Command, More, Operands, Opt, Section, Takes, full};
pub use parse::{Invocation, Usage, What, parse};
