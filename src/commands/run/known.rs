//! A run stays known when somebody deletes the link that it is known by.

use super::title;
use crate::apply::{self, Launched, Looked};
use crate::error::{Error, Result, say};
use crate::facts::{Run, Status};
use crate::kernel::{Kernel, Record};
use crate::plan::{Plan, Step};
use crate::sys::signal;

/// How a run is connected whose links were deleted.
const MODE: &str = "deleted";

/// What a run is known by.
pub(super) struct Known {
    run: Run,
    /// Its name, if it was given one.
    name: Option<String>,
    /// What it is called.
    title: String,
    survives: bool,
    record: Option<Record>,
}

impl Known {
    /// The link or the record that it began with.
    pub(super) fn new(launched: &Launched, plan: &Plan, record: Option<Record>) -> Known {
        Known {
            run: launched.run,
            name: plan.name.clone(),
            title: title(launched, plan),
            survives: plan.process.survive,
            record,
        }
    }

    /// What the record that stands for it is called.
    pub(super) fn recorded(&self) -> Option<&str> {
        self.record.as_ref().map(|_| self.title.as_str())
    }

    /// Looks whether its link is still there, and has something else stand for it otherwise. A run
    /// that nobody would find is ended.
    pub(super) fn look(&mut self) -> Looked {
        // What cannot be asked now says nothing about the link.
        let Ok(mut kernel) = Kernel::open() else { return Looked::Unclear };
        match self.link(&mut kernel) {
            Err(_) => return Looked::Unclear,
            Ok(true) => return Looked::Known,
            Ok(false) => {}
        }
        if let Err(error) = self.keep(&mut kernel) {
            let error = Error::new(format!("cannot keep run \"{}\" known", self.title))
                .because(error.reason())
                .hint(
                    "somebody deleted its link, and unknown it could not be stopped: it is ended",
                );
            say(error);
            let _ = signal::send(self.run.pid, signal::SIGKILL);
        }
        Looked::Over
    }

    /// Whether a link stands for it, after this if not before.
    fn link(&mut self, kernel: &mut Kernel) -> Result<bool> {
        let is_own = |found: &Status| found.alive && found.run == Some(self.run);
        if kernel.run(&self.title)?.is_some_and(|found| is_own(&found)) {
            return Ok(true);
        }
        let others = kernel.run_of(self.run.pid.cast_unsigned())?.filter(is_own);
        let Some(lease) = others.and_then(|found| Some(found.joined.first()?.lease)) else {
            return Ok(false);
        };
        match &self.name {
            None => self.title = lease.to_string(),
            Some(name) => {
                let step = Step::AddName { link: lease.to_string(), name: Status::altname(name) };
                apply::send(kernel, &[step])?;
            }
        }
        Ok(true)
    }

    /// Has a record stand for it.
    fn keep(&mut self, kernel: &mut Kernel) -> Result<()> {
        let title = self.name.clone().unwrap_or_else(|| self.run.pid.to_string());
        let record = hold(&title, kernel)?;
        let written = record.write(self.run, MODE, "[]", self.survives);
        written.map_err(|error| Error::new(crate::sys::errno(&error).desc()))?;
        (self.record, self.title) = (Some(record), title);
        Ok(())
    }
}

/// Takes a name that no link holds.
pub(super) fn hold(name: &str, kernel: &mut Kernel) -> Result<Record> {
    let record = Record::hold(name)?;
    match kernel.run(name)? {
        Some(other) if other.alive => Err(taken(name, &other)),
        _ => Ok(record),
    }
}

/// Another run has the name.
pub(super) fn taken(name: &str, by: &Status) -> Error {
    Error::new(format!("cannot take name \"{name}\""))
        .because(format!("run \"{}\" has it", by.title()))
        .hint("choose another, or end that run with \"nsrun stop\"")
}
