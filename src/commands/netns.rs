//! `nsrun netns`: named network namespaces, the same that ip-netns(8) has.
//!
//! What each verb does is a function that prints nothing, for other front ends; what the
//! `nsrun netns` command line makes of it is beside it.

mod exec;
mod ids;
mod look;
mod monitor;
mod names;

pub use exec::{exec, exec_all, launch};
pub use ids::{IdRow, list_ids, set_id};
pub use look::{identify, pids};
pub use monitor::watch;
pub use names::{add, attach, delete};

pub(super) use exec::command as exec_command;
pub(super) use ids::{list_id_command, set_command};
pub(super) use look::{identify_command, list_command, pids_command};
pub(super) use monitor::command as monitor_command;
pub(super) use names::{add_command, attach_command, delete_command};

use crate::cli::Args;
use crate::error::{Error, Result};
use crate::spec::NetnsName;

/// An operand that names a namespace.
fn name(args: &Args, n: usize) -> Result<NetnsName> {
    NetnsName::parse(args.operands().get(n).map(|word| word.as_os_str()).unwrap_or_default())
}

/// A process id.
fn pid(word: &str) -> Result<i32> {
    word.parse().ok().filter(|pid| *pid > 0).ok_or_else(|| {
        Error::usage(format!("\"{word}\" is no process id")).hint("give a number above 0")
    })
}
