//! `--timings`: where the time of one launch went.
//!
//! A phase begins where the one before it in its process ended. Off, a mark is one load of a flag.

use std::fmt::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

/// When the program began.
static START: OnceLock<Instant> = OnceLock::new();
static ON: AtomicBool = AtomicBool::new(false);
/// When each phase ended, in nanoseconds since the start; 0: it did not take place.
static ENDS: [AtomicU64; PHASES.len()] = [const { AtomicU64::new(0) }; PHASES.len()];

/// A part of a launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// nsrun: from its start until the command line is understood.
    Parse,
    /// nsrun: looking at the networks asked for.
    Snapshot,
    /// nsrun: deciding what is to be done.
    Plan,
    /// nsrun: making the network where it is missing.
    Network,
    /// nsrun: making the process with its namespaces.
    Clone,
    /// nsrun: making the link, which claims the address.
    Link,
    /// nsrun: publishing ports.
    Firewall,
    /// nsrun: names and description of the link.
    Publish,
    /// nsrun: until CMD is executed.
    Wait,
    /// The new process: its first instruction.
    Begin,
    /// The new process: its mounts.
    Mounts,
    /// The new process: loopback, and the way to the responder of names.
    Names,
    /// The new process: signals, capabilities.
    Identity,
    /// The new process: waiting for the link.
    Order,
    /// The new process: address, route, carrier.
    Wire,
    /// The new process: what had to wait for the network.
    Finish,
    /// The new process: making CMD's process and executing it.
    Execute,
}

/// All, in their order, with their names; from [`INSIDE`] on they are the new process's.
const PHASES: [(Phase, &str); 17] = [
    (Phase::Parse, "parse"),
    (Phase::Snapshot, "snapshot"),
    (Phase::Plan, "plan"),
    (Phase::Network, "network"),
    (Phase::Clone, "clone"),
    (Phase::Link, "link"),
    (Phase::Firewall, "firewall"),
    (Phase::Publish, "publish"),
    (Phase::Wait, "wait"),
    (Phase::Begin, "begin"),
    (Phase::Mounts, "mounts"),
    (Phase::Names, "names"),
    (Phase::Identity, "identity"),
    (Phase::Order, "wait"),
    (Phase::Wire, "wire"),
    (Phase::Finish, "finish"),
    (Phase::Execute, "exec"),
];
/// The first phase of the new process.
const INSIDE: usize = Phase::Begin as usize;

/// The program begins.
pub fn start() {
    START.get_or_init(Instant::now);
}

/// From now on, phases are timed.
pub fn switch_on() {
    ON.store(true, Ordering::Relaxed);
}

/// Whether they are.
pub(super) fn are_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// A phase has ended.
pub fn ended(phase: Phase) {
    if are_on() {
        let nanoseconds = START.get().map_or(0, |start| start.elapsed().as_nanos() as u64);
        ENDS[phase as usize].store(nanoseconds, Ordering::Relaxed);
    }
}

/// What the new process has to tell its supervisor.
pub(super) fn to_bytes() -> Vec<u8> {
    ENDS[INSIDE..].iter().flat_map(|end| end.load(Ordering::Relaxed).to_ne_bytes()).collect()
}

/// What the new process told.
pub(super) fn take(bytes: &[u8]) {
    for (end, bytes) in ENDS[INSIDE..].iter().zip(bytes.as_chunks().0) {
        end.store(u64::from_ne_bytes(*bytes), Ordering::Relaxed);
    }
}

/// The launch is over: the table for people, in microseconds; `None` when nothing was timed.
pub fn table() -> Option<String> {
    if !are_on() {
        return None;
    }
    let microseconds = |n: usize| ENDS[n].load(Ordering::Relaxed) / 1000;
    let total = microseconds(Phase::Wait as usize);
    ENDS[Phase::Execute as usize].store(total * 1000, Ordering::Relaxed);
    let mut text = String::from("timings in µs    at   took\n");
    let mut rows = |title: &str, phases: std::ops::Range<usize>, mut at: u64| {
        let _ = writeln!(text, "{title}");
        for n in phases {
            let end = microseconds(n).max(at);
            let _ = writeln!(text, "  {:<10} {at:>7} {:>6}", PHASES[n].1, end - at);
            at = end;
        }
    };
    rows("nsrun", 0..INSIDE, 0);
    rows("new process", INSIDE..PHASES.len(), microseconds(Phase::Network as usize));
    let _ = writeln!(text, "total {:>20}", total);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_listed_in_their_order() {
        for (n, (phase, _)) in PHASES.into_iter().enumerate() {
            assert_eq!(phase as usize, n);
        }
    }
}
