//! What /proc says about the processes of a run (proc(5)).

use std::ffi::CStr;
use std::fs;
use std::io;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::facts::Account;
pub(super) use crate::kernel::process::cmd_pid;
use crate::kernel::process::field;
use crate::spec::{User, UserPart, capability};
use crate::sys::file;

/// The command line of a process, as it was executed.
pub(super) fn command(pid: i32) -> Vec<String> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let line = line.strip_suffix(b"\0").unwrap_or(&line);
    if line.is_empty() {
        return Vec::new();
    }
    line.split(|&byte| byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

/// What a process may do at most.
pub(super) struct Limits {
    /// Its bounding set.
    pub(super) capabilities: capability::Set,
    /// Whether nothing gives it rights.
    pub(super) no_new_privileges: bool,
    /// Whether it is refused system calls that its parent, nsrun, is not.
    pub(super) confined: bool,
}

/// The limits of a process.
pub(super) fn limits(pid: i32) -> Option<Limits> {
    let number = |pid, name| field(pid, name)?.parse::<i32>().ok();
    // One that is not seen, or gone, has none.
    let filters = |pid| number(pid, "Seccomp_filters:").unwrap_or(0);
    Some(Limits {
        capabilities: u64::from_str_radix(&field(pid, "CapBnd:")?, 16).ok()?,
        no_new_privileges: field(pid, "NoNewPrivs:").as_deref() == Some("1"),
        confined: filters(pid) > filters(number(pid, "PPid:")?),
    })
}

/// The descriptor of process `pid` that refers to the anonymous file `name`, as a path; `None` when
/// it has none.
///
/// # Errors
/// The process is gone, or another user's.
pub(super) fn anonymous_file(pid: i32, name: &CStr) -> io::Result<Option<PathBuf>> {
    let wanted = format!("/memfd:{} (deleted)", name.to_string_lossy());
    let is_wanted = |path: &PathBuf| {
        fs::read_link(path).is_ok_and(|to| to.into_os_string().into_vec() == wanted.as_bytes())
    };
    let paths = fs::read_dir(format!("/proc/{pid}/fd"))?.flatten().map(|entry| entry.path());
    Ok(paths.into_iter().find(is_wanted))
}

/// As much of a passwd(5) or group(5) is read.
const LARGEST: u64 = 16 << 20;

/// Looks a user up in the passwd(5) and group(5) of a root directory.
pub(super) fn account(user: &User, root: &Path) -> Result<Account> {
    // A root directory may be hostile: what is read is a file of it, and no endless one.
    let read = |name: &str| {
        let mut text = String::new();
        let file = file::open_inside(root, &Path::new("etc").join(name)).ok();
        let file = file.filter(|file| file.metadata().is_ok_and(|found| found.is_file()));
        let _ = file.map(|file| file.take(LARGEST).read_to_string(&mut text));
        text
    };
    let (users, groups) = (read("passwd"), read("group"));
    lookup(user, &users, &groups)
}

fn lookup(user: &User, users: &str, groups: &str) -> Result<Account> {
    let entry = users.lines().map(|line| line.split(':').collect::<Vec<_>>()).find(|fields| {
        match &user.user {
            UserPart::Id(id) => fields.get(2).and_then(|uid| uid.parse().ok()) == Some(*id),
            UserPart::Name(name) => fields.first() == Some(&name.as_str()),
        }
    });
    let number = |n: usize| entry.as_ref().and_then(|fields| fields.get(n)?.parse().ok());
    let uid = match &user.user {
        UserPart::Id(id) => *id,
        UserPart::Name(name) => number(2).ok_or_else(|| unknown("user", name, "passwd"))?,
    };
    let group = |name: &str| {
        groups.lines().map(|line| line.split(':').collect::<Vec<_>>()).find_map(|fields| {
            (fields.first() == Some(&name)).then(|| fields.get(2)?.parse().ok())?
        })
    };
    let gid = match &user.group {
        Some(UserPart::Id(id)) => *id,
        Some(UserPart::Name(name)) => group(name).ok_or_else(|| unknown("group", name, "group"))?,
        // As for a user that no file knows: its own group, or root's.
        None => number(3).unwrap_or(0),
    };
    // Further groups belong to a user without an explicit group, as in su(1).
    let name = entry.as_ref().and_then(|fields| fields.first().copied());
    let member = |line: &str| {
        let fields: Vec<&str> = line.split(':').collect();
        let listed = fields.get(3)?.split(',').any(|member| Some(member) == name);
        listed.then(|| fields.get(2)?.parse().ok())?
    };
    let further = match &user.group {
        None => groups.lines().filter_map(member).collect(),
        Some(_) => Vec::new(),
    };
    let home = entry.as_ref().and_then(|fields| fields.get(5)).map(|&home| home.to_owned());
    Ok(Account { uid, gid, groups: further, home: home.filter(|home| !home.is_empty()) })
}

fn unknown(what: &str, name: &str, file: &str) -> Error {
    Error::new(format!("cannot run as {what} \"{name}\""))
        .because(format!("/etc/{file} inside does not list it"))
        .hint("give a number, which needs no entry")
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "root:x:0:0:root:/root:/bin/sh\nann:x:1000:100:Ann:/home/ann:/bin/sh\n";
    const GROUPS: &str = "root:x:0:\nusers:x:100:\nwheel:x:10:ann,bob\nvideo:x:44:bob\n";

    #[test]
    fn a_user_by_name_has_home_and_groups() {
        let user = User::parse("ann").unwrap();
        let account = lookup(&user, USERS, GROUPS).unwrap();
        let expected =
            Account { uid: 1000, gid: 100, groups: vec![10], home: Some("/home/ann".into()) };
        assert_eq!(account, expected);
        let user = User::parse("1000:44").unwrap();
        assert!(lookup(&user, USERS, GROUPS).unwrap().groups.is_empty());
        assert_eq!(lookup(&user, USERS, GROUPS).unwrap().gid, 44);
    }

    #[test]
    fn a_number_needs_no_entry_but_a_name_does() {
        let account = lookup(&User::parse("5:video").unwrap(), USERS, GROUPS).unwrap();
        assert_eq!((account.uid, account.gid, account.home), (5, 44, None));
        assert!(lookup(&User::parse("nobody").unwrap(), USERS, GROUPS).is_err());
        assert!(lookup(&User::parse("ann:none").unwrap(), USERS, GROUPS).is_err());
    }
}
