//! A run stays known when somebody deletes the link that it is known by.

use super::title;
use crate::apply::{self, Launched};
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

    /// Looks whether its link is still there, and has something else stand for it otherwise; whether
    /// that may be deleted, too. A run that nobody would find is ended.
    pub(super) fn look(&mut self) -> bool {
        self.keep().unwrap_or_else(|error| {
            say(error.hint(
                "somebody deleted its link, and unknown it could not be stopped: it is ended",
            ));
            let _ = signal::send(self.run.pid, signal::SIGKILL);
            false
        })
    }

    fn keep(&mut self) -> Result<bool> {
        let cannot = |error: Error| {
            Error::new(format!("cannot keep run \"{}\" known", self.title)).because(error.reason())
        };
        let mut kernel = Kernel::open().map_err(cannot)?;
        let is_own = |found: &Status| found.alive && found.run == Some(self.run);
        if kernel.run(&self.title).map_err(cannot)?.is_some_and(|found| is_own(&found)) {
            return Ok(true);
        }
        let others = kernel.run_of(self.run.pid.cast_unsigned()).map_err(cannot)?.filter(is_own);
        let other = others.and_then(|found| Some(found.joined.first()?.lease));
        match (other, &self.name) {
            (Some(lease), Some(name)) => {
                let step = Step::AddName { link: lease.to_string(), name: Status::altname(name) };
                apply::send(&mut kernel, &[step]).map_err(cannot)?;
                Ok(true)
            }
            (Some(lease), None) => {
                self.title = lease.to_string();
                Ok(true)
            }
            (None, name) => {
                let title = name.clone().unwrap_or_else(|| self.run.pid.to_string());
                let record = hold(&title, &mut kernel).map_err(cannot)?;
                let written = record.write(self.run, MODE, "[]", self.survives);
                written.map_err(|error| cannot(Error::new(crate::sys::errno(&error).desc())))?;
                self.record = Some(record);
                Ok(false)
            }
        }
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
