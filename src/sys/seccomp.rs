//! Refusing system calls to a process and to all it launches: seccomp(2).

use super::credentials::CapabilitySet;
use super::{Errno, Result};

/// Capabilities that let a process have a call all the same.
mod unless {
    pub(super) const NEVER: u64 = 0;
    pub(super) const DAC_READ_SEARCH: u64 = 1 << 2;
    pub(super) const MODULE: u64 = 1 << 16;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
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

/// Calls that only some architectures have, or only some of them a name for here.
const REFUSED_HERE: &[(libc::c_long, u64)] = &[
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    (libc::SYS_iopl, unless::RAWIO),
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    (libc::SYS_ioperm, unless::RAWIO),
    #[cfg(target_arch = "x86")]
    (libc::SYS_vm86, unless::NEVER),
    #[cfg(target_arch = "x86")]
    (libc::SYS_vm86old, unless::NEVER),
    #[cfg(not(any(
        target_arch = "aarch64",
        target_arch = "riscv64",
        target_arch = "loongarch64"
    )))]
    (libc::SYS_uselib, unless::NEVER),
    #[cfg(not(any(
        target_arch = "aarch64",
        target_arch = "riscv64",
        target_arch = "loongarch64"
    )))]
    (libc::SYS_ustat, unless::NEVER),
    #[cfg(not(any(
        target_arch = "aarch64",
        target_arch = "riscv64",
        target_arch = "loongarch64"
    )))]
    (libc::SYS_sysfs, unless::NEVER),
    #[cfg(not(any(
        target_arch = "aarch64",
        target_arch = "riscv64",
        target_arch = "loongarch64"
    )))]
    (libc::SYS__sysctl, unless::NEVER),
    #[cfg(any(target_arch = "x86", target_arch = "powerpc64", target_arch = "s390x"))]
    (libc::SYS_umount, unless::ADMIN),
    #[cfg(any(target_arch = "x86", target_arch = "powerpc64"))]
    (libc::SYS_stime, unless::TIME),
    // clock_settime64
    #[cfg(any(target_arch = "x86", target_arch = "arm"))]
    (404, unless::TIME),
    #[cfg(not(target_arch = "arm"))]
    (libc::SYS_migrate_pages, unless::NICE),
    #[cfg(target_arch = "arm")]
    (400, unless::NICE),
    // kexec_file_load
    #[cfg(target_arch = "x86_64")]
    (320, unless::BOOT),
    #[cfg(target_arch = "arm")]
    (401, unless::BOOT),
    #[cfg(target_arch = "powerpc64")]
    (382, unless::BOOT),
    #[cfg(target_arch = "s390x")]
    (381, unless::BOOT),
    #[cfg(any(target_arch = "aarch64", target_arch = "riscv64", target_arch = "loongarch64"))]
    (294, unless::BOOT),
];

/// What personality(2) may be given: Linux, its 32-bit machine, either with a version of 2.6, and the
/// question. The others are ABIs of other systems, or make memory easier to attack.
const PERSONALITIES: [u32; 5] = [0, 0x8, 0x2_0000, 0x2_0008, u32::MAX];
/// Flags of clone(2) that make namespaces.
const NEW_NAMESPACES: u32 = 0x7e02_0000;
/// Calls of x32, which are others of the same kernel and architecture, begin here.
const X32: u32 = 0x4000_0000;

/// What differs between architectures.
struct Architecture {
    /// `AUDIT_ARCH_*` (linux/audit.h).
    number: u32,
    little_endian: bool,
    /// Which argument of clone(2) has its flags.
    clone_flags: u32,
    /// Whether calls of x32 come under the same number.
    has_x32: bool,
}

impl Architecture {
    const fn new(name: &[u8], is_64_bit: bool, little_endian: bool) -> Self {
        // EM_* of linux/elf-em.h.
        let machine = match name {
            b"x86" => 3,
            b"powerpc64" => 21,
            b"s390x" => 22,
            b"arm" => 40,
            b"x86_64" => 62,
            b"aarch64" => 183,
            b"riscv64" => 243,
            b"loongarch64" => 258,
            _ => panic!("linux/elf-em.h and clone(2) say what to add for this architecture"),
        };
        Architecture {
            number: machine | (is_64_bit as u32) << 31 | (little_endian as u32) << 30,
            little_endian,
            clone_flags: if matches!(name, b"s390x") { 1 } else { 0 },
            has_x32: matches!(name, b"x86_64"),
        }
    }

    /// Where struct seccomp_data has the lower half of an argument.
    const fn argument(&self, n: u32) -> u32 {
        16 + 8 * n + if self.little_endian { 0 } else { 4 }
    }
}

/// That of this program. Calls of others have other numbers, so they are refused altogether.
const OWN: Architecture = Architecture::new(
    std::env::consts::ARCH.as_bytes(),
    cfg!(target_pointer_width = "64"),
    cfg!(target_endian = "little"),
);

/// Where struct seccomp_data has the number of the call, and the architecture.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const AND: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;
const EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
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
fn program(architecture: &Architecture, capabilities: CapabilitySet) -> Vec<libc::sock_filter> {
    let mut program = vec![
        does(LOAD, ARCH),
        libc::sock_filter { code: EQUAL, jt: 1, jf: 0, k: architecture.number },
        refuse(Errno::ENOSYS),
        does(LOAD, NUMBER),
    ];
    if architecture.has_x32 {
        program.extend([unless_skip(NOT_BELOW, X32, 1), refuse(Errno::ENOSYS)]);
    }
    for &(call, unless) in REFUSED.iter().chain(REFUSED_HERE) {
        if capabilities & unless == 0 {
            program.extend([unless_skip(EQUAL, call as u32, 1), refuse(Errno::EPERM)]);
        }
    }
    let mut argument = |call: libc::c_long, n: u32, tests: &[libc::sock_filter]| {
        program.push(unless_skip(EQUAL, call as u32, tests.len() as u8 + 2));
        program.push(does(LOAD, architecture.argument(n)));
        program.extend_from_slice(tests);
        program.push(does(LOAD, NUMBER));
    };
    let vsock = libc::AF_VSOCK as u32;
    // Where there is socketcall(2), it has the family in memory, where a filter cannot look.
    argument(libc::SYS_socket, 0, &[unless_skip(EQUAL, vsock, 1), refuse(Errno::EPERM)]);
    let mut personalities = PERSONALITIES.map(|is| unless_skip(EQUAL, is, 0)).to_vec();
    for (n, is) in personalities.iter_mut().rev().enumerate() {
        is.jt = n as u8 + 1;
    }
    personalities.push(refuse(Errno::EPERM));
    argument(libc::SYS_personality, 0, &personalities);
    if capabilities & unless::ADMIN == 0 {
        // They type into the terminal that CMD shares with the caller's shell.
        for request in [libc::TIOCSTI, libc::TIOCLINUX] {
            let tests = [unless_skip(EQUAL, request as u32, 1), refuse(Errno::EPERM)];
            argument(libc::SYS_ioctl, 1, &tests);
        }
        let none_new = libc::sock_filter { code: EQUAL, jt: 1, jf: 0, k: 0 };
        let tests = [does(AND, NEW_NAMESPACES), none_new, refuse(Errno::EPERM)];
        argument(libc::SYS_clone, architecture.clone_flags, &tests);
        // Its flags are in memory too: programs then use clone(2).
        program.extend([unless_skip(EQUAL, libc::SYS_clone3 as u32, 1), refuse(Errno::ENOSYS)]);
    }
    program.push(does(RETURN, libc::SECCOMP_RET_ALLOW));
    program
}

/// Refuses, for good, what a process that has no more than `capabilities` has no use for. Needs
/// CAP_SYS_ADMIN, so it comes before capabilities are given up.
pub fn confine(capabilities: CapabilitySet) -> Result<()> {
    let mut filter = program(&OWN, capabilities);
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: the program is valid for reads; the kernel copies and checks it.
    let result = unsafe {
        libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program, 0, 0)
    };
    Errno::result(result).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a filter answers to a call with this first argument; that of clone(2) may be another.
    fn answer(here: &Architecture, capabilities: u64, number: u32, call: u32, flags: u32) -> u32 {
        let is_clone = call == libc::SYS_clone as u32;
        let first = here.argument(if is_clone { here.clone_flags } else { 0 });
        let load = |at| match at {
            NUMBER => call,
            ARCH => number,
            at if at == first => flags,
            at if at == here.argument(0) || at == here.argument(1) => 0,
            other => panic!("loads at {other}"),
        };
        let program = program(here, capabilities);
        let (mut at, mut value) = (0, 0);
        loop {
            let does = program[at];
            let jump = |is: bool| usize::from(if is { does.jt } else { does.jf });
            at += 1;
            match does.code {
                LOAD => value = load(does.k),
                AND => value &= does.k,
                EQUAL => at += jump(value == does.k),
                NOT_BELOW => at += jump(value >= does.k),
                RETURN => return does.k,
                other => panic!("code {other}"),
            }
        }
    }

    const EPERM: u32 = libc::SECCOMP_RET_ERRNO | 1;
    const ENOSYS: u32 = libc::SECCOMP_RET_ERRNO | 38;

    /// All that is supported: name, 64 bits, little endian, `AUDIT_ARCH_*`.
    const ALL: [(&[u8], bool, bool, u32); 9] = [
        (b"x86", false, true, 0x4000_0003),
        (b"x86_64", true, true, 0xc000_003e),
        (b"arm", false, true, 0x4000_0028),
        (b"aarch64", true, true, 0xc000_00b7),
        (b"riscv64", true, true, 0xc000_00f3),
        (b"loongarch64", true, true, 0xc000_0102),
        (b"powerpc64", true, true, 0xc000_0015),
        (b"powerpc64", true, false, 0x8000_0015),
        (b"s390x", true, false, 0x8000_0016),
    ];

    #[test]
    fn architectures_are_numbered_as_the_kernel_numbers_them() {
        for (name, is_64_bit, little_endian, number) in ALL {
            let found = Architecture::new(name, is_64_bit, little_endian).number;
            assert_eq!(found, number, "{}", name.escape_ascii());
        }
    }

    #[test]
    fn calls_are_refused_unless_a_capability_excuses_them() {
        for (name, is_64_bit, little_endian, number) in ALL {
            let here = Architecture::new(name, is_64_bit, little_endian);
            let answer = |capabilities, call: libc::c_long, flags| {
                answer(&here, capabilities, number, call as u32, flags)
            };
            let allow = libc::SECCOMP_RET_ALLOW;
            assert_eq!(answer(0, libc::SYS_getpid, 0), allow);
            assert_eq!(answer(0, libc::SYS_mount, 0), EPERM);
            assert_eq!(answer(unless::ADMIN, libc::SYS_mount, 0), allow);
            assert_eq!(answer(u64::MAX, libc::SYS_keyctl, 0), EPERM);
            assert_eq!(answer(0, libc::SYS_clone, libc::SIGCHLD as u32), allow);
            assert_eq!(answer(0, libc::SYS_clone, libc::CLONE_NEWUSER as u32), EPERM);
            assert_eq!(answer(u64::MAX, libc::SYS_clone, libc::CLONE_NEWUSER as u32), allow);
            assert_eq!(answer(0, libc::SYS_clone3, 0), ENOSYS);
            for persona in [0, 0x8, 0x2_0000, 0x2_0008, u32::MAX] {
                assert_eq!(answer(0, libc::SYS_personality, persona), allow, "{persona:#x}");
            }
            for persona in [0x4_0000, 0x40_0000, 0x1, 0x6, 0x2_0009, u32::MAX - 1] {
                assert_eq!(answer(u64::MAX, libc::SYS_personality, persona), EPERM, "{persona:#x}");
            }
        }
    }

    #[test]
    fn calls_of_another_architecture_are_refused() {
        for (name, is_64_bit, little_endian, number) in ALL {
            let here = Architecture::new(name, is_64_bit, little_endian);
            let answer = |number, call| answer(&here, u64::MAX, number, call, 0);
            let call = libc::SYS_getpid as u32;
            for (.., other) in ALL.into_iter().filter(|(.., other)| *other != number) {
                assert_eq!(answer(other, call), ENOSYS);
            }
            let x32 = answer(number, call | X32);
            assert_eq!(x32 == ENOSYS, name == b"x86_64");
        }
    }
}
