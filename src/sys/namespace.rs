//! Namespaces: which ones, and joining them.

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use bitflags::bitflags;
use nix::sched::{CloneFlags, setns};

use super::Result;

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

/// Does something in another network namespace and comes back. The caller has one thread only, as
/// nsrun always has.
///
/// # Errors
/// It cannot be entered, or this process cannot come back; `work` may have been done then.
pub fn inside<T>(namespace: BorrowedFd<'_>, work: impl FnOnce() -> T) -> Result<T> {
    let own = File::open("/proc/self/ns/net").map_err(|error| super::errno(&error))?;
    join(namespace, Namespaces::NET)?;
    let done = work();
    join(own.as_fd(), Namespaces::NET)?;
    Ok(done)
}

/// Whether an open file is a network namespace: ioctl_ns(2).
pub fn is_network(file: &impl AsFd) -> bool {
    const NS_GET_NSTYPE: libc::c_ulong = 0xb703;
    // SAFETY: takes no argument; files that are no namespaces refuse it.
    let kind = unsafe { libc::ioctl(file.as_fd().as_raw_fd(), NS_GET_NSTYPE as _) };
    kind == libc::CLONE_NEWNET
}

/// Sets the host name of this host-name namespace.
pub fn set_hostname(name: &str) -> Result<()> {
    nix::unistd::sethostname(name)
}
