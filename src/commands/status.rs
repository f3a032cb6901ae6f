//! The anonymous file of a run's nsrun: others leave word there, and read its exit status when it
//! has ended.

use std::ffi::CStr;
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::process;
use crate::dns::links_note;
use crate::facts::Run;
use crate::kernel::process::field;
use crate::sys;
use crate::sys::process::{pidfd, wait_pidfd};

const NAME: &CStr = c"nsrun-status";
/// Milliseconds until it is worth looking again.
const MOMENT: u32 = 2;
/// Mode that says that there are more ports. Set by nothing else: the sticky bit means nothing on
/// files.
const MORE_PORTS: u32 = 0o1600;

/// Makes it.
pub(super) fn create() -> sys::Result<File> {
    sys::file::anonymous(NAME)
}

/// The path of that of a run's nsrun; `None` when it ended without having made one.
///
/// # Errors
/// It is gone, or another user's.
pub(super) fn path(run: Run) -> std::io::Result<Option<PathBuf>> {
    let watched = pidfd(run.supervisor)?;
    // After a kill the number may be another's.
    let parent = field(run.pid, "PPid:");
    if parent.is_some_and(|parent| parent != run.supervisor.to_string()) {
        return Ok(None);
    }
    loop {
        match process::anonymous_file(run.supervisor, NAME)? {
            // The run can be seen a moment before its nsrun has made the file.
            None if wait_pidfd(watched.as_fd(), Some(MOMENT)).is_ok_and(|ended| !ended) => {}
            found => return Ok(found),
        }
    }
}

/// Notes that a run has ports it did not begin with, so that its nsrun need not look for any when
/// it has none.
pub(super) fn note_ports(run: Run) {
    if let Ok(Some(path)) = path(run) {
        // Where its nsrun is gone nobody reads it.
        let _ = fs::set_permissions(path, Permissions::from_mode(MORE_PORTS));
    }
}

/// Notes that a run has other links than before: the names it finds are those of their networks.
/// `attached`: some lead elsewhere.
pub(super) fn note_links(run: Run, attached: bool) {
    if let Ok(Some(path)) = path(run) {
        let file = File::options().append(true).open(path);
        let _ = file.and_then(|mut file| file.write_all(links_note(attached)));
    }
}

/// Leaves the exit status; whether ports were noted.
pub(super) fn leave(mut file: &File, status: u8) -> std::io::Result<bool> {
    let found = file.metadata()?;
    if found.len() > 0 {
        file.set_len(0)?;
    }
    file.write_all(&[status])?;
    Ok(found.permissions().mode() & MORE_PORTS == MORE_PORTS)
}

/// The exit status that was left; `None` when nsrun was killed before.
pub(super) fn left(mut file: &File) -> Option<u8> {
    let mut bytes = [0; 2];
    match file.read(&mut bytes) {
        Ok(1) => bytes.first().copied(),
        _ => None,
    }
}
