//! Capabilities by name (capabilities(7), `linux/capability.h`).

use crate::error::{Error, Result};

/// One bit per capability.
pub type Set = u64;

const NAMES: [&str; 41] = [
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
];

/// All there are, those of later kernels too.
pub const ALL: Set = Set::MAX;

const fn set(names: &[u8]) -> Set {
    let (mut set, mut at) = (0, 0);
    while at < names.len() {
        set |= 1 << names[at];
        at += 1;
    }
    set
}

/// What root inside keeps by default: no more than Docker's default, so without `net_admin`,
/// which outside a user namespace reaches the host's links.
pub const DEFAULT: Set = set(&[0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31]);
/// `CAP_MKNOD`.
pub const MKNOD: Set = 1 << 27;
/// `CAP_NET_ADMIN`.
pub const NET_ADMIN: Set = 1 << 12;
/// `CAP_SYS_PTRACE`.
pub const SYS_PTRACE: Set = 1 << 19;
/// `CAP_SYS_ADMIN`.
pub const SYS_ADMIN: Set = 1 << 21;

/// The set that a name stands for: one capability, with or without `CAP_`, in any case, or "all".
pub fn parse(name: &str) -> Result<Set> {
    let lower = name.to_ascii_lowercase();
    if lower == "all" {
        return Ok(ALL);
    }
    let stem = lower.strip_prefix("cap_").unwrap_or(&lower);
    let number = NAMES.iter().position(|known| *known == stem).ok_or_else(|| {
        Error::usage(format!("there is no capability \"{name}\""))
            .hint("capabilities(7) lists them, such as net_raw or sys_time; \"all\" is all of them")
    })?;
    Ok(1 << number)
}

/// `base` with capabilities added, then others dropped; "all" dropped leaves what was added by
/// name, as "nothing but these".
pub fn adjust(base: Set, add: &[&str], drop: &[&str]) -> Result<Set> {
    let mut set = base;
    let mut added = 0;
    for name in add {
        added |= parse(name)?;
    }
    let mut dropped = 0;
    for name in drop {
        dropped |= parse(name)?;
    }
    set |= added;
    set &= !dropped;
    if dropped == ALL && added != ALL {
        set = added;
    }
    Ok(set)
}

/// Names of the capabilities in `set`, for people.
pub fn names(set: Set) -> impl Iterator<Item = &'static str> {
    NAMES.iter().enumerate().filter_map(move |(n, name)| (set & (1 << n) != 0).then_some(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_set_has_no_power_over_the_host() {
        let names: Vec<_> = names(DEFAULT).collect();
        assert_eq!(
            names,
            [
                "chown",
                "dac_override",
                "fowner",
                "fsetid",
                "kill",
                "setgid",
                "setuid",
                "setpcap",
                "net_bind_service",
                "net_raw",
                "sys_chroot",
                "mknod",
                "audit_write",
                "setfcap"
            ]
        );
    }

    #[test]
    fn capabilities_are_added_then_dropped() {
        assert_eq!(parse("CAP_NET_ADMIN").unwrap(), NET_ADMIN);
        assert_eq!(parse("sys_admin").unwrap(), SYS_ADMIN);
        assert_eq!(parse("sys_ptrace").unwrap(), SYS_PTRACE);
        assert!(parse("net_admim").is_err());
        assert_eq!(adjust(DEFAULT, &["net_admin"], &[]).unwrap(), DEFAULT | NET_ADMIN);
        assert_eq!(adjust(DEFAULT, &["net_admin"], &["net_admin"]).unwrap(), DEFAULT);
        assert_eq!(adjust(DEFAULT, &[], &["all"]).unwrap(), 0);
        assert_eq!(adjust(DEFAULT, &["net_raw"], &["all"]).unwrap(), parse("net_raw").unwrap());
        assert_eq!(adjust(DEFAULT, &["all"], &["net_admin"]).unwrap(), ALL & !NET_ADMIN);
    }
}
