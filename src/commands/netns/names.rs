//! Giving names and taking them away: add, attach, delete.

use std::fs::File;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{name, pid};
use crate::apply;
use crate::cli::Args;
use crate::commands::operand;
use crate::error::{Error, Result, say};
use crate::facts::Named;
use crate::kernel::named::{self, identity, look_up, mounted, processes_in};
use crate::plan;
use crate::spec::NetnsName;
use crate::sys::{Errno, namespace};

/// Adds an empty network namespace, its loopback link down, as ip-netns(8) does.
///
/// # Errors
/// The name is taken, or the caller may not; nothing was changed.
pub fn add(name: &NetnsName) -> Result<()> {
    // Made first, so that there is but a moment between the file and its mount.
    give(name, || {
        namespace::new_network().map_err(|errno| {
            let error =
                Error::new(format!("cannot add namespace \"{name}\"")).because(errno.desc());
            match errno {
                Errno::EPERM => error.hint("this needs CAP_SYS_ADMIN: run as root"),
                Errno::ENOSPC => error.hint("a limit is reached: see user.max_net_namespaces"),
                Errno::EINVAL => error.hint("the kernel lacks network namespaces (CONFIG_NET_NS)"),
                _ => error,
            }
        })
    })
}

/// Gives the network namespace of a process a name.
///
/// # Errors
/// The name is taken, there is no such process, or the caller may not; nothing was changed.
pub fn attach(name: &NetnsName, pid: i32) -> Result<()> {
    give(name, || {
        named::open_process(pid).map_err(|errno| {
            Error::new(format!("cannot attach the namespace of process {pid}"))
                .because(errno.desc())
        })
    })
}

fn give(name: &NetnsName, namespace: impl FnOnce() -> Result<File>) -> Result<()> {
    let namespace = namespace()?;
    // Held to the end: whatever another nsrun began is finished, or was given up.
    let _names = apply::prepare_names()?;
    let steps = plan::add_name(name, settled(name)?)?;
    apply::change_names(&steps, Some(&namespace))
}

/// What is behind a name, once nobody works on it any more: ip(8) mounts on a file without
/// keeping others away.
fn settled(name: &NetnsName) -> Result<Named> {
    /// ip(8) makes the namespace in between, which takes a while on a busy machine.
    const PATIENCE: Duration = Duration::from_secs(1);
    let start = Instant::now();
    loop {
        match look_up(name)?.0 {
            Named::Stale { empty: true } if start.elapsed() < PATIENCE => {
                sleep(Duration::from_millis(10));
            }
            found => return Ok(found),
        }
    }
}

/// Takes a name away. Returns the processes that are still in the namespace: it lives on, without
/// that name, until they end.
///
/// # Errors
/// There is no such name, or it cannot be taken away; nothing was changed.
pub fn delete(name: &NetnsName) -> Result<Vec<i32>> {
    let names = apply::lock_names()?;
    let (found, namespace) = look_up(name)?;
    let steps = plan::delete_name(name, found)?;
    apply::change_names(&steps, namespace.as_ref()).map_err(|error| busy(name, error))?;
    drop(names);
    let inside = namespace.and_then(|file| identity(&file).ok()).map(processes_in);
    Ok(inside.unwrap_or_default())
}

/// Says who holds a name that the kernel calls busy.
fn busy(name: &NetnsName, mut error: Error) -> Error {
    if error.cause.as_deref() != Some(Errno::EBUSY.desc()) {
        return error;
    }
    let own = name.path();
    let elsewhere = mounted(name).into_iter().filter(|mounted| mounted.at != own);
    let holders: Vec<String> = elsewhere
        .map(|mounted| {
            format!("process {} has it mounted at {}", mounted.pid, mounted.at.display())
        })
        .collect();
    if !holders.is_empty() {
        error.hint = Some(format!("{}; unmount it there", holders.join(", ")));
    }
    error
}

pub(in crate::commands) fn add_command(args: &Args) -> Result<u8> {
    add(&name(args, 0)?).map(|()| 0)
}

pub(in crate::commands) fn attach_command(args: &Args) -> Result<u8> {
    attach(&name(args, 0)?, pid(operand(args, 1)?)?).map(|()| 0)
}

pub(in crate::commands) fn delete_command(args: &Args) -> Result<u8> {
    let names = (0..args.operands().len()).map(|n| name(args, n)).collect::<Result<Vec<_>>>()?;
    // All are looked up before the first is touched.
    for name in &names {
        if look_up(name)?.0 == Named::Nothing {
            return Err(Named::Nothing.refusal("delete", name));
        }
    }
    for name in &names {
        let inside: Vec<String> = delete(name)?.iter().map(ToString::to_string).collect();
        if !inside.is_empty() {
            let inside = inside.join(", ");
            say(format!(
                "nsrun: \"{name}\" is no name any more; the namespace itself lasts as long as the \
                 processes in it: {inside}"
            ));
        }
    }
    Ok(0)
}
