//! Names that come and go in a directory: inotify(7).

use std::ffi::OsString;
use std::path::Path;

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

use super::{Errno, Result};

/// What happened to a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It has come.
    Came(OsString),
    /// It has gone.
    Went(OsString),
    /// More happened than the kernel could remember.
    Lost,
    /// The directory itself has gone.
    Ended,
}

/// A directory that is watched.
#[derive(Debug)]
pub struct Watch(Inotify);

impl Watch {
    /// Begins to watch.
    pub fn directory(path: &Path) -> Result<Watch> {
        let watch = Inotify::init(InitFlags::IN_CLOEXEC)?;
        let what = AddWatchFlags::IN_CREATE | AddWatchFlags::IN_DELETE | AddWatchFlags::IN_ONLYDIR;
        watch.add_watch(path, what)?;
        Ok(Watch(watch))
    }

    /// Waits for what happens next.
    pub fn next(&self) -> Result<Vec<Change>> {
        let events = loop {
            match self.0.read_events() {
                Err(Errno::EINTR) => {}
                other => break other?,
            }
        };
        let change = |event: nix::sys::inotify::InotifyEvent| {
            let name = event.name.unwrap_or_default();
            match event.mask {
                mask if mask.contains(AddWatchFlags::IN_CREATE) => Some(Change::Came(name)),
                mask if mask.contains(AddWatchFlags::IN_DELETE) => Some(Change::Went(name)),
                mask if mask.contains(AddWatchFlags::IN_Q_OVERFLOW) => Some(Change::Lost),
                mask if mask.contains(AddWatchFlags::IN_IGNORED) => Some(Change::Ended),
                _ => None,
            }
        };
        Ok(events.into_iter().filter_map(change).collect())
    }
}
