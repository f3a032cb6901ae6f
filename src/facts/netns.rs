//! Named network namespaces, as they were found.

use std::path::PathBuf;

use crate::error::Error;
use crate::spec::{NAMES, NetnsName};

/// What tells one namespace from another: device and inode of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Device of the kernel's file system of namespaces.
    pub device: u64,
    /// The number in `net:[4026531840]`.
    pub inode: u64,
}

/// What is behind a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// There is no such name.
    Nothing,
    /// A network namespace.
    Namespace(Identity),
    /// Only a file: whoever made it was killed before it became a namespace, or the namespace was
    /// unmounted by other means.
    Stale {
        /// Whether it is what an interrupted add leaves: a plain file with nothing in it.
        empty: bool,
    },
}

impl Named {
    /// The error when this is not what was needed to `verb` ("add", "enter") a name.
    pub fn refusal(self, verb: &str, name: &NetnsName) -> Error {
        let error = Error::new(format!("cannot {verb} namespace \"{name}\""));
        match self {
            Named::Nothing => error
                .because("there is none of that name")
                .hint("nsrun netns list shows those that exist"),
            Named::Namespace(_) => error
                .because("there is one of that name")
                .hint("nsrun netns list shows those that exist"),
            Named::Stale { .. } => error
                .because(format!("it is stale: {NAMES}/{name} is no network namespace"))
                .hint("nsrun netns delete removes it"),
        }
    }
}

/// An entry of /run/netns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedNamespace {
    /// Its name.
    pub name: NetnsName,
    /// What it is.
    pub what: Named,
    /// The id that this network namespace has given it, if any.
    pub id: Option<i32>,
}

/// An id that a network namespace has given to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamespaceId {
    /// The id there.
    pub id: i32,
    /// The id here, when "there" is another network namespace than this; -1: it has none.
    pub here: Option<i32>,
}

/// A process that still has a namespace mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mounted {
    /// The process; others may share its mounts.
    pub pid: i32,
    /// Where it sees the namespace.
    pub at: PathBuf,
}

/// A file in /etc/netns/NAME.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EtcFile {
    /// The file.
    pub source: PathBuf,
    /// Where it belongs in /etc.
    pub target: PathBuf,
    /// Whether there is something to show it in place of, and it can be shown.
    pub fits: bool,
}
