//! A command that goes on while the test looks around.

use std::io::Write;
use std::process::ChildStdin;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::collector::Collector;
use super::command::Output;
use super::process::Process;

/// A process with pipes for stdin, stdout and stderr; killed on drop. Its
/// children are not: that is for the test to observe, and for the world to end.
#[derive(Debug)]
pub(crate) struct Running {
    process: Process,
    stdin: Option<ChildStdin>,
    stdout: Collector,
    stderr: Collector,
    deadline: Instant,
}

impl Running {
    #[track_caller]
    pub(super) fn new(mut process: Process, deadline: Instant) -> Self {
        let child = process.child();
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            panic!("a running command needs pipes");
        };
        Running {
            stdin: child.stdin.take(),
            stdout: Collector::new(stdout),
            stderr: Collector::new(stderr),
            process,
            deadline,
        }
    }

    pub(super) fn process_mut(&mut self) -> &mut Process {
        &mut self.process
    }

    pub(super) fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.stdin.take()
    }

    /// Its pid in the world.
    #[track_caller]
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Sends it a signal.
    #[track_caller]
    pub(crate) fn kill(&mut self, signal: Signal) {
        self.process.kill(signal);
    }

    /// Writes to its stdin, which [`super::Cmd::stdin_open`] left open.
    #[track_caller]
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("stdin is not open");
        let sent = stdin.write_all(bytes).and_then(|()| stdin.flush());
        assert!(sent.is_ok(), "cannot write to {}", self.process.command());
    }

    /// Ends its stdin.
    pub(crate) fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// The next line of stdout; panics with the output so far when none comes.
    #[track_caller]
    pub(crate) fn line(&self, timeout: Duration) -> String {
        match self.stdout.take_line(Instant::now() + timeout) {
            Some(line) => line,
            None => self.give_up(&format!("no further line within {timeout:?}")),
        }
    }

    /// Whether it has not ended yet.
    pub(crate) fn is_running(&mut self) -> bool {
        self.process.wait(Instant::now()).is_none()
    }

    /// Waits for the end of the process and of its output; kills it and panics
    /// with the output so far when they do not come within the command's timeout,
    /// which counts from its start.
    #[track_caller]
    pub(crate) fn wait(self) -> Output {
        self.finish()
    }

    #[track_caller]
    pub(super) fn finish(mut self) -> Output {
        self.stdin = None;
        let Some(exit) = self.process.wait(self.deadline) else {
            self.process.end();
            self.give_up("timed out, killed");
        };
        if !self.stdout.wait_end(self.deadline) || !self.stderr.wait_end(self.deadline) {
            self.give_up("timed out: it ended but another process holds its output open");
        }
        Output {
            command: self.process.command().to_owned(),
            exit,
            stdout: self.stdout.text(),
            stderr: self.stderr.text(),
        }
    }

    #[track_caller]
    fn give_up(&self, why: &str) -> ! {
        panic!(
            "{}: {why}\n--- stdout\n{}\n--- stderr\n{}\n---",
            self.process.command(),
            self.stdout.text().trim_end(),
            self.stderr.text().trim_end()
        )
    }
}
