//! What nsrun needs of a kernel, and what is lost without it.

/// Something that a kernel may be built without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// What it is called in messages.
    pub name: &'static str,
    /// How the kernel is asked for it.
    pub asked: Asked,
    /// The symbols of the kernel's configuration that switch it on, its own first.
    pub options: &'static [&'static str],
    /// The modules it is in where it is not built in, without those that these depend on.
    pub modules: &'static [&'static str],
    /// What does not work without it; empty: nsrun itself.
    pub lost: &'static str,
}

/// How the kernel is asked for a [`Feature`], and by which word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A namespace of this kind: a file in /proc/PID/ns.
    Namespace(&'static str),
    /// A file system of this type: a line of /proc/filesystems.
    FileSystem(&'static str),
    /// A socket of this address family: socket(2).
    Socket(&'static str),
    /// A file that is there, or not.
    File(&'static str),
    /// A system call, made in a way that does nothing.
    Call(&'static str),
    /// A link of this kind: `RTM_NEWLINK`.
    LinkKind(&'static str),
    /// A dump of this kind over netlink.
    Dump(&'static str),
    /// A base chain of this type in a table of family inet.
    Chain(&'static str),
    /// An expression of a rule in a table of family inet.
    Expression(&'static str),
}

impl Feature {
    /// Whether a run without options needs it.
    pub fn is_usual(&self) -> bool {
        self.is_essential()
            || match self.asked {
                Asked::Namespace(kind) => kind != "user",
                Asked::LinkKind(kind) => kind == "veth" || kind == "bridge",
                Asked::FileSystem(name) => name != "devpts",
                Asked::Chain(_) | Asked::Expression(_) => true,
                Asked::Socket(_) | Asked::File(_) | Asked::Call(_) | Asked::Dump(_) => false,
            }
    }

    /// Whether nsrun cannot launch anything without it.
    pub fn is_essential(&self) -> bool {
        self.lost.is_empty()
    }
}

const fn essential(
    name: &'static str,
    asked: Asked,
    options: &'static [&'static str],
    modules: &'static [&'static str],
) -> Feature {
    Feature { name, asked, options, modules, lost: "" }
}

const fn optional(
    name: &'static str,
    asked: Asked,
    options: &'static [&'static str],
    modules: &'static [&'static str],
    lost: &'static str,
) -> Feature {
    Feature { name, asked, options, modules, lost }
}

/// The oldest Linux that nsrun works on, and is tested on; docs/embedded.md says why.
pub const OLDEST_LINUX: (u32, u32) = (5, 10);

/// All of them, those without which nothing runs first. What every kernel has unless
/// `CONFIG_EXPERT` took it away, such as futexes and file locks, is not listed.
pub const FEATURES: &[Feature] = &[
    essential("network namespaces", Asked::Namespace("net"), &["CONFIG_NET_NS"], &[]),
    essential("local sockets", Asked::Socket("unix"), &["CONFIG_UNIX"], &["unix"]),
    essential("IPv4", Asked::Socket("inet"), &["CONFIG_INET"], &[]),
    essential("/proc", Asked::FileSystem("proc"), &["CONFIG_PROC_FS", "CONFIG_PROC_SYSCTL"], &[]),
    optional(
        "process id namespaces",
        Asked::Namespace("pid"),
        &["CONFIG_PID_NS"],
        &[],
        "runs without --pid host",
    ),
    optional(
        "IPC namespaces",
        Asked::Namespace("ipc"),
        &["CONFIG_IPC_NS", "CONFIG_SYSVIPC"],
        &[],
        "runs without --ipc host",
    ),
    optional(
        "host name namespaces",
        Asked::Namespace("uts"),
        &["CONFIG_UTS_NS"],
        &[],
        "runs without --uts host",
    ),
    optional(
        "user namespaces",
        Asked::Namespace("user"),
        &["CONFIG_USER_NS"],
        &[],
        "--userns, and all use without root",
    ),
    optional(
        "files in memory",
        Asked::FileSystem("tmpfs"),
        &["CONFIG_TMPFS", "CONFIG_SHMEM"],
        &[],
        "resolv.conf, hosts and names inside; the exit status of detached runs",
    ),
    optional("/sys", Asked::FileSystem("sysfs"), &["CONFIG_SYSFS"], &[], "/sys/class/net inside"),
    optional(
        "terminals in a root directory",
        Asked::FileSystem("devpts"),
        &["CONFIG_UNIX98_PTYS"],
        &[],
        "run --rootfs",
    ),
    optional(
        "file events",
        Asked::Call("inotify_init1"),
        &["CONFIG_INOTIFY_USER"],
        &[],
        "netns monitor",
    ),
    optional(
        "packet sockets",
        Asked::Socket("packet"),
        &["CONFIG_PACKET"],
        &["af_packet"],
        "asking a LAN who has an address, and telling it",
    ),
    optional(
        "IPv6",
        Asked::Socket("inet6"),
        &["CONFIG_IPV6"],
        &["ipv6"],
        "IPv6; the firewall, whose tables hold both families",
    ),
    optional("veth", Asked::LinkKind("veth"), &["CONFIG_VETH"], &["veth"], "all networks"),
    optional(
        "bridges",
        Asked::LinkKind("bridge"),
        &["CONFIG_BRIDGE"],
        &["bridge"],
        "networks, except those of --net ptp",
    ),
    optional(
        "macvlan",
        Asked::LinkKind("macvlan"),
        &["CONFIG_MACVLAN"],
        &["macvlan"],
        "--net macvlan:LINK, networks of the driver macvlan",
    ),
    optional(
        "ipvlan",
        Asked::LinkKind("ipvlan"),
        &["CONFIG_IPVLAN"],
        &["ipvlan"],
        "--net ipvlan:LINK, networks of the driver ipvlan",
    ),
    optional(
        "VLANs",
        Asked::LinkKind("vlan"),
        &["CONFIG_VLAN_8021Q"],
        &["8021q"],
        "--net macvlan:LINK.TAG and the like, network create --vlan",
    ),
    optional(
        "dummy links",
        Asked::LinkKind("dummy"),
        &["CONFIG_DUMMY"],
        &["dummy"],
        "ip link add type dummy",
    ),
    optional(
        "VRF",
        Asked::LinkKind("vrf"),
        &["CONFIG_NET_VRF", "CONFIG_NET_L3_MASTER_DEV"],
        &["vrf"],
        "ip link add type vrf",
    ),
    optional(
        "several routing tables",
        Asked::Dump("rule"),
        &["CONFIG_IP_MULTIPLE_TABLES", "CONFIG_IP_ADVANCED_ROUTER"],
        &[],
        "ip rule; VRF",
    ),
    optional(
        "nf_tables",
        Asked::Chain("filter"),
        &["CONFIG_NF_TABLES", "CONFIG_NF_TABLES_INET", "CONFIG_NETFILTER_NETLINK"],
        &["nf_tables"],
        "the firewall: networks reach no further than this host, no ports are published",
    ),
    optional(
        "address translation",
        Asked::Chain("nat"),
        &["CONFIG_NFT_NAT", "CONFIG_NF_NAT", "CONFIG_NF_CONNTRACK"],
        &["nft_chain_nat", "nft_nat"],
        "the firewall, as above",
    ),
    optional(
        "masquerading",
        Asked::Expression("masq"),
        &["CONFIG_NFT_MASQ"],
        &["nft_masq"],
        "the firewall, as above",
    ),
    optional(
        "rules on connections",
        Asked::Expression("ct"),
        &["CONFIG_NFT_CT"],
        &["nft_ct"],
        "the firewall, as above",
    ),
    optional(
        "rules on local addresses",
        Asked::Expression("fib"),
        &["CONFIG_NFT_FIB_INET", "CONFIG_NFT_FIB_IPV4", "CONFIG_NFT_FIB_IPV6"],
        &["nft_fib_inet", "nft_fib_ipv4", "nft_fib_ipv6"],
        "the firewall, as above",
    ),
    optional(
        "known connections",
        Asked::Dump("conntrack"),
        &["CONFIG_NF_CT_NETLINK"],
        &["nf_conntrack_netlink"],
        "forgetting UDP flows of a port that changed hands",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_and_a_name_stand_for_one_feature_each() {
        let mut names: Vec<_> = FEATURES.iter().map(|feature| feature.name).collect();
        names.extend(FEATURES.iter().flat_map(|feature| feature.options));
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(names.len(), once.len());
        let written = |name: &str| {
            let symbol = name.strip_prefix("CONFIG_").unwrap_or_default();
            !symbol.is_empty() && symbol.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        for feature in FEATURES {
            assert!(!feature.options.is_empty() && feature.options.iter().all(|o| written(o)));
        }
    }

    #[test]
    fn what_nothing_runs_without_comes_first() {
        assert!(FEATURES.is_sorted_by_key(|feature| !feature.is_essential()));
    }
}
