//! Many at once, and waiting for something to become true.

use std::panic;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// Runs `work(0)` to `work(count - 1)`, released together, each in a thread of its
/// own, and returns what they returned in that order. Panics when one of them
/// did, after all have ended.
pub(crate) fn at_once<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(count);
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|number| {
                let (start, work) = (&start, &work);
                scope.spawn(move || {
                    start.wait();
                    work(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    let unwrapped = results.into_iter().map(|result| match result {
        Ok(value) => value,
        Err(panic) => panic::resume_unwind(panic),
    });
    unwrapped.collect()
}

/// Waits until `condition` holds; false when it still does not after `timeout`.
pub(crate) fn settle(mut condition: impl FnMut() -> bool, timeout: Duration) -> bool {
    let deadline = Instant::now() + timeout;
    loop {
        if condition() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
}
