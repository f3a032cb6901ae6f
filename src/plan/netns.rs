//! Named network namespaces: what adding, deleting and entering one takes.

use std::fmt;
use std::path::PathBuf;

use crate::error::Result;
use crate::facts::{EtcFile, Named};
use crate::plan::Setup;
use crate::spec::{Bind, NetnsName};

/// One change to /run/netns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameStep {
    /// Makes an empty file for a namespace to be mounted on.
    CreateFile(PathBuf),
    /// Mounts the namespace on the file.
    Mount(PathBuf),
    /// Takes away whatever is mounted on the file, if anything is.
    Unmount(PathBuf),
    /// Removes the file.
    RemoveFile(PathBuf),
}

impl NameStep {
    /// The step that takes this one back, for a namespace that is at hand.
    pub fn undo(&self) -> Option<NameStep> {
        match self {
            NameStep::CreateFile(path) => Some(NameStep::RemoveFile(path.clone())),
            NameStep::Mount(path) => Some(NameStep::Unmount(path.clone())),
            NameStep::Unmount(path) => Some(NameStep::Mount(path.clone())),
            NameStep::RemoveFile(_) => None,
        }
    }
}

impl fmt::Display for NameStep {
    /// What is done to which object: "create file "/run/netns/web"".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, path) = match self {
            NameStep::CreateFile(path) => ("create file", path),
            NameStep::Mount(path) => ("mount the namespace on", path),
            NameStep::Unmount(path) => ("unmount", path),
            NameStep::RemoveFile(path) => ("remove file", path),
        };
        write!(f, "{verb} \"{}\"", path.display())
    }
}

/// How to give a namespace a name.
///
/// # Errors
/// The name is taken.
pub fn add_name(name: &NetnsName, found: Named) -> Result<Vec<NameStep>> {
    let path = name.path();
    let mut steps = match found {
        Named::Nothing => Vec::new(),
        Named::Stale { empty: true } => vec![NameStep::RemoveFile(path.clone())],
        Named::Stale { empty: false } | Named::Namespace(_) => {
            return Err(found.refusal("add", name));
        }
    };
    steps.extend([NameStep::CreateFile(path.clone()), NameStep::Mount(path)]);
    Ok(steps)
}

/// How to take a name away.
///
/// # Errors
/// There is no such name.
pub fn delete_name(name: &NetnsName, found: Named) -> Result<Vec<NameStep>> {
    let path = name.path();
    match found {
        Named::Nothing => Err(found.refusal("delete", name)),
        // A namespace of another kind is mounted too, and of no use by this name.
        Named::Stale { .. } | Named::Namespace(_) => {
            Ok(vec![NameStep::Unmount(path.clone()), NameStep::RemoveFile(path)])
        }
    }
}

/// What a process does in its own mount namespace once it is in a named network namespace; and
/// which of the files for /etc it goes without.
pub fn enter_named(files: &[EtcFile]) -> (Vec<Setup>, Vec<String>) {
    let mut setup = vec![Setup::ReceiveMounts, Setup::Sys];
    let mut warnings = Vec::new();
    for EtcFile { source, target, fits } in files {
        if *fits {
            let (source, target) = (source.clone(), target.clone());
            setup.push(Setup::Bind(Bind { source, target, read_only: false }));
        } else {
            let (source, target) = (source.display(), target.display());
            warnings.push(format!("\"{source}\" is not shown: there is no {target} to replace"));
        }
    }
    (setup, warnings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Identity;

    const THERE: Named = Named::Namespace(Identity { device: 4, inode: 4_026_532_000 });

    fn name() -> NetnsName {
        NetnsName::parse("web".as_ref()).unwrap()
    }

    fn words(steps: &[NameStep]) -> Vec<String> {
        steps.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_name_is_added_unless_it_is_taken() {
        let fresh = ["create file \"/run/netns/web\"", "mount the namespace on \"/run/netns/web\""];
        assert_eq!(words(&add_name(&name(), Named::Nothing).unwrap()), fresh);
        let again = words(&add_name(&name(), Named::Stale { empty: true }).unwrap());
        assert_eq!(again.first().unwrap(), "remove file \"/run/netns/web\"");
        assert_eq!(again.get(1..).unwrap(), fresh);
        assert!(add_name(&name(), Named::Stale { empty: false }).is_err());
        let error = add_name(&name(), THERE).unwrap_err();
        assert_eq!(error.cause.as_deref(), Some("there is one of that name"));
    }

    #[test]
    fn whatever_has_the_name_can_be_deleted() {
        let stale = Named::Stale { empty: false };
        for found in [THERE, stale] {
            let steps = ["unmount \"/run/netns/web\"", "remove file \"/run/netns/web\""];
            assert_eq!(words(&delete_name(&name(), found).unwrap()), steps);
        }
        assert!(delete_name(&name(), Named::Nothing).is_err());
    }

    #[test]
    fn what_is_taken_back_is_the_opposite_of_what_was_done() {
        let steps = add_name(&name(), Named::Nothing).unwrap();
        let undo: Vec<_> = steps.iter().rev().filter_map(NameStep::undo).collect();
        assert_eq!(undo, delete_name(&name(), THERE).unwrap());
    }

    #[test]
    fn a_file_without_a_place_in_etc_is_a_warning() {
        let file = |name: &str, fits| EtcFile {
            source: format!("/etc/netns/web/{name}").into(),
            target: format!("/etc/{name}").into(),
            fits,
        };
        let (setup, warnings) = enter_named(&[file("hosts", true), file("new", false)]);
        assert_eq!(setup.len(), 3);
        assert_eq!(setup.first(), Some(&Setup::ReceiveMounts));
        assert_eq!(
            warnings,
            ["\"/etc/netns/web/new\" is not shown: there is no /etc/new to replace"]
        );
    }
}
