//! Runs that have no link on this host, so that no kernel object there can say anything about
//! them: a file each, locked as long as its supervisor is there.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::os::fd::{AsFd, BorrowedFd};

use super::lock::{Locked, directory, own_directory};
use crate::error::{Error, Result};
use crate::facts::{Run, Status};
use crate::spec::run_name;
use crate::sys;

/// Files of runs are called this and the run's name, or its process id.
const PREFIX: &str = "run:";

/// The name of a run without a link, held as long as this is.
#[derive(Debug)]
pub struct Record {
    locked: Locked,
}

impl Record {
    /// Takes the name `title` for a run.
    ///
    /// # Errors
    /// Another run has it, or the file cannot be made.
    pub fn hold(title: &str) -> Result<Record> {
        match Locked::hold(&format!("{PREFIX}{title}"), false)? {
            Some(locked) => Ok(Record { locked }),
            None => Err(Error::new(format!("cannot take name \"{title}\""))
                .because("a run of that name is there")
                .hint("choose another, or end that run with \"nsrun stop\"")),
        }
    }

    /// Writes what others should know of the run.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(
        &self,
        run: Run,
        mode: &str,
        networks: &str,
        survives: bool,
    ) -> std::io::Result<()> {
        let mut file = &self.locked.file;
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{run}\n{mode}\n{networks}\n")?;
        // Where its nsrun may be killed, the process itself tells whether the run is there.
        match started_at(run.pid).filter(|_| survives) {
            Some(ticks) => writeln!(file, "{ticks}"),
            None => Ok(()),
        }
    }
}

impl AsFd for Record {
    /// The descriptor that holds the lock.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.locked.file.as_fd()
    }
}

/// Whether there is a place where such runs of this user are known.
pub fn can_record() -> bool {
    directory().is_ok()
}

/// The runs that have no link on this host. Files of those whose supervisor was killed are
/// removed.
pub fn recorded() -> Vec<Status> {
    let entries = own_directory().and_then(|path| fs::read_dir(path).ok());
    let names = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_prefix(PREFIX)?.to_owned()));
    names.filter_map(|name| record(&name)).collect()
}

/// The run called `title`, if it has no link on this host; `None` when there is none.
pub fn record(title: &str) -> Option<Status> {
    // Titles are typed, too, and may be a path.
    let path = own_directory()?.join(format!("{PREFIX}{}", run_name(title).ok()?));
    let mut file = File::open(&path).ok()?;
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    let mut lines = text.lines();
    let run = lines.next().and_then(Run::parse);
    let (mode, networks) = (lines.next(), lines.next());
    let mut survives = || {
        let ticks: u64 = lines.next()?.parse().ok()?;
        (started_at(run?.pid) == Some(ticks)).then_some(())
    };
    if sys::file::lock(&file, false).is_ok() && survives().is_none() {
        // Nobody's any more.
        Locked::clear(file, path);
        return None;
    }
    let run = run?;
    let named = title.parse() != Ok(run.pid);
    Some(Status {
        name: named.then(|| title.to_owned()),
        connected: None,
        run: Some(run),
        alive: true,
        namespace_id: None,
        joined: Vec::new(),
        mode: mode.map(Into::into),
        networks: networks.map(Into::into),
    })
}

/// When a process started, in ticks since the machine did: with its id that is no other's
/// (proc_pid_stat(5)).
fn started_at(pid: i32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // After the command's name, which may hold anything, the state is the third field.
    stat.rsplit(')').next()?.split_whitespace().nth(19)?.parse().ok()
}
