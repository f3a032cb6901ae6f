//! `nsrun stop`: end runs.

use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use super::{find_run, operand, options};
use crate::cli::Args;
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::sys::process::{pidfd, signal_pidfd, wait_pidfd};
use crate::sys::{Errno, signal};

/// How long a run may take to end of its own accord, in seconds.
const PATIENCE: u32 = 10;

pub(super) fn stop(args: &Args) -> Result<u8> {
    let seconds = options::number(args, "time", 0, 86_400)?.unwrap_or(PATIENCE);
    let mut kernel = Kernel::open()?;
    let mut processes = Vec::new();
    // All are found before the first is touched.
    for n in 0..args.operands().len() {
        let name = operand(args, n)?;
        processes.push((name, process_of(&mut kernel, name)?));
    }
    for (name, process) in &processes {
        tell(name, process, signal::SIGTERM)?;
    }
    let deadline = Instant::now() + Duration::from_secs(u64::from(seconds));
    for (name, process) in &processes {
        let left = deadline.saturating_duration_since(Instant::now());
        if !wait(name, process, Some(left.as_millis() as u32))? {
            tell(name, process, signal::SIGKILL)?;
            wait(name, process, None)?;
        }
    }
    Ok(0)
}

/// A handle on the process of a run that is certainly its own: the number is looked at again after
/// the handle is there.
fn process_of(kernel: &mut Kernel, name: &str) -> Result<OwnedFd> {
    let pid = |kernel: &mut Kernel| -> Result<i32> {
        let run = find_run(kernel, name)?.run;
        run.map(|run| run.pid).ok_or_else(|| Error::new(format!("cannot stop \"{name}\"")))
    };
    let first = pid(kernel)?;
    let process = pidfd(first).map_err(|errno| cannot(name, errno))?;
    if pid(kernel)? != first {
        return Err(cannot(name, Errno::ESRCH));
    }
    Ok(process)
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
    Error::new(format!("cannot stop run \"{name}\"")).because(errno.desc())
}
