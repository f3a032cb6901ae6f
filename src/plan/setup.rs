//! Steps that the new process takes itself before it becomes CMD.

use std::fmt;
use std::path::PathBuf;

use crate::spec::{Bind, Sysctl};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setup {
    /// From now on mounts made here stay here.
    ReceiveMounts,
    /// Makes a directory the root.
    Root(PathBuf),
    /// Shows files that exist in memory only.
    Files(Vec<PrivateFile>),
    /// Mounts a /sys that shows this namespace's links.
    Sys,
    /// Mounts a /proc that shows this namespace's processes.
    Proc,
    /// Mounts a /dev with the usual few devices.
    Dev,
    /// Shows something of the host.
    Bind(Bind),
    /// Mounts an empty file system kept in memory.
    Tmpfs(PathBuf),
    /// Covers what shows or steers the host in /proc and /sys, or makes it read-only.
    Cover {
        /// Whether all of /sys is read-only.
        sys: bool,
    },
    /// Sets the host name.
    Hostname(String),
    /// Sets a parameter of the network.
    Sysctl {
        /// Which, and to what.
        sysctl: Sysctl,
        /// Whether the user asked for it; if not, it is a comfort that may be missing.
        asked: bool,
    },
}

/// A file whose content is of this run only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateFile {
    /// Where it is seen.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
    /// Names of the run, to be added with its address in front once that is known.
    pub own_names: Option<String>,
}

impl Setup {
    /// What a reader of the plan wants to know besides what [`Display`](fmt::Display) says.
    pub fn details(&self) -> Option<String> {
        match self {
            Setup::Sys => Some("with the mounts below the old one put back".into()),
            Setup::Root(_) => Some("the old root is taken away".into()),
            _ => None,
        }
    }
}

impl fmt::Display for Setup {
    /// What is done to which object: "mount a fresh /proc".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setup::ReceiveMounts => write!(f, "keep mounts private"),
            Setup::Root(directory) => {
                write!(f, "make \"{}\" the root directory", directory.display())
            }
            Setup::Files(files) => {
                write!(f, "show private")?;
                for (n, file) in files.iter().enumerate() {
                    let separator = if n > 0 { ", " } else { " " };
                    write!(f, "{separator}{}", file.path.display())?;
                }
                Ok(())
            }
            Setup::Sys => write!(f, "mount a fresh /sys"),
            Setup::Proc => write!(f, "mount a fresh /proc"),
            Setup::Dev => write!(f, "mount a fresh /dev"),
            Setup::Bind(bind) => {
                let mode = if bind.read_only { ", read-only" } else { "" };
                let (source, target) = (bind.source.display(), bind.target.display());
                write!(f, "show \"{source}\" at \"{target}\"{mode}")
            }
            Setup::Tmpfs(path) => {
                write!(f, "mount an empty file system at \"{}\"", path.display())
            }
            Setup::Cover { .. } => write!(f, "cover what is the host's in /proc and /sys"),
            Setup::Hostname(name) => write!(f, "set host name \"{name}\""),
            Setup::Sysctl { sysctl, .. } => {
                write!(f, "set {} to \"{}\"", sysctl.key, sysctl.value)
            }
        }
    }
}
