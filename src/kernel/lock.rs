//! Locks for what no kernel object can stand for: files under /run/nsrun, flock(2). The kernel
//! gives a lock back when its holder ends, however that happens; the files mean nothing.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::sys::{self, credentials};

/// Root's alone: in a directory, or in the abstract socket name space, that others can use,
/// anybody could hold a lock for good.
const ROOTS: &str = "/run/nsrun";

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
        sys::file::lock(&file, true).map_err(|errno| cannot(Path::new("networks"), errno))?;
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
            Err(errno) => Err(cannot(Path::new(name), errno)),
        }
    }
}

/// The directory of locks: root's, or an ordinary user's own for their own runs.
pub(super) fn directory() -> Result<PathBuf> {
    if credentials::is_root() {
        return Ok(ROOTS.into());
    }
    let own = std::env::var_os("XDG_RUNTIME_DIR")
        .filter(|path| path.as_encoded_bytes().starts_with(b"/"));
    own.map(|path| PathBuf::from(path).join("nsrun")).ok_or_else(|| {
        Error::new("cannot hold a name").because("there is no directory for it").hint(
            "XDG_RUNTIME_DIR must lead to one that is yours alone; or run as root, or without --name",
        )
    })
}

/// Opens the file of a lock.
pub(super) fn open(name: &str) -> Result<File> {
    let directory = directory()?;
    let path = directory.join(name);
    let cannot = |errno: sys::Errno| cannot(&path, errno);
    match DirBuilder::new().mode(0o700).create(&directory) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(cannot(sys::errno(&error)).hint("nsrun needs a /run that it can write to"));
        }
        _ => {}
    }
    let found = fs::symlink_metadata(&directory).map_err(|error| cannot(sys::errno(&error)))?;
    let own = credentials::ids().0;
    if !found.is_dir() || found.uid() != own || found.mode() & 0o077 != 0 {
        return Err(Error::new(format!("cannot lock \"{}\"", path.display()))
            .because("others can write there")
            .hint(format!("{} must be your own directory with mode 0700", directory.display())));
    }
    let mut options = File::options();
    let file = options.create(true).truncate(false).read(true).write(true).open(&path);
    file.map_err(|error| cannot(sys::errno(&error)))
}

fn cannot(path: &Path, errno: sys::Errno) -> Error {
    Error::new(format!("cannot lock \"{}\"", path.display())).because(errno.desc())
}
