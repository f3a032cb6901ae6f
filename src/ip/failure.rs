//! What `ip` says when something is wrong, in the words iproute2 has for it, and its exit codes.

use nl::DecodeError;
use nl::socket::Refusal;

use crate::sys::Errno;

/// Text for stderr and the exit code.
#[derive(Debug)]
pub(super) struct Failure {
    /// Lines, the last with its line break.
    pub(super) text: String,
    /// Exit code.
    pub(super) code: u8,
}

/// Result of anything `ip` does.
pub(super) type Result<T> = std::result::Result<T, Failure>;

/// What iproute2's `exit(-1)` is to a parent.
const WRONG: u8 = 255;

impl Failure {
    /// It could not be done as things are.
    pub(super) fn new(text: String) -> Self {
        Failure { text: text + "\n", code: 1 }
    }

    /// What was typed makes no sense.
    pub(super) fn usage(text: String) -> Self {
        Failure { text: text + "\n", code: WRONG }
    }

    pub(super) fn incomplete() -> Self {
        Failure::usage("Command line is not complete. Try option \"help\"".into())
    }

    /// `word` is no value for what `why` names.
    pub(super) fn wrong(word: &str, why: &str) -> Self {
        Failure::usage(format!("Error: argument \"{word}\" is wrong: {why}"))
    }

    /// The same for iproute2's texts that end in a line break of their own.
    pub(super) fn wrong_value(word: &str, why: &str) -> Self {
        Failure::usage(format!("Error: argument \"{word}\" is wrong: {why}\n"))
    }

    /// `word` is the second value of an option that takes one.
    pub(super) fn duplicate(option: &str, word: &str) -> Self {
        Failure::usage(format!("Error: duplicate \"{option}\": \"{word}\" is the second value."))
    }

    pub(super) fn garbage(option: &str, word: &str) -> Self {
        Failure::usage(format!(
            "Error: either \"{option}\" is duplicate, or \"{word}\" is a garbage."
        ))
    }

    pub(super) fn no_device(name: &str) -> Self {
        Failure::new(format!("Cannot find device \"{name}\""))
    }

    pub(super) fn unknown_command(word: &str, object: &str) -> Self {
        Failure::usage(format!("Command \"{word}\" is unknown, try \"ip {object} help\"."))
    }

    /// The kernel refused.
    pub(super) fn refused(refusal: &Refusal) -> Self {
        let text = match &refusal.message {
            Some(words) if words.ends_with('.') => format!("Error: {words}\n"),
            Some(words) => format!("Error: {words}.\n"),
            None => format!("RTNETLINK answers: {}\n", errno_text(refusal.errno)),
        };
        Failure { text, code: 2 }
    }

    /// The kernel refused a dump or did not finish it.
    pub(super) fn dump(refusal: &Refusal, end: &str) -> Self {
        let mut failure = Failure::refused(refusal);
        failure.text += end;
        failure
    }
}

/// The text of an errno as the GNU C library has it, whichever this was built with.
pub(super) fn errno_text(errno: i32) -> &'static str {
    match Errno::from_raw(errno) {
        Errno::EIO => "Input/output error",
        Errno::EBADF => "Bad file descriptor",
        Errno::EAGAIN => "Resource temporarily unavailable",
        Errno::ENOMEM => "Cannot allocate memory",
        Errno::EXDEV => "Invalid cross-device link",
        Errno::ENFILE => "Too many open files in system",
        Errno::ERANGE => "Numerical result out of range",
        Errno::ELOOP => "Too many levels of symbolic links",
        Errno::EBADMSG => "Bad message",
        Errno::EOPNOTSUPP => "Operation not supported",
        Errno::EDQUOT => "Disk quota exceeded",
        other => other.desc(),
    }
}

impl From<crate::error::Error> for Failure {
    fn from(error: crate::error::Error) -> Self {
        Failure::new(error.to_string())
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Failure::new(format!("malformed reply of the kernel: {error}"))
    }
}
