//! Specifications for tests to start from.

use super::{Attach, Isolation, Membership, Resolver, Root, Run, capability};

/// A run of "true" on these networks, with all defaults.
pub(crate) fn run(networks: Vec<Membership>) -> Run {
    Run {
        name: None,
        networks,
        share: None,
        ports: Vec::new(),
        sysctls: Vec::new(),
        aliases: Vec::new(),
        hostname: None,
        resolver: Resolver::default(),
        hosts: Vec::new(),
        isolation: Isolation { pid: true, ipc: true, uts: true, cgroup: false, user: None },
        capabilities: capability::DEFAULT,
        no_new_privileges: false,
        unconfined: false,
        root: Root::default(),
        workdir: None,
        user: None,
        environment: Vec::new(),
        home_is_given: false,
        preserve_fds: 0,
        survive: false,
        command: vec!["true".into()],
    }
}

/// Membership of a network, with all defaults.
pub(crate) fn membership(network: &str, link: &str) -> Membership {
    Membership {
        network: network.into(),
        attach: Attach::Network,
        address: None,
        no_address: false,
        prefix_len: None,
        gateway: None,
        mac: None,
        mtu: None,
        link: link.into(),
        default_route: None,
        given: Vec::new(),
    }
}
