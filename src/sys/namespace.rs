//! Namespaces: which ones, and joining them.

use std::os::fd::BorrowedFd;

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

/// Sets the host name of this host-name namespace.
pub fn set_hostname(name: &str) -> Result<()> {
    nix::unistd::sethostname(name)
}
