//! Refusing system calls to a process and to all it launches: seccomp(2).

use super::credentials::CapabilitySet;
use super::{Errno, Result};

/// Capabilities that let a process have a call all the same.
mod unless {
    pub(super) const NEVER: u64 = 0;
    pub(super) const DAC_READ_SEARCH: u64 = 1 << 2;
    pub(super) const MODULE: u64 = 1 << 16;
    pub(super) const RAWIO: u64 = 1 << 17;
    pub(super) const PTRACE: u64 = 1 << 19;
    pub(super) const PACCT: u64 = 1 << 20;
    pub(super) const ADMIN: u64 = 1 << 21;
    pub(super) const BOOT: u64 = 1 << 22;
    pub(super) const NICE: u64 = 1 << 23;
    pub(super) const TIME: u64 = 1 << 25;
    pub(super) const TTY_CONFIG: u64 = 1 << 26;
    pub(super) const SYSLOG: u64 = 1 << 34 | ADMIN;
    pub(super) const PERFMON: u64 = 1 << 38 | ADMIN;
    pub(super) const BPF: u64 = 1 << 39 | ADMIN;
}

/// What container engines refuse by default, and what capability gives it back. Keys, and memory
/// that faults in user space, know no namespaces; the rest is the kernel's or for root of the host.
const REFUSED: &[(libc::c_long, u64)] = &[
    (libc::SYS_add_key, unless::NEVER),
    (libc::SYS_keyctl, unless::NEVER),
    (libc::SYS_request_key, unless::NEVER),
    (libc::SYS_userfaultfd, unless::NEVER),
    (libc::SYS_io_uring_setup, unless::NEVER),
    (libc::SYS_io_uring_enter, unless::NEVER),
    (libc::SYS_io_uring_register, unless::NEVER),
    (libc::SYS_nfsservctl, unless::NEVER),
    (libc::SYS_swapon, unless::NEVER),
    (libc::SYS_swapoff, unless::NEVER),
    (libc::SYS_open_by_handle_at, unless::DAC_READ_SEARCH),
    (libc::SYS_init_module, unless::MODULE),
    (libc::SYS_finit_module, unless::MODULE),
    (libc::SYS_delete_module, unless::MODULE),
    (libc::SYS_kcmp, unless::PTRACE),
    (libc::SYS_pidfd_getfd, unless::PTRACE),
    (libc::SYS_acct, unless::PACCT),
    (libc::SYS_kexec_load, unless::BOOT),
    (libc::SYS_reboot, unless::BOOT),
    (libc::SYS_mbind, unless::NICE),
    (libc::SYS_get_mempolicy, unless::NICE),
    (libc::SYS_set_mempolicy, unless::NICE),
    (libc::SYS_migrate_pages, unless::NICE),
    (libc::SYS_move_pages, unless::NICE),
    (libc::SYS_settimeofday, unless::TIME),
    (libc::SYS_clock_settime, unless::TIME),
    (libc::SYS_vhangup, unless::TTY_CONFIG),
    (libc::SYS_syslog, unless::SYSLOG),
    (libc::SYS_perf_event_open, unless::PERFMON),
    (libc::SYS_bpf, unless::BPF),
    (libc::SYS_mount, unless::ADMIN),
    (libc::SYS_umount2, unless::ADMIN),
    (libc::SYS_pivot_root, unless::ADMIN),
    (libc::SYS_open_tree, unless::ADMIN),
    (libc::SYS_move_mount, unless::ADMIN),
    (libc::SYS_mount_setattr, unless::ADMIN),
    (libc::SYS_fsopen, unless::ADMIN),
    (libc::SYS_fsconfig, unless::ADMIN),
    (libc::SYS_fsmount, unless::ADMIN),
    (libc::SYS_fspick, unless::ADMIN),
    (libc::SYS_setns, unless::ADMIN),
    (libc::SYS_unshare, unless::ADMIN),
    (libc::SYS_quotactl, unless::ADMIN),
    (libc::SYS_lookup_dcookie, unless::ADMIN),
    (libc::SYS_fanotify_init, unless::ADMIN),
    (libc::SYS_sethostname, unless::ADMIN),
    (libc::SYS_setdomainname, unless::ADMIN),
];

/// Calls that only some architectures have.
#[cfg(target_arch = "x86_64")]
const REFUSED_HERE: &[(libc::c_long, u64)] = &[
    (libc::SYS_kexec_file_load, unless::BOOT),
    (libc::SYS_iopl, unless::RAWIO),
    (libc::SYS_ioperm, unless::RAWIO),
    (libc::SYS_uselib, unless::NEVER),
    (libc::SYS_ustat, unless::NEVER),
    (libc::SYS_sysfs, unless::NEVER),
    (libc::SYS__sysctl, unless::NEVER),
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_HERE: &[(libc::c_long, u64)] = &[];

/// Flags of clone(2) that make namespaces.
const NEW_NAMESPACES: u32 = 0x7e02_0000;
/// Calls of x32, which are others of the same kernel, begin here.
#[cfg(target_arch = "x86_64")]
const X32: u32 = 0x4000_0000;

/// `AUDIT_ARCH_*` of this program (linux/audit.h). Calls of other architectures have other numbers,
/// so they are refused altogether.
#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;
#[cfg(target_arch = "riscv64")]
const ARCHITECTURE: u32 = 0xc000_00f3;

/// Where struct seccomp_data has the number of the call, the architecture, and the lower half of
/// the first argument.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const ARGUMENT: u32 = 16;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const AND: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;
const EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
#[cfg(target_arch = "x86_64")]
const NOT_BELOW: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

fn does(code: u16, k: u32) -> libc::sock_filter {
    libc::sock_filter { code, jt: 0, jf: 0, k }
}

/// Goes on with the next instruction if so, else after `otherwise` more.
fn unless_skip(code: u16, k: u32, otherwise: u8) -> libc::sock_filter {
    libc::sock_filter { code, jt: 0, jf: otherwise, k }
}

fn refuse(errno: Errno) -> libc::sock_filter {
    does(RETURN, libc::SECCOMP_RET_ERRNO | errno as u32)
}

/// The filter for a process that has no more than these capabilities.
fn program(capabilities: CapabilitySet) -> Vec<libc::sock_filter> {
    let mut program = vec![
        does(LOAD, ARCH),
        libc::sock_filter { code: EQUAL, jt: 1, jf: 0, k: ARCHITECTURE },
        refuse(Errno::ENOSYS),
        does(LOAD, NUMBER),
    ];
    #[cfg(target_arch = "x86_64")]
    program.extend([unless_skip(NOT_BELOW, X32, 1), refuse(Errno::ENOSYS)]);
    for &(call, unless) in REFUSED.iter().chain(REFUSED_HERE) {
        if capabilities & unless == 0 {
            program.extend([unless_skip(EQUAL, call as u32, 1), refuse(Errno::EPERM)]);
        }
    }
    let mut first_argument = |call: libc::c_long, tests: &[libc::sock_filter]| {
        program.push(unless_skip(EQUAL, call as u32, tests.len() as u8 + 2));
        program.push(does(LOAD, ARGUMENT));
        program.extend_from_slice(tests);
        program.push(does(LOAD, NUMBER));
    };
    let vsock = libc::AF_VSOCK as u32;
    first_argument(libc::SYS_socket, &[unless_skip(EQUAL, vsock, 1), refuse(Errno::EPERM)]);
    if capabilities & unless::ADMIN == 0 {
        let none_new = libc::sock_filter { code: EQUAL, jt: 1, jf: 0, k: 0 };
        let tests = [does(AND, NEW_NAMESPACES), none_new, refuse(Errno::EPERM)];
        first_argument(libc::SYS_clone, &tests);
        // Its flags are in memory, where a filter cannot look: programs then use clone(2).
        program.extend([unless_skip(EQUAL, libc::SYS_clone3 as u32, 1), refuse(Errno::ENOSYS)]);
    }
    program.push(does(RETURN, libc::SECCOMP_RET_ALLOW));
    program
}

/// Refuses, for good, what a process that has no more than `capabilities` has no use for. Needs
/// CAP_SYS_ADMIN, so it comes before capabilities are given up.
pub fn confine(capabilities: CapabilitySet) -> Result<()> {
    let mut filter = program(capabilities);
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: the program is valid for reads; the kernel copies and checks it.
    let result = unsafe {
        libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program, 0, 0)
    };
    Errno::result(result).map(drop)
}
