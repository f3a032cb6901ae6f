//! Network namespaces as files: those with a name in /run/netns, and those of processes.

use std::fs::{self, DirEntry, File};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nl::Flags;
use nl::route::nsid::{self, RtGen};

use super::{Kernel, words};
use crate::error::{Error, Result};
use crate::facts::{EtcFile, Identity, Mounted, Named, NamedNamespace, NamespaceId};
use crate::spec::{NAMES, NetnsName};
use crate::sys::process::{pidfd, wait_pidfd};
use crate::sys::{self, Errno, mountinfo, namespace};

/// What is behind a name; the namespace itself when it is one.
///
/// # Errors
/// It cannot be looked at.
pub fn look_up(name: &NetnsName) -> Result<(Named, Option<File>)> {
    let cannot = |errno: Errno| {
        Error::new(format!("cannot look up namespace \"{name}\"")).because(errno.desc())
    };
    let path = name.path();
    let file = match namespace::open(&path) {
        Ok(file) => file,
        // A symbolic link that leads nowhere, or in a circle.
        Err(Errno::ENOENT | Errno::ELOOP) if fs::symlink_metadata(&path).is_ok() => {
            return Ok((Named::Stale { empty: false }, None));
        }
        Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok((Named::Nothing, None)),
        Err(errno) => return Err(cannot(errno)),
    };
    if namespace::is_network(&file).map_err(cannot)? {
        let found = identity(&file).map_err(|error| cannot(sys::errno(&error)))?;
        return Ok((Named::Namespace(found), Some(file)));
    }
    let plain = fs::symlink_metadata(&path).is_ok_and(|file| file.is_file() && file.len() == 0);
    Ok((Named::Stale { empty: plain }, None))
}

/// The namespace of that name, to be joined.
///
/// # Errors
/// There is none of that name, or the name is stale. `verb` says what it was wanted for: "enter".
pub fn open_named(verb: &str, name: &NetnsName) -> Result<File> {
    match look_up(name)? {
        (_, Some(file)) => Ok(file),
        (found, None) => Err(found.refusal(verb, name)),
    }
}

/// What tells an open namespace from others.
pub fn identity(file: &File) -> io::Result<Identity> {
    file.metadata().map(|found| Identity { device: found.dev(), inode: found.ino() })
}

/// The network namespace of a process, opened once: later the number may be another's.
///
/// # Errors
/// There is no such process, or the caller may not look at it.
pub fn open_process(pid: i32) -> sys::Result<File> {
    let process = pidfd(pid)?;
    let file = match namespace::open(Path::new(&format!("/proc/{pid}/ns/net"))) {
        // It has ended, though its parent has not taken notice.
        Err(Errno::ENOENT) => return Err(Errno::ESRCH),
        other => other?,
    };
    // While it has not ended, nobody else can have its number.
    if wait_pidfd(process.as_fd(), Some(0))? { Err(Errno::ESRCH) } else { Ok(file) }
}

/// The names in /run/netns, in alphabetical order.
///
/// # Errors
/// The directory cannot be read; that there is none is no error.
pub fn names() -> Result<Vec<NetnsName>> {
    let mut names = Vec::new();
    for entry in entries(Path::new(NAMES))? {
        if let Ok(name) = NetnsName::parse(&entry.file_name()) {
            // Sorting at the end would be faster for thousands, and 10 KB of program.
            let at = names.partition_point(|other| *other < name);
            names.insert(at, name);
        }
    }
    Ok(names)
}

/// What is in a directory; nothing when there is none.
fn entries(directory: &Path) -> Result<Vec<DirEntry>> {
    match fs::read_dir(directory).and_then(Iterator::collect) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(|error| {
            Error::new(format!("cannot list \"{}\"", directory.display()))
                .because(sys::errno(&error).desc())
        }),
    }
}

/// The names of a namespace.
///
/// # Errors
/// See [`names`].
pub fn names_of(wanted: Identity) -> Result<Vec<NetnsName>> {
    let mut found = names()?;
    found.retain(|name| {
        fs::metadata(name.path())
            .is_ok_and(|file| (file.dev(), file.ino()) == (wanted.device, wanted.inode))
    });
    Ok(found)
}

/// The ids of all processes that can be seen from here, in ascending order, as /proc has them.
pub fn processes() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The processes in a network namespace, as far as the caller may look.
pub fn processes_in(wanted: Identity) -> Vec<i32> {
    let inside = |pid: &i32| {
        fs::metadata(format!("/proc/{pid}/ns/net"))
            .is_ok_and(|file| (file.dev(), file.ino()) == (wanted.device, wanted.inode))
    };
    processes().filter(inside).collect()
}

/// One process for each mount namespace in which something is mounted on a file of that name.
pub fn mounted(name: &NetnsName) -> Vec<Mounted> {
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for pid in processes() {
        let Ok(mounts) = fs::read_link(format!("/proc/{pid}/ns/mnt")) else { continue };
        if seen.contains(&mounts) {
            continue;
        }
        seen.push(mounts);
        let there = mountinfo::read(&pid.to_string()).unwrap_or_default();
        let on_it = |mount: &mountinfo::Mount| {
            mount.root.to_string_lossy().starts_with("net:[")
                && mount.point.file_name() == Some(name.as_os_str())
        };
        let at = there.into_iter().filter(on_it).map(|mount| Mounted { pid, at: mount.point });
        found.extend(at);
    }
    found
}

/// The files of a name for /etc.
///
/// # Errors
/// There are some, but they cannot be listed.
pub fn etc_files(name: &NetnsName) -> Result<Vec<EtcFile>> {
    let file = |entry: DirEntry| {
        let (source, target) = (entry.path(), Path::new("/etc").join(entry.file_name()));
        let directory = fs::metadata(&source).map(|found| found.is_dir());
        let fits = fs::metadata(&target)
            .is_ok_and(|found| directory.is_ok_and(|directory| directory == found.is_dir()));
        EtcFile { source, target, fits }
    };
    Ok(entries(&name.files())?.into_iter().map(file).collect())
}

impl Kernel {
    /// Opens the connection in another network namespace.
    ///
    /// # Errors
    /// It cannot be joined.
    pub fn open_in(namespace: &File) -> Result<Kernel> {
        namespace::in_network(namespace, Kernel::open).map_err(|errno| {
            Error::new("cannot enter the network namespace")
                .because(errno.desc())
                .hint("this needs CAP_SYS_ADMIN there: run as root")
        })?
    }

    /// The names in /run/netns in alphabetical order, what they are, and their ids.
    ///
    /// # Errors
    /// The directory cannot be read, or the kernel gives no answer.
    pub fn named(&mut self) -> Result<Vec<NamedNamespace>> {
        /// As many files are open at once.
        const AT_ONCE: usize = 64;
        let mut found = Vec::new();
        for names in names()?.chunks(AT_ONCE) {
            let mut files = Vec::new();
            for name in names {
                let (what, file) = look_up(name)?;
                // It may have gone since the directory was read.
                if what != Named::Nothing {
                    found.push(NamedNamespace { name: name.clone(), what, id: None });
                    files.extend(file.map(|file| (found.len() - 1, file)));
                }
            }
            let fds: Vec<u32> =
                files.iter().map(|(_, file)| file.as_raw_fd().cast_unsigned()).collect();
            let ids = self.namespace_ids(nsid::FD, &fds)?;
            for ((n, _), id) in files.iter().zip(ids) {
                if let Some(named) = found.get_mut(*n) {
                    named.id = id;
                }
            }
        }
        Ok(found)
    }

    /// The id that a namespace has in this one; `None` when it has none.
    ///
    /// # Errors
    /// The kernel gives no answer.
    pub fn id_of(&mut self, file: &File) -> Result<Option<i32>> {
        let fd = file.as_raw_fd().cast_unsigned();
        Ok(self.namespace_ids(nsid::FD, &[fd])?.first().copied().flatten())
    }

    /// Gives a namespace an id in this network namespace; without one, the kernel chooses.
    ///
    /// # Errors
    /// The id is taken, or the namespace has one.
    pub fn set_namespace_id(
        &mut self,
        name: &NetnsName,
        file: &File,
        id: Option<i32>,
    ) -> Result<()> {
        let refusals = self.exchange(
            |batch| {
                batch.push(nsid::NEW, Flags::ACK, RtGen::default(), |m| {
                    m.put(nsid::FD, file.as_raw_fd().cast_unsigned());
                    m.put(nsid::NSID, id.unwrap_or(-1));
                });
            },
            |_| Ok(()),
        )?;
        let Some(refusal) = refusals.first() else { return Ok(()) };
        let error = Error::new(format!("cannot set the id of namespace \"{name}\""))
            .because(words(refusal));
        Err(match Errno::from_raw(refusal.errno) {
            Errno::EEXIST if refusal.path.as_deref() == Some("nsid") => {
                error.hint("another namespace has that id; see nsrun netns list-id")
            }
            Errno::EEXIST => {
                error.hint("an id stays as long as the namespace; see nsrun netns list")
            }
            Errno::EPERM => error.hint("this needs CAP_NET_ADMIN: run as root"),
            _ => error,
        })
    }

    /// The ids that this network namespace, or the one with an id, has given to others; in
    /// ascending order, as the kernel has them.
    ///
    /// # Errors
    /// There is no namespace with that id.
    pub fn given_ids(&mut self, target: Option<i32>) -> Result<Vec<NamespaceId>> {
        self.dump(
            |batch| {
                batch.push(nsid::GET, Flags::DUMP, RtGen::default(), |m| {
                    m.put_some(nsid::TARGET_NSID, target);
                });
            },
            |message| {
                let (_, view) = message.decode(nsid::NEW)?;
                let here = view.get(nsid::CURRENT_NSID)?;
                let id = view.get(nsid::NSID)?;
                Ok(id.map(|id| NamespaceId { id, here }))
            },
        )
        .map_err(|error| Error { what: "cannot list namespace ids".into(), ..error })
    }
}
