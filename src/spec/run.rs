//! What `nsrun run` was asked for.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::spec::Publication;
use crate::spec::attach::Attach;
use crate::spec::capability;
use crate::spec::membership::Membership;
use crate::spec::share::Share;

/// A process to launch, and all around it.
#[derive(Clone, Debug)]
pub struct Run {
    /// Name host-wide; `None` for a run known by its lease.
    pub name: Option<String>,
    /// The networks it joins, in the order of its links; empty: loopback only.
    pub networks: Vec<Membership>,
    /// Ports of this host that lead to it.
    pub ports: Vec<Publication>,
    /// The network namespace it shares; `None`: it gets its own.
    pub share: Option<Share>,
    /// Parameters of the namespace's network.
    pub sysctls: Vec<Sysctl>,
    /// Further names by which other members find it.
    pub aliases: Vec<String>,
    /// Host name inside.
    pub hostname: Option<String>,
    /// What resolv.conf says.
    pub resolver: Resolver,
    /// Further lines of /etc/hosts.
    pub hosts: Vec<HostLine>,
    /// Which namespaces it shares with the caller.
    pub isolation: Isolation,
    /// What root inside may do.
    pub capabilities: capability::Set,
    /// Whether programs it executes may gain rights.
    pub no_new_privileges: bool,
    /// Whether a CMD with another root directory or user namespace is held no further.
    pub unconfined: bool,
    /// Its root directory and what is mounted there.
    pub root: Root,
    /// Directory to start in.
    pub workdir: Option<PathBuf>,
    /// User to run as; `None`: the caller.
    pub user: Option<User>,
    /// Environment, complete.
    pub environment: Vec<(OsString, OsString)>,
    /// Whether it says on purpose which the home directory is.
    pub home_is_given: bool,
    /// Open file descriptors to pass, from 3 on.
    pub preserve_fds: u32,
    /// Whether it lives on when nsrun is killed.
    pub survive: bool,
    /// The command and its arguments; not empty.
    pub command: Vec<OsString>,
}

impl Run {
    /// Whether CMD can be root of this host: outside a user namespace, or in one that has root.
    pub fn can_be_root(&self) -> bool {
        self.isolation.user.as_ref().is_none_or(UserNamespace::has_root)
    }

    /// Whether a link on this host stands for it: a member of a network has one.
    pub fn has_host_link(&self) -> bool {
        self.networks.iter().any(|asked| asked.attach == Attach::Network)
    }
}

/// `net.KEY=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sysctl {
    /// The key, with dots.
    pub key: String,
    /// The value.
    pub value: String,
}

impl Sysctl {
    /// Reads `net.KEY=VALUE`.
    pub fn parse(text: &str) -> Result<Self> {
        let hint = "write --sysctl net.KEY=VALUE, such as net.ipv4.ip_forward=1";
        let (key, value) = text
            .split_once('=')
            .ok_or_else(|| Error::usage(format!("sysctl \"{text}\" has no value")).hint(hint))?;
        let key = key.replace('/', ".");
        let plain = |part: &str| !part.is_empty() && part != ".";
        if !key.starts_with("net.") || !key.split('.').all(plain) || key.contains('\0') {
            return Err(Error::usage(format!("sysctl \"{key}\" is not of the network")).hint(
                "only keys that begin with \"net.\" belong to the namespace; others are the host's",
            ));
        }
        Ok(Sysctl { key, value: value.into() })
    }

    /// Its file. Dots separate, as in sysctl(8).
    pub fn path(&self) -> PathBuf {
        PathBuf::from("/proc/sys").join(self.key.replace('.', "/"))
    }
}

/// What resolv.conf inside says; empty lists leave the host's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolver {
    /// Whether names of members are not answered inside, and the servers are asked directly.
    pub off: bool,
    /// Servers.
    pub servers: Vec<IpAddr>,
    /// Domains to try short names in.
    pub search: Vec<String>,
    /// Options.
    pub options: Vec<String>,
}

impl Resolver {
    /// Whether resolv.conf shall say what the host's does.
    pub fn is_default(&self) -> bool {
        self.servers.is_empty() && self.search.is_empty() && self.options.is_empty()
    }
}

/// A line of /etc/hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostLine {
    /// The name.
    pub name: String,
    /// Its address.
    pub address: IpAddr,
}

/// Which namespaces a run shares with the caller, besides the network's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isolation {
    /// Own process ids, and an init that reaps.
    pub pid: bool,
    /// Own System V IPC and message queues.
    pub ipc: bool,
    /// Own host name.
    pub uts: bool,
    /// Own view of the control groups.
    pub cgroup: bool,
    /// Own users.
    pub user: Option<UserNamespace>,
}

/// The users of a user namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserNamespace {
    /// User ids.
    pub uids: Vec<IdMap>,
    /// Group ids.
    pub gids: Vec<IdMap>,
}

impl UserNamespace {
    /// Whether somebody inside is root outside, for whom the kernel's parameters and what they own
    /// need no capability.
    pub fn has_root(&self) -> bool {
        self.uids.iter().any(|range| range.outside == 0)
    }
}

/// A range of ids (user_namespaces(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdMap {
    /// First id inside.
    pub inside: u32,
    /// First id outside.
    pub outside: u32,
    /// How many.
    pub count: u32,
}

impl IdMap {
    /// 0 inside is one id outside.
    pub fn root_is(outside: u32) -> Self {
        IdMap { inside: 0, outside, count: 1 }
    }

    /// Reads `INSIDE:OUTSIDE:COUNT`.
    pub fn parse(text: &str) -> Result<Self> {
        let numbers: Vec<u32> = text
            .split(':')
            .map(str::parse)
            .collect::<std::result::Result<_, _>>()
            .unwrap_or_default();
        match numbers[..] {
            [inside, outside, count] if count > 0 => Ok(IdMap { inside, outside, count }),
            _ => Err(Error::usage(format!("\"{text}\" is no range of ids"))
                .hint("write INSIDE:OUTSIDE:COUNT, such as 0:100000:65536")),
        }
    }
}

/// The root directory of a run and what is mounted there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root {
    /// Directory to make the root; `None`: the host's root.
    pub directory: Option<PathBuf>,
    /// Binds.
    pub binds: Vec<Bind>,
    /// Directories to put an empty file system on.
    pub tmpfs: Vec<PathBuf>,
}

/// Something of the host shown inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bind {
    /// Path on the host.
    pub source: PathBuf,
    /// Absolute path inside.
    pub target: PathBuf,
    /// For reading only.
    pub read_only: bool,
}

impl Bind {
    /// Reads `SRC:DST[:ro]`.
    pub fn parse(text: &str) -> Result<Self> {
        let hint = "write SRC:DST or SRC:DST:ro, such as /srv/www:/var/www:ro";
        let wrong = |why: &str| Error::usage(format!("bind \"{text}\" {why}")).hint(hint);
        let parts: Vec<&str> = text.split(':').collect();
        let (source, target, read_only) = match parts[..] {
            [source, target] => (source, target, false),
            [source, target, "ro"] => (source, target, true),
            [source, target, "rw"] => (source, target, false),
            [_, _, _] => return Err(wrong("has a mode other than \"ro\" or \"rw\"")),
            _ => return Err(wrong("has not two paths")),
        };
        if source.is_empty() {
            return Err(wrong("has no source"));
        }
        Ok(Bind { source: source.into(), target: absolute(target)?, read_only })
    }
}

/// Checks that a path inside is absolute and no way back out of itself.
pub fn absolute(path: &str) -> Result<PathBuf> {
    let inside = PathBuf::from(path);
    if !inside.is_absolute() || inside.components().any(|part| part.as_os_str() == "..") {
        return Err(Error::usage(format!("\"{path}\" is no absolute path inside"))
            .hint("begin it with \"/\", and do not use \"..\""));
    }
    Ok(inside)
}

/// The user to run as: numbers or names, to be looked up inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user.
    pub user: UserPart,
    /// The group; `None`: the user's own.
    pub group: Option<UserPart>,
}

/// A user or group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserPart {
    /// By number.
    Id(u32),
    /// By name.
    Name(String),
}

impl User {
    /// Reads `UID[:GID]`, numbers or names.
    pub fn parse(text: &str) -> Result<Self> {
        let part = |part: &str| match part.parse() {
            // (uid_t)-1 means "leave as it is" to setresuid(2).
            Ok(u32::MAX) => None,
            Ok(id) => Some(UserPart::Id(id)),
            Err(_) if part.is_empty() || part.contains(['/', '\n']) => None,
            Err(_) => Some(UserPart::Name(part.into())),
        };
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (part(user), Some(part(group))),
            None => (part(text), None),
        };
        match (user, group) {
            (Some(user), None) => Ok(User { user, group: None }),
            (Some(user), Some(Some(group))) => Ok(User { user, group: Some(group) }),
            _ => Err(Error::usage(format!("\"{text}\" is no user"))
                .hint("write UID, UID:GID or a name, such as 1000:1000")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sysctls_are_of_the_network_and_have_a_value() {
        let sysctl = Sysctl::parse("net.ipv4.ip_forward=1").unwrap();
        assert_eq!(sysctl.path().to_str(), Some("/proc/sys/net/ipv4/ip_forward"));
        assert_eq!(Sysctl::parse("net/ipv4/ping_group_range=0 5").unwrap().value, "0 5");
        for wrong in ["net.ipv4.ip_forward", "kernel.hostname=x", "net..x=1", "net=1", "net.../x=1"]
        {
            assert!(Sysctl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn binds_have_a_source_and_an_absolute_target() {
        let bind = Bind::parse("/a:/b:ro").unwrap();
        assert!(bind.read_only);
        assert_eq!(bind.target.to_str(), Some("/b"));
        assert_eq!(Bind::parse("a:/b").unwrap().source.to_str(), Some("a"));
        for wrong in ["/a", ":/b", "/a:b", "/a:/b:rx", "/a:/b:ro:x", "/a:/../b"] {
            assert!(Bind::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn users_are_numbers_or_names() {
        let user = User::parse("1000:users").unwrap();
        assert_eq!(user.user, UserPart::Id(1000));
        assert_eq!(user.group, Some(UserPart::Name("users".into())));
        for wrong in ["", ":", "a:", ":5", "4294967295", "a/b"] {
            assert!(User::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn id_ranges_are_three_numbers() {
        let map = IdMap::parse("0:100000:65536").unwrap();
        assert_eq!((map.inside, map.outside, map.count), (0, 100_000, 65536));
        for wrong in ["", "0:1", "0:1:0", "0:1:2:3", "a:b:c", "-1:0:1"] {
            assert!(IdMap::parse(wrong).is_err(), "{wrong}");
        }
    }
}
