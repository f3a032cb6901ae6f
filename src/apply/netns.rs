//! Names of network namespaces: given and taken away.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::plan::NameStep;
use crate::spec::NAMES;
use crate::sys::{self, Errno, file, mount};

/// What keeps others, ip(8) among them, from preparing [`NAMES`] at the same moment, and other
/// nsruns from changing it.
#[derive(Debug)]
pub struct Names(#[allow(dead_code)] file::Lock);

/// Keeps others from changing names; `None` when there is no /run/netns.
///
/// # Errors
/// Somebody does not let go of them.
pub fn lock_names() -> Result<Option<Names>> {
    /// A holder needs a millisecond, or a second when it finds a stale file.
    const PATIENCE: Duration = Duration::from_secs(5);
    let cannot = |errno: Errno| refused(format!("cannot lock {NAMES}"), errno);
    let directory = match File::open(NAMES) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| cannot(sys::errno(&error)))?,
    };
    let inode = directory.metadata().map(|found| found.ino()).unwrap_or_default();
    match file::lock_within(directory, PATIENCE) {
        Ok(lock) => Ok(Some(Names(lock))),
        // Anybody who may read a directory may lock it.
        Err(Errno::EWOULDBLOCK) => {
            let holder =
                holder(inode).map_or("another process".into(), |pid| format!("process {pid}"));
            Err(Error::new(format!("cannot lock {NAMES}"))
                .because(format!("{holder} has had it locked for some time"))
                .hint("end that process, or wait until it is done"))
        }
        Err(errno) => Err(cannot(errno)),
    }
}

/// The process that has locked the file with this inode number: proc_locks(5).
fn holder(inode: u64) -> Option<String> {
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let file = format!(":{inode}");
    let mut lines = locks.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    // number, FLOCK, ADVISORY, WRITE, process, device:device:inode, …
    lines.find_map(|fields| match fields.get(1..6)? {
        ["FLOCK", _, _, pid, locked] if locked.ends_with(&file) => Some((*pid).to_owned()),
        _ => None,
    })
}

/// Makes /run/netns, so that names show in every mount namespace that shares mounts with this one,
/// and keeps others from changing names.
///
/// # Errors
/// It cannot be made: mostly for lack of rights.
pub fn prepare_names() -> Result<Option<Names>> {
    let path = Path::new(NAMES);
    let cannot = |errno: Errno| refused(format!("cannot prepare {NAMES}"), errno);
    // All users look names up there, whatever the umask of who makes the first.
    let mut directory = DirBuilder::new();
    let made = file::with_umask(0o022, || directory.recursive(true).mode(0o755).create(path));
    made.map_err(|error| cannot(sys::errno(&error)))?;
    let names = lock_names()?;
    let shared = match mount::share(path) {
        // Only a mount point can be shared: as ip-netns(8), it is mounted on itself.
        Err(Errno::EINVAL) => mount::bind(path, path, true).and_then(|()| mount::share(path)),
        other => other,
    };
    shared.map(|()| names).map_err(cannot)
}

/// Carries out steps on names. `namespace` is what they name, for those that need it.
///
/// # Errors
/// A step failed; those before were taken back.
pub fn change_names(steps: &[NameStep], namespace: Option<&File>) -> Result<()> {
    for (n, step) in steps.iter().enumerate() {
        let Err(errno) = perform(step, namespace) else { continue };
        let mut error = refused(format!("cannot {step}"), errno);
        for undo in steps.iter().take(n).rev().filter_map(NameStep::undo) {
            // Nothing was mounted, so nothing is to be mounted again.
            if matches!(undo, NameStep::Mount(_)) && namespace.is_none() {
                continue;
            }
            error.undo.push(match perform(&undo, namespace) {
                Ok(()) => undo.to_string(),
                Err(errno) => format!("cannot {undo}: {}; it is left", errno.desc()),
            });
        }
        return Err(error);
    }
    Ok(())
}

fn perform(step: &NameStep, namespace: Option<&File>) -> sys::Result<()> {
    /// More namespaces than this are not mounted one upon the other by accident.
    const DEEPEST: usize = 64;
    match step {
        NameStep::CreateFile(path) => {
            let mut options = fs::OpenOptions::new();
            // Mode 0, as ip(8): nothing is to be read or written there.
            options.write(true).create_new(true).mode(0o000);
            options.open(path).map(drop).map_err(|error| sys::errno(&error))
        }
        NameStep::Mount(path) => {
            let fd = namespace.ok_or(Errno::EBADF)?.as_raw_fd();
            mount::bind(Path::new(&format!("/proc/self/fd/{fd}")), path, false)
        }
        NameStep::Unmount(path) => {
            for n in 0..DEEPEST {
                match mount::detach_exactly(path) {
                    Ok(()) => {}
                    Err(Errno::EINVAL) => break,
                    Err(errno) => {
                        // All or none: what is named goes back where it was.
                        if n > 0 && namespace.is_some() {
                            perform(&NameStep::Mount(path.clone()), namespace)?;
                        }
                        return Err(errno);
                    }
                }
            }
            Ok(())
        }
        NameStep::RemoveFile(path) => fs::remove_file(path).map_err(|error| sys::errno(&error)),
    }
}

fn refused(what: String, errno: Errno) -> Error {
    let error = Error::new(what).because(errno.desc());
    match errno {
        Errno::EPERM | Errno::EACCES => error.hint("this needs CAP_SYS_ADMIN: run as root"),
        Errno::EROFS => error.hint(format!("{NAMES} must be writable")),
        _ => error,
    }
}
