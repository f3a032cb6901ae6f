//! This process, moved to another network namespace and become a command there.

use std::fs::File;

use super::child::program;
use super::mounts::Mounts;
use super::report::{At, Failure, error};
use crate::error::Error;
use crate::plan::{Process, Setup};
use crate::sys::namespace::{join_network, own_mounts};
use crate::sys::process::execute;
use crate::sys::{Errno, signal};

/// Joins `namespace`, carries out `setup` in a mount namespace of its own, and executes the
/// command of `process`, all in this process; comes back only when that fails. `warn` hears what
/// is done without.
pub fn switch(namespace: &File, setup: &[Setup], process: &Process, warn: impl Fn(&str)) -> Error {
    let cannot = |what: &str, errno: Errno| {
        let error = Error::new(format!("cannot {what}")).because(errno.desc());
        match errno {
            Errno::EPERM => error.hint("this needs CAP_SYS_ADMIN: run as root"),
            _ => error,
        }
    };
    if let Err(errno) = join_network(namespace) {
        return cannot("enter the network namespace", errno);
    }
    if let Err(errno) = own_mounts() {
        return cannot("make a mount namespace", errno);
    }
    // This may be a user namespace, and then the kernel may refuse a fresh /sys.
    let mut mounts = Mounts::new(true);
    if let Err((n, errno)) = mounts.perform(setup) {
        return error(&Failure::new(At::Prepare(n as u16), errno), setup, &[], process);
    }
    mounts.warnings.iter().for_each(|warning| warn(warning));
    if let Err(errno) = signal::ignore_none().and_then(|()| signal::unblock()) {
        return cannot("reset signals", errno);
    }
    error(&Failure::new(At::Execute, execute(&program(process))), setup, &[], process)
}
