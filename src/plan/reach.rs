//! What of a run reaches the host: its user is warned.

use crate::spec::{Run, capability};

pub(super) fn warnings(spec: &Run) -> Vec<String> {
    let mut warnings = Vec::new();
    let isolation = &spec.isolation;
    let is_users = isolation.user.is_some();
    let has = |capability| spec.capabilities & capability != 0;
    if !isolation.pid && spec.root.directory.is_some() {
        warnings.push(
            "with --pid host, CMD sees processes of the host, and can signal them and trace those \
             with no more rights than it has"
                .into(),
        );
    }
    let reaches = spec.capabilities & (capability::NET_ADMIN | capability::SYS_ADMIN);
    if !is_users && reaches != 0 {
        let names: Vec<_> = capability::names(reaches).collect();
        warnings.push(format!(
            "{} without --userns reaches this host: CMD can list, make and delete its links, and \
             keep its own address for good",
            names.join(" and ")
        ));
    }
    // Who has sys_admin too was warned already.
    if !is_users && has(capability::SYS_PTRACE) && !has(capability::SYS_ADMIN) {
        warnings.push(
            "sys_ptrace without --userns reaches this host: CMD can take over nsrun's own processes \
             inside, which have all capabilities"
                .into(),
        );
    }
    if !is_users && spec.root.directory.is_some() && has(capability::MKNOD) {
        warnings.push(
            "mknod without --userns reaches this host: CMD can make its disks and other devices in \
             /dev, and open them"
                .into(),
        );
    }
    if is_users && spec.can_be_root() && has(capability::SYS_ADMIN) {
        warnings.push(
            "sys_admin with root of this host in the user namespace reaches this host: CMD can \
             uncover the parameters of its kernel and set them; other ids (--uidmap \
             0:100000:65536) cannot"
                .into(),
        );
    }
    warnings
}
