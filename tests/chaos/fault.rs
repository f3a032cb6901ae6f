//! Disturbs one system call of a program: `chaos fault PROCESS CALL WHAT -- PROGRAM...`, run inside
//! a world.
//!
//! Unlike strace(1), which counts the calls of each process and disturbs all of them, it disturbs
//! one call of one process, and leaves alone what the program executes: that is CMD, not nsrun.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::ptrace::{self, Event, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::calls;

/// Where it writes what it saw.
pub(crate) const REPORT: &str = "FAULT_REPORT";

/// What becomes of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Nothing; the report lists every call, "PROCESS CALL NAME" a line.
    List,
    /// The process is killed before it.
    Kill,
    /// It fails with this errno, and does nothing.
    Error(i32),
    /// It begins later.
    Delay(Duration),
}

impl What {
    pub(crate) fn to_arg(self) -> String {
        match self {
            What::List => "list".into(),
            What::Kill => "kill".into(),
            What::Error(errno) => format!("error={errno}"),
            What::Delay(time) => format!("delay={}", time.as_millis()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text.split_once('=') {
            None if text == "list" => What::List,
            None if text == "kill" => What::Kill,
            Some(("error", errno)) => What::Error(errno.parse().ok()?),
            Some(("delay", ms)) => What::Delay(Duration::from_millis(ms.parse().ok()?)),
            _ => return None,
        })
    }
}

/// One process that is traced.
struct Traced {
    /// Which one, in the order in which they were made, from 1.
    number: usize,
    /// Calls that it has begun.
    calls: usize,
    /// Whether it is between the begin and the end of a call.
    inside: bool,
    /// What its present call is to return.
    result: Option<i32>,
}

struct Tracer {
    point: (usize, usize),
    what: What,
    processes: HashMap<i32, Traced>,
    made: usize,
    /// The program is there: before, its launcher was traced.
    begun: bool,
    /// The fault has happened: nothing is traced any more.
    done: bool,
    delayed: Vec<(Pid, Instant)>,
    report: File,
}

/// Runs `fault` with its arguments; the exit status of the program.
pub(crate) fn main(args: &[String]) -> i32 {
    let [process, call, what, dashes, program @ ..] = args else {
        panic!("fault PROCESS CALL WHAT -- PROGRAM...")
    };
    assert_eq!(dashes, "--");
    let number = |text: &str| text.parse().expect("a number");
    let report = std::env::var_os(REPORT).expect("FAULT_REPORT is a path");
    let mut tracer = Tracer {
        point: (number(process), number(call)),
        what: What::parse(what).expect("list, kill, error=N or delay=MS"),
        processes: HashMap::new(),
        made: 0,
        begun: false,
        done: false,
        delayed: Vec::new(),
        report: File::create(report).expect("the report can be written"),
    };
    // Stops before it becomes the program, to be seized there.
    let mut child = Command::new("/bin/sh")
        .args(["-c", "kill -STOP $$; exec \"$@\"", "sh"])
        .args(program)
        .env_remove(REPORT)
        .arg0("sh")
        .spawn()
        .expect("a shell");
    let pid = Pid::from_raw(child.id() as i32);
    let stopped = waitpid(pid, Some(WaitPidFlag::WUNTRACED)).expect("it stops");
    assert!(matches!(stopped, WaitStatus::Stopped(..)), "{stopped:?}");
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEEXEC;
    ptrace::seize(pid, options).expect("it can be traced");
    kill(pid, Signal::SIGCONT).expect("it goes on");
    tracer.follow(pid, &mut child)
}

impl Tracer {
    fn follow(&mut self, first: Pid, child: &mut Child) -> i32 {
        /// A family that does nothing for so long is not going to.
        const IDLE: Duration = Duration::from_millis(300);
        let mut status = None;
        let mut last = Instant::now();
        loop {
            self.end_delays();
            // With the fault behind it, the rest of the family is not waited for.
            let over = self.done || last.elapsed() > IDLE;
            if over && status.is_some() && self.delayed.is_empty() {
                break;
            }
            let mut flags = WaitPidFlag::__WALL;
            flags.set(WaitPidFlag::WNOHANG, status.is_some() || !self.delayed.is_empty());
            let found = waitpid(None, Some(flags));
            if !matches!(found, Ok(WaitStatus::StillAlive)) {
                last = Instant::now();
            }
            match found {
                Ok(WaitStatus::StillAlive) => std::thread::sleep(Duration::from_millis(1)),
                Ok(WaitStatus::Exited(pid, code)) => {
                    self.processes.remove(&pid.as_raw());
                    if pid == first {
                        status = Some(code);
                    }
                }
                Ok(WaitStatus::Signaled(pid, signal, _)) => {
                    self.processes.remove(&pid.as_raw());
                    if pid == first {
                        status = Some(128 + signal as i32);
                    }
                }
                Ok(stop) => self.stopped(stop),
                Err(Errno::EINTR) => {}
                Err(Errno::ECHILD) => break,
                // A signal that nix has no name for.
                Err(Errno::EINVAL) => {}
                Err(errno) => panic!("cannot wait: {errno}"),
            }
        }
        status.unwrap_or_else(|| child.wait().ok().and_then(|end| end.code()).unwrap_or(255))
    }

    fn stopped(&mut self, stop: WaitStatus) {
        match stop {
            WaitStatus::PtraceSyscall(pid) => self.call(pid),
            WaitStatus::PtraceEvent(pid, signal, event) => self.event(pid, signal, event),
            // Those of a process that is being seized, and real ones.
            WaitStatus::Stopped(pid, signal) => {
                self.known(pid);
                self.go_on(pid, Some(signal));
            }
            _ => {}
        }
    }

    fn known(&mut self, pid: Pid) -> &mut Traced {
        let made = &mut self.made;
        self.processes.entry(pid.as_raw()).or_insert_with(|| {
            *made += 1;
            Traced { number: *made, calls: 0, inside: false, result: None }
        })
    }

    fn event(&mut self, pid: Pid, signal: Signal, event: i32) {
        const STOP: i32 = 128;
        if event == Event::PTRACE_EVENT_EXEC as i32 {
            if self.begun {
                // CMD, which is not ours.
                let _ = ptrace::detach(pid, None);
                self.processes.remove(&pid.as_raw());
                return;
            }
            self.begun = true;
            let traced = self.known(pid);
            (traced.calls, traced.inside) = (0, true);
        } else if event == STOP {
            self.known(pid);
            // A stop of the whole group stays one: only the first, of a new process, is none.
            let _ = signal;
        } else if let Ok(new) = ptrace::getevent(pid) {
            self.known(pid);
            self.known(Pid::from_raw(new as i32));
        }
        self.go_on(pid, None);
    }

    fn call(&mut self, pid: Pid) {
        if !self.begun || self.done {
            return self.go_on(pid, None);
        }
        let (point, what) = (self.point, self.what);
        let traced = self.known(pid);
        traced.inside = !traced.inside;
        if !traced.inside {
            if let Some(errno) = traced.result.take() {
                if let Ok(mut registers) = ptrace::getregs(pid) {
                    registers.rax = -i64::from(errno) as u64;
                    let _ = ptrace::setregs(pid, registers);
                }
                self.done = true;
            }
            return self.go_on(pid, None);
        }
        traced.calls += 1;
        let here = (traced.number, traced.calls);
        let Ok(mut registers) = ptrace::getregs(pid) else { return self.go_on(pid, None) };
        let name = calls::name(registers.orig_rax as i64);
        if what == What::List || here == point {
            let _ = writeln!(self.report, "{} {} {name}", here.0, here.1);
        }
        if here == point {
            match what {
                What::List => {}
                What::Kill => {
                    self.done = true;
                    let _ = kill(pid, Signal::SIGKILL);
                    return;
                }
                What::Error(errno) => {
                    registers.orig_rax = u64::MAX;
                    let _ = ptrace::setregs(pid, registers);
                    self.known(pid).result = Some(errno);
                }
                What::Delay(time) => {
                    self.done = true;
                    self.delayed.push((pid, Instant::now() + time));
                    return;
                }
            }
        }
        self.go_on(pid, None);
    }

    fn end_delays(&mut self) {
        let now = Instant::now();
        self.delayed.retain(|&(pid, until)| {
            let over = until <= now;
            if over {
                let _ = ptrace::detach(pid, None);
            }
            !over
        });
    }

    /// Lets a stopped process go on; it is gone if that fails.
    fn go_on(&mut self, pid: Pid, signal: Option<Signal>) {
        let _ = if self.done { ptrace::detach(pid, signal) } else { ptrace::syscall(pid, signal) };
    }
}
