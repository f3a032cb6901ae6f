//! The new process, from its first instruction to CMD's.

use std::cell::Cell;
use std::ffi::{CString, OsStr};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;

use super::announce::announce;
use super::init;
use super::mounts::Mounts;
use super::report::{At, Failure, MAX, Order, Report};
use super::responder;
use super::send::{bring_up, send};
use super::timings::{self, Phase};
use crate::dns::Sockets;
use crate::error::Error;
use crate::kernel::{Kernel, LinkEvents};
use crate::plan::{Plan, Process, Step};
use crate::sys::channel::Channel;
use crate::sys::link::settle_carrier;
use crate::sys::namespace::{Namespaces, join};
use crate::sys::process::{Program, die_with_parent, execute, exit, parent};
use crate::sys::{Errno, credentials, errno, file, seccomp, signal};

/// Where programs are looked for when the environment does not say.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Exit status when the launch itself failed; the supervisor says why.
const FAILED: u8 = 125;

/// Everything the new process does. `supervisor` is its parent, as its own process id namespace
/// sees it; `host` a socket of the host's network.
pub(super) fn main(
    plan: &Plan,
    channel: Channel,
    supervisor: i32,
    shared: Option<BorrowedFd<'_>>,
    host: Option<BorrowedFd<'_>>,
) -> ! {
    // What is made for CMD is there for all its users, whatever the caller's umask.
    let prepared = file::with_umask(0o022, || prepare(plan, &channel, shared, host));
    let failure = match prepared {
        Err(failure) => failure,
        Ok(()) if plan.has_init() => init::main(&plan.process, channel),
        Ok(()) => become_cmd(&plan.process, supervisor),
    };
    // The supervisor may be gone; then nobody is left to tell.
    let _ = channel_send(&channel, &Report::Failed(failure));
    exit(FAILED)
}

pub(super) fn channel_send(channel: &Channel, report: &Report) -> Result<(), Errno> {
    channel.send(&report.to_bytes())
}

/// Up to the point where only credentials and the program itself are left.
fn prepare(
    plan: &Plan,
    channel: &Channel,
    shared: Option<BorrowedFd<'_>>,
    host: Option<BorrowedFd<'_>>,
) -> Result<(), Failure> {
    let other = |errno| Failure::new(At::Other, errno);
    timings::ended(Phase::Begin);
    if let Some(namespace) = shared {
        join(namespace, Namespaces::NET).map_err(|errno| Failure::new(At::Network, errno))?;
    }
    if plan.user_namespace().is_some() {
        receive(channel)?;
        credentials::become_user(0, 0, &[]).map_err(|errno| Failure::new(At::User, errno))?;
    }
    if !plan.process.survive {
        // A supervisor that was killed before this shows by the end of its channel, later.
        die_with_parent().map_err(other)?;
    }
    let mut mounts = Mounts::new(plan.user_namespace().is_some());
    mounts
        .perform(&plan.prepare)
        .map_err(|(n, errno)| Failure::new(At::Prepare(n as u16), errno))?;
    timings::ended(Phase::Mounts);
    // A namespace that others made is theirs to set up.
    let mut kernel = None;
    if plan.share.is_none() {
        let kernel = kernel.insert(Kernel::open().map_err(failed_inside)?);
        wire(kernel, &[Plan::loopback()])?;
    }
    let mut names = None;
    if plan.responder.is_some() {
        match responder::open() {
            Ok(sockets) => names = Some(sockets),
            Err(error) => {
                let why = error.reason();
                mounts.warnings.push(format!("names do not resolve inside: {why}"));
            }
        }
    }
    // CMD may delete what the run is known by. Where there was no descriptor left for names, the last
    // is needed for the wiring.
    let is_short = plan.responder.is_some() && names.is_none();
    let is_linked = plan.share.is_none() && !plan.members.is_empty() && !is_short;
    let links = if is_linked { LinkEvents::open() } else { None };
    let sockets = names.iter().flat_map(Sockets::as_fds).chain(links.iter().map(AsFd::as_fd));
    let sockets: Vec<BorrowedFd<'_>> = sockets.collect();
    if !sockets.is_empty() {
        channel.send_with(&Report::Sockets.to_bytes(), &sockets).map_err(other)?;
    }
    drop(names);
    timings::ended(Phase::Names);
    shed(&plan.process)?;
    timings::ended(Phase::Identity);
    let Order::Go(leases) = receive(channel)? else { return Err(other(Errno::EPROTO)) };
    timings::ended(Phase::Order);
    let first = plan.members.iter().zip(&leases).next();
    let address = first.map(|(member, lease)| member.address(*lease).addr().to_string());
    // As Debian writes a host's own name where it has no lasting address.
    let address = address.unwrap_or("127.0.1.1".into());
    if let Some(mut kernel) = kernel {
        for steps in plan.first_inside(&leases) {
            bring_up(&mut kernel, &steps).map_err(failed_inside)?;
        }
        wire(&mut kernel, &plan.inside(&leases))?;
        // Otherwise the first packets would be lost, for as long as a busy host takes. A bridge has
        // carrier when one of its ports has.
        for (member, lease) in plan.members.iter().zip(&leases) {
            if let Some(host) = &host {
                let _ = settle_carrier(host, &lease.to_string());
                let _ = settle_carrier(host, &member.network.bridge);
            }
            if member.is_news() {
                let mac = member.own_mac(*lease);
                announce(&mut kernel, member.link(), mac, &member.addresses(*lease));
            }
        }
        for link in &plan.direct {
            if let Some((host, end)) = host.as_ref().zip(link.host_end()) {
                let _ = settle_carrier(host, end);
            }
            announce(&mut kernel, &link.link, link.mac, &link.addresses());
        }
    }
    if let Some(links) = links {
        links.begin();
    }
    timings::ended(Phase::Wire);
    for unfinished in std::mem::take(&mut mounts.unfinished) {
        unfinished.finish(&address).map_err(|error| other(errno(&error)))?;
    }
    mounts.perform(&plan.finish).map_err(|(n, errno)| Failure::new(At::Finish(n as u16), errno))?;
    for warning in mounts.warnings {
        channel_send(channel, &Report::Warning(warning)).map_err(other)?;
    }
    if timings::are_on() {
        timings::ended(Phase::Finish);
        channel_send(channel, &Report::Timings(timings::to_bytes())).map_err(other)?;
    }
    Ok(())
}

fn receive(channel: &Channel) -> Result<Order, Failure> {
    let mut buf = [0; MAX];
    let bytes = channel.receive(&mut buf).map_err(|errno| Failure::new(At::Other, errno))?;
    if bytes.is_empty() {
        // The supervisor was killed: nothing that was begun here may live on.
        exit(FAILED);
    }
    Order::parse(bytes).ok_or(Failure::new(At::Other, Errno::EPROTO))
}

/// Sets up the links of this namespace, from inside.
fn wire(kernel: &mut Kernel, steps: &[Step]) -> Result<(), Failure> {
    send(kernel, steps).map_err(failed_inside)
}

fn failed_inside(error: Error) -> Failure {
    let why = error.reason();
    let what = why.strip_prefix("cannot ").unwrap_or(&why);
    let hint = error.hint.map(|hint| format!("\n{hint}")).unwrap_or_default();
    Failure { at: At::Inside, errno: 0, text: format!("{what}{hint}") }
}

/// Takes on CMD's credentials and executes it, in this process; returns why it could not.
fn become_cmd(process: &Process, supervisor: i32) -> Failure {
    let program = program(process);
    let at = Cell::new(At::Other);
    let prepared = take_identity(process, &at).and_then(|()| {
        if process.survive {
            return Ok(());
        }
        // A change of user has undone it.
        die_with_parent()?;
        if parent() != supervisor {
            exit(FAILED);
        }
        Ok(())
    });
    match prepared {
        Err(errno) => Failure::new(at.get(), errno),
        Ok(()) => Failure::new(At::Execute, execute(&program)),
    }
}

/// Gives up what nsrun's own process needs no more to become CMD's, as early as it can: the kernel
/// takes long for it.
pub(super) fn shed(process: &Process) -> Result<(), Failure> {
    signal::ignore_none().map_err(|errno| Failure::new(At::Other, errno))?;
    credentials::bound_capabilities(process.capabilities)
        .map_err(|errno| Failure::new(At::Capabilities, errno))
}

/// Everything else that separates nsrun's own process from CMD's; `at` says what was tried last.
pub(super) fn take_identity(process: &Process, at: &Cell<At>) -> Result<(), Errno> {
    signal::unblock()?;
    if let Some(directory) = &process.workdir {
        at.set(At::Workdir);
        std::env::set_current_dir(directory).map_err(|error| errno(&error))?;
        // A link to what the caller left open, as /proc has them, leads out of a root directory.
        std::env::current_dir().map_err(|error| errno(&error))?;
    }
    if process.confined {
        file::open_null_here()?;
        // It takes a capability that CMD may not keep.
        at.set(At::Capabilities);
        seccomp::confine(process.capabilities)?;
    }
    if let Some(account) = &process.account {
        at.set(At::User);
        credentials::become_user(account.uid, account.gid, &account.groups)?;
    }
    at.set(At::Capabilities);
    credentials::limit_capabilities(process.capabilities)?;
    if process.no_new_privileges {
        credentials::no_new_privileges()?;
    }
    at.set(At::Other);
    file::close_on_exec_from(3 + process.preserve_fds)
}

/// CMD as execve(2) wants it.
pub(super) fn program(process: &Process) -> Program {
    let variable = |name: &str| {
        process.environment.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    };
    let command = process.command.first().map(|word| word.as_os_str()).unwrap_or_default();
    let path = variable("PATH").map_or(OsStr::new(DEFAULT_PATH), |path| path.as_os_str());
    // The empty word is no command, although "directory/" would be a directory.
    let candidates = if command.is_empty() || command.as_bytes().contains(&b'/') {
        vec![c_string(command.as_bytes())]
    } else {
        path.as_bytes()
            .split(|&byte| byte == b':')
            .map(|directory| match directory {
                b"" => c_string(command.as_bytes()), // the current directory, as execvp(3)
                directory => c_string(&[directory, b"/", command.as_bytes()].concat()),
            })
            .collect()
    };
    let assignment = |(name, value): &(std::ffi::OsString, std::ffi::OsString)| {
        c_string(&[name.as_bytes(), b"=", value.as_bytes()].concat())
    };
    Program {
        candidates,
        args: process.command.iter().map(|word| c_string(word.as_bytes())).collect(),
        env: process.environment.iter().map(assignment).collect(),
    }
}

/// Words of a command line and of an environment hold no NUL: the kernel ended them there.
fn c_string(bytes: &[u8]) -> CString {
    CString::new(bytes).unwrap_or_default()
}
