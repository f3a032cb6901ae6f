//! A network namespace of a test's own, and requests that must succeed there.

use std::io::Write;

use nl::Batch;
use nl::socket::Socket;

/// Says why, and has it counted.
pub(crate) fn skipped(why: &str) {
    println!("skipped: {why}");
    if let Some(path) = std::env::var_os("NSRUN_SKIPS")
        && let Ok(mut file) = std::fs::OpenOptions::new().append(true).open(path)
    {
        let _ = writeln!(file, "nl oracle: {why}");
    }
}

/// Moves this thread, and nothing else, into a network namespace of its own.
pub(crate) fn leave_the_machine() -> std::io::Result<()> {
    // SAFETY: takes an integer.
    match unsafe { libc::unshare(libc::CLONE_NEWNET) } {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

/// Sends what `fill` pushes; the kernel must take all of it.
pub(crate) fn send(socket: &mut Socket, fill: impl FnOnce(&mut Batch<'_>)) {
    let mut buf = vec![0; 32 * 1024];
    let mut batch = Batch::new(&mut buf, socket.seq());
    fill(&mut batch);
    let bytes = batch.finish().unwrap().to_vec();
    let refusals = socket.transact(&bytes, |_| Ok(())).unwrap();
    assert!(refusals.is_empty(), "{refusals:?}");
}
