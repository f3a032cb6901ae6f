//! The first process of a process id namespace: launches CMD, reaps what is left to it, passes
//! signals on, and ends when CMD does; then the kernel ends everything else there.

use std::cell::Cell;

use super::child::{channel_send, program, take_identity};
use super::report::{At, Failure, Report};
use crate::plan::Process;
use crate::sys::channel::Channel;
use crate::sys::process::{Stage, exit, left_group, reap, spawn};
use crate::sys::{file, signal};

/// Exit status when the launch itself failed; the supervisor says why.
const FAILED: u8 = 125;

/// Launches CMD and stays until it has ended.
pub(super) fn main(process: &Process, channel: Channel) -> ! {
    let at = Cell::new(At::Other);
    let cmd = match spawn(&program(process), || take_identity(process, &at)) {
        Ok(cmd) => cmd,
        Err((stage, errno)) => {
            let at = match stage {
                Stage::Clone => At::Clone,
                Stage::Prepare => at.get(),
                Stage::Execute => At::Execute,
            };
            let _ = channel_send(&channel, &Report::Failed(Failure::new(at, errno)));
            exit(FAILED)
        }
    };
    // A supervisor that was killed before this process had asked to die with it shows here.
    if channel.send_about(&Report::Started.to_bytes(), cmd).is_err() && !process.survive {
        exit(FAILED)
    }
    drop(channel);
    // Pipes that were passed to CMD must end when CMD closes them.
    file::close_from(3);
    exit(stay(cmd))
}

/// Takes signals one by one until CMD has ended; its exit status.
fn stay(cmd: i32) -> u8 {
    loop {
        let Ok(taken) = signal::take() else { continue };
        if taken.signal == signal::SIGCHLD {
            while let Ok(Some(ended)) = reap(-1) {
                if ended.pid == cmd {
                    return ended.status;
                }
            }
        } else if !taken.from_terminal || left_group(cmd) {
            let _ = signal::send(cmd, taken.signal);
        }
    }
}
