//! Making processes, waiting for them, ending them.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

use super::namespace::Namespaces;
use super::{Errno, Result};

/// Which side of a [`fork`] this is.
#[derive(Debug)]
pub enum Fork {
    /// The new process.
    Child,
    /// The caller; the new process's id.
    Parent(i32),
}

/// Makes a process with namespaces of its own, a copy of this one: clone(2).
///
/// The caller must have one thread only, as nsrun always has: a copy of a process holds only the
/// thread that made it, and locks of others would stay locked.
pub fn fork(namespaces: Namespaces) -> Result<Fork> {
    let flags = libc::c_long::from(namespaces.flags() | libc::SIGCHLD);
    let none: libc::c_long = 0;
    // The stack and the flags: on s390x it is the stack that comes first.
    let (first, second) = if cfg!(target_arch = "s390x") { (none, flags) } else { (flags, none) };
    // SAFETY: without CLONE_VM and with a null stack this is fork(2): the child goes on in a
    // copy of this memory, on this stack.
    let pid = unsafe { libc::syscall(libc::SYS_clone, first, second, none, none, none) };
    match Errno::result(pid)? {
        0 => Ok(Fork::Child),
        pid => Ok(Fork::Parent(pid as i32)),
    }
}

/// What to execute: the candidates that `PATH` gives, arguments and environment.
#[derive(Debug)]
pub struct Program {
    /// Paths to try in turn.
    pub candidates: Vec<CString>,
    /// Arguments, the program's name first.
    pub args: Vec<CString>,
    /// Environment, `NAME=VALUE` each.
    pub env: Vec<CString>,
}

/// `strings` as execve(2) wants them.
pub(super) fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|string| string.as_ptr()).chain([ptr::null()]).collect()
}

/// A [`Program`] laid out as execve(2) wants it, so that executing allocates nothing.
struct Exec {
    candidates: Vec<*const c_char>,
    /// Whether the candidates come from PATH.
    searches: bool,
    args: Vec<*const c_char>,
    env: Vec<*const c_char>,
    /// `/bin/sh`, the script, then the arguments after the first: for a script without `#!`.
    shell: Vec<*const c_char>,
}

const SHELL: &CStr = c"/bin/sh";

impl Exec {
    fn new(program: &Program) -> Self {
        let args = pointers(&program.args);
        let shell = [SHELL.as_ptr(), ptr::null()].into_iter().chain(args.iter().skip(1).copied());
        Exec {
            candidates: pointers(&program.candidates),
            searches: program.candidates.len() > 1,
            shell: shell.collect(),
            args,
            env: pointers(&program.env),
        }
    }

    /// Tries the candidates; returns only when none could be executed, with the reason that says
    /// most: one that exists but cannot be executed beats one that is not there.
    fn run(&mut self) -> Errno {
        let mut reason = Errno::ENOENT;
        for &path in &self.candidates {
            if path.is_null() {
                break;
            }
            // SAFETY: `path` and the elements of both arrays are NUL-terminated strings kept by
            // the `Program` this was made from; both arrays end with a null pointer.
            unsafe { libc::execve(path, self.args.as_ptr(), self.env.as_ptr()) };
            match Errno::last() {
                Errno::ENOENT | Errno::ENOTDIR => {}
                // A directory of PATH that this user may not search, as root's after a change of
                // user, says nothing about the command.
                Errno::EACCES if self.searches && !exists(path) => {}
                Errno::ENOEXEC => {
                    if let Some(script) = self.shell.get_mut(1) {
                        *script = path;
                    }
                    // SAFETY: as above.
                    unsafe { libc::execve(SHELL.as_ptr(), self.shell.as_ptr(), self.env.as_ptr()) };
                    return Errno::ENOEXEC;
                }
                other => reason = other,
            }
        }
        reason
    }
}

/// Whether this process can see that there is something at `path`, NUL-terminated.
fn exists(path: *const c_char) -> bool {
    // SAFETY: the callers have it from a `CString` that is still there.
    unsafe { libc::access(path, libc::F_OK) == 0 }
}

/// Executes `program` in this process; comes back only when it cannot.
pub fn execute(program: &Program) -> Errno {
    Exec::new(program).run()
}

struct Launch<'a> {
    exec: Exec,
    prepare: &'a mut dyn FnMut() -> Result<()>,
    failed: Option<(Stage, Errno)>,
}

/// Where [`spawn`] failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No process could be made.
    Clone,
    /// `prepare` failed.
    Prepare,
    /// The program could not be executed.
    Execute,
}

extern "C" fn launch(argument: *mut c_void) -> c_int {
    // SAFETY: `spawn` passes a `Launch` that outlives this call, and is suspended meanwhile.
    let launch = unsafe { &mut *argument.cast::<Launch<'_>>() };
    launch.failed = Some(match (launch.prepare)() {
        Ok(()) => (Stage::Execute, launch.exec.run()),
        Err(errno) => (Stage::Prepare, errno),
    });
    0
}

/// Launches `program` in a child that borrows this process's memory until it executes
/// (`CLONE_VM|CLONE_VFORK`: nothing is copied), after running `prepare` in it.
///
/// # Errors
/// No process could be made, `prepare` failed, or the program cannot be executed; then nothing is
/// left of the child.
pub fn spawn(
    program: &Program,
    mut prepare: impl FnMut() -> Result<()>,
) -> std::result::Result<i32, (Stage, Errno)> {
    const STACK: usize = 64 * 1024;
    let mut stack = [const { MaybeUninit::<u128>::uninit() }; STACK / size_of::<u128>()];
    let mut launch_data = Launch { exec: Exec::new(program), prepare: &mut prepare, failed: None };
    // SAFETY: the stack is 64 KiB of memory nobody else uses, grows downwards from its
    // 16-byte-aligned end, and, as `launch_data`, outlives the child's use of this memory:
    // CLONE_VFORK suspends this thread until the child executes or exits.
    let pid = unsafe {
        let top = stack.as_mut_ptr().add(stack.len());
        let data: *mut Launch<'_> = &mut launch_data;
        libc::clone(
            launch,
            top.cast(),
            libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD,
            data.cast(),
        )
    };
    let pid = Errno::result(pid).map_err(|errno| (Stage::Clone, errno))?;
    match launch_data.failed {
        None => Ok(pid),
        Some(failure) => {
            let _ = wait(pid);
            Err(failure)
        }
    }
}

/// How a process ended, as a shell says it: its exit status, or 128 + the signal's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The process.
    pub pid: i32,
    /// 0 to 255.
    pub status: u8,
}

/// Takes the end of one child, `pid` or any (-1), without waiting; `None` when none has ended.
pub fn reap(pid: i32) -> Result<Option<Ended>> {
    match wait_for(pid, libc::WNOHANG) {
        Err(Errno::ECHILD) => Ok(None),
        other => other,
    }
}

/// Waits for the end of the child `pid`.
pub fn wait(pid: i32) -> Result<Ended> {
    wait_for(pid, 0)?.ok_or(Errno::ECHILD)
}

/// waitpid(2). Not nix's, which knows no real-time signals and loses whom they ended.
fn wait_for(pid: i32, flags: c_int) -> Result<Option<Ended>> {
    let mut status = 0;
    loop {
        // SAFETY: the status is valid for writes.
        match Errno::result(unsafe { libc::waitpid(pid, &raw mut status, flags) }) {
            Ok(0) => return Ok(None),
            Ok(pid) => {
                let status = match libc::WIFSIGNALED(status) {
                    true => 128 + libc::WTERMSIG(status),
                    false => libc::WEXITSTATUS(status),
                };
                return Ok(Some(Ended { pid, status: status as u8 }));
            }
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// Has the kernel SIGKILL this process when the thread that made it ends: prctl(2),
/// `PR_SET_PDEATHSIG`. A later change of uid, or executing a set-uid program, undoes it.
pub fn die_with_parent() -> Result<()> {
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)
}

/// Keeps processes without rights over the host from this process's memory, descriptors and program,
/// and from those of children that share its memory, until they execute another: prctl(2),
/// `PR_SET_DUMPABLE`.
pub fn hide() -> Result<()> {
    nix::sys::prctl::set_dumpable(false)
}

/// The parent's process id; 0 when it is outside this process id namespace.
pub fn parent() -> i32 {
    nix::unistd::getppid().as_raw()
}

/// Whether process `pid` is in another process group than this one. One outside this process id
/// namespace shows as 0.
pub fn left_group(pid: i32) -> bool {
    let group = nix::unistd::getpgid(Some(nix::unistd::Pid::from_raw(pid)));
    group.is_ok_and(|group| group != nix::unistd::getpgrp())
}

/// Whether this process leads its session: then a hangup of the terminal is told to it alone.
pub fn leads_session() -> bool {
    nix::unistd::getsid(None) == Ok(nix::unistd::getpid())
}

/// This process's id.
pub fn own_pid() -> i32 {
    nix::unistd::getpid().as_raw()
}

/// Ends this process at once, running nothing.
pub fn exit(status: u8) -> ! {
    // SAFETY: does not return.
    unsafe { libc::_exit(c_int::from(status)) }
}

/// Starts a session without a terminal.
pub fn new_session() -> Result<()> {
    nix::unistd::setsid().map(drop)
}

/// A file descriptor that stands for process `pid`, whatever becomes of the number:
/// pidfd_open(2).
pub fn pidfd(pid: i32) -> Result<OwnedFd> {
    // SAFETY: takes two integers.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    // SAFETY: a new descriptor that nobody else has; the kernel sets close-on-exec.
    Errno::result(fd).map(|fd| unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// Sends `signal` to the process that `pidfd` stands for.
pub fn signal_pidfd(pidfd: BorrowedFd<'_>, signal: i32) -> Result<()> {
    let none: *const c_void = ptr::null();
    // SAFETY: a null siginfo asks for that of kill(2).
    let result =
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), signal, none, 0) };
    Errno::result(result).map(drop)
}

/// Waits until the process that `pidfd` stands for has ended, at most `milliseconds` (`None`: as
/// long as it takes); whether it has.
pub fn wait_pidfd(pidfd: BorrowedFd<'_>, milliseconds: Option<u32>) -> Result<bool> {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    let timeout = match milliseconds {
        None => PollTimeout::NONE,
        Some(ms) => PollTimeout::try_from(ms).unwrap_or(PollTimeout::MAX),
    };
    loop {
        let mut fds = [PollFd::new(pidfd, PollFlags::POLLIN)];
        match poll(&mut fds, timeout) {
            Ok(ready) => return Ok(ready > 0),
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// Version of the running kernel, such as (6, 18): uname(2).
pub fn kernel_version() -> (u32, u32) {
    let Ok(names) = nix::sys::utsname::uname() else { return (0, 0) };
    let release = names.release().to_string_lossy();
    let mut parts = release.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().ok());
    let mut part = || parts.next().flatten().unwrap_or_default();
    (part(), part())
}
