//! The network namespace that a TARGET means.

use std::fs::File;
use std::path::Path;

use crate::apply::NEEDS_OWNER;
use crate::error::{Error, Result};
use crate::facts::{Identity, Named};
use crate::kernel::named::{identity, look_up, open_named, open_process};
use crate::kernel::{Kernel, record};
use crate::spec::{NetnsName, NetworkOf};
use crate::sys::{Errno, namespace};

/// A network namespace that was found. It stays what it is while this lives, whatever becomes of
/// the name, run or process it was found by.
#[derive(Debug)]
pub(super) struct Target {
    /// The namespace.
    pub(super) namespace: File,
    /// What tells it from others.
    pub(super) identity: Identity,
    /// How to call it: `run "web"`.
    pub(super) title: String,
}

/// Finds it.
///
/// # Errors
/// There is none, or more than one is meant.
pub(super) fn find(kernel: &mut Kernel, wanted: &NetworkOf) -> Result<Target> {
    match wanted {
        NetworkOf::Run(name) => {
            of_run(kernel, name)?.ok_or_else(|| missing(&format!("run \"{name}\"")))
        }
        NetworkOf::Process(pid) => {
            of_process(*pid)?.ok_or_else(|| missing(&format!("process {pid}")))
        }
        NetworkOf::Named(name) => target(open_named("enter", name)?, named_title(name)),
        NetworkOf::File(path) => of_file(path),
        NetworkOf::Any(word) => any(kernel, word),
    }
}

fn any(kernel: &mut Kernel, word: &str) -> Result<Target> {
    let mut found: Vec<Target> = of_run(kernel, word)?.into_iter().collect();
    if let Some(pid) = word.parse().ok().filter(|pid| *pid > 0) {
        found.extend(of_process(pid)?);
    }
    let name = NetnsName::parse(word.as_ref())?;
    match look_up(&name)? {
        (Named::Namespace(_), Some(file)) => found.push(target(file, named_title(&name))?),
        (stale @ Named::Stale { .. }, _) if found.is_empty() => {
            return Err(stale.refusal("enter", &name));
        }
        _ => {}
    }
    let mut found = found.into_iter();
    let first = found.next().ok_or_else(|| missing(&format!("\"{word}\"")))?;
    // Two ways to call one namespace are fine.
    match found.find(|other| other.identity != first.identity) {
        None => Ok(first),
        Some(other) => Err(Error::new(format!("cannot tell which network \"{word}\" means"))
            .because(format!("{} has one, {} another", first.title, other.title))
            .hint(format!("write run:{word}, pid:{word} or ns:{word}"))),
    }
}

fn of_run(kernel: &mut Kernel, name: &str) -> Result<Option<Target>> {
    let linked = kernel.run(name)?.filter(|status| status.alive);
    let Some(status) = linked.or_else(|| record(name)) else { return Ok(None) };
    let Some(run) = status.run else { return Ok(None) };
    let Some(found) = of_process(run.pid)? else { return Ok(None) };
    // The number may have become another's since the run was looked up.
    let same = match status.namespace_id {
        Some(id) => kernel.id_of(&found.namespace)? == Some(id),
        None => record(name).and_then(|now| now.run) == Some(run),
    };
    Ok(same.then(|| Target { title: format!("run \"{}\"", status.title()), ..found }))
}

/// `None` when there is no such process.
fn of_process(pid: i32) -> Result<Option<Target>> {
    match open_process(pid) {
        Err(Errno::ESRCH) => Ok(None),
        Ok(file) => target(file, format!("process {pid}")).map(Some),
        Err(errno) => Err(Error::new(format!("cannot open the network of process {pid}"))
            .because(errno.desc())
            .hint(NEEDS_OWNER)),
    }
}

fn of_file(path: &Path) -> Result<Target> {
    let what = format!("cannot open namespace \"{}\"", path.display());
    let cannot = |errno: Errno| Error::new(what.clone()).because(errno.desc());
    let file = namespace::open(path).map_err(cannot)?;
    if !namespace::is_network(&file).map_err(cannot)? {
        return Err(Error::new(what).because("it is no network namespace"));
    }
    target(file, format!("namespace \"{}\"", path.display()))
}

fn target(namespace: File, title: String) -> Result<Target> {
    let identity = identity(&namespace).map_err(|error| {
        Error::new(format!("cannot look at {title}")).because(crate::sys::errno(&error).desc())
    })?;
    Ok(Target { namespace, identity, title })
}

fn named_title(name: &NetnsName) -> String {
    format!("namespace \"{name}\"")
}

fn missing(what: &str) -> Error {
    Error::new(format!("cannot find {what}"))
        .because("no run, process or namespace is called so")
        .hint("nsrun ps and nsrun netns list show what there is")
}
