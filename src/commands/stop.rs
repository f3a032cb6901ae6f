//! `nsrun stop`: end runs.

use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use super::{find_run, operand, options};
use crate::apply::NEEDS_OWNER;
use crate::cli::Args;
use crate::error::{Error, Result};
use crate::facts::Run;
use crate::kernel::Kernel;
use crate::sys::process::{pidfd, signal_pidfd, wait_pidfd};
use crate::sys::{Errno, signal};

/// How long the nsrun of a run that has ended may take to give up its name, in milliseconds.
const LAST_WORK: u32 = 1000;
/// How long a run may take to end of its own accord, in seconds.
const PATIENCE: u32 = 10;

pub(super) fn stop(args: &Args) -> Result<u8> {
    let seconds = options::number(args, "time", 0, 86_400)?.unwrap_or(PATIENCE);
    let mut kernel = Kernel::open()?;
    let mut processes = Vec::new();
    // All are found before the first is touched.
    for n in 0..args.operands().len() {
        let name = operand(args, n)?;
        let (process, supervisor) = processes_of(&mut kernel, name)?;
        processes.push((name, process, supervisor));
    }
    for (name, process, _) in &processes {
        tell(name, process, signal::SIGTERM)?;
    }
    let deadline = Instant::now() + Duration::from_secs(u64::from(seconds));
    for (name, process, _) in &processes {
        let left = deadline.saturating_duration_since(Instant::now());
        if !wait(name, process, Some(left.as_millis() as u32))? {
            tell(name, process, signal::SIGKILL)?;
            wait(name, process, None)?;
        }
    }
    for (name, _, supervisor) in &processes {
        // It may be gone already; what is left of the run then is the kernel's to remove.
        if let Some(supervisor) = supervisor {
            wait(name, supervisor, Some(LAST_WORK))?;
        }
    }
    Ok(0)
}

/// Handles on the process of a run, and on the nsrun that watches over it, that are certainly its
/// own: the numbers are looked at again after the handles are there.
fn processes_of(kernel: &mut Kernel, name: &str) -> Result<(OwnedFd, Option<OwnedFd>)> {
    let find = |kernel: &mut Kernel| -> Result<Run> {
        find_run(kernel, name)?.run.ok_or_else(|| cannot(name, Errno::ESRCH))
    };
    let first = find(kernel)?;
    let process = pidfd(first.pid).map_err(|errno| cannot(name, errno))?;
    let supervisor = pidfd(first.supervisor).ok();
    if find(kernel)? != first {
        return Err(cannot(name, Errno::ESRCH));
    }
    Ok((process, supervisor))
}

fn tell(name: &str, process: &OwnedFd, signal: i32) -> Result<()> {
    match signal_pidfd(process.as_fd(), signal) {
        Ok(()) | Err(Errno::ESRCH) => Ok(()),
        Err(errno) => Err(cannot(name, errno)),
    }
}

fn wait(name: &str, process: &OwnedFd, milliseconds: Option<u32>) -> Result<bool> {
    wait_pidfd(process.as_fd(), milliseconds).map_err(|errno| cannot(name, errno))
}

fn cannot(name: &str, errno: Errno) -> Error {
    let error = Error::new(format!("cannot stop run \"{name}\"")).because(errno.desc());
    match errno {
        Errno::EPERM => error.hint(NEEDS_OWNER),
        _ => error,
    }
}
