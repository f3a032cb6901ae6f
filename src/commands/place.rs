//! The network namespace that `connect` and `disconnect` work on.

use std::fs::File;
use std::time::Duration;

use super::inside::Inside;
use super::{status, target};
use crate::apply;
use crate::error::{Error, Result};
use crate::facts::{Identity, Status};
use crate::kernel::named::{identity, open_process};
use crate::kernel::{Kernel, recorded};
use crate::plan::Step;
use crate::spec::{NetworkOf, Share, UNFINISHED};
use crate::sys::file::{Lock, lock_within};
use crate::sys::{self, Errno, namespace};

/// A network namespace that is there already, with a connection to it.
pub(super) struct Place {
    /// How to call it: `run "web"`.
    pub(super) title: String,
    /// The run that it belongs to, if it is one's.
    pub(super) run: Option<Status>,
    /// The same of a run that began with no link on this host.
    pub(super) unlinked: Option<Status>,
    /// The networks that it is on, run or not.
    pub(super) networks: Vec<String>,
    /// The namespace.
    pub(super) namespace: File,
    /// rtnetlink in it.
    pub(super) kernel: Kernel,
    _lock: Lock,
}

impl Place {
    /// Finds what `text` means. While this is kept, no other nsrun changes links there.
    pub(super) fn find(kernel: &mut Kernel, text: &str) -> Result<Place> {
        let target::Target { namespace, identity: own, title } = find(kernel, text)?;
        let here = namespace::network().ok().and_then(|file| identity(&file).ok());
        if here == Some(own) {
            return Err(Error::usage("the host's own network is no target")
                .hint("give a run, a process, a named namespace or a path"));
        }
        // The lock is on the kernel's own object: it needs no file, and ends with its holder.
        let copy = namespace.try_clone().map_err(|error| sys::errno(&error));
        let lock = copy.and_then(|file| lock_within(file, PATIENCE)).map_err(|errno| {
            let error = Error::new(format!("cannot change the links of {title}"));
            match errno {
                Errno::EWOULDBLOCK => error
                    .because("another process is at it, and does not end")
                    .hint("a process that holds flock(2) on the namespace's file keeps others out"),
                other => error.because(other.desc()),
            }
        })?;
        let mut inside = Kernel::open_in(&namespace)?;
        sweep(&mut inside)?;
        let id = kernel.id_of(&namespace)?;
        let found = match id {
            Some(id) => kernel.run_within(id)?,
            None => None,
        };
        let networks = found
            .iter()
            .flat_map(|found| &found.joined)
            .map(|joined| joined.network.clone())
            .collect();
        let run = found.filter(|run| run.alive);
        let unlinked = match &run {
            Some(_) => None,
            None => unlinked(own),
        };
        Ok(Place { title, run, unlinked, networks, namespace, kernel: inside, _lock: lock })
    }

    /// Tells the nsrun of the run that its links are others than before. `kernel` is this host's.
    pub(super) fn note_links(&self, kernel: &mut Kernel) {
        let Some(status) = self.run.as_ref().or(self.unlinked.as_ref()) else { return };
        let Some(run) = status.run else { return };
        let inside = Inside::of(kernel, status);
        let attached = inside.is_some_and(|inside| {
            let all = inside.attached(kernel, &status.joined);
            all.iter().any(|link| link.lease.is_none())
        });
        status::note_links(run, attached);
    }
}

/// The run without a link on this host that is in a namespace: the one that began it, if that is there.
pub(super) fn unlinked(own: Identity) -> Option<Status> {
    let is_there = |status: &Status| {
        let file = status.run.and_then(|run| open_process(run.pid).ok());
        file.and_then(|file| identity(&file).ok()) == Some(own)
    };
    let mut found = recorded();
    found.retain(is_there);
    let first = found.iter().position(|status| !is_guest(status)).unwrap_or(0);
    (first < found.len()).then(|| found.swap_remove(first))
}

/// Whether a run without a link on this host is in a namespace that another began.
pub(super) fn is_guest(status: &Status) -> bool {
    let mode = status.mode.as_deref().map(Share::parse);
    matches!(mode, Some(Ok(Some(Share::Of(_)))))
}

/// The namespace that `text` means.
pub(super) fn find(kernel: &mut Kernel, text: &str) -> Result<target::Target> {
    let wanted = match Share::parse(text)? {
        Some(Share::Of(wanted)) => wanted,
        _ => NetworkOf::parse(text.as_ref())?,
    };
    target::find(kernel, &wanted)
}

/// Takes away the link whose nsrun was killed before it was finished: nobody else is at it. Its other
/// end goes with it, which would say that the namespace is on a network.
fn sweep(kernel: &mut Kernel) -> Result<()> {
    let steps: Vec<Step> = kernel
        .links(None)?
        .into_iter()
        .filter(|link| link.name == UNFINISHED)
        .map(|link| Step::DeleteLink { link: link.name, index: Some(link.index) })
        .collect();
    apply::send(kernel, &steps)
}

/// Longer than many that connect at once take. No longer, because whoever is in a namespace can hold
/// its lock for good.
const PATIENCE: Duration = Duration::from_secs(10);
