//! System calls: processes, namespaces, mounts, credentials, signals, files.
//!
//! The only place for `unsafe`, `libc::` and `nix::`. Each function makes one thing possible
//! and decides nothing.

pub mod channel;
pub mod credentials;
pub mod events;
pub mod file;
mod heap;
pub mod link;
mod memory;
pub mod mount;
pub mod mountinfo;
pub mod namespace;
pub mod net;
pub mod packet;
pub mod poll;
pub mod port;
pub mod process;
pub mod sealed;
pub mod seccomp;
pub mod signal;
pub mod start;
pub mod terminal;
#[cfg(all(panic = "abort", target_env = "musl"))]
mod unwind;
pub mod watch;

pub use nix::errno::Errno;

/// Result of a system call.
pub type Result<T> = std::result::Result<T, Errno>;

/// The errno of a standard library error.
pub fn errno(error: &std::io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

/// Makes a system call again that a signal interrupted.
fn retry<T>(mut call: impl FnMut() -> Result<T>) -> Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            other => return other,
        }
    }
}
