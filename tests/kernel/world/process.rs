//! A process of a world, and the `nsenter` in front of it.

use std::fmt;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It exited with this code.
    Code(i32),
    /// This signal ended it.
    Signal(i32),
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        match status.signal() {
            Some(signal) => Exit::Signal(signal),
            None => Exit::Code(status.code().unwrap_or(-1)),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(code) => write!(f, "exit code {code}"),
            Exit::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

/// `nsenter` enters the namespaces, forks the process and waits for it; then it
/// ends the same way, by the same signal if it was one. Killed on drop.
#[derive(Debug)]
pub(super) struct Process {
    nsenter: Child,
    inner: Option<Inner>,
    command: String,
}

/// The process itself, under both its numbers.
#[derive(Clone, Copy, Debug)]
struct Inner {
    on_the_machine: u32,
    in_the_world: u32,
}

impl Process {
    #[track_caller]
    pub(super) fn start(mut command: Command, name: String) -> Self {
        match command.spawn() {
            Ok(nsenter) => Process { nsenter, inner: None, command: name },
            Err(error) => panic!("cannot run nsenter (package util-linux): {error}"),
        }
    }

    pub(super) fn child(&mut self) -> &mut Child {
        &mut self.nsenter
    }

    pub(super) fn command(&self) -> &str {
        &self.command
    }

    /// The pid in the world.
    #[track_caller]
    pub(super) fn pid(&self) -> u32 {
        match self.inner {
            Some(inner) => inner.in_the_world,
            None => panic!("{} ended before its pid could be read", self.command),
        }
    }

    /// Waits until the process exists, or has existed.
    pub(super) fn find(&mut self) {
        while self.inner.is_none() && matches!(self.nsenter.try_wait(), Ok(None)) {
            self.inner = Inner::of(self.nsenter.id());
            thread::sleep(Duration::from_micros(200));
        }
    }

    /// Sends a signal to the process alone, as `kill PID` would.
    #[track_caller]
    pub(super) fn kill(&mut self, signal: Signal) {
        self.find();
        let Some(inner) = self.inner else {
            panic!("{} ended before {signal} could be sent", self.command);
        };
        send(inner.on_the_machine, signal);
        if signal == Signal::SIGCONT {
            // It stopped itself together with its child.
            send(self.nsenter.id(), signal);
        }
    }

    /// Waits for the end; None when it does not come in time.
    pub(super) fn wait(&mut self, deadline: Instant) -> Option<Exit> {
        loop {
            match self.nsenter.try_wait() {
                Ok(Some(status)) => return Some(status.into()),
                Ok(None) if Instant::now() >= deadline => return None,
                Ok(None) => thread::sleep(Duration::from_millis(1)),
                Err(error) => panic!("cannot wait for {}: {error}", self.command),
            }
        }
    }

    /// Kills the process, and what stands in front of it.
    pub(super) fn end(&mut self) {
        if matches!(self.nsenter.try_wait(), Ok(None)) {
            if let Some(inner) = self.inner.or_else(|| Inner::of(self.nsenter.id())) {
                send(inner.on_the_machine, Signal::SIGKILL);
            }
            let _ = self.nsenter.kill();
            let _ = self.nsenter.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

impl Inner {
    fn of(nsenter: u32) -> Option<Self> {
        let children = fs::read_to_string(format!("/proc/{nsenter}/task/{nsenter}/children"));
        let child = children.ok()?.split_whitespace().next()?.parse().ok()?;
        let status = fs::read_to_string(format!("/proc/{child}/status")).ok()?;
        let numbers = status.lines().find_map(|line| line.strip_prefix("NSpid:"))?;
        Some(Inner {
            on_the_machine: child,
            in_the_world: numbers.split_whitespace().last()?.parse().ok()?,
        })
    }
}

fn send(pid: u32, signal: Signal) {
    // Already gone is as good as killed.
    let _ = kill(Pid::from_raw(pid.cast_signed()), signal);
}
