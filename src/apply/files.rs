//! Files that exist in memory only, shown in place of the host's.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::plan::PrivateFile;
use crate::sys::{self, mount};

/// A file that waits for a line with the run's address.
#[derive(Debug)]
pub(super) struct Unfinished {
    file: File,
    names: String,
}

impl Unfinished {
    /// Adds the line.
    pub(super) fn finish(mut self, address: &str) -> io::Result<()> {
        writeln!(self.file, "{address}\t{}", self.names)
    }
}

/// Directories to put the files' file system on for a moment: the first that is there.
const PLACES: [&str; 5] = ["/proc", "/sys", "/tmp", "/mnt", "/run"];

/// Where to mount what is moved elsewhere at once.
pub(super) fn place() -> &'static Path {
    let there = PLACES.into_iter().map(Path::new).find(|path| path.is_dir());
    there.unwrap_or(Path::new(PLACES[0]))
}

/// Shows `files` at their paths. What is to be shown at a path that does not exist is left out
/// and returned, unless `create`.
///
/// A file system in memory is mounted, the files are bound from it, and it is taken away: the
/// binds keep it. This needs nothing newer than mount(2).
pub(super) fn show(
    files: &[PrivateFile],
    create: bool,
) -> io::Result<(Vec<Unfinished>, Vec<String>)> {
    let place = place();
    if create {
        // The mount point that /proc will need, made a little early.
        fs::create_dir_all(place)?;
    }
    mount::new("tmpfs", place, mount::Flags::PLAIN, "mode=0755,size=1m")?;
    let shown = bind_all(files, create, place);
    mount::detach(place)?;
    shown
}

fn bind_all(
    files: &[PrivateFile],
    create: bool,
    place: &Path,
) -> io::Result<(Vec<Unfinished>, Vec<String>)> {
    let (mut unfinished, mut missing) = (Vec::new(), Vec::new());
    for (n, wanted) in files.iter().enumerate() {
        let source = place.join(n.to_string());
        let mut file = sys::file::open(&source, sys::file::Open::CREATE)?;
        file.write_all(wanted.text.as_bytes())?;
        if !wanted.path.exists() {
            if !create {
                missing.push(format!("there is no {} to replace", wanted.path.display()));
                continue;
            }
            super::mounts::make_file(&wanted.path)?;
        }
        mount::bind(&source, &wanted.path, false)?;
        if let Some(names) = wanted.own_names.clone() {
            unfinished.push(Unfinished { file, names });
        }
    }
    Ok((unfinished, missing))
}
