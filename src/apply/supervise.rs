//! Watching over a run: signals go to CMD, its exit status comes back.

use super::Launched;
use crate::error::{Error, Result};
use crate::sys::process::{leads_session, left_group, reap};
use crate::sys::signal;

/// Passes signals on until the run has ended; its exit status.
///
/// What the terminal sends, it sends to the whole foreground process group: CMD has it already.
///
/// # Errors
/// The kernel gives no signals any more.
pub fn supervise(launched: &Launched) -> Result<u8> {
    watch(launched.pid)
}

/// The same for any child.
pub(super) fn watch(pid: i32) -> Result<u8> {
    loop {
        let taken = signal::take()
            .map_err(|errno| Error::new("cannot wait for signals").because(errno.desc()))?;
        match taken.signal {
            signal::SIGCHLD => {
                if let Ok(Some(ended)) = reap(pid) {
                    return Ok(ended.status);
                }
            }
            signal::SIGTSTP if taken.from_terminal => {
                // CMD has stopped; the shell must see this process stop too, to take over.
                let _ = signal::stop_self();
            }
            signal::SIGHUP if taken.from_terminal && leads_session() => {
                let _ = signal::send(pid, signal::SIGHUP);
            }
            _ if taken.from_terminal && !left_group(pid) => {}
            other => {
                let _ = signal::send(pid, other);
            }
        }
    }
}
