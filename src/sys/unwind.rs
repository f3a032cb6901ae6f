//! What the standard library would need to walk the stack, which the release binary never does.
//!
//! It has neither symbols nor the tables for unwinding (packaging/link.ld): a panic ends it where it
//! is, and the list of callers that `RUST_BACKTRACE` asks for would be empty anyway. Names that are
//! defined here are not taken from the unwinder, so it is not linked; and the linker sees that no
//! frame is ever looked at, so what would describe one is left out as well.

use core::ffi::{c_int, c_void};
use std::process::abort;

/// `_URC_END_OF_STACK` of the C++ ABI.
const END_OF_STACK: c_int = 5;

// SAFETY: name and signature are those of the C++ ABI, and a walk may end before the first frame.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Backtrace(
    _each_frame: extern "C" fn(*mut c_void, *mut c_void) -> c_int,
    _argument: *mut c_void,
) -> c_int {
    END_OF_STACK
}

/// Only unwinding would call these.
macro_rules! never_called {
    ($($name:ident)*) => {$(
        // SAFETY: the name is the C++ ABI's, and with `panic = "abort"` nothing calls it.
        #[unsafe(no_mangle)]
        extern "C" fn $name() -> ! {
            abort()
        }
    )*};
}

never_called! {
    _Unwind_GetDataRelBase
    _Unwind_GetIPInfo
    _Unwind_GetLanguageSpecificData
    _Unwind_GetRegionStart
    _Unwind_GetTextRelBase
    _Unwind_Resume
    _Unwind_SetGR
    _Unwind_SetIP
}
