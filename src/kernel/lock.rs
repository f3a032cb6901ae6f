//! Locks for what no kernel object can stand for: files under /run/nsrun, flock(2). The kernel
//! gives a lock back when its holder ends, however that happens; the files mean nothing.

use std::fs::{self, DirBuilder, File};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::sys::{self, credentials};

/// Root's alone: in a directory, or in the abstract socket name space, that others can use,
/// anybody could hold a lock for good.
const ROOTS: &str = "/run/nsrun";

/// A lock that is held until this is dropped. Its file goes with it.
#[derive(Debug)]
pub struct Lock {
    file: File,
    /// `None` while others may share it.
    path: Option<PathBuf>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            remove(path);
        }
    }
}

impl Lock {
    /// Waits for the lock on making networks. Two that choose a subnet at the same moment would
    /// both find it free: whoever makes a network looks, chooses and makes while it holds this. So
    /// an unfinished network that is seen under the lock was left by a process that was killed.
    ///
    /// # Errors
    /// The lock's file cannot be made, or is not root's alone.
    pub fn networks() -> Result<Lock> {
        let (file, path) = locked("networks", |file| sys::file::lock(file, true))?;
        Ok(Lock { file, path: Some(path) })
    }

    /// Shares the lock called `name` with others that do.
    ///
    /// # Errors
    /// As [`Lock::networks`].
    pub fn share(name: &str) -> Result<Lock> {
        let (file, _) = locked(name, sys::file::share)?;
        Ok(Lock { file, path: None })
    }

    /// Stops sharing the lock called `name`; false when others still do.
    pub fn make_exclusive(&mut self, name: &str) -> bool {
        let alone = sys::file::lock(&self.file, false).is_ok();
        self.path = directory().ok().map(|path| path.join(name)).filter(|_| alone);
        alone
    }

    /// Takes the lock called `name`, unless another has it.
    ///
    /// # Errors
    /// As [`Lock::networks`].
    pub fn take(name: &str) -> Result<Option<Lock>> {
        let mut taken = false;
        let held = locked(name, |file| {
            let result = sys::file::lock(file, false);
            taken = result == Err(sys::Errno::EWOULDBLOCK);
            result
        });
        match held {
            Err(_) if taken => Ok(None),
            held => held.map(|(file, path)| Some(Lock { file, path: Some(path) })),
        }
    }
}

/// Opens the file of a lock and locks it.
fn locked(
    name: &str,
    mut lock: impl FnMut(&File) -> sys::Result<()>,
) -> Result<(File, PathBuf)> {
    loop {
        let file = open(name)?;
        let path = directory()?.join(name);
        lock(&file).map_err(|errno| cannot(&path, errno))?;
        // Whoever let go in this moment has removed the file that was opened.
        if is_same(&file, &path) {
            return Ok((file, path));
        }
    }
}

/// Removes the file of a lock that is held, and the directory when it was the last.
pub(super) fn remove(path: &Path) {
    let _ = fs::remove_file(path);
    let _ = path.parent().map(fs::remove_dir);
}

impl AsFd for Lock {
    /// The descriptor that holds the lock.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
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

/// Whether an open file is still the one at its path.
pub(super) fn is_same(file: &File, path: &Path) -> bool {
    let inode = |found: fs::Metadata| (found.dev(), found.ino());
    let (own, now) = (file.metadata().map(inode), fs::metadata(path).map(inode));
    matches!((own, now), (Ok(own), Ok(now)) if own == now)
}

/// Opens the file of a lock.
pub(super) fn open(name: &str) -> Result<File> {
    let directory = directory()?;
    let path = directory.join(name);
    let cannot = |errno: sys::Errno| cannot(&path, errno);
    loop {
        match DirBuilder::new().mode(0o700).create(&directory) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                let error = cannot(sys::errno(&error));
                return Err(error.hint("nsrun needs a /run that it can write to"));
            }
            _ => {}
        }
        let mut options = File::options();
        options.create(true).truncate(false).read(true).write(true).mode(0o600);
        let opened = fs::symlink_metadata(&directory).and_then(|found| {
            let own = credentials::ids().0;
            let safe = found.is_dir() && found.uid() == own && found.mode() & 0o077 == 0;
            Ok(if safe { Some(options.open(&path)?) } else { None })
        });
        match opened {
            Ok(Some(file)) => return Ok(file),
            Ok(None) => {
                return Err(Error::new(format!("cannot lock \"{}\"", path.display()))
                    .because("others can write there")
                    .hint(format!(
                        "{} must be your own directory with mode 0700",
                        directory.display()
                    )));
            }
            // Whoever held the last lock has removed the directory.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(cannot(sys::errno(&error))),
        }
    }
}

fn cannot(path: &Path, errno: sys::Errno) -> Error {
    Error::new(format!("cannot lock \"{}\"", path.display())).because(errno.desc())
}
