//! A command on a terminal.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::signal::Signal;

use super::collector::Collector;
use super::command::Cmd;
use super::process::{Exit, Process};

/// A process that leads a session on a terminal of its own; killed on drop.
///
/// `setsid` makes the session, inside: the `nsenter` in front of it stays outside
/// of it, so that Ctrl-C reaches the command and not its messenger.
#[derive(Debug)]
pub(crate) struct Pty {
    process: Process,
    master: File,
    screen: Collector,
    name: String,
    deadline: Instant,
}

impl Pty {
    #[track_caller]
    pub(super) fn new(cmd: Cmd) -> Self {
        let (master, reader, name, slave) = match open() {
            Ok(terminal) => terminal,
            Err(error) => panic!("cannot open a pseudo-terminal: {error}"),
        };
        let mut command = cmd.command(&["setsid", "--ctty"]);
        let stdio = || slave.try_clone().map(Stdio::from);
        match (stdio(), stdio(), stdio()) {
            (Ok(stdin), Ok(stdout), Ok(stderr)) => {
                command.stdin(stdin).stdout(stdout).stderr(stderr);
            }
            _ => panic!("cannot duplicate the pseudo-terminal"),
        }
        resize(&name, 24, 80);
        let mut process = Process::start(command, cmd.to_string());
        drop(slave);
        process.find();
        Pty { process, master, screen: Collector::new(reader), name, deadline: cmd.deadline() }
    }

    /// Its pid in the world.
    #[track_caller]
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Types. Ctrl-C is `b"\x03"`, Ctrl-Z `b"\x1a"`, Ctrl-\ `b"\x1c"`, end of
    /// file `b"\x04"`. The terminal echoes what is typed.
    #[track_caller]
    pub(crate) fn send(&mut self, keys: &[u8]) {
        let sent = self.master.write_all(keys);
        assert!(sent.is_ok(), "cannot type into {}", self.process.command());
    }

    /// Waits until `text` appears after what earlier calls have seen, and returns
    /// everything up to its end; panics with the whole screen when it does not.
    #[track_caller]
    pub(crate) fn expect(&self, text: &str, timeout: Duration) -> String {
        match self.screen.take_until(text, Instant::now() + timeout) {
            Some(seen) => seen,
            None => self.give_up(&format!("no {text:?} within {timeout:?}")),
        }
    }

    /// Everything shown so far.
    pub(crate) fn text(&self) -> String {
        self.screen.text()
    }

    /// Changes the size of the terminal, which the foreground job is told.
    #[track_caller]
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        resize(&self.name, rows, columns);
    }

    /// Takes the terminal away, as closing its window does. Needs perl, and root.
    #[track_caller]
    pub(crate) fn hang_up(&self) {
        const TIOCVHANGUP: &str = "0x5437";
        let script = format!("open F, '+<', $ARGV[0] or die; ioctl(F, {TIOCVHANGUP}, 0) or die");
        let status = Command::new("perl").args(["-e", &script, &self.name]).status();
        assert!(status.as_ref().is_ok_and(|status| status.success()), "{status:?}");
    }

    /// Sends a signal to the leader of the session.
    #[track_caller]
    pub(crate) fn kill(&mut self, signal: Signal) {
        self.process.kill(signal);
    }

    /// Waits for the leader's end; kills it and panics with the screen when that
    /// does not come within the command's timeout, which counts from its start.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> Exit {
        match self.process.wait(self.deadline) {
            Some(exit) => exit,
            None => {
                self.process.end();
                self.give_up("timed out, killed")
            }
        }
    }

    #[track_caller]
    fn give_up(&self, why: &str) -> ! {
        panic!(
            "{}: {why}\n--- screen\n{}\n---",
            self.process.command(),
            self.screen.text().trim_end()
        )
    }
}

/// Master, another master to read from, the slave's name, and the slave.
fn open() -> io::Result<(File, File, String, File)> {
    // Close-on-exec, which openpty() cannot do: a process that another thread
    // starts meanwhile would keep this terminal open.
    let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname_r(&master)?;
    let slave = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(OFlag::O_NOCTTY.bits())
        .open(&name)?;
    let writer = File::from(master.as_fd().try_clone_to_owned()?);
    let reader = writer.try_clone()?;
    Ok((writer, reader, name, slave))
}

#[track_caller]
fn resize(terminal: &str, rows: u16, columns: u16) {
    let status = Command::new("stty")
        .args(["-F", terminal, "rows", &rows.to_string()])
        .args(["columns", &columns.to_string()])
        .status();
    assert!(
        status.as_ref().is_ok_and(|status| status.success()),
        "cannot resize {terminal}: {status:?}"
    );
}
