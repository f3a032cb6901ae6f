//! What a process has printed so far, readable while it goes on printing.

use std::io::Read;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// One output stream, read by a thread of its own until it ends.
#[derive(Clone, Debug)]
pub(crate) struct Collector(Arc<(Mutex<State>, Condvar)>);

#[derive(Debug, Default)]
struct State {
    bytes: Vec<u8>,
    ended: bool,
    /// Where the next line or match is looked for.
    taken: usize,
}

impl Collector {
    /// Starts reading.
    pub(crate) fn new(mut stream: impl Read + Send + 'static) -> Self {
        let collector = Collector(Arc::default());
        let theirs = collector.clone();
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            loop {
                // A pty whose last user is gone reports EIO: an end like any other.
                let count = stream.read(&mut chunk).unwrap_or(0);
                let mut state = theirs.lock();
                state.bytes.extend_from_slice(&chunk[..count]);
                state.ended = count == 0;
                theirs.0.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        collector
    }

    /// Everything printed so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.lock().bytes).into_owned()
    }

    /// Waits for the end of the stream, which comes when the last process that
    /// could print has let go of it; false when the time is up before.
    pub(crate) fn wait_end(&self, deadline: Instant) -> bool {
        self.wait(deadline, |state| state.ended.then_some(())).is_some()
    }

    /// Takes the next line, without its newline; None at the end or deadline.
    pub(crate) fn take_line(&self, deadline: Instant) -> Option<String> {
        self.wait(deadline, |state| {
            let rest = &state.bytes[state.taken..];
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (line, used) = match end {
                Some(end) => (&rest[..end], end + 1),
                None if state.ended => (rest, rest.len()),
                None => return None,
            };
            let line = String::from_utf8_lossy(line).into_owned();
            state.taken += used;
            Some((used > 0).then_some(line))
        })
        .flatten()
    }

    /// Takes everything up to and including `text`; None at the end or deadline.
    pub(crate) fn take_until(&self, text: &str, deadline: Instant) -> Option<String> {
        self.wait(deadline, |state| {
            let rest = &state.bytes[state.taken..];
            let found = rest.windows(text.len()).position(|window| window == text.as_bytes());
            match found {
                Some(start) => {
                    let end = start + text.len();
                    let seen = String::from_utf8_lossy(&rest[..end]).into_owned();
                    state.taken += end;
                    Some(Some(seen))
                }
                None => state.ended.then_some(None),
            }
        })
        .flatten()
    }

    fn wait<T>(&self, deadline: Instant, look: impl Fn(&mut State) -> Option<T>) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(found) = look(&mut state) {
                return Some(found);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left == Duration::ZERO {
                return None;
            }
            let woken = self.0.1.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
