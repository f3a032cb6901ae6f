//! Locks for what no kernel object can stand for: files under /run/nsrun, flock(2). The kernel
//! gives a lock back when its holder ends, however that happens; the files mean nothing.

use std::fs::{self, DirBuilder, File};
use std::io::ErrorKind;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::sys::{self, credentials};

/// Root's alone: in a directory, or in the abstract socket name space, that others can use,
/// anybody could hold a lock for good.
const ROOTS: &str = "/run/nsrun";

/// A file that this process alone has locked; it goes when this is dropped, unless others wait for
/// it, and with the last of them the directory.
#[derive(Debug)]
pub(super) struct Locked {
    pub(super) file: File,
    path: PathBuf,
}

impl Locked {
    /// Locks the file called `name`; `None` when another has it and `wait` is not asked for.
    ///
    /// # Errors
    /// The file cannot be made, or is not root's alone.
    pub(super) fn hold(name: &str, wait: bool) -> Result<Option<Self>> {
        let path = directory()?.join(name);
        loop {
            let file = open(&path)?;
            if wait {
                // Without it the file only goes too early, and others begin to wait anew.
                let _ = sys::file::mark_waited_for(&file);
            }
            match sys::file::lock(&file, wait) {
                Err(sys::Errno::EWOULDBLOCK) => return Ok(None),
                other => other.map_err(|errno| cannot(&path, errno))?,
            }
            // Whoever ended in this moment has removed the file that was opened.
            if is_same(&file, &path) {
                return Ok(Some(Locked { file, path }));
            }
        }
    }

    /// Removes the file of one who ended without doing so.
    pub(super) fn clear(file: File, path: PathBuf) {
        if is_same(&file, &path) {
            drop(Locked { file, path });
        }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // The kernel gives the lock to whoever waits longest, if it stays the same file: the last
        // of them removes it.
        if sys::file::is_waited_for(&self.file) {
            return;
        }
        // Still locked, so that nobody has taken it since.
        let _ = fs::remove_file(&self.path);
        if let Some(directory) = self.path.parent() {
            let _ = fs::remove_dir(directory);
        }
    }
}

fn is_same(file: &File, path: &Path) -> bool {
    let inode = |found: fs::Metadata| (found.dev(), found.ino());
    let (own, now) = (file.metadata().map(inode), fs::metadata(path).map(inode));
    matches!((own, now), (Ok(own), Ok(now)) if own == now)
}

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct Lock {
    locked: Locked,
}

impl Lock {
    /// Waits for the lock on making networks. Two that choose a subnet at the same moment would
    /// both find it free: whoever makes a network looks, chooses and makes while it holds this. So
    /// an unfinished network that is seen under the lock was left by a process that was killed.
    ///
    /// `None` where there is no place for it, such as a /run that cannot be written to. Then still
    /// only one makes each bridge, and others complete it.
    pub fn networks() -> Option<Lock> {
        Some(Lock { locked: Locked::hold("networks", true).ok()?? })
    }

    /// Takes the lock called `name`; `None` when another has it.
    ///
    /// # Errors
    /// Its file cannot be made, or is not root's alone.
    pub fn take(name: &str) -> Result<Option<Lock>> {
        Ok(Locked::hold(name, false)?.map(|locked| Lock { locked }))
    }
}

impl AsFd for Lock {
    /// The descriptor that holds the lock.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.locked.file.as_fd()
    }
}

/// A lock that others may share, held until this is dropped.
#[derive(Debug)]
pub struct Shared {
    file: File,
    path: PathBuf,
}

impl Shared {
    /// Shares the lock called `name`.
    ///
    /// # Errors
    /// As [`Lock::take`].
    pub fn hold(name: &str) -> Result<Shared> {
        let path = directory()?.join(name);
        loop {
            let file = open(&path)?;
            sys::file::share(&file).map_err(|errno| cannot(&path, errno))?;
            if is_same(&file, &path) {
                return Ok(Shared { file, path });
            }
        }
    }

    /// The same lock for this process alone; `None` while others share it.
    pub fn alone(self) -> Option<Lock> {
        let Shared { file, path } = self;
        sys::file::lock(&file, false).ok().map(|()| Lock { locked: Locked { file, path } })
    }
}

impl AsFd for Shared {
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

/// The same directory, if it is there and nobody else can write to it: what others put there is not
/// even looked at.
pub(super) fn own_directory() -> Option<PathBuf> {
    let path = directory().ok()?;
    fs::symlink_metadata(&path).is_ok_and(|found| is_own(&found)).then_some(path)
}

fn is_own(found: &fs::Metadata) -> bool {
    found.is_dir() && found.uid() == credentials::started_with().0 && found.mode() & 0o077 == 0
}

/// Opens the file of a lock, and makes it and its directory when they are not there.
fn open(path: &Path) -> Result<File> {
    let cannot = |error: std::io::Error| cannot(path, sys::errno(&error));
    let directory = path.parent().unwrap_or(path);
    loop {
        match DirBuilder::new().mode(0o700).create(directory) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(cannot(error).hint("nsrun needs a /run that it can write to"));
            }
            _ => {}
        }
        let found = match fs::symlink_metadata(directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            found => found.map_err(cannot)?,
        };
        if !is_own(&found) {
            let directory = directory.display();
            return Err(Error::new(format!("cannot lock \"{}\"", path.display()))
                .because("others can write there")
                .hint(format!("{directory} must be your own directory with mode 0700")));
        }
        let mut options = File::options();
        match options.create(true).truncate(false).read(true).write(true).open(path) {
            // The directory went with its last lock.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            file => return file.map_err(cannot),
        }
    }
}

fn cannot(path: &Path, errno: sys::Errno) -> Error {
    Error::new(format!("cannot lock \"{}\"", path.display())).because(errno.desc())
}
