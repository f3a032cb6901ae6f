//! A run that outlives the command that launched it.

use std::fs::File;
use std::path::Path;

use super::{Output, block_signals, launch, or_without_network, stay, title, warn};
use crate::commands::LAUNCH_FAILED;
use crate::commands::output::print_done;
use crate::error::{Error, Kind, Result};
use crate::spec::Run;
use crate::sys::channel::Channel;
use crate::sys::namespace::Namespaces;
use crate::sys::process::{Fork, exit, fork, new_session};
use crate::sys::{Errno, file, signal};

/// Launches in a session of its own, reports once CMD has started, and leaves it there.
pub(super) fn detached(spec: &Run, output: Output) -> Result<u8> {
    let cannot = |errno: Errno| Error::new("cannot detach").because(errno.desc());
    let log = match &output.log {
        None => File::options().write(true).open("/dev/null"),
        Some(path) => File::options().append(true).create(true).open(path),
    };
    let log = log.map_err(|error| {
        let path = output.log.as_deref().unwrap_or(Path::new("/dev/null"));
        Error::new(format!("cannot write to \"{}\"", path.display()))
            .because(crate::sys::errno(&error).desc())
    })?;
    let null = File::open("/dev/null").map_err(|error| cannot(crate::sys::errno(&error)))?;
    let (ours, theirs) = Channel::pair().map_err(cannot)?;
    let pid = match fork(Namespaces::empty()).map_err(cannot)? {
        Fork::Child => {
            drop(ours);
            exit(background(spec, output.status, &theirs, &null, &log));
        }
        Fork::Parent(pid) => pid,
    };
    drop(theirs);
    let mut buf = [0; REPORT];
    let report = ours.receive(&mut buf).map_err(|errno| {
        // A run that is said to have failed must not go on.
        let _ = signal::send(pid, signal::SIGKILL);
        cannot(errno)
    });
    match report? {
        [] => Err(Error::new("cannot launch the process").because("nsrun was killed")),
        [0, lines @ ..] => {
            let lines = String::from_utf8_lossy(lines);
            let (name, warnings) = lines.split_once('\n').unwrap_or((&lines, ""));
            warn(&warnings.lines().map(str::to_owned).collect::<Vec<_>>());
            print_done(&format!("{name}\n"))?;
            Ok(0)
        }
        [kind, text @ ..] => Err(Error {
            kind: KINDS.get(usize::from(*kind)).copied().unwrap_or(Kind::Failed),
            ..Error::new(String::from_utf8_lossy(text))
        }),
    }
}

/// Longest report of a run in the background.
const REPORT: usize = 8192;
/// First byte of such a report: 0, the name of the run and its warnings, a line each, or one of
/// these and an error.
const KINDS: [Kind; 5] =
    [Kind::Failed, Kind::Usage, Kind::Failed, Kind::NotExecutable, Kind::NotFound];

/// The life of a run in the background.
fn background(spec: &Run, status: Option<File>, report: &Channel, null: &File, log: &File) -> u8 {
    let begin = || -> Result<()> {
        new_session()
            .and_then(|()| file::replace(null, 0))
            .and_then(|()| file::replace(log, 1))
            .and_then(|()| file::replace(log, 2))
            .map_err(|errno| Error::new("cannot detach").because(errno.desc()))?;
        block_signals()
    };
    let mut warnings = Vec::new();
    let mut collect = |more: &[String]| warnings.extend_from_slice(more);
    let launched = begin().and_then(|()| launch(spec, &mut collect)).map_err(or_without_network);
    let life = match launched {
        Ok(life) => life,
        Err(error) => {
            let kind = KINDS.iter().rposition(|kind| *kind == error.kind).unwrap_or(2) as u8;
            let text = error.to_string();
            let text = text.strip_prefix("nsrun: ").unwrap_or(&text);
            let mut bytes = [&[kind], text.as_bytes()].concat();
            bytes.truncate(REPORT);
            let _ = report.send(&bytes);
            return LAUNCH_FAILED;
        }
    };
    let lines = [&[title(&life.launched, &life.plan)], warnings.as_slice()].concat().join("\n");
    match report.send(&[&[0], lines.as_bytes()].concat()) {
        // Who started it was killed, and may have meant only that.
        Ok(()) | Err(Errno::EPIPE) => {}
        Err(_) => {
            let _ = signal::send(life.launched.pid, signal::SIGKILL);
            return LAUNCH_FAILED;
        }
    }
    // Who started it may want to unmount where that was.
    let _ = std::env::set_current_dir("/");
    stay(life, status).unwrap_or(LAUNCH_FAILED)
}
