//! Standard output: all of what is printed gets there, or it is said that it did not.

use std::io::{self, Write};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::sys::errno;

/// Prints text. A reader that has seen enough is no error.
///
/// # Errors
/// It was not written, or not all of it.
pub fn print(text: &str) -> Result<()> {
    write(text).or_else(|error| failed(&error))
}

/// Prints JSON, as [`print`] does.
pub(super) fn print_json(value: &Value) -> Result<()> {
    print(&format!("{value:#}\n"))
}

/// Prints what was done. It is done even where that cannot be said.
pub(super) fn print_done(text: &str) -> Result<()> {
    print(text).map_err(|mut error| {
        error.undo.push("nothing; what was asked for is done".into());
        error
    })
}

/// Writes text, for who has to know whether anybody reads it.
pub(super) fn write(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    // What does not end with a line break would wait for one.
    stdout.flush()
}

/// What a failed write means.
pub(super) fn failed(error: &io::Error) -> Result<()> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(Error::new("cannot write to standard output").because(errno(error).desc())),
    }
}
