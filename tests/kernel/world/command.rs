//! Running a command to its end.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::place::Place;
use super::process::{Exit, Process};
use super::pty::Pty;
use super::running::Running;

/// How long a command may take unless the test says otherwise.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A command about to run in a [`Place`]. Its environment is `PATH`, `HOME`,
/// `LANG`, `TERM` and what [`Cmd::env`] adds, never that of the test runner.
#[derive(Clone, Debug)]
pub(crate) struct Cmd {
    place: Place,
    argv: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    dir: Option<OsString>,
    stdin: Stdin,
    timeout: Duration,
}

#[derive(Clone, Debug)]
enum Stdin {
    Null,
    Bytes(Vec<u8>),
    Open,
}

impl Cmd {
    pub(super) fn new<I, S>(place: &Place, argv: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let env = [("HOME", "/root"), ("LANG", "C"), ("TERM", "xterm")];
        Cmd {
            place: place.clone(),
            argv: Vec::new(),
            env: env.map(|(name, value)| (name.into(), value.into())).into(),
            dir: None,
            stdin: Stdin::Null,
            timeout: PATIENCE,
        }
        .env("PATH", path())
        .args(argv)
    }

    /// Adds arguments.
    pub(crate) fn args<I, S>(mut self, args: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.argv.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Adds one argument.
    pub(crate) fn arg(self, arg: impl AsRef<OsStr>) -> Self {
        self.args([arg])
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().into(), value.as_ref().into()));
        self
    }

    /// Starts in this directory of the world instead of in /.
    pub(crate) fn dir(mut self, dir: impl AsRef<OsStr>) -> Self {
        self.dir = Some(dir.as_ref().into());
        self
    }

    /// What it reads; nothing by default.
    pub(crate) fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = Stdin::Bytes(bytes.as_ref().into());
        self
    }

    /// Leaves stdin open, for [`Running::send`].
    pub(crate) fn stdin_open(mut self) -> Self {
        self.stdin = Stdin::Open;
        self
    }

    /// How long it, and everything that holds its output, may take.
    pub(crate) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Runs it to its end; kills it and panics with the output so far when that
    /// does not come in time.
    #[track_caller]
    pub(crate) fn run(self) -> Output {
        self.start().finish()
    }

    /// Starts it and returns once it is a process of the world.
    #[track_caller]
    pub(crate) fn spawn(self) -> Running {
        let mut running = self.start();
        running.process_mut().find();
        running
    }

    /// Starts it on a terminal of its own, 24 by 80, as leader of a session.
    #[track_caller]
    pub(crate) fn pty(self) -> Pty {
        Pty::new(self)
    }

    #[track_caller]
    fn start(self) -> Running {
        let mut command = self.command(&[]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(match self.stdin {
            Stdin::Null => Stdio::null(),
            Stdin::Bytes(_) | Stdin::Open => Stdio::piped(),
        });
        let deadline = Instant::now() + self.timeout;
        let mut running = Running::new(Process::start(command, self.to_string()), deadline);
        if let Stdin::Bytes(bytes) = self.stdin
            && let Some(mut pipe) = running.take_stdin()
        {
            // A reader that stops early is its own business.
            thread::spawn(move || pipe.write_all(&bytes));
        }
        running
    }

    /// The command as this machine has to start it, behind `prefix`.
    pub(super) fn command(&self, prefix: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.args(self.place.entry()).arg("--").args(prefix);
        if let Some(dir) = &self.dir {
            // nsenter --wd would open the directory on the machine, outside.
            command.args(["env", "-C"]).arg(dir);
        }
        command.args(&self.argv).env_clear().envs(self.env.clone());
        command
    }

    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }
}

impl std::fmt::Display for Cmd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<_> = self.argv.iter().map(|arg| arg.to_string_lossy()).collect();
        f.write_str(&words.join(" "))
    }
}

/// How a command ended and what it printed.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    /// The command, for messages.
    pub(crate) command: String,
    /// Its status.
    pub(crate) exit: Exit,
    /// All of its stdout.
    pub(crate) stdout: String,
    /// All of its stderr.
    pub(crate) stderr: String,
}

impl Output {
    /// The exit code; None after a signal.
    pub(crate) fn code(&self) -> Option<i32> {
        match self.exit {
            Exit::Code(code) => Some(code),
            Exit::Signal(_) => None,
        }
    }

    /// Panics, showing everything, unless it exited with 0.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.exits(0)
    }

    /// Panics, showing everything, unless it exited with `code`.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert!(self.exit == Exit::Code(code), "expected exit code {code} of {self}");
        self
    }

    /// Panics, showing everything, unless stderr holds `text`.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "expected {text:?} in stderr of {self}");
        self
    }

    /// The JSON on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            // `ip -j` prints nothing, not [], when there is nothing to list.
            Err(_) if self.stdout.trim().is_empty() => serde_json::json!([]),
            Err(error) => panic!("no JSON ({error}) from {self}"),
        }
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} ({})\n--- stdout\n{}\n--- stderr\n{}\n---",
            self.command,
            self.exit,
            self.stdout.trim_end(),
            self.stderr.trim_end()
        )
    }
}

/// PATH for everything the harness runs; `ip` and `nft` live where a user's PATH
/// may not lead.
pub(super) fn path() -> String {
    let own = std::env::var("PATH").unwrap_or_default();
    format!("{own}:/usr/sbin:/usr/bin:/sbin:/bin")
}
