//! Looking: list, identify, pids.

use serde_json::Value;

use super::{name, pid};
use crate::cli::Args;
use crate::commands::operand;
use crate::commands::output::{print, print_json};
use crate::error::{Error, Result};
use crate::facts::{Named, NamedNamespace};
use crate::kernel::Kernel;
use crate::kernel::named::{identity, names_of, open_named, open_process, processes_in};
use crate::spec::NetnsName;
use crate::sys::process::own_pid;

/// The names of the network namespace that a process is in; `None`: this one.
///
/// # Errors
/// There is no such process, or the caller may not look at it.
pub fn identify(pid: Option<i32>) -> Result<Vec<NetnsName>> {
    let pid = pid.unwrap_or_else(own_pid);
    let found = open_process(pid)
        .and_then(|file| identity(&file).map_err(|error| crate::sys::errno(&error)));
    let found = found.map_err(|errno| {
        Error::new(format!("cannot identify the namespace of process {pid}")).because(errno.desc())
    })?;
    names_of(found)
}

/// The processes in a named namespace, as far as the caller may look.
///
/// # Errors
/// There is no such namespace.
pub fn pids(name: &NetnsName) -> Result<Vec<i32>> {
    let namespace = open_named("look into", name)?;
    let found = identity(&namespace).map_err(|error| {
        Error::new(format!("cannot look into namespace \"{name}\""))
            .because(crate::sys::errno(&error).desc())
    })?;
    Ok(processes_in(found))
}

pub(in crate::commands) fn list_command(args: &Args) -> Result<u8> {
    let named = Kernel::open()?.named()?;
    if args.flag("json") {
        print_json(&named.iter().map(row).collect())?;
    } else {
        print_lines(named.iter().map(line))?;
    }
    Ok(0)
}

pub(in crate::commands) fn identify_command(args: &Args) -> Result<u8> {
    let wanted = match args.operands().len() {
        0 => None,
        1 => Some(pid(operand(args, 0)?)?),
        _ => {
            return Err(
                Error::usage("more than one process id given").hint("give one PID, or none")
            );
        }
    };
    print_lines(identify(wanted)?)?;
    Ok(0)
}

pub(in crate::commands) fn pids_command(args: &Args) -> Result<u8> {
    print_lines(pids(&name(args, 0)?)?)?;
    Ok(0)
}

/// One line each.
pub(super) fn print_lines(lines: impl IntoIterator<Item = impl std::fmt::Display>) -> Result<()> {
    let text: String = lines.into_iter().map(|line| format!("{line}\n")).collect();
    print(&text)
}

/// As ip-netns(8) prints it, but for names that are stale.
fn line(named: &NamedNamespace) -> String {
    let NamedNamespace { name, what, id } = named;
    match (what, id) {
        (Named::Stale { .. }, _) => format!("{name} (stale)"),
        (_, Some(id)) => format!("{name} (id: {id})"),
        (_, None) => name.to_string(),
    }
}

fn row(named: &NamedNamespace) -> Value {
    let stale = matches!(named.what, Named::Stale { .. });
    object([
        ("name", Some(named.name.as_os_str().to_string_lossy().into())),
        ("id", named.id.map(Value::from)),
        ("stale", stale.then(|| true.into())),
    ])
}

/// An object with those of its members that have a value, as ip(8) prints them.
pub(super) fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}
