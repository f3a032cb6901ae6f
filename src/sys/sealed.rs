//! A copy of this process's own program that nobody can write to.

use std::ffi::CString;
use std::fs::File;
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::Path;
use std::ptr;

use super::file::{self, Open};
use super::process::pointers;
use super::{Errno, Result, retry};

const SEALS: libc::c_int =
    libc::F_SEAL_SEAL | libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_WRITE;

/// Has this process begin anew, with the same words and environment, in a copy of its program that
/// lives in memory and is sealed against writing (memfd_create(2)); does nothing when it is in one.
///
/// # Errors
/// `EACCES`: this system lets no program in memory be executed (sysctl vm.memfd_noexec).
pub fn begin_anew() -> Result<()> {
    let own = file::open(Path::new("/proc/self/exe"), Open::READ)?;
    // SAFETY: takes integers; only reads seals, which a file elsewhere has none of.
    let seals = unsafe { libc::fcntl(own.as_raw_fd(), libc::F_GET_SEALS) };
    if seals >= 0 && seals & SEALS == SEALS {
        // Linux before 6.14 named it by the number of the descriptor.
        return nix::sys::prctl::set_name(c"nsrun");
    }
    let copy = match create(libc::MFD_EXEC) {
        // Linux before 6.3, where all are executable.
        Err(Errno::EINVAL) => create(0),
        other => other,
    }?;
    let (from, to) = (own.as_raw_fd(), copy.as_raw_fd());
    // As much as one call takes, until there is no more.
    // SAFETY: both descriptors are open; a null offset means the files' own.
    let send = || Errno::result(unsafe { libc::sendfile(to, from, ptr::null_mut(), 1 << 30) });
    while retry(send)? > 0 {}
    // SAFETY: takes integers; only adds seals.
    Errno::result(unsafe { libc::fcntl(copy.as_raw_fd(), libc::F_ADD_SEALS, SEALS) })?;
    let words = strings("/proc/self/cmdline")?;
    let environment = strings("/proc/self/environ")?;
    let (args, env) = (pointers(&words), pointers(&environment));
    // SAFETY: the path and the elements of both arrays, which end with a null pointer, are
    // NUL-terminated strings that are still there.
    unsafe {
        libc::syscall(
            libc::SYS_execveat,
            copy.as_raw_fd(),
            c"".as_ptr(),
            args.as_ptr(),
            env.as_ptr(),
            libc::AT_EMPTY_PATH,
        )
    };
    Err(Errno::last())
}

fn create(executable: libc::c_uint) -> Result<File> {
    let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING | executable;
    // SAFETY: the name is NUL-terminated.
    let fd = unsafe { libc::memfd_create(c"nsrun".as_ptr(), flags) };
    // SAFETY: a new descriptor that nobody else has.
    Errno::result(fd).map(|fd| unsafe { File::from_raw_fd(fd) })
}

/// Strings that each end with NUL, as this process was given them.
fn strings(path: &str) -> Result<Vec<CString>> {
    let bytes = file::read(Path::new(path), 4096)?;
    let ended = bytes.split_inclusive(|&byte| byte == 0);
    Ok(ended.filter_map(|string| CString::from_vec_with_nul(string.to_vec()).ok()).collect())
}
