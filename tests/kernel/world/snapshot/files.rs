//! What of a world can be read in /proc from outside, without a process inside
//! that would show up in the result.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::json;

use super::Record;
use crate::world::Place;

/// Adds the sections read from files.
pub(super) fn read(place: &Place, sections: &mut BTreeMap<&'static str, Vec<Record>>) {
    let root = place.holder_proc("root");
    let mut processes = Vec::new();
    let mut namespaces = BTreeSet::new();
    for pid in pids(&format!("{root}/proc")) {
        let dir = format!("{root}/proc/{pid}");
        processes.extend(process(pid, &dir));
        namespaces.extend(net_namespaces(&dir));
    }
    sections.insert("process", processes);
    let namespaces = namespaces.into_iter().map(Record::text);
    sections.insert("net namespace", namespaces.collect());
    sections.insert("mount", mounts(&place.holder_proc("mountinfo")));
    sections.insert("abstract socket", sockets(&place.holder_proc("net/unix")));
    let mut files = Vec::new();
    walk(Path::new(&format!("{root}/run")), "/run", &mut files);
    sections.insert("file", files);
}

fn pids(proc: &str) -> Vec<u32> {
    let entries = fs::read_dir(proc).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut pids: Vec<u32> = names.collect();
    pids.sort_unstable();
    pids
}

/// "PID NAME", and that it is a zombie if it is: somebody did not reap.
fn process(pid: u32, dir: &str) -> Option<Record> {
    let stat = fs::read_to_string(format!("{dir}/stat")).ok()?;
    let (start, end) = (stat.find('(')?, stat.rfind(')')?);
    let name = stat.get(start + 1..end)?;
    let state = stat.get(end + 2..)?.chars().next()?;
    let zombie = if state == 'Z' { " (zombie)" } else { "" };
    Some(Record::text(format!("{pid} {name}{zombie}")))
}

/// The network namespaces a process is in or holds by a file descriptor.
fn net_namespaces(dir: &str) -> Vec<String> {
    let fds = fs::read_dir(format!("{dir}/fd")).into_iter().flatten();
    let fds = fds.flatten().map(|entry| entry.path());
    let links = fds.chain([Path::new(dir).join("ns/net")]);
    let targets =
        links.filter_map(|link| fs::read_link(link).ok()?.into_os_string().into_string().ok());
    targets.filter(|target| target.starts_with("net:")).collect()
}

/// mountinfo without the ids, which a remount changes without consequence.
fn mounts(file: &str) -> Vec<Record> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let rest = text.lines().filter_map(|line| line.splitn(3, ' ').nth(2));
    rest.map(Record::text).collect()
}

fn sockets(file: &str) -> Vec<Record> {
    let text = fs::read_to_string(file).unwrap_or_default();
    let paths = text.lines().skip(1).filter_map(|line| line.split_whitespace().nth(7));
    let mut names: Vec<_> = paths.filter(|path| path.starts_with('@')).collect();
    names.sort_unstable();
    names.into_iter().map(Record::text).collect()
}

fn walk(dir: &Path, shown: &str, found: &mut Vec<Record>) {
    let mut entries: Vec<_> = fs::read_dir(dir).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let shown = format!("{shown}/{}", entry.file_name().to_string_lossy());
        if shown == "/run/mount" {
            // Notes of mount(8), made by whichever test calls it.
            continue;
        }
        // Of the link itself: what a symlink leads to from here is the machine's.
        let Ok(about) = entry.path().symlink_metadata() else {
            continue;
        };
        let facts = json!({
            "mode": format!("{:o}", about.mode()),
            "owner": format!("{}:{}", about.uid(), about.gid()),
            "size": if about.is_file() { about.len() } else { 0 },
        });
        found.push(Record::new(shown.as_str(), facts));
        if about.is_dir() {
            walk(&entry.path(), &shown, found);
        }
    }
}
