//! Launching a command in a named namespace, or in each of them.

use std::ffi::OsString;

use super::name;
use crate::apply;
use crate::cli::Args;
use crate::commands::exit_status;
use crate::commands::output::print;
use crate::error::{Error, Result, say};
use crate::kernel::named::{etc_files, names, open_named};
use crate::plan::{self, Process};
use crate::spec::NetnsName;
use crate::sys::namespace::Namespaces;
use crate::sys::process::{Fork, exit, fork, wait};

/// Becomes a command in a named namespace: with the files of /etc/netns/NAME shown over /etc, and
/// a /sys with the links of that namespace. Comes back only when that fails.
pub fn exec(name: &NetnsName, command: &[OsString]) -> Error {
    let look = || Ok((open_named("enter", name)?, etc_files(name)?));
    let (namespace, files) = match look() {
        Ok(found) => found,
        Err(error) => return error,
    };
    let (setup, warnings) = plan::enter_named(&files);
    let warn = |warning: &str| say(format!("nsrun: {warning}"));
    warnings.iter().for_each(|warning| warn(warning));
    let process = Process {
        command: command.to_vec(),
        environment: std::env::vars_os().collect(),
        workdir: None,
        account: None,
        capabilities: u64::MAX,
        no_new_privileges: false,
        confined: false,
        preserve_fds: 0,
        survive: false,
    };
    apply::switch(&namespace, &setup, &process, warn)
}

/// Launches a command in a named namespace, waits for its end and gives its status.
///
/// # Errors
/// No process can be made.
pub fn launch(name: &NetnsName, command: &[OsString]) -> Result<u8> {
    let cannot = |errno: crate::sys::Errno| {
        Error::new(format!("cannot enter namespace \"{name}\"")).because(errno.desc())
    };
    match fork(Namespaces::empty()).map_err(cannot)? {
        Fork::Child => {
            let error = exec(name, command);
            say(&error);
            exit(exit_status("netns exec", &error))
        }
        Fork::Parent(pid) => Ok(wait(pid).map_err(cannot)?.status),
    }
}

/// Launches a command in each named namespace, one after the other; `label` is called before each.
/// The status of the first that did not end with 0, or 0.
///
/// # Errors
/// The names cannot be listed, no process can be made, or `label` failed.
pub fn exec_all(command: &[OsString], label: impl Fn(&NetnsName) -> Result<()>) -> Result<u8> {
    let mut status = 0;
    for name in &names()? {
        label(name)?;
        let ended = launch(name, command)?;
        if status == 0 {
            status = ended;
        }
    }
    Ok(status)
}

pub(in crate::commands) fn command(args: &Args) -> Result<u8> {
    let command = args.operands().get(1..).unwrap_or_default();
    if args.operands().first().is_some_and(|word| word == "all") {
        return exec_all(command, |name| {
            // As ip-netns(8) does.
            print(&format!("\nnetns: {name}\n"))
        });
    }
    Err(exec(&name(args, 0)?, command))
}
