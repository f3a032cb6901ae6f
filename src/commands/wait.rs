//! `nsrun wait`: wait for a run and give its exit status.

use std::fs::File;
use std::io::Read;
use std::os::fd::AsFd;

use super::run::STATUS_FILE;
use super::{find_run, operand, process};
use crate::cli::Args;
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::sys::process::{pidfd, wait_pidfd};

/// Milliseconds until it is worth looking again.
const MOMENT: u32 = 2;

pub(super) fn wait(args: &Args) -> Result<u8> {
    let name = operand(args, 0)?;
    let cannot = |why: &str| Error::new(format!("cannot wait for run \"{name}\"")).because(why);
    let status = find_run(&mut Kernel::open()?, name)?;
    let supervisor = status.run.map(|run| run.supervisor).unwrap_or_default();
    let watched = pidfd(supervisor).map_err(|errno| cannot(errno.desc()))?;
    let mut file = loop {
        let path = process::anonymous_file(supervisor, STATUS_FILE)
            .map_err(|_| cannot("its nsrun is gone, or belongs to another user"))?;
        // The file outlives the process that wrote it as long as it is open here.
        match path.map(File::open) {
            Some(file) => break file.map_err(|error| cannot(crate::sys::errno(&error).desc()))?,
            // The run can be seen a moment before its nsrun has made the file.
            None if wait_pidfd(watched.as_fd(), Some(MOMENT)).is_ok_and(|ended| !ended) => {}
            None => return Err(cannot("its nsrun was killed before the run ended")),
        }
    };
    wait_pidfd(watched.as_fd(), None).map_err(|errno| cannot(errno.desc()))?;
    let mut byte = [0];
    match file.read(&mut byte) {
        Ok(1) => Ok(byte[0]),
        _ => Err(cannot("its nsrun was killed before the run ended")),
    }
}
