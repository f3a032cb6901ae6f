//! System calls by name, and the errors that each may have.

use nix::errno::Errno;
use nix::libc;

macro_rules! table {
    ($($number:ident)*) => {
        const NAMES: &[(i64, &str)] = &[$((libc::$number, stringify!($number))),*];
    };
}

table! {
    SYS_read SYS_write SYS_open SYS_close SYS_fstat SYS_lseek
    SYS_mmap SYS_mprotect SYS_munmap SYS_brk SYS_rt_sigaction SYS_rt_sigprocmask
    SYS_ioctl SYS_pread64 SYS_readv SYS_writev SYS_access SYS_pipe
    SYS_sched_yield SYS_mremap SYS_madvise SYS_dup SYS_dup2 SYS_nanosleep
    SYS_getpid SYS_sendfile SYS_socket SYS_connect SYS_accept SYS_sendto
    SYS_recvfrom SYS_sendmsg SYS_recvmsg SYS_shutdown SYS_bind SYS_listen
    SYS_getsockname SYS_getpeername SYS_socketpair SYS_setsockopt SYS_getsockopt SYS_clone
    SYS_fork SYS_vfork SYS_execve SYS_exit SYS_wait4 SYS_kill
    SYS_uname SYS_fcntl SYS_flock SYS_fsync SYS_ftruncate SYS_getdents
    SYS_getcwd SYS_chdir SYS_fchdir SYS_rename SYS_mkdir SYS_rmdir
    SYS_unlink SYS_readlink SYS_chmod SYS_fchmod SYS_chown SYS_umask
    SYS_getrlimit SYS_getuid SYS_getgid SYS_setuid SYS_setgid SYS_geteuid
    SYS_getegid SYS_setpgid SYS_getppid SYS_getpgrp SYS_setsid SYS_setreuid
    SYS_setregid SYS_getgroups SYS_setgroups SYS_setresuid SYS_setresgid SYS_getpgid
    SYS_getsid SYS_capget SYS_capset SYS_rt_sigpending SYS_rt_sigtimedwait SYS_sigaltstack
    SYS_statfs SYS_fstatfs SYS_prctl SYS_arch_prctl SYS_setrlimit SYS_sync
    SYS_chroot SYS_mount SYS_umount2 SYS_sethostname SYS_gettid SYS_futex
    SYS_sched_getaffinity SYS_getdents64 SYS_set_tid_address SYS_clock_gettime SYS_clock_nanosleep SYS_exit_group
    SYS_epoll_wait SYS_epoll_ctl SYS_tgkill SYS_waitid SYS_inotify_init SYS_inotify_add_watch
    SYS_openat SYS_mkdirat SYS_newfstatat SYS_unlinkat SYS_renameat SYS_linkat
    SYS_symlinkat SYS_readlinkat SYS_fchmodat SYS_faccessat SYS_ppoll SYS_poll
    SYS_unshare SYS_set_robust_list SYS_epoll_pwait SYS_signalfd4 SYS_epoll_create1 SYS_dup3
    SYS_pipe2 SYS_inotify_init1 SYS_prlimit64 SYS_setns SYS_seccomp SYS_getrandom
    SYS_memfd_create SYS_statx SYS_rseq SYS_pidfd_send_signal SYS_open_tree SYS_move_mount
    SYS_pidfd_open SYS_clone3 SYS_close_range SYS_openat2 SYS_mount_setattr SYS_fsopen
    SYS_fsconfig SYS_fsmount SYS_pivot_root SYS_symlink SYS_accept4 SYS_sysinfo
    SYS_bpf SYS_ptrace SYS_fadvise64 SYS_fchown SYS_fchownat SYS_process_vm_readv
    SYS_stat SYS_lstat SYS_getresuid SYS_getresgid SYS_faccessat2 SYS_recvmmsg
    SYS_sendmmsg SYS_inotify_rm_watch SYS_clock_getres SYS_mlock SYS_membarrier SYS_getcpu
}

/// The name of a system call; its number where the table lacks it.
pub(crate) fn name(number: i64) -> String {
    let found = NAMES.iter().find(|(known, _)| *known == number);
    found.map_or(number.to_string(), |(_, name)| name.trim_start_matches("SYS_").to_owned())
}

/// The number of a system call that the table knows.
pub(crate) fn number(name: &str) -> Option<i64> {
    let found = NAMES.iter().find(|(_, known)| known.trim_start_matches("SYS_") == name);
    found.map(|&(number, _)| number)
}

/// Errors that a call may have, by its manual page, on a machine in trouble: no memory, no
/// descriptors, no rights, no space, broken disks, somebody faster.
///
/// EAGAIN is for descriptors that never wait, for locks that somebody has, for time that is over
/// (30 seconds for an answer of the kernel) and for limits of processes: that is reported, as
/// other errors are, and only EINTR must be no error at all.
pub(crate) fn errors(name: &str) -> Vec<Errno> {
    use Errno::*;
    let own: &[Errno] = match name {
        "read" | "pread64" | "readv" => &[EINTR, EIO, EAGAIN],
        "write" | "writev" => &[EINTR, EIO, ENOSPC, EAGAIN],
        "open" | "openat" | "openat2" => &[EINTR, EMFILE, ENOMEM, EPERM, ENOSPC, EIO],
        "close" => &[EINTR],
        "stat" | "lstat" | "fstat" | "newfstatat" | "statx" => &[ENOMEM, EIO, EACCES],
        "readlink" | "readlinkat" | "access" | "faccessat" | "faccessat2" => &[ENOMEM, EIO, EACCES],
        "execve" => &[EAGAIN, ENOMEM, EACCES, EMFILE, EIO],
        "ioctl" => &[EPERM, ENOTTY, ENODEV, ENOMEM],
        "prlimit64" | "getrlimit" | "setrlimit" => &[EPERM],
        "seccomp" => &[EINVAL, ENOMEM, EACCES],
        "statfs" | "fstatfs" => &[EINTR, ENOMEM, EIO],
        "getrandom" => &[EINTR, ENOSYS],
        "getdents64" => &[EIO],
        "mkdir" | "mkdirat" | "symlink" | "symlinkat" => &[EEXIST, ENOSPC, ENOMEM, EPERM, EIO],
        "unlink" | "unlinkat" | "rmdir" | "rename" | "renameat" => &[ENOMEM, EPERM, EIO],
        "mmap" | "brk" | "mremap" | "mprotect" => &[ENOMEM],
        "socket" | "socketpair" => &[EMFILE, ENOBUFS, ENOMEM, EPERM],
        "bind" => &[ENOMEM, EPERM, EEXIST],
        "connect" | "listen" | "getsockname" | "setsockopt" | "getsockopt" => &[ENOBUFS, ENOMEM],
        "sendto" | "sendmsg" => &[EINTR, ENOBUFS, ENOMEM, EPERM],
        "recvfrom" | "recvmsg" => &[EINTR, EAGAIN, ENOBUFS, ENOMEM],
        "clone" | "fork" | "vfork" | "clone3" => &[EAGAIN, ENOMEM, ENOSPC, EPERM],
        "poll" | "ppoll" => &[EINTR, ENOMEM],
        "wait4" | "waitid" | "nanosleep" | "clock_nanosleep" => &[EINTR],
        "rt_sigtimedwait" => &[EINTR, EAGAIN],
        "flock" => &[EINTR, EAGAIN, ENOMEM],
        // EINTR is for those that wait for locks of POSIX, which nobody here uses.
        "fcntl" => &[EMFILE],
        "dup" | "dup2" | "dup3" => &[EINTR, EMFILE],
        "memfd_create" | "pidfd_open" | "signalfd4" => &[EMFILE, ENOMEM, ENODEV],
        "inotify_init1" | "inotify_add_watch" => &[EMFILE, ENOSPC, ENOMEM],
        "mount" | "umount2" | "pivot_root" | "move_mount" | "mount_setattr" => &[ENOMEM, EPERM],
        "open_tree" => &[EMFILE, ENOMEM, EPERM],
        "setns" | "unshare" => &[ENOMEM, EPERM],
        "sethostname" | "capset" | "setsid" => &[EPERM],
        "setgroups" => &[EPERM, ENOMEM],
        "setresuid" | "setresgid" => &[EPERM, EAGAIN],
        "prctl" => &[EPERM],
        "close_range" => &[EMFILE, ENOMEM],
        "ftruncate" | "fsync" | "fchmod" | "fchmodat" => &[EIO, EPERM],
        "chdir" | "getcwd" => &[ENOMEM, EIO],
        "kill" | "pidfd_send_signal" => &[EPERM],
        // These cannot fail, or not on a sane machine.
        _ => &[],
    };
    own.to_vec()
}
