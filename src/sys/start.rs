//! The start of the program without the standard library's, which prepares for threads and deep
//! recursion, of which there are none here.

use std::ffi::{CStr, OsStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStrExt;

use super::{file, signal};

/// Makes a function the program: it gets the words of the command line, the program's name first,
/// and returns the exit status.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        #[unsafe(no_mangle)]
        extern "C" fn main(
            count: core::ffi::c_int,
            words: *const *const core::ffi::c_char,
        ) -> core::ffi::c_int {
            // SAFETY: the C library calls this, with what the kernel gave it.
            unsafe { $crate::sys::start::run(count, words, $main) }
        }
    };
}

/// Does what every program relies on, calls `main`, and ends.
///
/// # Safety
/// `words` holds `count` pointers to NUL-terminated strings that stay.
pub unsafe fn run(
    count: c_int,
    words: *const *const c_char,
    main: fn(Vec<OsString>) -> u8,
) -> c_int {
    file::open_standard_streams();
    // A reader that has seen enough is told by the error of the write.
    signal::ignore(libc::SIGPIPE);
    let words = (0..count as usize).map(|n| {
        // SAFETY: the caller promises.
        let word = unsafe { CStr::from_ptr(*words.add(n)) };
        OsStr::from_bytes(word.to_bytes()).to_owned()
    });
    let status = main(words.collect());
    // Writes what waits to be written, too.
    std::process::exit(c_int::from(status))
}
