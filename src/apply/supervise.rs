//! Watching over a run: signals go to CMD, its exit status comes back.

use std::os::fd::AsFd;

use super::Launched;
use crate::dns::Server;
use crate::error::{Error, Result};
use crate::sys::Errno;
use crate::sys::poll::Wait;
use crate::sys::process::{leads_session, left_group, reap};
use crate::sys::signal::{self, Signals, Taken};

/// Passes signals on until the run has ended; its exit status.
///
/// What the terminal sends, it sends to the whole foreground process group: CMD has it already.
///
/// # Errors
/// The kernel gives no signals any more.
pub fn supervise(launched: &Launched, server: Option<(&mut Server, &Signals)>) -> Result<u8> {
    match server {
        None => watch(launched.pid),
        Some((server, signals)) => serve(launched.pid, server, signals),
    }
}

/// Answers names meanwhile.
fn serve(pid: i32, server: &mut Server, signals: &Signals) -> Result<u8> {
    loop {
        let mut wait = Wait::default();
        wait.read(signals.as_fd());
        server.wait_for(&mut wait);
        if wait.first_ready().map_err(cannot)? {
            while let Some(taken) = signals.taken().map_err(cannot)? {
                if let Some(status) = pass_on(taken, pid) {
                    return Ok(status);
                }
            }
        }
        server.serve();
    }
}

fn cannot(errno: Errno) -> Error {
    Error::new("cannot wait for signals").because(errno.desc())
}

/// The same for any child.
pub(super) fn watch(pid: i32) -> Result<u8> {
    loop {
        let taken = signal::take().map_err(cannot)?;
        if let Some(status) = pass_on(taken, pid) {
            return Ok(status);
        }
    }
}

/// Passes one signal on; the exit status of the child when it was its end.
fn pass_on(taken: Taken, pid: i32) -> Option<u8> {
    match taken.signal {
        signal::SIGCHLD => return reap(pid).ok().flatten().map(|ended| ended.status),
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
    None
}
