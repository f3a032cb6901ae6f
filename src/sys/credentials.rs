//! Users, groups and capabilities of this process.

use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};

use super::{Errno, Result};

/// Whether this program was started to act as root.
pub fn is_root() -> bool {
    given(libc::AT_EUID) == 0
}

/// Real user and group ids that this program was started with.
pub fn started_with() -> (u32, u32) {
    (given(libc::AT_UID) as u32, given(libc::AT_GID) as u32)
}

/// What the kernel gave along with the program: getauxval(3), which is no system call.
fn given(what: libc::c_ulong) -> libc::c_ulong {
    // SAFETY: reads the auxiliary vector.
    unsafe { libc::getauxval(what) }
}

/// Real user and group ids.
pub fn ids() -> (u32, u32) {
    (nix::unistd::getuid().as_raw(), nix::unistd::getgid().as_raw())
}

/// Whether this program was given more rights than its caller has.
pub fn is_set_uid() -> bool {
    given(libc::AT_SECURE) != 0
}

/// Becomes user `uid`, group `gid` and member of `groups`, for good.
pub fn become_user(uid: u32, gid: u32, groups: &[u32]) -> Result<()> {
    let groups: Vec<Gid> = groups.iter().copied().map(Gid::from_raw).collect();
    match setgroups(&groups) {
        // In a user namespace with one group, setgroups(2) is denied and there is nothing to drop.
        Err(Errno::EPERM) if groups.is_empty() || groups == [Gid::from_raw(gid)] => {}
        other => other?,
    }
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    setresgid(gid, gid, gid)?;
    setresuid(uid, uid, uid)
}

/// Lets no program that this process executes gain rights: prctl(2), `PR_SET_NO_NEW_PRIVS`.
pub fn no_new_privileges() -> Result<()> {
    nix::sys::prctl::set_no_new_privs()
}

/// A set of capabilities, one bit each (capabilities(7)).
pub type CapabilitySet = u64;

/// The capabilities that this process has in effect.
pub fn capabilities() -> CapabilitySet {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let set = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    set.and_then(|set| CapabilitySet::from_str_radix(set.trim(), 16).ok()).unwrap_or_default()
}

/// The highest capability the running kernel knows is below this.
const CAPABILITIES: u32 = 64;

/// Takes the capabilities that are not in `keep` out of the bounding set: neither this process
/// nor what it executes can gain them again.
pub fn bound_capabilities(keep: CapabilitySet) -> Result<()> {
    for capability in 0..CAPABILITIES {
        if keep & (1 << capability) != 0 {
            continue;
        }
        // SAFETY: takes integers.
        let result = unsafe { libc::prctl(libc::PR_CAPBSET_DROP, u64::from(capability), 0, 0, 0) };
        match Errno::result(result) {
            Ok(_) => {}
            Err(Errno::EINVAL) => break, // past the last one this kernel knows
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Gives up the capabilities that are not in `keep`.
pub fn limit_capabilities(keep: CapabilitySet) -> Result<()> {
    const VERSION_3: u32 = 0x2008_0522;
    #[repr(C)]
    struct Header {
        version: u32,
        pid: i32,
    }
    #[derive(Clone, Copy, Default)]
    #[repr(C)]
    struct Data {
        effective: u32,
        permitted: u32,
        inheritable: u32,
    }
    let header = Header { version: VERSION_3, pid: 0 };
    let mut data = [Data::default(); 2];
    // SAFETY: version 3 reads and writes two `Data`.
    let result = unsafe { libc::syscall(libc::SYS_capget, &raw const header, &raw mut data) };
    Errno::result(result)?;
    for (half, mask) in data.iter_mut().zip([keep as u32, (keep >> 32) as u32]) {
        half.permitted &= mask;
        half.effective &= mask;
        half.inheritable = 0;
    }
    // SAFETY: as above.
    let result = unsafe { libc::syscall(libc::SYS_capset, &raw const header, &raw const data) };
    Errno::result(result).map(drop)
}
