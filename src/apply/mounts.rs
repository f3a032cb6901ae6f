//! The mounts of a new process, made in its own mount namespace.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::files::{self, Unfinished};
use crate::plan::Setup;
use crate::sys::mountinfo::{self, Mount};
use crate::sys::namespace::set_hostname;
use crate::sys::{self, Errno, mount};

/// Devices every program may expect, shown from the host: to be used, but their files are its own.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// Carries out the steps of a plan one by one.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    /// Whether the root directory is the run's own: then mount points are made where missing.
    own_root: bool,
    /// Whether this is a user namespace, where the kernel refuses some mounts.
    user_namespace: bool,
    /// Copies of what is to be shown, taken while the host's root was in place: (step, copy).
    copies: Vec<(usize, OwnedFd)>,
    /// The table of mounts, as it was when first asked for.
    table: Option<Vec<Mount>>,
    /// Files that wait for the address.
    pub(super) unfinished: Vec<Unfinished>,
    /// What was done without.
    pub(super) warnings: Vec<String>,
}

impl Mounts {
    pub(super) fn new(user_namespace: bool) -> Self {
        Mounts { user_namespace, ..Mounts::default() }
    }

    /// Carries out all of `steps`; on failure says which one it was.
    pub(super) fn perform(&mut self, steps: &[Setup]) -> Result<(), (usize, Errno)> {
        for (n, step) in steps.iter().enumerate() {
            self.step(n, step).map_err(|error| (n, sys::errno(&error)))?;
            if *step == Setup::ReceiveMounts {
                self.take_copies(steps)?;
            }
        }
        Ok(())
    }

    /// Later the root may be another, and these paths mean something else.
    fn take_copies(&mut self, steps: &[Setup]) -> Result<(), (usize, Errno)> {
        let own_root = steps.iter().any(|step| matches!(step, Setup::Root(_)));
        for (n, step) in steps.iter().enumerate() {
            let copies = match step {
                Setup::Bind(bind) => vec![mount::detached_copy(&bind.source)],
                Setup::Dev => {
                    let dev = Path::new("/dev");
                    DEVICES.iter().map(|name| mount::detached_copy(&dev.join(name))).collect()
                }
                _ => continue,
            };
            for copy in copies {
                self.copies.push((n, copy.map_err(|errno| (n, errno))?));
            }
        }
        // The kernel lets a user namespace make these only where it sees others of their kind, so
        // here. Last: they cover what the paths above may lead through.
        for (n, step) in steps.iter().enumerate().filter(|_| own_root) {
            let kind = match step {
                Setup::Sys => "sysfs",
                Setup::Proc => "proc",
                _ => continue,
            };
            match fresh_copy(kind) {
                Ok(copy) => self.copies.push((n, copy)),
                Err(Errno::EPERM) if self.user_namespace => {}
                Err(errno) => return Err((n, errno)),
            }
        }
        Ok(())
    }

    fn copies_of(&mut self, step: usize) -> Vec<OwnedFd> {
        self.copies.extract_if(.., |(n, _)| *n == step).map(|(_, copy)| copy).collect()
    }

    fn step(&mut self, n: usize, step: &Setup) -> io::Result<()> {
        match step {
            Setup::ReceiveMounts => mount::receive_only()?,
            Setup::Root(directory) => {
                // pivot_root(2) wants a mount point.
                mount::bind(directory, directory, true)?;
                // Those that CMD may have are shown in /dev.
                mount::no_devices(directory)?;
                if !mount::pivot(directory)? && self.user_namespace {
                    // Without a user namespace, root inside has no right to.
                    self.warnings.push(
                        "the root directory of this host is its initramfs, which stays below that \
                         of the run: root inside can unmount what covers it"
                            .into(),
                    );
                }
                self.own_root = true;
            }
            Setup::Files(files) => {
                let (unfinished, missing) = files::show(files, self.own_root)?;
                self.unfinished.extend(unfinished);
                self.warnings.extend(missing);
            }
            Setup::Sys => self.fresh(n, "sysfs", Path::new("/sys"))?,
            Setup::Proc => self.fresh(n, "proc", Path::new("/proc"))?,
            Setup::Dev => {
                let copies = self.copies_of(n);
                fresh_dev(copies)?;
            }
            Setup::Bind(bind) => {
                for copy in self.copies_of(n) {
                    if self.own_root {
                        make_like(&copy, &bind.target)?;
                    }
                    // The kernel would say "invalid argument".
                    match (is_dir(&copy)?, bind.target.is_dir()) {
                        (true, false) if bind.target.exists() => Err(Errno::ENOTDIR)?,
                        (false, true) => Err(Errno::EISDIR)?,
                        _ => mount::attach(&copy, &bind.target)?,
                    }
                }
                if bind.read_only {
                    mount::read_only(&bind.target, true)?;
                }
            }
            Setup::Tmpfs(path) => {
                if self.own_root {
                    fs::create_dir_all(path)?;
                }
                mount::new("tmpfs", path, mount::Flags::PLAIN, "mode=1777")?;
            }
            Setup::Cover { sys } => cover(*sys)?,
            Setup::Hostname(name) => set_hostname(name)?,
            Setup::Sysctl { sysctl, asked } => {
                match sys::file::write(&sysctl.path(), &sysctl.value) {
                    // Ids that no one has in this user namespace, or one around it, get no rights.
                    Err(Errno::EINVAL) if !asked => {}
                    Err(errno) if !asked => self
                        .warnings
                        .push(format!("cannot {step}: {}; going on without", errno.desc())),
                    other => other?,
                }
            }
        }
        Ok(())
    }

    /// Mounts a new instance of a kernel file system, and puts back what was mounted below the
    /// old one, such as /sys/fs/cgroup.
    fn fresh(&mut self, n: usize, kind: &str, target: &Path) -> io::Result<()> {
        let refused = |target: &Path| format!("cannot mount a fresh {}", target.display());
        if self.own_root {
            fs::create_dir_all(target)?;
            match self.copies_of(n).first() {
                Some(copy) => mount::attach(copy, target)?,
                None => self.warnings.push(format!("{}: there is none", refused(target))),
            }
            return Ok(());
        }
        if !target.is_dir() {
            return Ok(());
        }
        let mut copies = Vec::new();
        for path in self.mounted_below(target)? {
            copies.push((mount::detached_copy(&path), path));
        }
        match mount::new(kind, target, mount::Flags::INERT, "") {
            // The kernel refuses it to a user namespace whose view of the old one is covered in
            // parts, as in a container.
            Err(Errno::EPERM) if self.user_namespace => {
                self.warnings.push(format!("{}: it shows the host's", refused(target)));
                return Ok(());
            }
            other => other?,
        }
        for (copy, path) in copies {
            // Gone meanwhile, or without a place in the new instance: nothing to put back.
            if let Ok(copy) = copy {
                let _ = mount::attach(&copy, &path);
            }
        }
        Ok(())
    }

    /// The mount points directly below the mount at `target`, one of the host's.
    fn mounted_below(&mut self, target: &Path) -> io::Result<Vec<PathBuf>> {
        let table = match &self.table {
            Some(table) => table,
            // It takes the kernel long to write.
            None => self.table.insert(match mountinfo::read("self") {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
                other => other?,
            }),
        };
        // The last one mounted there is the one that is seen.
        let on = table.iter().rfind(|mount| mount.point == target).map(|mount| mount.id);
        let below = |mount: &&Mount| Some(mount.parent) == on && mount.point != target;
        Ok(table.iter().filter(below).map(|mount| mount.point.clone()).collect())
    }
}

/// What shows the host: nothing of it is to be seen inside.
const COVERED: [&str; 12] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
];
/// What steers the host: it may be read.
const READ_ONLY: [&str; 5] =
    ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/// Covers and makes read-only what a root in a container is kept from by its engine; with `sys` all
/// of /sys too.
fn cover(sys: bool) -> io::Result<()> {
    for path in COVERED.map(Path::new) {
        match path.metadata() {
            Ok(found) if found.is_dir() => {
                mount::new("tmpfs", path, mount::Flags::INERT, "mode=0555,size=0")?;
            }
            Ok(_) => mount::bind(Path::new("/dev/null"), path, false)?,
            Err(_) => continue,
        }
        mount::read_only(path, false)?;
    }
    for path in READ_ONLY.map(Path::new).into_iter().filter(|path| path.exists()) {
        mount::bind(path, path, true)?;
        mount::read_only(path, true)?;
    }
    if sys && Path::new("/sys").is_dir() {
        mount::read_only(Path::new("/sys"), true)?;
    }
    Ok(())
}

/// A new instance of a kernel file system, to be put somewhere later.
fn fresh_copy(kind: &str) -> sys::Result<OwnedFd> {
    let place = files::place();
    mount::new(kind, place, mount::Flags::INERT, "")?;
    let copy = mount::detached_copy(place);
    mount::detach(place)?;
    copy
}

/// A /dev with the devices whose copies are given, terminals, shared memory, and the usual links.
fn fresh_dev(copies: Vec<OwnedFd>) -> io::Result<()> {
    let dev = Path::new("/dev");
    fs::create_dir_all(dev)?;
    mount::new("tmpfs", dev, mount::Flags::DEVICES, "mode=0755,size=64k")?;
    for (name, copy) in DEVICES.iter().zip(copies) {
        let path = dev.join(name);
        make_file(&path)?;
        mount::attach(&copy, &path)?;
        // A device can be written to all the same, but not be given another mode or owner.
        mount::read_only(&path, false)?;
    }
    let pts = dev.join("pts");
    fs::create_dir(&pts)?;
    mount::new("devpts", &pts, mount::Flags::DEVICES, "newinstance,ptmxmode=0666,mode=0620")?;
    let shm = dev.join("shm");
    fs::create_dir(&shm)?;
    mount::new("tmpfs", &shm, mount::Flags::PLAIN, "mode=1777")?;
    for (name, to) in [
        ("ptmx", "pts/ptmx"),
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ] {
        symlink(to, dev.join(name))?;
    }
    Ok(())
}

/// Makes an empty file, and the directories above it, to mount something on.
pub(super) fn make_file(path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::OpenOptions::new().create(true).append(true).open(path).map(drop)
}

fn is_dir(copy: &OwnedFd) -> io::Result<bool> {
    Ok(fs::File::from(copy.try_clone()?).metadata()?.is_dir())
}

/// Makes what `copy` can be put on, a directory or a file, unless something is there.
fn make_like(copy: &OwnedFd, target: &Path) -> io::Result<()> {
    if target.exists() {
        return Ok(());
    }
    if is_dir(copy)? { fs::create_dir_all(target) } else { make_file(target) }
}
