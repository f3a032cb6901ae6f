//! `nsrun wait`: wait for a run and give its exit status.

use std::fs::File;
use std::os::fd::AsFd;

use super::{find_run, operand, status};
use crate::cli::Args;
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::sys::process::{pidfd, wait_pidfd};

pub(super) fn wait(args: &Args) -> Result<u8> {
    let name = operand(args, 0)?;
    let cannot = |why: &str| Error::new(format!("cannot wait for run \"{name}\"")).because(why);
    let found = find_run(&mut Kernel::open()?, name)?;
    let gone = || cannot("its nsrun is gone, or belongs to another user");
    let run = found.run.ok_or_else(gone)?;
    let watched = pidfd(run.supervisor).map_err(|_| gone())?;
    let killed = || cannot("its nsrun was killed before the run ended");
    let path = status::path(run).map_err(|_| gone())?.ok_or_else(killed)?;
    // The file outlives the process that wrote it as long as it is open here.
    let file = File::open(path).map_err(|error| cannot(crate::sys::errno(&error).desc()))?;
    wait_pidfd(watched.as_fd(), None).map_err(|errno| cannot(errno.desc()))?;
    status::left(&file).ok_or_else(killed)
}
