//! Locks for what no kernel object can stand for: files under /run/nsrun, flock(2). The kernel
//! gives a lock back when its holder ends, however that happens; the files mean nothing.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use crate::error::{Error, Result};
use crate::sys;

/// Root's alone: in a directory, or in the abstract socket name space, that others can use,
/// anybody could hold a lock for good.
const DIRECTORY: &str = "/run/nsrun";

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for the lock on making networks. Two that choose a subnet at the same moment would
    /// both find it free: whoever makes a network looks, chooses and makes while it holds this. So
    /// an unfinished network that is seen under the lock was left by a process that was killed.
    ///
    /// # Errors
    /// The lock's file cannot be made, or is not root's alone.
    pub fn networks() -> Result<Lock> {
        let file = open("networks")?;
        sys::file::lock(&file, true).map_err(|errno| cannot("networks", errno))?;
        Ok(Lock { _file: file })
    }

    /// Takes the lock called `name`, unless another has it.
    ///
    /// # Errors
    /// As [`Lock::networks`].
    pub fn take(name: &str) -> Result<Option<Lock>> {
        let file = open(name)?;
        match sys::file::lock(&file, false) {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(sys::Errno::EWOULDBLOCK) => Ok(None),
            Err(errno) => Err(cannot(name, errno)),
        }
    }
}

fn open(name: &str) -> Result<File> {
    let directory = Path::new(DIRECTORY);
    match DirBuilder::new().mode(0o700).create(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(
                cannot(name, sys::errno(&error)).hint("nsrun needs a /run that root can write to")
            );
        }
        _ => {}
    }
    let found =
        fs::symlink_metadata(directory).map_err(|error| cannot(name, sys::errno(&error)))?;
    let own = sys::credentials::ids().0;
    if !found.is_dir() || found.uid() != own || found.mode() & 0o077 != 0 {
        return Err(Error::new(format!("cannot lock \"{DIRECTORY}/{name}\""))
            .because("others can write there")
            .hint(format!("{DIRECTORY} must be a directory of root's with mode 0700")));
    }
    let file = File::options().create(true).truncate(false).write(true).open(directory.join(name));
    file.map_err(|error| cannot(name, sys::errno(&error)))
}

fn cannot(name: &str, errno: sys::Errno) -> Error {
    Error::new(format!("cannot lock \"{DIRECTORY}/{name}\"")).because(errno.desc())
}
