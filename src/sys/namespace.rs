//! Namespaces: which ones, making, joining and visiting them.

use std::fs::{File, OpenOptions};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use bitflags::bitflags;
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::statfs::fstatfs;

use super::{Errno, Result};

bitflags! {
    /// Kinds of namespaces (namespaces(7)).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Namespaces: i32 {
        /// Links, addresses, routes, sockets, firewall.
        const NET = libc::CLONE_NEWNET;
        /// Mounts.
        const MOUNT = libc::CLONE_NEWNS;
        /// Process ids.
        const PID = libc::CLONE_NEWPID;
        /// System V IPC, POSIX message queues.
        const IPC = libc::CLONE_NEWIPC;
        /// Host name.
        const UTS = libc::CLONE_NEWUTS;
        /// View of the control groups.
        const CGROUP = libc::CLONE_NEWCGROUP;
        /// Users, groups, capabilities.
        const USER = libc::CLONE_NEWUSER;
    }
}

impl Namespaces {
    /// Their names as under /proc/PID/ns, in the order of clone(2)'s manual.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [
            (Namespaces::USER, "user"),
            (Namespaces::NET, "net"),
            (Namespaces::MOUNT, "mnt"),
            (Namespaces::PID, "pid"),
            (Namespaces::IPC, "ipc"),
            (Namespaces::UTS, "uts"),
            (Namespaces::CGROUP, "cgroup"),
        ]
        .into_iter()
        .filter_map(move |(namespace, name)| self.contains(namespace).then_some(name))
    }

    pub(super) fn flags(self) -> i32 {
        self.bits()
    }
}

/// Joins namespaces of the process that `pidfd` stands for, all or none: setns(2).
pub fn join(pidfd: BorrowedFd<'_>, namespaces: Namespaces) -> Result<()> {
    setns(pidfd, CloneFlags::from_bits_retain(namespaces.bits()))
}

/// Sets the host name of this host-name namespace.
pub fn set_hostname(name: &str) -> Result<()> {
    nix::unistd::sethostname(name)
}

/// Gives this process a mount namespace of its own, a copy of the one it was in: unshare(2).
pub fn own_mounts() -> Result<()> {
    unshare(CloneFlags::CLONE_NEWNS)
}

/// Moves this process to a network namespace of its own, for good: unshare(2).
///
/// # Errors
/// `EPERM` without the right to make one.
pub fn own_network() -> Result<()> {
    unshare(CloneFlags::CLONE_NEWNET)
}

/// The same together with a user namespace, in which this process may do everything.
///
/// # Errors
/// `EPERM` or `ENOSPC` where this is not allowed to everybody.
pub fn own_user_and_network() -> Result<()> {
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET)
}

/// The network namespace this process is in.
pub fn network() -> Result<File> {
    File::open("/proc/self/ns/net").map_err(|error| super::errno(&error))
}

/// Makes a network namespace that lasts as long as the file is open. The caller stays in its own.
///
/// # Errors
/// `EPERM` without the right to make one.
pub fn new_network() -> Result<File> {
    let home = network()?;
    unshare(CloneFlags::CLONE_NEWNET)?;
    let made = network();
    setns(home, CloneFlags::CLONE_NEWNET)?;
    made
}

/// Moves this process to another network namespace, for good.
///
/// # Errors
/// `EINVAL` when it is none, `EPERM` without the right to join it.
pub fn join_network(namespace: &impl AsFd) -> Result<()> {
    setns(namespace, CloneFlags::CLONE_NEWNET)
}

/// Calls `visit` in another network namespace, and comes back.
///
/// # Errors
/// As [`join_network`]; then `visit` was not called.
pub fn in_network<T>(namespace: &impl AsFd, visit: impl FnOnce() -> T) -> Result<T> {
    let home = network()?;
    join_network(namespace)?;
    let seen = visit();
    // Nothing this process does after would mean what it should.
    join_network(&home).map(|()| seen)
}

/// Opens a file that may be a namespace, without waiting for a writer should it be a pipe.
pub fn open(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(libc::O_NONBLOCK);
    options.open(path).map_err(|error| super::errno(&error))
}

/// Whether an open file is a network namespace, rather than one of another kind or any other file.
pub fn is_network(file: &File) -> Result<bool> {
    // NSFS_MAGIC (linux/magic.h).
    const NSFS: i64 = 0x6e73_6673;
    // NS_GET_NSTYPE: _IO(0xb7, 3) (linux/nsfs.h), since Linux 4.11.
    const NS_GET_NSTYPE: u32 = 0xb703;
    #[allow(clippy::unnecessary_cast)] // the width of f_type is the architecture's
    if super::retry(|| fstatfs(file))?.filesystem_type().0 as i64 != NSFS {
        return Ok(false);
    }
    // SAFETY: takes no argument, and only such a file gets here.
    let kind = unsafe { libc::ioctl(file.as_raw_fd(), NS_GET_NSTYPE as _) };
    Errno::result(kind).map(|kind| kind == libc::CLONE_NEWNET)
}
