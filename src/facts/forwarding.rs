//! Whether a host routes packets between its links, and for whom.

/// Whether this host routes packets of one version of IP between its links, and by whose wish.
///
/// Both are read from the kernel, which has one switch for all links, one for each, and one that
/// new links begin with. Everybody who wants a router sets the first, and the kernel then sets the
/// others alike; nsrun leaves them different.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Forwarding {
    /// It does not.
    #[default]
    Off,
    /// For networks: nsrun switched it on.
    Networks,
    /// For everybody: its administrator or another program wants it.
    Everybody,
}

impl Forwarding {
    /// By the switches of IPv4: on for new links, but not for all.
    pub fn of_ipv4(all: bool, new: bool) -> Forwarding {
        match (all, new) {
            (true, _) => Forwarding::Everybody,
            (false, true) => Forwarding::Networks,
            (false, false) => Forwarding::Off,
        }
    }

    /// By the switches of IPv6: on for all links, but not for new ones. The first one counts, the
    /// others say whether the host listens to routers there.
    pub fn of_ipv6(all: bool, new: bool) -> Forwarding {
        match (all, new) {
            (true, true) => Forwarding::Everybody,
            (true, false) => Forwarding::Networks,
            (false, _) => Forwarding::Off,
        }
    }
}
