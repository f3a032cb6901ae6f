//! Errors people read: what failed, on which object, the kernel's words, what to do, what state
//! is left.

use std::fmt;
use std::io::{self, Write};

/// What sort of failure it is: decides the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What was typed makes no sense: nothing was tried.
    Usage,
    /// It cannot be done as things are, or it failed.
    Failed,
    /// CMD exists but cannot be executed.
    NotExecutable,
    /// There is no such CMD.
    NotFound,
}

/// An error, ready to be shown:
///
/// ```text
/// nsrun: cannot VERB OBJECT: CAUSE (kernel: ITS OWN WORDS, attribute PATH)
/// hint: what to do
/// undo: what was taken back; what is left
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Decides the exit status.
    pub kind: Kind,
    /// "cannot add address 10.0.0.2/20 to link "eth0"".
    pub what: String,
    /// Why: the text of an errno and the kernel's words, or a sentence of ours.
    pub cause: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// What was taken back, and what could not be.
    pub undo: Vec<String>,
}

/// Result of anything that can fail in a way people should read about.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// It failed, or cannot be done as things are.
    pub fn new(what: impl Into<String>) -> Self {
        Error { kind: Kind::Failed, what: what.into(), cause: None, hint: None, undo: Vec::new() }
    }

    /// What was typed makes no sense.
    pub fn usage(what: impl Into<String>) -> Self {
        Error { kind: Kind::Usage, ..Error::new(what) }
    }

    /// Adds why.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// What failed and why, within a sentence of another.
    pub fn reason(&self) -> String {
        let cause = self.cause.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default();
        format!("{}{cause}", self.what)
    }

    /// Adds what to do, unless something already says it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint.get_or_insert(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nsrun: {}", Plain(&self.what))?;
        if let Some(cause) = &self.cause {
            write!(f, ": {}", Plain(cause))?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {}", Plain(hint))?;
        }
        for undo in &self.undo {
            write!(f, "\nundo: {}", Plain(undo))?;
        }
        Ok(())
    }
}

/// A line or more, in which names that others chose do not move a terminal's cursor.
struct Plain<'a>(&'a str);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moves = |c: char| c.is_control() && c != '\n';
        let mut parts = self.0.split(moves);
        f.write_str(parts.next().unwrap_or_default())?;
        parts.try_for_each(|part| write!(f, "\u{fffd}{part}"))
    }
}

impl std::error::Error for Error {}

/// Says something on standard error, a line or more. That nobody can read it there is no error.
pub fn say(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn an_error_has_a_line_for_each_part_and_moves_no_cursor() {
        let error = Error::new("cannot stop \"a\x1b[2J\rb\"").because("c\td").hint("e\nf");
        let text = "nsrun: cannot stop \"a\u{fffd}[2J\u{fffd}b\": c\u{fffd}d\nhint: e\nf";
        assert_eq!(error.to_string(), text);
    }
}
