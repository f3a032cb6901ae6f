//! Waiting for several descriptors at a time: poll(2).

use std::os::fd::BorrowedFd;
use std::time::Instant;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::{Errno, Result};

/// What is waited for.
#[derive(Debug, Default)]
pub struct Wait<'a> {
    fds: Vec<PollFd<'a>>,
    deadline: Option<Instant>,
}

impl<'a> Wait<'a> {
    /// Waits until `fd` can be read from.
    pub fn read(&mut self, fd: BorrowedFd<'a>) {
        self.add(fd, true, false);
    }

    /// Waits until `fd` can be read from or written to; with neither, for its errors only.
    pub fn add(&mut self, fd: BorrowedFd<'a>, read: bool, write: bool) {
        let mut events = PollFlags::empty();
        events.set(PollFlags::POLLIN, read);
        events.set(PollFlags::POLLOUT, write);
        self.fds.push(PollFd::new(fd, events));
    }

    /// Waits no longer than to `deadline`, or to an earlier one.
    pub fn until(&mut self, deadline: Instant) {
        self.deadline = Some(self.deadline.map_or(deadline, |known| known.min(deadline)));
    }

    /// Waits; whether the first descriptor is ready.
    pub fn first_ready(mut self) -> Result<bool> {
        let timeout = match self.deadline {
            None => PollTimeout::NONE,
            Some(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now()).as_millis() + 1;
                PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX)
            }
        };
        match poll(&mut self.fds, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
        Ok(self.fds.first().and_then(PollFd::any).unwrap_or(false))
    }
}
