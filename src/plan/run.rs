//! The plan of a run: network, claim, wiring, mounts, process.

use std::ffi::OsString;
use std::path::PathBuf;

use ipnet::Ipv4Net;

use crate::error::{Error, Result};
use crate::facts::{self, BRIDGE_PREFIX, Lease, Machine, Network, NetworkLink, network_mac};
use crate::plan::setup::{PrivateFile, Setup};
use crate::plan::step::{Master, Step, Veth};
use crate::plan::{names, pool};
use crate::spec::{self, Isolation, Membership, NetworkMode, Run, Sysctl, capability};

/// MTU where there is no default route to take it from: Ethernet's.
const DEFAULT_MTU: u32 = 1500;
/// Smallest MTU that IPv4 allows (RFC 791).
const MIN_MTU: u32 = 68;
/// Largest MTU of a veth.
const MAX_MTU: u32 = 65535;
/// How many addresses to try before looking which are free.
const CLAIMS: usize = 32;

/// Everything `nsrun run` will do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What to tell the user before anything is done.
    pub warnings: Vec<String>,
    /// What makes or completes the network, in sends; empty when it is there.
    pub network: Vec<Vec<Step>>,
    /// Namespaces of its own besides network and mounts, which every run has.
    pub isolation: Isolation,
    /// Membership of the network; `None`: loopback only.
    pub member: Option<Member>,
    /// What the new process does at once.
    pub prepare: Vec<Setup>,
    /// What it does when it has its links.
    pub finish: Vec<Setup>,
    /// What it becomes.
    pub process: Process,
    /// Names it is known by.
    pub name: Option<String>,
}

/// A new member of a network.
#[derive(Clone, Debug)]
pub struct Member {
    /// The network; its index is not known when it is still to be made.
    pub network: Network,
    /// Addresses to try, in turn.
    pub claims: Vec<Lease>,
    /// Whether it must be the first of these.
    pub fixed: bool,
    /// Name of the run.
    pub name: Option<String>,
    membership: Membership,
}

impl Member {
    /// Claims a lease: makes the veth that has it as its name, its other end in the namespace of
    /// `pid`. This travels alone: a message that names the lease in the same send would, when the
    /// lease is taken, reach the link of another.
    pub fn claim(&self, lease: Lease, pid: i32) -> Step {
        let address = self.network.address(lease).addr();
        Step::CreateVeth(Veth {
            lease,
            master: Master { link: self.network.bridge(), index: self.network.index },
            peer: self.membership.link.clone(),
            peer_mac: self.membership.mac.unwrap_or_else(|| Network::member_mac(address)),
            mtu: self.membership.mtu.unwrap_or(self.network.mtu),
            pid,
        })
    }

    /// After the claim: says on the link whose it is, and brings it up.
    pub fn publish(&self, lease: Lease, run: facts::Run) -> Vec<Step> {
        let link = || lease.to_string();
        let mut steps = vec![Step::NoAutomaticAddresses { link: link() }];
        steps.extend(self.names().map(|name| Step::AddName { link: link(), name }));
        steps.push(Step::Describe { link: link(), text: run.to_string() });
        steps.push(Step::SetUp { link: link() });
        steps
    }

    /// The alternative names that hold the run's name, host-wide and on its network. The prefixes
    /// keep them apart from each other, from leases and from the names of links.
    fn names(&self) -> impl Iterator<Item = String> + '_ {
        let names = |name| [run_altname(name), format!("{name}@{}", self.network.name)];
        self.name.as_deref().into_iter().flat_map(names)
    }

    /// What is done inside the namespace, in one send.
    pub fn inside(&self, lease: Lease) -> Vec<Step> {
        let link = || self.membership.link.clone();
        vec![
            Step::SetUp { link: "lo".into() },
            Step::NoAutomaticAddresses { link: link() },
            Step::SetUp { link: link() },
            Step::AddAddress { link: link(), address: self.network.address(lease) },
            Step::AddDefaultRoute { gateway: self.network.gateway.addr() },
        ]
    }

    /// Its address, if it gets this lease.
    pub fn address(&self, lease: Lease) -> Ipv4Net {
        self.network.address(lease)
    }

    /// Name of its link.
    pub fn link(&self) -> &str {
        &self.membership.link
    }

    /// Largest packet of its link, in bytes.
    pub fn mtu(&self) -> u32 {
        self.membership.mtu.unwrap_or(self.network.mtu)
    }
}

/// The alternative name of a link that holds a run's name.
pub(crate) fn run_altname(name: &str) -> String {
    format!("run:{name}")
}

/// What the new process becomes.
#[derive(Clone, Debug)]
pub struct Process {
    /// Command and arguments.
    pub command: Vec<OsString>,
    /// Environment.
    pub environment: Vec<(OsString, OsString)>,
    /// Directory to start in.
    pub workdir: Option<PathBuf>,
    /// User; `None`: as it is.
    pub account: Option<facts::Account>,
    /// Capabilities that root keeps.
    pub capabilities: capability::Set,
    /// Whether no program it executes may gain rights.
    pub no_new_privileges: bool,
    /// How many descriptors from 3 on are passed.
    pub preserve_fds: u32,
    /// Whether it lives on when nsrun is killed.
    pub survive: bool,
}

/// Plans a run.
///
/// # Errors
/// It makes no sense, or cannot be done on this machine as it is; nothing was touched.
pub fn run(spec: &Run, machine: &Machine) -> Result<Plan> {
    let mut warnings = Vec::new();
    check(spec, &mut warnings)?;
    let (network, member) = match &spec.network {
        NetworkMode::None => (Vec::new(), None),
        NetworkMode::Member(membership) => {
            let (network, steps) = network(membership, machine)?;
            (steps, Some(member(spec, membership, network, machine.random)?))
        }
    };
    let (prepare, finish) = setup(spec, machine, &mut warnings);
    Ok(Plan {
        warnings,
        network,
        isolation: spec.isolation.clone(),
        member,
        prepare,
        finish,
        process: process(spec, machine),
        name: spec.name.clone(),
    })
}

/// Refuses what contradicts itself.
fn check(spec: &Run, warnings: &mut Vec<String>) -> Result<()> {
    let isolation = &spec.isolation;
    if spec.hostname.is_some() && !isolation.uts {
        return Err(Error::usage("--hostname would change the host's own name with --uts host")
            .hint("drop one of the two options"));
    }
    if isolation.user.is_some() && !(isolation.pid && isolation.ipc && isolation.uts) {
        return Err(Error::usage("--userns cannot be combined with --pid, --ipc or --uts host")
            .hint("namespaces of the host belong to the host's users; drop one of the two"));
    }
    if !isolation.pid && spec.root.directory.is_some() {
        warnings.push("with --pid host, CMD sees and can signal processes of the host".into());
    }
    let reaches = capability::NET_ADMIN | capability::SYS_ADMIN;
    if isolation.user.is_none() && spec.capabilities & reaches & !capability::DEFAULT != 0 {
        let names: Vec<_> = capability::names(spec.capabilities & reaches).collect();
        warnings.push(format!(
            "{} without --userns reaches this host: CMD can list, make and delete its links, and \
             keep its own address for good",
            names.join(" and ")
        ));
    }
    Ok(())
}

/// The network to join, and what is still to be done to have it.
fn network(membership: &Membership, machine: &Machine) -> Result<(Network, Vec<Vec<Step>>)> {
    match &machine.network {
        Some(NetworkLink::Ours(network)) => {
            let rest = if network.complete { Vec::new() } else { vec![complete_network(network)] };
            Ok((network.clone(), rest))
        }
        Some(NetworkLink::Foreign { kind }) => {
            let bridge = format!("{BRIDGE_PREFIX}0");
            Err(Error::new(format!("cannot make network \"{}\"", membership.network))
                .because(format!("link \"{bridge}\" exists and is not ours ({kind})"))
                .hint(format!("rename or remove it: \"{bridge}\" is the network's bridge")))
        }
        None => {
            let network = Network {
                name: membership.network.clone(),
                number: 0,
                index: None,
                gateway: pool::choose(&machine.host.occupied)?,
                mtu: machine.host.uplink_mtu.unwrap_or(DEFAULT_MTU),
                complete: false,
            };
            let create = Step::CreateBridge {
                link: network.bridge(),
                mac: network_mac(network.gateway),
                mtu: network.mtu,
            };
            let steps = vec![vec![create], complete_network(&network)];
            Ok((network, steps))
        }
    }
}

/// All that belongs to a network besides its bridge. The description comes last: a bridge that
/// has it is complete.
fn complete_network(network: &Network) -> Vec<Step> {
    let link = || network.bridge();
    vec![
        Step::NoAutomaticAddresses { link: link() },
        Step::AddAddress { link: link(), address: network.gateway },
        Step::AddName { link: link(), name: format!("net:{}", network.name) },
        Step::SetUp { link: link() },
        Step::Describe { link: link(), text: format!("nsrun/1 network={}", network.name) },
    ]
}

fn member(spec: &Run, asked: &Membership, network: Network, random: u64) -> Result<Member> {
    if let Some(mtu) = asked.mtu
        && !(MIN_MTU..=MAX_MTU).contains(&mtu)
    {
        return Err(Error::usage(format!("{mtu} bytes cannot be an MTU"))
            .hint(format!("choose from {MIN_MTU} to {MAX_MTU}")));
    }
    let claims = match asked.address {
        None => network.leases(random, CLAIMS).collect(),
        Some(address) => {
            let subnet = network.gateway.trunc();
            let lease = network.lease(address).ok_or_else(|| {
                let why = if !subnet.contains(&address) {
                    format!("it is not inside {subnet}")
                } else if address == network.gateway.addr() {
                    "it is the gateway's".into()
                } else {
                    format!("it is the first or last of {subnet}, which mean the subnet itself")
                };
                Error::usage(format!("cannot take address {address}"))
                    .because(why)
                    .hint(format!("network \"{}\" is {subnet}; choose from it", asked.network))
            })?;
            vec![lease]
        }
    };
    Ok(Member {
        claims,
        fixed: asked.address.is_some(),
        name: spec.name.clone(),
        membership: asked.clone(),
        network,
    })
}

/// The mounts and files of a run, and its parameters, in two parts: before and after its links.
fn setup(spec: &Run, machine: &Machine, warnings: &mut Vec<String>) -> (Vec<Setup>, Vec<Setup>) {
    let mut prepare = vec![Setup::ReceiveMounts];
    if let Some(directory) = &spec.root.directory {
        prepare.push(Setup::Root(directory.clone()));
    }
    let files = private_files(spec, machine, warnings);
    if !files.is_empty() {
        prepare.push(Setup::Files(files));
    }
    prepare.push(Setup::Sys);
    // With the host's process ids a fresh /proc would show the same, and hide what is mounted
    // below the old one; but a root directory of its own has none yet.
    if spec.isolation.pid || spec.root.directory.is_some() {
        prepare.push(Setup::Proc);
    }
    if spec.root.directory.is_some() {
        prepare.push(Setup::Dev);
    }
    prepare.extend(spec.root.tmpfs.iter().cloned().map(Setup::Tmpfs));
    prepare.extend(spec.root.binds.iter().cloned().map(Setup::Bind));
    let hostname = spec.hostname.as_ref().or(spec.name.as_ref().filter(|_| spec.isolation.uts));
    prepare.extend(hostname.cloned().map(Setup::Hostname));

    let comfort = |key: &str, value: &str| Setup::Sysctl {
        sysctl: Sysctl { key: key.into(), value: value.into() },
        asked: false,
    };
    // A new namespace lets nobody ping, and only root bind the low ports.
    let mut finish = vec![
        comfort("net.ipv4.ping_group_range", "0 2147483647"),
        comfort("net.ipv4.ip_unprivileged_port_start", "0"),
    ];
    let asked = spec.sysctls.iter().cloned();
    finish.extend(asked.map(|sysctl| Setup::Sysctl { sysctl, asked: true }));
    (prepare, finish)
}

/// The files that differ from the host's.
fn private_files(spec: &Run, machine: &Machine, warnings: &mut Vec<String>) -> Vec<PrivateFile> {
    let mut files = Vec::new();
    let connected = spec.network != NetworkMode::None;
    if connected || !spec.resolver.is_default() {
        let resolv_conf = names::resolv_conf(&spec.resolver, &machine.files);
        if let Some(warning) = resolv_conf.warning.filter(|_| connected) {
            warnings.push(warning);
        }
        // Another root directory has not the host's file.
        let text = match spec.root.directory {
            Some(_) => resolv_conf.text.or_else(|| machine.files.resolv_conf.clone()),
            None => resolv_conf.text,
        };
        files.extend(text.map(|text| PrivateFile {
            path: "/etc/resolv.conf".into(),
            text,
            own_names: None,
        }));
    }
    let own_names = own_names(spec);
    if !spec.hosts.is_empty() || own_names.is_some() {
        let text = names::hosts(&machine.files, &spec.hosts);
        files.push(PrivateFile { path: "/etc/hosts".into(), text, own_names });
    }
    files
}

/// The names a run has for itself: host name, then its name.
fn own_names(spec: &Run) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    names.extend(spec.hostname.as_deref());
    names.extend(spec.name.as_deref().filter(|name| Some(*name) != spec.hostname.as_deref()));
    (!names.is_empty()).then(|| names.join(" "))
}

fn process(spec: &Run, machine: &Machine) -> Process {
    let mut environment = spec.environment.clone();
    let home = machine.account.as_ref().and_then(|account| account.home.as_ref());
    if let Some(home) = home {
        environment.retain(|(name, _)| name != "HOME");
        environment.push(("HOME".into(), home.into()));
    }
    let root: PathBuf = "/".into();
    let workdir = spec.workdir.clone().or_else(|| spec.root.directory.as_ref().map(|_| root));
    Process {
        command: spec.command.clone(),
        environment,
        workdir,
        account: machine.account.clone(),
        capabilities: spec.capabilities,
        no_new_privileges: spec.no_new_privileges,
        preserve_fds: spec.preserve_fds,
        survive: spec.survive,
    }
}

/// The namespaces a run has of its own, for people.
impl Plan {
    /// Whether the process that is made is an init that launches CMD, rather than CMD itself.
    pub fn has_init(&self) -> bool {
        self.isolation.pid
    }

    /// The user namespace of the run, if it has one.
    pub fn user_namespace(&self) -> Option<&spec::UserNamespace> {
        self.isolation.user.as_ref()
    }
}
