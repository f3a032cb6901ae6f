//! Waiting for several descriptors at a time: poll(2).

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::{Errno, Result, memory};

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

    /// Waits, after a while with little memory; whether the first descriptor is ready.
    pub fn first_ready(mut self) -> Result<bool> {
        let timeout = |time| PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX);
        let ready = match self.deadline {
            None => match poll(&mut self.fds, timeout(memory::A_WHILE)) {
                Ok(0) => {
                    memory::let_go_of_code();
                    poll(&mut self.fds, PollTimeout::NONE)
                }
                other => other,
            },
            Some(deadline) => {
                // Rounded up: to wake up just before it would be to wake up for nothing.
                let left = deadline.saturating_duration_since(Instant::now());
                poll(&mut self.fds, timeout(left + Duration::from_millis(1)))
            }
        };
        match ready {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
        Ok(self.fds.first().and_then(PollFd::any).unwrap_or(false))
    }
}
