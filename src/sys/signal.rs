//! Signals: blocked and taken one by one, so that no handler ever runs.

use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::ptr;

use nix::sys::signal::{SigSet, SigmaskHow, Signal, pthread_sigmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};

use super::{Errno, Result, file, memory, retry};

pub use libc::{SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGKILL, SIGTERM, SIGTSTP};

/// A signal that was taken.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// Its number.
    pub signal: i32,
    /// Whether the kernel sent it for something that happened at the terminal: then it went to
    /// the whole foreground process group.
    pub from_terminal: bool,
}

/// Signals that say that this process itself went wrong, and those the terminal stops background
/// processes with, stay as they are.
const LEFT_ALONE: [i32; 9] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGABRT,
    libc::SIGSYS,
    libc::SIGTTIN,
    libc::SIGTTOU,
];

fn taken() -> libc::sigset_t {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigfillset initialises the set; sigdelset gets an initialised one and valid numbers.
    unsafe {
        libc::sigfillset(set.as_mut_ptr());
        for signal in LEFT_ALONE {
            libc::sigdelset(set.as_mut_ptr(), signal);
        }
        set.assume_init()
    }
}

/// Blocks the signals that [`take`] waits for. They stay pending until taken. A caller that ignores
/// SIGCHLD would have the kernel take the ends of our children away.
pub fn block() -> Result<()> {
    default_action(libc::SIGCHLD)?;
    // SAFETY: the set is initialised.
    let set = unsafe { SigSet::from_sigset_t_unchecked(taken()) };
    pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&set), None)
}

/// Waits for the next signal, after a while with little memory.
pub fn take() -> Result<Taken> {
    let set = taken();
    let a_while = libc::timespec {
        tv_sec: memory::A_WHILE.as_secs() as _,
        tv_nsec: memory::A_WHILE.subsec_nanos() as _,
    };
    let mut patience: *const libc::timespec = &a_while;
    loop {
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        // SAFETY: the set is initialised, the siginfo valid for writes, the time, where there is
        // one, for reads.
        let signal = unsafe { libc::sigtimedwait(&set, info.as_mut_ptr(), patience) };
        match Errno::result(signal) {
            Ok(signal) => {
                // SAFETY: zeroed before, filled by the kernel; all of these have a process id, or 0.
                let (code, sender) = unsafe {
                    let info = info.assume_init();
                    (info.si_code, info.si_pid())
                };
                if !is_of_own_write(signal, sender) {
                    return Ok(Taken { signal, from_terminal: code == libc::SI_KERNEL });
                }
            }
            Err(Errno::EAGAIN) => {
                memory::let_go_of_code();
                patience = ptr::null();
            }
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// Whether the kernel sent it for a write of this process, which has an error then: to nobody who
/// reads, or beyond a limit. It is nothing to pass on.
fn is_of_own_write(signal: i32, sender: i32) -> bool {
    matches!(signal, libc::SIGPIPE | libc::SIGXFSZ) && sender == super::process::own_pid()
}

/// The signals that [`take`] waits for, as a descriptor to be waited for beside others.
#[derive(Debug)]
pub struct Signals(SignalFd);

impl Signals {
    /// Opens it: signalfd(2).
    pub fn open() -> Result<Self> {
        // SAFETY: the set is initialised.
        let set = unsafe { SigSet::from_sigset_t_unchecked(taken()) };
        SignalFd::with_flags(&set, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC).map(Signals)
    }

    /// A signal that is there already; `None` when there is none.
    pub fn taken(&self) -> Result<Option<Taken>> {
        let info = retry(|| self.0.read_signal())?;
        // There may be more behind one that is passed over: then the descriptor stays ready.
        let info = info.filter(|info| !is_of_own_write(info.ssi_signo as i32, info.ssi_pid as i32));
        Ok(info.map(|info| Taken {
            signal: info.ssi_signo as i32,
            from_terminal: info.ssi_code == libc::SI_KERNEL,
        }))
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Gives every signal that is ignored its default action, as a program expects at its start; no
/// other outlives the execution of one. An ignored SIGHUP stays ignored, for nohup(1).
pub fn ignore_none() -> Result<()> {
    let ignored = ignored();
    for signal in 1..=SIGNALS {
        let is_fixed = matches!(signal, libc::SIGKILL | libc::SIGSTOP | libc::SIGHUP);
        if !is_fixed && ignored & (1 << (signal - 1)) != 0 {
            default_action(signal)?;
        }
    }
    Ok(())
}

/// Blocks no signal any more.
pub fn unblock() -> Result<()> {
    pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)
}

/// Ignores a signal.
pub fn ignore(signal: i32) {
    // SAFETY: no function is called on the signal.
    unsafe { libc::signal(signal, libc::SIG_IGN) };
}

/// The signals that are ignored, one bit each; where this cannot be found out, all of them.
fn ignored() -> u64 {
    let status = file::read(Path::new("/proc/self/status"), 2048).unwrap_or_default();
    let line = |line: &[u8]| {
        let digits = std::str::from_utf8(line.strip_prefix(b"SigIgn:")?).ok()?;
        u64::from_str_radix(digits.trim(), 16).ok()
    };
    status.split(|&byte| byte == b'\n').find_map(line).unwrap_or(u64::MAX)
}

/// How many signals the kernel has.
const SIGNALS: i32 = 64;

/// Not the C library's sigaction(3), which keeps two signals for itself, and what the caller has
/// done about those would stay.
fn default_action(signal: i32) -> Result<()> {
    // All zeroes is SIG_DFL with no flags and an empty mask, in any order of the fields; no
    // architecture has more of them.
    let action = [0u64; 8];
    let none: *mut libc::c_void = ptr::null_mut();
    // SAFETY: the action is valid for reads of the kernel's struct; a null pointer asks for nothing.
    let result = unsafe {
        libc::syscall(libc::SYS_rt_sigaction, signal, action.as_ptr(), none, SIGNALS as usize / 8)
    };
    Errno::result(result).map(drop)
}

/// Sends `signal` to process `pid`.
pub fn send(pid: i32, signal: i32) -> Result<()> {
    // SAFETY: takes two integers.
    Errno::result(unsafe { libc::kill(pid, signal) }).map(drop)
}

/// Stops this process until SIGCONT, as the terminal's suspend key does: not where the kernel finds
/// nobody who would let it go on.
pub fn stop_self() -> Result<()> {
    default_action(SIGTSTP)?;
    let mut set = SigSet::empty();
    set.add(Signal::SIGTSTP);
    send(super::process::own_pid(), SIGTSTP)?;
    pthread_sigmask(SigmaskHow::SIG_UNBLOCK, Some(&set), None)?;
    pthread_sigmask(SigmaskHow::SIG_BLOCK, Some(&set), None)
}
