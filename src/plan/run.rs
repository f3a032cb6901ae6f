//! The plan of a run: network, claim, wiring, mounts, process.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::facts::{self, Lease, Machine};
use crate::plan::direct::Direct;
use crate::plan::firewall::{self, Publisher};
use crate::plan::links::{Links, links};
use crate::plan::member::Member;
use crate::plan::names::{self, Responder};
use crate::plan::ports::{Ports, ports, record_ports};
use crate::plan::reach;
use crate::plan::setup::{PrivateFile, Setup};
use crate::plan::step::Step;
use crate::spec::{self, Isolation, Run, Share, Sysctl, capability};

/// Everything `nsrun run` will do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What to tell the user before anything is done.
    pub warnings: Vec<String>,
    /// What makes or completes networks, in sends; empty when they are there.
    pub network: Vec<Vec<Step>>,
    /// Namespaces of its own besides network and mounts, which every run has.
    pub isolation: Isolation,
    /// Membership of networks, in the order of the links; empty: loopback only.
    pub members: Vec<Member>,
    /// Links that are attached to something else.
    pub direct: Vec<Direct>,
    /// Ports that lead to it.
    pub ports: Option<Ports>,
    /// The network namespace it shares, with all that is in it; `None`: it has its own.
    pub share: Option<Share>,
    /// How names are answered inside; `None`: the servers in resolv.conf are asked directly.
    pub responder: Option<Responder>,
    /// What the new process does at once.
    pub prepare: Vec<Setup>,
    /// What it does when it has its links.
    pub finish: Vec<Setup>,
    /// What it becomes.
    pub process: Process,
    /// Names it is known by.
    pub name: Option<String>,
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
    /// Whether it is refused the system calls that only root of the host has a use for.
    pub confined: bool,
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
    check(spec)?;
    let mut warnings = reach::warnings(spec);
    let Links { mut network, members, direct } =
        links(&spec.networks, machine, spec.name.as_deref(), &spec.aliases, &mut warnings)?;
    let (ports, mark) = ports(&spec.ports, &members, &mut warnings)?;
    network.extend(mark);
    let (prepare, finish, responder) = setup(spec, machine, &mut warnings);
    Ok(Plan {
        responder,
        warnings,
        ports,
        network,
        isolation: spec.isolation.clone(),
        members,
        direct,
        share: spec.share.clone(),
        prepare,
        finish,
        process: process(spec, machine),
        name: spec.name.clone(),
    })
}

/// Refuses what contradicts itself.
fn check(spec: &Run) -> Result<()> {
    let isolation = &spec.isolation;
    if spec.hostname.is_some() && !isolation.uts {
        return Err(Error::usage("--hostname would change the host's own name with --uts host")
            .hint("drop one of the two options"));
    }
    if isolation.user.is_some() && !(isolation.pid && isolation.ipc && isolation.uts) {
        return Err(Error::usage("--userns cannot be combined with --pid, --ipc or --uts host")
            .hint("namespaces of the host belong to the host's users; drop one of the two"));
    }
    for (n, asked) in spec.networks.iter().enumerate() {
        let before = spec.networks.get(..n).unwrap_or_default();
        if before.iter().any(|other| other.network == asked.network) {
            return Err(Error::usage(format!("network \"{}\" is given twice", asked.network))
                .hint("give each network once"));
        }
        if before.iter().any(|other| other.link == asked.link) {
            return Err(Error::usage(format!("two links cannot both be \"{}\"", asked.link))
                .hint("choose another name with --net NAME,ifname=LINK"));
        }
    }
    if spec.networks.iter().filter(|asked| asked.default_route == Some(true)).count() > 1 {
        return Err(Error::usage("two networks cannot both have the default route")
            .hint("give default-route=yes to one of them"));
    }
    if spec.networks.is_empty() && !spec.aliases.is_empty() {
        return Err(Error::usage("--network-alias needs a network")
            .hint("drop it, or choose another --net than none"));
    }
    if let Some(share) = &spec.share {
        if !spec.sysctls.is_empty() {
            return Err(Error::usage(format!(
                "--sysctl would change others' network with --net {share}"
            ))
            .hint("drop one of the two options"));
        }
        // Rights over a namespace are those of the user namespace that made it.
        if isolation.user.is_some() && *share != Share::Host {
            return Err(Error::usage(format!("--userns cannot be combined with --net {share}"))
                .hint("drop one of the two options"));
        }
    }
    Ok(())
}

/// The mounts and files of a run, and its parameters, in two parts: before and after its links.
fn setup(
    spec: &Run,
    machine: &Machine,
    warnings: &mut Vec<String>,
) -> (Vec<Setup>, Vec<Setup>, Option<Responder>) {
    let mut prepare = vec![Setup::ReceiveMounts];
    if let Some(directory) = &spec.root.directory {
        prepare.push(Setup::Root(directory.clone()));
    }
    let (files, responder) = private_files(spec, machine, warnings);
    if !files.is_empty() {
        prepare.push(Setup::Files(files));
    }
    // With the host's network the host's /sys is right.
    if spec.share != Some(Share::Host) || spec.root.directory.is_some() {
        prepare.push(Setup::Sys);
    }
    // With the host's process ids a fresh /proc would show the same, and hide what is mounted
    // below the old one; but a root directory of its own has none yet.
    let own_root = spec.root.directory.is_some();
    if spec.isolation.pid && !own_root {
        prepare.push(Setup::Proc);
    }
    if spec.root.directory.is_some() {
        prepare.push(Setup::Dev);
    }
    prepare.extend(spec.root.tmpfs.iter().cloned().map(Setup::Tmpfs));
    prepare.extend(spec.root.binds.iter().cloned().map(Setup::Bind));
    // Processes show ways out of a root directory, by the files they have open, which a hostile one
    // might use where mount points are made.
    if own_root {
        prepare.push(Setup::Proc);
    }
    let hostname = spec.hostname.as_ref().or(spec.name.as_ref().filter(|_| spec.isolation.uts));
    prepare.extend(hostname.cloned().map(Setup::Hostname));

    let comfort = |key: &str, value: &str| Setup::Sysctl {
        sysctl: Sysctl { key: key.into(), value: value.into() },
        asked: false,
    };
    // A new namespace lets nobody ping, and only root bind the low ports.
    let mut finish = match spec.share {
        Some(_) => Vec::new(),
        None => vec![
            comfort("net.ipv4.ping_group_range", "0 2147483647"),
            comfort("net.ipv4.ip_unprivileged_port_start", "0"),
        ],
    };
    let asked = spec.sysctls.iter().cloned();
    finish.extend(asked.map(|sysctl| Setup::Sysctl { sysctl, asked: true }));
    if is_confined(spec) {
        // Others than root may have groups of processes of their own in the host's /sys.
        let sys = spec.root.directory.is_some() || spec.can_be_root();
        finish.push(Setup::Cover { sys });
    }
    (prepare, finish, responder)
}

/// The files that differ from the host's, and who answers inside.
fn private_files(
    spec: &Run,
    machine: &Machine,
    warnings: &mut Vec<String>,
) -> (Vec<PrivateFile>, Option<Responder>) {
    let mut files = Vec::new();
    let mut responder = None;
    let connected = !spec.networks.is_empty();
    let resolv_conf = |text| PrivateFile { path: "/etc/resolv.conf".into(), text, own_names: None };
    let given = machine.files.namespace_resolv_conf.clone().filter(|_| spec.resolver.is_default());
    if let Some(text) = given {
        files.push(resolv_conf(text));
    } else if machine.files.names_answered && spec.resolver.servers.is_empty() && !spec.resolver.off
    {
        files.push(resolv_conf(names::answered(&spec.resolver, &machine.files).0));
    } else if connected && !spec.resolver.off {
        let (text, answered) = names::answered(&spec.resolver, &machine.files);
        files.push(resolv_conf(text));
        responder = Some(answered);
    } else if connected || !spec.resolver.is_default() {
        let found = names::resolv_conf(&spec.resolver, &machine.files);
        if let Some(warning) = found.warning.filter(|_| connected) {
            warnings.push(warning);
        }
        // Another root directory has not the host's file.
        let text = match spec.root.directory {
            Some(_) => found.text.or_else(|| machine.files.resolv_conf.clone()),
            None => found.text,
        };
        files.extend(text.map(resolv_conf));
    }
    let own_names = own_names(spec);
    if !spec.hosts.is_empty() || own_names.is_some() {
        let text = names::hosts(&machine.files, &spec.hosts);
        files.push(PrivateFile { path: "/etc/hosts".into(), text, own_names });
    }
    (files, responder)
}

/// The names a run has for itself: host name, then its name.
fn own_names(spec: &Run) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    names.extend(spec.hostname.as_deref());
    names.extend(spec.name.as_deref().filter(|name| Some(*name) != spec.hostname.as_deref()));
    (!names.is_empty()).then(|| names.join(" "))
}

/// Whether CMD is held as container engines hold theirs: where it has a root directory or user
/// namespace of its own. Otherwise it shares the host's files anyway.
fn is_confined(spec: &Run) -> bool {
    !spec.unconfined && (spec.root.directory.is_some() || spec.isolation.user.is_some())
}

fn process(spec: &Run, machine: &Machine) -> Process {
    let mut environment = spec.environment.clone();
    let home = machine.account.as_ref().and_then(|account| account.home.as_ref());
    if let Some(home) = home.filter(|_| !spec.home_is_given) {
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
        confined: is_confined(spec),
        preserve_fds: spec.preserve_fds,
        survive: spec.survive,
    }
}

impl Plan {
    /// Each member with the address it will try first.
    pub fn first_choice(&self) -> impl Iterator<Item = (&Member, Lease)> {
        self.members.iter().filter_map(|member| Some((member, *member.claims.first()?)))
    }

    /// What publishes its ports if the run is this one and gets its first choice: changes of the
    /// firewall, then a send.
    pub fn publication(&self, run: facts::Run) -> (Vec<firewall::Change>, Vec<Step>) {
        let place = self.ports.as_ref().and_then(|asked| {
            let (member, lease) = self.first_choice().nth(asked.member)?;
            Some((&asked.ports, &member.network, lease))
        });
        let Some((ports, network, lease)) = place else { return (Vec::new(), Vec::new()) };
        let publisher = Publisher::new(network, lease, run);
        (firewall::publish(&publisher, ports), record_ports(network, lease, ports))
    }

    /// What is done inside the namespace at once.
    pub fn loopback() -> Step {
        Step::SetUp { link: "lo".into() }
    }

    /// The leases that will be tried first.
    pub fn first_leases(&self) -> Vec<Lease> {
        self.first_choice().map(|(_, lease)| lease).collect()
    }

    /// What is done inside the namespace first, one send each, when the members have these leases:
    /// what links need before they come up, and bringing up those that sit on others of the host.
    pub fn first_inside(&self, leases: &[Lease]) -> Vec<Vec<Step>> {
        let before = self.members.iter().map(Member::before_up).filter(|steps| !steps.is_empty());
        let members = self.members.iter().zip(leases).filter(|(member, _)| member.is_child());
        let up = members.map(|(member, &lease)| member.up(lease));
        before.chain(self.direct.iter().map(Direct::up)).chain(up).collect()
    }

    /// What is done inside the namespace after that, in one send.
    pub fn inside(&self, leases: &[Lease]) -> Vec<Step> {
        let mut steps = Vec::new();
        for (member, &lease) in self.members.iter().zip(leases) {
            if !member.is_child() {
                steps.extend(member.up(lease));
            }
            steps.extend(member.routes(lease));
        }
        steps.extend(self.direct.iter().flat_map(Direct::inside));
        steps
    }

    /// Whether the process that is made is an init that launches CMD, rather than CMD itself.
    pub fn has_init(&self) -> bool {
        self.isolation.pid
    }

    /// The user namespace of the run, if it has one.
    pub fn user_namespace(&self) -> Option<&spec::UserNamespace> {
        self.isolation.user.as_ref()
    }
}
