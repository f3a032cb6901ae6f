//! `nsrun ip`: iproute2's `ip` for systems that lack it.

use std::ffi::OsString;

/// Carries out an `ip` command line: its options are its own, not those of the table.
pub fn ip(arguments: impl Iterator<Item = OsString>) -> u8 {
    crate::ip::run(arguments)
}
