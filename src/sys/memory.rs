//! Memory that this process takes while it waits.

use std::time::Duration;

use libc::{MADV_DONTNEED, madvise};

/// How long a process waits before it counts as one that waits for long.
pub(super) const A_WHILE: Duration = Duration::from_millis(100);

unsafe extern "C" {
    /// Where the program begins in memory, and where its code ends: from the linker.
    static __executable_start: u8;
    static etext: u8;
}

/// Lets go of the pages of the program's code. They stay in the page cache as long as there is room,
/// and come back one by one when they are needed, by far not all of them while a run is watched.
pub(super) fn let_go_of_code() {
    const PAGE: usize = 4096;
    let (start, end) = (&raw const __executable_start, &raw const etext);
    let len = (end.addr() - start.addr()) / PAGE * PAGE;
    // SAFETY: pages of a file that are mapped to be read only, so that nothing is lost. Where they
    // are larger, the kernel goes on to the end of the last one, which belongs to the code too.
    unsafe { madvise(start.cast_mut().cast(), len, MADV_DONTNEED) };
}
