//! File descriptors and anonymous files.

use std::ffi::CStr;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::fcntl::{AT_FDCWD, OFlag, OpenHow, ResolveFlag, openat, openat2};
use nix::sys::stat::{Mode, SFlag, fstat, makedev, umask};

use super::{Errno, Result, retry};

/// A file that lives in memory as long as somebody has it open: memfd_create(2). Closed on exec.
pub fn anonymous(name: &CStr) -> Result<File> {
    // SAFETY: the name is NUL-terminated.
    let fd = unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC) };
    // SAFETY: a new descriptor that nobody else has.
    Errno::result(fd).map(|fd| unsafe { File::from_raw_fd(fd) })
}

/// Opens a file, with the flags of open(2), to be closed on exec.
pub fn open(path: &Path, flags: Open) -> Result<File> {
    let flags = flags.0 | OFlag::O_CLOEXEC;
    let mode = Mode::from_bits_truncate(0o666);
    retry(|| openat(AT_FDCWD, path, flags, mode)).map(File::from)
}

/// What to open a file for.
#[derive(Clone, Copy, Debug)]
pub struct Open(OFlag);

impl Open {
    /// For reading.
    pub const READ: Open = Open(OFlag::O_RDONLY);
    /// For writing to what is there.
    pub const WRITE: Open = Open(OFlag::O_WRONLY);
    /// For writing, made anew.
    pub const CREATE: Open = Open(OFlag::O_WRONLY.union(OFlag::O_CREAT).union(OFlag::O_TRUNC));
}

/// All that a file holds, `expected` bytes or more, in as few calls as there can be: its size, which
/// those of /proc do not know, is not asked for.
pub fn read(path: &Path, expected: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(expected + 1);
    let file = open(path, Open::READ)?;
    file.take(u64::MAX).read_to_end(&mut bytes).map_err(|error| super::errno(&error))?;
    Ok(bytes)
}

/// Has standard streams that are closed lead nowhere: otherwise the next file that is opened, or
/// that CMD opens, would be one.
pub fn open_standard_streams() {
    let mut streams = [0, 1, 2].map(|fd| libc::pollfd { fd, events: 0, revents: 0 });
    // SAFETY: the array is valid for reads and writes of its length.
    unsafe { libc::poll(streams.as_mut_ptr(), 3, 0) };
    for stream in streams {
        if stream.revents & libc::POLLNVAL != 0 {
            // SAFETY: the path is NUL-terminated. It takes the lowest number, which is this one.
            unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR) };
        }
    }
}

/// Has each standard stream that leads nowhere do so by the /dev/null that is seen here: who gets
/// another one's could change its mode. If there is none here, the streams stay as they are.
pub fn open_null_here() -> Result<()> {
    let streams = [0, 1, 2].map(is_null);
    if streams == [false; 3] {
        return Ok(());
    }
    match open(Path::new("/dev/null"), Open(OFlag::O_RDWR | OFlag::O_NOCTTY)) {
        Ok(null) if is_null(null.as_raw_fd()) => {
            (0..).zip(streams).filter(|(_, is)| *is).try_for_each(|(fd, _)| replace(&null, fd))
        }
        _ => Ok(()),
    }
}

/// Whether descriptor `fd` is of the null device.
fn is_null(fd: i32) -> bool {
    // SAFETY: only asks; a descriptor that is not open is an error.
    let found = fstat(unsafe { BorrowedFd::borrow_raw(fd) });
    let is_device = |mode| mode & SFlag::S_IFMT.bits() == SFlag::S_IFCHR.bits();
    found.is_ok_and(|found| is_device(found.st_mode) && found.st_rdev == makedev(1, 3))
}

/// Does `what` with the modes of new files limited by `mask` alone, not by what the caller of the
/// program limits its own to: umask(2).
pub fn with_umask<T>(mask: u32, what: impl FnOnce() -> T) -> T {
    let mask = Mode::from_bits_truncate(mask);
    let own = umask(mask);
    let done = what();
    if own != mask {
        umask(own);
    }
    done
}

/// Lets the descriptors from `first` on end with the next exec: close_range(2).
pub fn close_on_exec_from(first: u32) -> Result<()> {
    // SAFETY: takes integers; only sets flags.
    let result =
        unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    match Errno::result(result) {
        // The flag is known since Linux 5.11.
        Err(Errno::EINVAL) => close_each_on_exec_from(first as i32),
        other => other.map(drop),
    }
}

/// The same, one by one.
fn close_each_on_exec_from(first: i32) -> Result<()> {
    let open = std::fs::read_dir("/proc/self/fd").map_err(|error| super::errno(&error))?;
    let numbers = open.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    for fd in numbers.filter(|&fd: &i32| fd >= first) {
        // SAFETY: takes integers; only sets a flag.
        unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
    Ok(())
}

/// Whether descriptor `fd` is open.
pub fn is_open(fd: i32) -> bool {
    // SAFETY: takes integers; only reads flags.
    unsafe { libc::fcntl(fd, libc::F_GETFD) >= 0 }
}

/// Makes descriptor `target` (0, 1 or 2) refer to what `file` does.
pub fn replace(file: &File, target: i32) -> Result<()> {
    // SAFETY: dup2 onto a standard stream; nobody owns those descriptors exclusively.
    retry(|| Errno::result(unsafe { libc::dup2(file.as_raw_fd(), target) })).map(drop)
}

/// What the caller of the program passed by number, to be written to: the same open file, in a
/// descriptor of our own.
///
/// # Errors
/// `EBADF`: it is not open; `EACCES`: only for reading.
pub fn passed(fd: i32) -> Result<File> {
    // SAFETY: takes integers; only reads flags.
    let flags = Errno::result(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
    if flags & libc::O_ACCMODE == libc::O_RDONLY {
        return Err(Errno::EACCES);
    }
    // SAFETY: takes integers; makes a new descriptor.
    let own = Errno::result(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 3) })?;
    // SAFETY: a new descriptor that nobody else has.
    Ok(unsafe { File::from_raw_fd(own) })
}

/// A parameter of the kernel: sysctl(8). Dots separate, and a slash stands for a dot. `None` when
/// there is none of that name.
pub fn setting(key: &str) -> Result<Option<String>> {
    match std::fs::read_to_string(setting_path(key)) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(super::errno(&error)),
    }
}

/// Sets a parameter of the kernel.
pub fn set(key: &str, value: &str) -> Result<()> {
    write(Path::new(&setting_path(key)), value)
}

/// Writes to a file that is there, as the kernel's parameters are, all at once.
pub fn write(path: &Path, value: &str) -> Result<()> {
    let mut file = open(path, Open::WRITE)?;
    file.write_all(value.as_bytes()).map_err(|error| super::errno(&error))
}

fn setting_path(key: &str) -> String {
    let swap = |c| match c {
        '.' => '/',
        '/' => '.',
        other => other,
    };
    format!("/proc/sys/{}", key.chars().map(swap).collect::<String>())
}

/// Locks a file for this process alone until it is closed, waiting for others if `wait`: flock(2).
///
/// # Errors
/// `EWOULDBLOCK`: another has it.
pub fn lock(file: &File, wait: bool) -> Result<()> {
    flock(file, if wait { libc::LOCK_EX } else { libc::LOCK_EX | libc::LOCK_NB })
}

/// Locks a file together with others that share the lock, waiting for one that does not.
pub fn share(file: &File) -> Result<()> {
    flock(file, libc::LOCK_SH)
}

/// Marks a file as waited for until it is closed, for [`is_waited_for`]: an open file description
/// lock (fcntl_locking(2)), which flock(2) does not know of.
///
/// # Errors
/// The file's file system has no such locks.
pub fn mark_waited_for(file: &File) -> Result<()> {
    mark(file, libc::F_RDLCK, libc::F_OFD_SETLKW)
}

/// Whether others have marked a file as waited for. If not, who marks it from now on waits in that
/// until it is closed here.
pub fn is_waited_for(file: &File) -> bool {
    matches!(mark(file, libc::F_WRLCK, libc::F_OFD_SETLK), Err(Errno::EAGAIN | Errno::EACCES))
}

fn mark(file: &File, kind: libc::c_int, operation: libc::c_int) -> Result<()> {
    // SAFETY: all zeroes, the whole file, is a valid value.
    let mut whole: libc::flock = unsafe { std::mem::zeroed() };
    whole.l_type = kind as _;
    // SAFETY: reads a live structure of its type; the descriptor is open.
    retry(|| Errno::result(unsafe { libc::fcntl(file.as_raw_fd(), operation, &raw const whole) }))
        .map(drop)
}

fn flock(file: &File, operation: libc::c_int) -> Result<()> {
    // SAFETY: takes integers; the descriptor is open.
    retry(|| Errno::result(unsafe { libc::flock(file.as_raw_fd(), operation) })).map(drop)
}

/// Random bits from the kernel.
pub fn random() -> u64 {
    let mut bytes = [0u8; 8];
    // SAFETY: the buffer is valid for writes of its length. Without randomness (early boot) the
    // zeroes stay, which is a valid choice too.
    unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), libc::GRND_NONBLOCK) };
    u64::from_ne_bytes(bytes)
}

/// Closes the descriptors from `first` on: close_range(2).
pub fn close_from(first: u32) {
    close_all_but(first, &[]);
}

/// Closes the descriptors from `first` on that are not in `keep`.
pub fn close_all_but(first: u32, keep: &[BorrowedFd<'_>]) {
    let mut first = first;
    loop {
        let kept = keep.iter().map(|fd| fd.as_raw_fd() as u32).filter(|fd| *fd >= first).min();
        if kept != Some(first) {
            let last = kept.map_or(u32::MAX, |kept| kept - 1);
            // SAFETY: nothing in this process uses one of these afterwards; the caller promises.
            unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
        }
        match kept {
            Some(kept) => first = kept + 1,
            None => return,
        }
    }
}

/// A file's lock, held as long as this lives.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code)] File);

/// Waits until nobody else holds the lock of a file, at most for `patience`.
///
/// # Errors
/// `EWOULDBLOCK`: somebody held it all the time.
pub fn lock_within(file: File, patience: Duration) -> Result<Lock> {
    let start = Instant::now();
    loop {
        match lock(&file, false) {
            Ok(()) => return Ok(Lock(file)),
            Err(Errno::EWOULDBLOCK) if start.elapsed() < patience => {}
            Err(errno) => return Err(errno),
        }
        sleep(Duration::from_millis(1));
    }
}

/// Opens a file below `root` for reading, as a process with that root directory would: links inside
/// lead to what is inside (openat2(2), `RESOLVE_IN_ROOT`). Does not wait for a writer should it be a
/// pipe.
pub fn open_inside(root: &Path, path: &Path) -> Result<File> {
    let directory = File::open(root).map_err(|error| super::errno(&error))?;
    let how = OpenHow::new()
        .flags(OFlag::O_RDONLY | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK | OFlag::O_NOCTTY)
        .resolve(ResolveFlag::RESOLVE_IN_ROOT);
    retry(|| openat2(&directory, path, how)).map(File::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Linux before 5.11 gets.
    #[test]
    fn descriptors_close_on_exec_from_a_number_on() {
        let file = anonymous(c"test").unwrap();
        // Far from those of tests beside this one.
        // SAFETY: takes integers; nobody has these numbers.
        let fd = [700, 701].map(|fd| unsafe { libc::dup2(file.as_raw_fd(), fd) });
        close_each_on_exec_from(701).unwrap();
        // SAFETY: only reads flags.
        assert_eq!(fd.map(|fd| unsafe { libc::fcntl(fd, libc::F_GETFD) }), [0, libc::FD_CLOEXEC]);
        // SAFETY: they are this test's.
        let _ = fd.map(|fd| unsafe { libc::close(fd) });
    }
}
