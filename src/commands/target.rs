//! What `connect` and `disconnect` work on: a run, a process, a named namespace, or a path.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;

use super::{find_run, share};
use crate::error::{Error, Result};
use crate::facts::Status;
use crate::kernel::Kernel;
use crate::spec::{NAMED, Share};
use crate::sys::namespace::inside;

/// A network namespace that is there already, opened.
pub(super) struct Target {
    /// As it was written.
    pub(super) title: String,
    /// The run, if it is one.
    pub(super) run: Option<Status>,
    /// The namespace; it stays what it is, whatever becomes of names and numbers.
    pub(super) namespace: File,
    /// rtnetlink in it.
    pub(super) kernel: Kernel,
}

impl Target {
    /// Finds and opens what `text` means.
    pub(super) fn open(kernel: &mut Kernel, text: &str) -> Result<Target> {
        let share = meaning(kernel, text)?;
        let run = match &share {
            Share::Run(name) => Some(find_run(kernel, name)?),
            Share::Process(pid) => kernel.run_of(*pid as u32)?,
            _ => None,
        };
        let namespace = share::open(kernel, &share)?.ok_or_else(|| {
            Error::usage("the host's own network is no target")
                .hint("give a run, a process, a named namespace or a path")
        })?;
        let cannot = |errno: crate::sys::Errno| {
            Error::new(format!("cannot enter the network of {text}")).because(errno.desc())
        };
        let kernel = inside(namespace.as_fd(), Kernel::open).map_err(cannot)??;
        Ok(Target { title: text.into(), run, namespace, kernel })
    }
}

/// A prefix says what is meant; without one, a path, a process id, a run, then a named namespace.
fn meaning(kernel: &mut Kernel, text: &str) -> Result<Share> {
    if let Some(share) = Share::parse(text)? {
        return Ok(share);
    }
    if text.contains('/') {
        return Ok(Share::Path(text.into()));
    }
    if let Ok(pid) = text.parse() {
        return Ok(Share::Process(pid));
    }
    match find_run(kernel, text) {
        Ok(_) => Ok(Share::Run(text.into())),
        Err(_) if Path::new(NAMED).join(text).exists() => Ok(Share::Named(text.into())),
        Err(error) => Err(Error {
            what: format!("cannot find \"{text}\""),
            cause: Some("no run and no named namespace is called that".into()),
            ..error
        }),
    }
}
