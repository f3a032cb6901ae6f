//! What each fuzz target of nsrun does with its bytes. Also run over the corpus on the stable
//! toolchain, by `tests/corpus.rs`.
//!
//! - `decode_command`: what `nsrun decode` makes of any input, as text and as JSON, of every family.
//! - `command_line`: any words after `nsrun`, also such as are not UTF-8.
//! - `network_file`: any bytes in /etc/nsrun/networks/NAME.json.
//! - `values`: any text where a value is to be: `--net`, `--publish`, `--user` and so on; and what
//!   is kept in the kernel as names and descriptions of links.
//! - `dns_query`: any bytes at the port where names of members are asked for.

mod command_line;
mod decode_command;
mod dns_query;
mod network_file;
mod values;

pub use command_line::command_line;
pub use decode_command::decode_command;
pub use dns_query::dns_query;
pub use network_file::network_file;
pub use values::values;

use nsrun::error::{Error, Kind};

/// What was typed makes no sense: that is said, in words that move no cursor, and nothing was
/// tried.
fn assert_usage(error: &Error) {
    assert_eq!(error.kind, Kind::Usage);
    assert!(!error.what.is_empty() && error.undo.is_empty());
    assert!(!error.to_string().chars().any(|c| c.is_control() && c != '\n'), "{error:?}");
}
