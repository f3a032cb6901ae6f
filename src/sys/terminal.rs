//! The controlling terminal's foreground process group.

use std::io::{self, IsTerminal};

use nix::sys::signal::{SigHandler, Signal, signal};
use nix::unistd::{getpgrp, tcgetpgrp, tcsetpgrp};

/// Remembers that this process was in the foreground, to put it back there.
#[derive(Debug)]
pub struct Foreground(());

impl Foreground {
    /// `None` when standard input is no terminal, or this process is not in its foreground.
    pub fn current() -> Option<Self> {
        let stdin = io::stdin();
        (stdin.is_terminal() && tcgetpgrp(&stdin) == Ok(getpgrp())).then_some(Foreground(()))
    }

    /// Takes the terminal back from a process group that CMD put into the foreground and that is
    /// gone now, as an interactive shell does.
    pub fn restore(self) {
        let stdin = io::stdin();
        if tcgetpgrp(&stdin) == Ok(getpgrp()) {
            return;
        }
        // SAFETY: ignoring a signal runs no handler. From the background, tcsetpgrp stops the
        // caller by SIGTTOU unless that is ignored.
        let _ = unsafe { signal(Signal::SIGTTOU, SigHandler::SigIgn) };
        let _ = tcsetpgrp(&stdin, getpgrp());
    }
}
