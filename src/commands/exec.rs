//! `nsrun exec`: launch a command beside a running one.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;

use super::{find_run, operand, process};
use crate::apply;
use crate::cli::Args;
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::plan::Process;
use crate::sys::process::pidfd;
use crate::sys::terminal::Foreground;

pub(super) fn exec(args: &Args) -> Result<u8> {
    let target = operand(args, 0)?;
    let cannot = |why: &str| Error::new(format!("cannot enter run \"{target}\"")).because(why);
    let mut kernel = Kernel::open()?;
    let pid = |kernel: &mut Kernel| -> Result<i32> {
        let status = find_run(kernel, target)?;
        status.run.and_then(|run| process::cmd_pid(run.pid)).ok_or_else(|| cannot("it is ending"))
    };
    let first = pid(&mut kernel)?;
    let entered = pidfd(first).map_err(|errno| cannot(errno.desc()))?;
    // What /proc says about the number is about this process only if the number still is its.
    let limits = process::limits(first);
    let cwd = format!("/proc/{first}/cwd");
    let workdir = fs::read_link(&cwd).ok();
    // Where it was removed the root directory has to do.
    let workdir = workdir.filter(|_| fs::metadata(&cwd).is_ok_and(|found| found.nlink() > 0));
    if pid(&mut kernel)? != first {
        return Err(cannot("it is ending"));
    }
    let process::Limits { capabilities, no_new_privileges, confined } =
        limits.ok_or_else(|| cannot("it is ending"))?;
    drop(kernel);
    let process = Process {
        command: args.operands().iter().skip(1).cloned().collect::<Vec<OsString>>(),
        environment: std::env::vars_os().collect(),
        workdir,
        account: None,
        capabilities,
        no_new_privileges,
        confined,
        preserve_fds: 0,
        survive: false,
    };
    let terminal = Foreground::current();
    let status = apply::enter(&entered, first, &process)?;
    if let Some(terminal) = terminal {
        terminal.restore();
    }
    Ok(status)
}
