//! What is mounted where: proc_pid_mountinfo(5).

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::file;

/// A mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Its id.
    pub id: u64,
    /// Id of the mount it is on.
    pub parent: u64,
    /// What of the file system it shows: `net:[4026531840]` for a namespace.
    pub root: PathBuf,
    /// Where it is mounted.
    pub point: PathBuf,
}

/// The mounts that process `pid`, a number or "self", sees; the older ones first.
///
/// # Errors
/// The process is gone or another user's, or there is no /proc.
pub fn read(pid: &str) -> io::Result<Vec<Mount>> {
    let table = file::read(Path::new(&format!("/proc/{pid}/mountinfo")), 8 * 1024)?;
    Ok(table.split(|&byte| byte == b'\n').filter_map(parse).collect())
}

fn parse(line: &[u8]) -> Option<Mount> {
    // id, parent, device, root, mount point, …
    let mut fields = line.split(|&byte| byte == b' ');
    let mut number = || std::str::from_utf8(fields.next()?).ok()?.parse().ok();
    let (id, parent) = (number()?, number()?);
    let (root, point) = (unescaped(fields.nth(1)?), unescaped(fields.next()?));
    Some(Mount { id, parent, root, point })
}

/// A path as mountinfo writes it: white space and "\" as three octal digits.
fn unescaped(field: &[u8]) -> PathBuf {
    let mut path = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let octal = after
            .first_chunk::<3>()
            .filter(|_| byte == b'\\')
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        match octal {
            Some(octal) => {
                path.push(octal);
                rest = after.get(3..).unwrap_or_default();
            }
            None => path.push(byte),
        }
    }
    PathBuf::from(OsString::from_vec(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_read_from_its_line() {
        let line = b"540 35 0:4 net:[4026532229] /run/netns/a\\040b rw shared:12 - nsfs nsfs rw";
        let mount = Mount {
            id: 540,
            parent: 35,
            root: "net:[4026532229]".into(),
            point: "/run/netns/a b".into(),
        };
        assert_eq!(parse(line), Some(mount));
        assert_eq!(parse(b""), None);
        assert_eq!(parse(b"1 x 0:4 / / rw"), None);
    }

    #[test]
    fn mount_points_with_white_space_are_read_right() {
        assert_eq!(unescaped(b"/a\\040b\\134c\\011").to_str(), Some("/a b\\c\t"));
        assert_eq!(unescaped(b"/a\\").to_str(), Some("/a\\"));
    }
}
