//! Watching over a run: signals go to CMD, its exit status comes back.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use super::Launched;
use crate::dns::Server;
use crate::error::{Error, Result};
use crate::sys::Errno;
use crate::sys::events::Events;
use crate::sys::poll::Wait;
use crate::sys::process::{leads_session, left_group, reap};
use crate::sys::signal::{self, Signals, Taken};

/// How long a run is not looked at again whose links come and go.
const PAUSE: Duration = Duration::from_millis(100);

/// What a look at the links of a run has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// All is well.
    Known,
    /// It could not be seen: somebody must look again.
    Unclear,
    /// Nobody need look any more.
    Over,
}

/// What is to be done when links of a run have come or gone.
pub struct Links<'a> {
    events: &'a Events,
    look: &'a mut dyn FnMut() -> Looked,
    paused_until: Option<Instant>,
    looked: Looked,
}

impl<'a> Links<'a> {
    /// `look` is called after `events`.
    pub fn new(events: &'a Events, look: &'a mut dyn FnMut() -> Looked) -> Self {
        Links { events, look, paused_until: None, looked: Looked::Known }
    }

    /// Adds what it waits for.
    fn wait_for<'b>(&'b self, wait: &mut Wait<'b>) {
        match self.paused_until {
            Some(end) => wait.until(end),
            None => wait.read(self.events.as_fd()),
        }
    }

    /// Looks if something was told; whether to go on with it.
    fn serve(&mut self) -> bool {
        let now = Instant::now();
        if self.paused_until.is_some_and(|end| end > now) {
            return true;
        }
        self.paused_until = None;
        if !self.events.taken() && self.looked != Looked::Unclear {
            return true;
        }
        self.paused_until = Some(now + PAUSE);
        self.looked = (self.look)();
        self.looked != Looked::Over
    }
}

/// Passes signals on until the run has ended; its exit status.
///
/// What the terminal sends, it sends to the whole foreground process group: CMD has it already.
///
/// # Errors
/// The kernel gives no signals any more.
pub fn supervise(
    launched: &Launched,
    server: Option<&mut Server>,
    links: Option<Links<'_>>,
) -> Result<u8> {
    match &launched.signals {
        Some(signals) if server.is_some() || links.is_some() => {
            // Without names and links the run goes on all the same.
            serve(launched.pid, signals, server, links).or_else(|_| watch(launched.pid))
        }
        _ => watch(launched.pid),
    }
}

/// Answers names and watches links meanwhile.
fn serve(
    pid: i32,
    signals: &Signals,
    mut server: Option<&mut Server>,
    mut links: Option<Links<'_>>,
) -> Result<u8> {
    loop {
        let mut wait = Wait::default();
        wait.read(signals.as_fd());
        if let Some(server) = &server {
            server.wait_for(&mut wait);
        }
        if let Some(links) = &links {
            links.wait_for(&mut wait);
        }
        if wait.first_ready().map_err(cannot)? {
            while let Some(taken) = signals.taken().map_err(cannot)? {
                if let Some(status) = pass_on(taken, pid) {
                    return Ok(status);
                }
            }
        }
        if let Some(server) = &mut server {
            server.serve();
        }
        if links.as_mut().is_some_and(|links| !links.serve()) {
            links = None;
        }
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
        signal::SIGTSTP => {
            if !taken.from_terminal {
                let _ = signal::send(pid, signal::SIGTSTP);
            }
            // CMD has stopped, by the key or with its group, as an editor does it; the shell must see
            // this process stop too, to take over.
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
