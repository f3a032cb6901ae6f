//! Mounts of this mount namespace: mount(2), open_tree(2), move_mount(2), pivot_root(2).

use std::ffi::CString;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::statvfs::{FsFlags, statvfs};

use super::mountinfo::{self, Mount};
use super::{Errno, Result};

const NONE: Option<&str> = None;

/// Stops mounts made here from appearing in the namespace this one was copied from; those made
/// there go on appearing here.
pub fn receive_only() -> Result<()> {
    mount(NONE, "/", NONE, MsFlags::MS_REC | MsFlags::MS_SLAVE, NONE)
}

/// Has mounts made below the mount point `target` appear in the namespaces copied from this one,
/// and those made there appear here.
///
/// # Errors
/// `EINVAL`: it is no mount point.
pub fn share(target: &Path) -> Result<()> {
    mount(NONE, target, NONE, MsFlags::MS_REC | MsFlags::MS_SHARED, NONE)
}

/// Mounts a new file system of type `kind` at `target`.
pub fn new(kind: &str, target: &Path, flags: Flags, options: &str) -> Result<()> {
    mount(Some(kind), target, Some(kind), flags.0, Some(options))
}

/// Options of a mount.
#[derive(Clone, Copy, Debug)]
pub struct Flags(MsFlags);

impl Flags {
    /// No set-uid programs, no devices, no programs at all: for /proc and /sys.
    pub const INERT: Flags =
        Flags(MsFlags::MS_NOSUID.union(MsFlags::MS_NODEV).union(MsFlags::MS_NOEXEC));
    /// No set-uid programs, no devices: for memory to write to.
    pub const PLAIN: Flags = Flags(MsFlags::MS_NOSUID.union(MsFlags::MS_NODEV));
    /// No set-uid programs: for /dev.
    pub const DEVICES: Flags = Flags(MsFlags::MS_NOSUID);
}

/// Shows `source` at `target` too, with the mounts below it when `recursive`.
pub fn bind(source: &Path, target: &Path, recursive: bool) -> Result<()> {
    let recursive = if recursive { MsFlags::MS_REC } else { MsFlags::empty() };
    mount(Some(source), target, NONE, MsFlags::MS_BIND | recursive, NONE)
}

/// Makes the mount at `target`, and if `recursive` those below it, read-only.
pub fn read_only(target: &Path, recursive: bool) -> Result<()> {
    restrict(target, MsFlags::MS_RDONLY, recursive)
}

/// Lets no device be opened in the mount at `target` and those below it.
pub fn no_devices(target: &Path) -> Result<()> {
    restrict(target, MsFlags::MS_NODEV, true)
}

fn restrict(target: &Path, flag: MsFlags, recursive: bool) -> Result<()> {
    match set_attribute(target, flag, recursive) {
        // Linux before 5.12.
        Err(Errno::ENOSYS) => {}
        other => return other,
    }
    if !recursive {
        return add_flag(target, flag);
    }
    let point = std::fs::canonicalize(target).map_err(|error| super::errno(&error))?;
    // Without a /proc nobody says which those below are.
    let table = mountinfo::read("self").map_err(|_| Errno::ENOSYS)?;
    // The last one mounted there is the one that is seen; others are hidden below it.
    let mut tree: Vec<&Mount> =
        table.iter().rfind(|mount| mount.point == point).into_iter().collect();
    while let Some(mount) = tree.pop() {
        add_flag(&mount.point, flag)?;
        tree.extend(table.iter().filter(|below| below.parent == mount.id && below.id != mount.id));
    }
    Ok(())
}

/// mount_setattr(2).
fn set_attribute(target: &Path, flag: MsFlags, recursive: bool) -> Result<()> {
    #[repr(C)]
    struct Attributes {
        set: u64,
        clear: u64,
        propagation: u64,
        userns: u64,
    }
    let path = c_path(target)?;
    // The flags used here have the same numbers as those of mount(2), which may have 32 bits.
    #[allow(clippy::unnecessary_cast)]
    let set = flag.bits() as u64;
    let attributes = Attributes { set, clear: 0, propagation: 0, userns: 0 };
    let recursive = if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the path is NUL-terminated; the struct is valid for reads of the length given.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            recursive,
            &raw const attributes,
            size_of::<Attributes>(),
        )
    };
    Errno::result(result).map(drop)
}

/// Adds to the flags that one mount has: mount(2) takes away those that are not named again.
fn add_flag(target: &Path, flag: MsFlags) -> Result<()> {
    const FLAGS: [(FsFlags, MsFlags); 6] = [
        (FsFlags::ST_RDONLY, MsFlags::MS_RDONLY),
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
    ];
    let now = statvfs(target)?.flags();
    let kept = FLAGS.iter().filter(|(is, _)| now.contains(*is)).map(|(_, flag)| *flag);
    let flags = kept.collect::<MsFlags>() | MsFlags::MS_REMOUNT | MsFlags::MS_BIND | flag;
    mount(NONE, target, NONE, flags, NONE)
}

/// A copy of the mount at `source` and those below it, to be put somewhere by [`attach`].
pub fn detached_copy(source: &Path) -> Result<OwnedFd> {
    let path = c_path(source)?;
    let flags = libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC | libc::AT_RECURSIVE as u32;
    // SAFETY: the path is NUL-terminated.
    let fd = unsafe { libc::syscall(libc::SYS_open_tree, libc::AT_FDCWD, path.as_ptr(), flags) };
    // SAFETY: a new descriptor that nobody else has.
    Errno::result(fd).map(|fd| unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// Puts a copy made by [`detached_copy`] at `target`.
pub fn attach(copy: &impl AsFd, target: &Path) -> Result<()> {
    let path = c_path(target)?;
    // SAFETY: both paths are NUL-terminated; the empty one means the descriptor itself.
    let result = unsafe {
        libc::syscall(
            libc::SYS_move_mount,
            copy.as_fd().as_raw_fd(),
            c"".as_ptr(),
            libc::AT_FDCWD,
            path.as_ptr(),
            // As mount(2) does, and /etc/resolv.conf often is one.
            libc::MOVE_MOUNT_F_EMPTY_PATH | libc::MOVE_MOUNT_T_SYMLINKS,
        )
    };
    Errno::result(result).map(drop)
}

/// Takes away what is mounted at `target`, as soon as nothing uses it.
pub fn detach(target: &Path) -> Result<()> {
    umount2(target, MntFlags::MNT_DETACH)
}

/// Takes away what is mounted at `target` itself, not at what a symbolic link there leads to, as
/// soon as nothing uses it.
///
/// # Errors
/// `EINVAL`: nothing is mounted there, or this mount namespace may not take it away.
pub fn detach_exactly(target: &Path) -> Result<()> {
    umount2(target, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW)
}

/// Makes the mount at `root` the root directory, and takes the old one away; whether it could: the
/// initramfs, the first of all mounts, cannot be taken away, and lies below the new root then.
pub fn pivot(root: &Path) -> Result<bool> {
    nix::unistd::chdir(root)?;
    // With both paths ".", the old root is stacked on the new one: no directory is needed for it.
    let gone = match nix::unistd::pivot_root(".", ".") {
        Ok(()) => umount2(".", MntFlags::MNT_DETACH).map(|()| true)?,
        // As switch_root(8) does.
        Err(Errno::EINVAL) => {
            mount(Some("."), "/", NONE, MsFlags::MS_MOVE, NONE)?;
            nix::unistd::chroot(".").map(|()| false)?
        }
        Err(errno) => return Err(errno),
    };
    nix::unistd::chdir("/").map(|()| gone)
}

fn c_path(path: &Path) -> Result<CString> {
    CString::new(path.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)
}
