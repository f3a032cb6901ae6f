//! Watching names come and go.

use std::io;
use std::path::Path;

use crate::apply;
use crate::cli::Args;
use crate::commands::output;
use crate::error::{Error, Result, say};
use crate::spec::{NAMES, printable};
use crate::sys::watch::{Change, Watch};

/// Calls `each` with every name that comes or goes, until nobody reads what it prints.
///
/// # Errors
/// The names cannot be watched, or `each` cannot print.
pub fn watch(mut each: impl FnMut(&Change) -> io::Result<()>) -> Result<()> {
    let path = Path::new(NAMES);
    if !path.is_dir() {
        // Nothing can be watched that is not there.
        drop(apply::prepare_names()?);
    }
    let cannot = |errno: crate::sys::Errno| {
        Error::new(format!("cannot watch {NAMES}")).because(errno.desc())
    };
    let watch = Watch::directory(path).map_err(cannot)?;
    loop {
        let changes = watch.next().map_err(cannot)?;
        for change in changes {
            if change == Change::Ended {
                return Err(Error::new(format!("cannot go on watching {NAMES}"))
                    .because("it has been removed"));
            }
            if let Err(error) = each(&change) {
                return output::failed(&error);
            }
        }
    }
}

pub(in crate::commands) fn command(_: &Args) -> Result<u8> {
    let print = |change: &Change| {
        let shown = |name: &std::ffi::OsStr| printable(&name.to_string_lossy());
        match change {
            Change::Came(name) => output::write(&format!("add {}\n", shown(name))),
            Change::Went(name) => output::write(&format!("delete {}\n", shown(name))),
            Change::Lost => {
                say("nsrun: too much happened at once: some changes were missed");
                Ok(())
            }
            Change::Ended => Ok(()),
        }
    };
    watch(print).map(|()| 0)
}
