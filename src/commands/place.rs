//! The network namespace that `connect` and `disconnect` work on.

use std::fs::{self, File};

use super::{status, target};
use crate::apply;
use crate::error::{Error, Result};
use crate::facts::Status;
use crate::kernel::Kernel;
use crate::kernel::named::identity;
use crate::plan::Step;
use crate::spec::{NetworkOf, Share};
use crate::sys::namespace;
use crate::sys::process::own_pid;

/// A network namespace that is there already, with a connection to it.
pub(super) struct Place {
    /// How to call it: `run "web"`.
    pub(super) title: String,
    /// The run that it belongs to, if it is one's.
    pub(super) run: Option<Status>,
    /// The namespace.
    pub(super) namespace: File,
    /// rtnetlink in it.
    pub(super) kernel: Kernel,
}

impl Place {
    /// Finds what `text` means.
    pub(super) fn find(kernel: &mut Kernel, text: &str) -> Result<Place> {
        let wanted = match Share::parse(text)? {
            Some(Share::Of(wanted)) => wanted,
            _ => NetworkOf::parse(text.as_ref())?,
        };
        let target::Target { namespace, identity: own, title } = target::find(kernel, &wanted)?;
        let here = namespace::network().ok().and_then(|file| identity(&file).ok());
        if here == Some(own) {
            return Err(Error::usage("the host's own network is no target")
                .hint("give a run, a process, a named namespace or a path"));
        }
        let id = kernel.id_of(&namespace)?;
        let is_its = |run: &Status| id.is_some() && run.namespace_id == id && run.alive;
        let run = kernel.runs()?.into_iter().find(is_its);
        let kernel = Kernel::open_in(&namespace)?;
        Ok(Place { title, run, namespace, kernel })
    }

    /// Tells the nsrun of the run that its links are others than before.
    pub(super) fn note_links(&self) {
        if let Some(run) = self.run.as_ref().and_then(|found| found.run) {
            status::note_links(run);
        }
    }

    /// Takes away the links whose nsrun was killed before they were finished.
    pub(super) fn sweep(&mut self) -> Result<()> {
        let steps: Vec<Step> = self
            .kernel
            .links(None)?
            .into_iter()
            .filter(|link| maker(&link.name).is_some_and(|pid| !is_nsrun(pid)))
            .map(|link| Step::DeleteLink { link: link.name, index: Some(link.index) })
            .collect();
        apply::send(&mut self.kernel, &steps)
    }
}

/// What names of links that are not finished begin with; the process that makes them follows.
const UNFINISHED: &str = "nsrun-";

/// The name of a link that this process has not finished.
pub(super) fn unfinished() -> String {
    format!("{UNFINISHED}{}", own_pid())
}

fn maker(link: &str) -> Option<i32> {
    link.strip_prefix(UNFINISHED)?.parse().ok()
}

/// Whether a process is called as this one is.
fn is_nsrun(pid: i32) -> bool {
    let name = |who: &str| fs::read_to_string(format!("/proc/{who}/comm")).ok();
    name(&pid.to_string()).is_some_and(|other| Some(other) == name("self"))
}
