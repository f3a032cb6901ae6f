//! `nsrun ip`, `nsrun bridge`: iproute2's programs for systems that lack them.

use std::ffi::OsString;

use super::netns;
use super::output::{print, write};
pub use crate::ip::Program;
use crate::ip::netns::{Id, Verbs};
use crate::sys::watch::Change;

/// Carries out a command line of one of them: its options are its own, not those of the table.
pub fn ip(program: Program, arguments: impl Iterator<Item = OsString>) -> u8 {
    static NETNS: Verbs = Verbs {
        add: netns::add,
        attach: netns::attach,
        delete: netns::delete,
        set_id: netns::set_id,
        identify: netns::identify,
        pids: netns::pids,
        ids: |target, wanted| {
            let rows = netns::list_ids(target, wanted)?;
            let id = |row: netns::IdRow| Id {
                id: row.id.id,
                here: row.id.here,
                name: row.name.as_ref().map(ToString::to_string),
                text: row.to_string(),
            };
            Ok(rows.into_iter().map(id).collect())
        },
        exec: netns::exec,
        launch: netns::launch,
        exec_all: |command| netns::exec_all(command, |name| print(&format!("\nnetns: {name}\n"))),
        watch: || {
            netns::watch(|change| match change {
                Change::Came(name) => write(&format!("add {}\n", name.display())),
                Change::Went(name) => write(&format!("delete {}\n", name.display())),
                Change::Lost | Change::Ended => Ok(()),
            })
        },
    };
    crate::ip::run(program, arguments, &NETNS)
}
