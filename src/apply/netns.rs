//! Names of network namespaces: given and taken away.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use crate::error::{Error, Result};
use crate::plan::NameStep;
use crate::spec::NAMES;
use crate::sys::{self, Errno, file, mount};

/// What keeps others, ip(8) among them, from preparing [`NAMES`] at the same moment, and other
/// nsruns from changing it.
#[derive(Debug)]
pub struct Names(#[allow(dead_code)] sys::file::Lock);

/// Makes /run/netns, so that names show in every mount namespace that shares mounts with this one;
/// waits for others that do the same.
///
/// # Errors
/// It cannot be made: mostly for lack of rights.
pub fn prepare_names() -> Result<Names> {
    let path = Path::new(NAMES);
    let prepare = || -> io::Result<Names> {
        DirBuilder::new().recursive(true).mode(0o755).create(path)?;
        let lock = file::lock(File::open(path)?)?;
        match mount::share(path) {
            // Only a mount point can be shared: as ip-netns(8), it is mounted on itself.
            Err(Errno::EINVAL) => {
                mount::bind(path, path, true)?;
                mount::share(path)?;
            }
            other => other?,
        }
        Ok(Names(lock))
    };
    prepare().map_err(|error| refused(format!("cannot prepare {NAMES}"), sys::errno(&error)))
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
            for _ in 0..DEEPEST {
                match mount::detach_exactly(path) {
                    Ok(()) => {}
                    Err(Errno::EINVAL) => break,
                    Err(errno) => return Err(errno),
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
