//! Somewhere to run a command: the host, the internet, the LAN, or a run.

use std::ffi::OsStr;

use super::command::Cmd;

/// A network namespace of a world. All places of a world share its mounts,
/// processes, IPC and host name; only the network differs.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The `unshare` process that holds the world, in the machine's numbering.
    holder: u32,
    /// The process whose network this is, in the world's numbering; the host's
    /// own when None.
    net_of: Option<u32>,
    user_namespace: bool,
}

impl Place {
    pub(super) fn host(holder: u32, user_namespace: bool) -> Self {
        Place { holder, net_of: None, user_namespace }
    }

    /// The network of a process of this world, seen with the world's own files
    /// and tools: how a test looks into a run without asking nsrun.
    pub(crate) fn net_of(&self, pid: u32) -> Self {
        Place { net_of: Some(pid), ..self.clone() }
    }

    /// Whether root here is root of the machine. What only that can do (a second
    /// uid, tun, writing to cgroups) is skipped elsewhere.
    pub(crate) fn is_real_root(&self) -> bool {
        !self.user_namespace
    }

    /// A command to run here.
    pub(crate) fn cmd<I, S>(&self, argv: I) -> Cmd
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        Cmd::new(self, argv)
    }

    /// The program under test, with these arguments.
    pub(crate) fn nsrun<I, S>(&self, args: I) -> Cmd
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.cmd([env!("CARGO_BIN_EXE_nsrun")]).args(args)
    }

    /// Runs a shell script, which must succeed, and returns what it printed.
    #[track_caller]
    pub(crate) fn sh(&self, script: &str) -> String {
        self.cmd(["sh", "-ec", script]).run().ok().stdout
    }

    /// Runs a shell script and returns whether it succeeded.
    #[track_caller]
    pub(crate) fn succeeds(&self, script: &str) -> bool {
        self.cmd(["sh", "-ec", script]).run().code() == Some(0)
    }

    /// Replaces a file of this world. Through a process inside, because following
    /// a symlink from out here would end on the machine.
    #[track_caller]
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        self.cmd(["tee", "--", path]).stdin(content.as_ref()).run().ok();
    }

    /// Reads a file of this world.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        self.cmd(["cat", "--", path]).run().ok().stdout
    }

    /// A directory in memory for files of the test, gone with the world.
    pub(crate) fn scratch(&self) -> &'static str {
        "/dev/shm"
    }

    /// A path below /proc of the holder, which is in all namespaces of the host
    /// except that of the pids.
    pub(super) fn holder_proc(&self, path: &str) -> String {
        format!("/proc/{}/{path}", self.holder)
    }

    /// The arguments of `nsenter` that lead here.
    pub(super) fn entry(&self) -> Vec<String> {
        let mut args = Vec::from(["--target", &self.holder.to_string()].map(String::from));
        args.extend(["--mount", "--ipc", "--uts"].map(String::from));
        args.push(format!("--pid={}", self.holder_proc("ns/pid_for_children")));
        args.push(match self.net_of {
            // The /proc mounted inside numbers processes as the world does.
            Some(pid) => format!("--net={}", self.holder_proc(&format!("root/proc/{pid}/ns/net"))),
            None => String::from("--net"),
        });
        if self.user_namespace {
            args.extend(["--user", "--preserve-credentials"].map(String::from));
        }
        args
    }
}
