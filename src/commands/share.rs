//! Opening a network namespace that is there already.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;

use super::find_run;
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::spec::{NAMED, Share};
use crate::sys::process::{pidfd, wait_pidfd};
use crate::sys::{self, Errno};

/// Opens what is to be shared; `None` for the host's, which this process is in.
pub(super) fn open(kernel: &mut Kernel, share: &Share) -> Result<Option<File>> {
    match share {
        Share::Host => Ok(None),
        Share::Named(name) => path(share, &Path::new(NAMED).join(name)).map(Some),
        Share::Path(at) => path(share, at).map(Some),
        Share::Process(pid) => process(share, *pid).map(Some),
        Share::Run(name) => {
            let pid = |kernel: &mut Kernel| -> Result<Option<i32>> {
                Ok(find_run(kernel, name)?.run.map(|run| run.pid))
            };
            let first = pid(kernel)?.ok_or_else(|| cannot(share, Errno::ESRCH))?;
            let file = process(share, first)?;
            // The same run still has the same process: the number was not another's.
            match pid(kernel)? == Some(first) {
                true => Ok(Some(file)),
                false => Err(cannot(share, Errno::ESRCH)),
            }
        }
    }
}

fn path(share: &Share, path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|error| {
        let error = cannot(share, sys::errno(&error));
        match share {
            Share::Named(_) => error.hint("\"nsrun netns list\" shows the names there are"),
            _ => error,
        }
    })?;
    if !sys::namespace::is_network(&file).unwrap_or(false) {
        return Err(Error::new(format!("cannot join the network of {share}"))
            .because(format!("\"{}\" is no network namespace", path.display())));
    }
    Ok(file)
}

/// The network namespace of a process that is certainly the one meant: it is still there after
/// the namespace was opened by its number.
fn process(share: &Share, pid: i32) -> Result<File> {
    let handle = pidfd(pid).map_err(|errno| cannot(share, errno))?;
    let file = path(share, Path::new(&format!("/proc/{pid}/ns/net")))?;
    match wait_pidfd(handle.as_fd(), Some(0)) {
        Ok(false) => Ok(file),
        Ok(true) => Err(cannot(share, Errno::ESRCH)),
        Err(errno) => Err(cannot(share, errno)),
    }
}

fn cannot(share: &Share, errno: Errno) -> Error {
    Error::new(format!("cannot join the network of {share}")).because(errno.desc())
}
