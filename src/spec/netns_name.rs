//! Names of network namespaces: files in /run/netns, as ip-netns(8) has them.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::printable;
use crate::error::{Error, Result};

/// Where namespaces have their names.
pub const NAMES: &str = "/run/netns";

/// Where each name may have files of its own for /etc.
const FILES: &str = "/etc/netns";

/// A name that a file in [`NAMES`] can have: whatever ip-netns(8) takes is taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetnsName(OsString);

impl NetnsName {
    /// Checks a name.
    ///
    /// # Errors
    /// It is none that a file can have.
    pub fn parse(name: &OsStr) -> Result<Self> {
        // NAME_MAX (linux/limits.h).
        let fits = (1..=255).contains(&name.len());
        if !fits || name.as_bytes().contains(&b'/') || name == "." || name == ".." {
            let shown = printable(&name.to_string_lossy());
            return Err(Error::usage(format!("\"{shown}\" cannot be the name of a namespace"))
                .hint("use 1 to 255 bytes without \"/\", and not \".\" or \"..\""));
        }
        Ok(NetnsName(name.into()))
    }

    /// The name as it is.
    pub fn as_os_str(&self) -> &OsStr {
        &self.0
    }

    /// The file that has this name.
    pub fn path(&self) -> PathBuf {
        Path::new(NAMES).join(&self.0)
    }

    /// The directory of its files for /etc.
    pub fn files(&self) -> PathBuf {
        Path::new(FILES).join(&self.0)
    }
}

impl fmt::Display for NetnsName {
    /// The name without what would move a terminal's cursor.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&printable(&self.0.to_string_lossy()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_a_file_can_have() {
        for right in ["a", "-x", "a b", "...", "all", "ä", &"x".repeat(255)] {
            assert!(NetnsName::parse(right.as_ref()).is_ok(), "{right}");
        }
        for wrong in ["", ".", "..", "a/b", "/", &"x".repeat(256)] {
            assert!(NetnsName::parse(wrong.as_ref()).is_err(), "{wrong:?}");
        }
        let name = NetnsName::parse(OsStr::from_bytes(b"\xff\n")).unwrap();
        assert_eq!(name.path().as_os_str().as_bytes(), b"/run/netns/\xff\n");
        assert_eq!(name.to_string(), "\u{fffd}\u{fffd}");
    }
}
