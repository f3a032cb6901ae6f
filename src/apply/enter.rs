//! A process beside another: in its namespaces, with its limits.

use std::cell::Cell;
use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;

use super::child::{program, shed, take_identity};
use super::report::{At, Failure, error};
use super::supervise::watch;
use crate::error::{Error, Result};
use crate::plan::Process;
use crate::sys::namespace::{Namespaces, join};
use crate::sys::process::{Stage, die_with_parent, hide, spawn};
use crate::sys::sealed::begin_anew;
use crate::sys::{Errno, credentials, signal};

/// What to do where only those may who launched a process.
pub const NEEDS_OWNER: &str = "this needs the rights of the user who launched it, or root's";

/// Launches `process` in the namespaces of the process that `target` stands for and that has the
/// id `pid`, and waits for it; its exit status.
///
/// # Errors
/// They cannot be joined, or the process cannot be launched.
pub fn enter(target: &OwnedFd, pid: i32, process: &Process) -> Result<u8> {
    let cannot = |errno: Errno| {
        Error::new(format!("cannot join the namespaces of process {pid}"))
            .because(errno.desc())
            .hint(NEEDS_OWNER)
    };
    if process.confined {
        // "#!/proc/self/exe" executes this program there, where a root could keep its file open until
        // nobody executes it, and write to it.
        begin_anew().map_err(no_copy)?;
    }
    signal::block().map_err(cannot)?;
    let others = others(pid);
    // What runs there sees this process from now on, and it has rights that those have not.
    hide().map_err(cannot)?;
    join(target.as_fd(), others).map_err(cannot)?;
    if others.contains(Namespaces::USER) {
        credentials::become_user(0, 0, &[]).map_err(cannot)?;
    }
    let at = Cell::new(At::Other);
    if let Err(failure) = shed(process) {
        return Err(error(&failure, &[], &[], process));
    }
    let launched = spawn(&program(process), || {
        die_with_parent()?;
        take_identity(process, &at)
    });
    match launched {
        Ok(pid) => watch(pid),
        Err((stage, errno)) => {
            let at = match stage {
                Stage::Clone => At::Clone,
                Stage::Prepare => at.get(),
                Stage::Execute => At::Execute,
            };
            Err(error(&Failure::new(at, errno), &[], &[], process))
        }
    }
}

fn no_copy(errno: Errno) -> Error {
    let error = Error::new("cannot execute a copy of nsrun in memory").because(errno.desc());
    match errno {
        Errno::EACCES => error.hint(
            "its own file must be out of reach of the run, and vm.memfd_noexec=2 forbids the copy",
        ),
        _ => error,
    }
}

/// The namespaces of a process that are not those of this one. A user namespace that one is in
/// already cannot be joined again.
fn others(pid: i32) -> Namespaces {
    let inode = |who: &str, name: &str| {
        fs::metadata(format!("/proc/{who}/ns/{name}")).map(|found| found.ino()).ok()
    };
    let mut others = Namespaces::empty();
    for namespace in Namespaces::all().iter() {
        for name in namespace.names() {
            others.set(namespace, inode("self", name) != inode(&pid.to_string(), name));
        }
    }
    others
}
