//! Launching: a process with its namespaces, its link on the host, and the word to go.

use std::fs;
use std::os::fd::BorrowedFd;
use std::thread;
use std::time::Duration;

use super::Target;
use super::child;
use super::members::{claim, publish};
use super::network::undo;
use super::report::{self, MAX, Order, Report};
use super::send::send;
use super::timings::{self, Phase};
use crate::dns::Sockets;
use crate::error::{Error, Result};
use crate::facts::{self, Lease, Network};
use crate::plan::firewall::Publisher;
use crate::plan::{Member, Namespace, Plan, Step, record_ports};
use crate::spec::{IdMap, Publication, UserNamespace};
use crate::sys::channel::Channel;
use crate::sys::events::Events;
use crate::sys::namespace::Namespaces;
use crate::sys::process::{Fork, fork, own_pid, wait};
use crate::sys::signal::Signals;
use crate::sys::{Errno, credentials, signal};

/// A run that has started.
#[derive(Debug)]
pub struct Launched {
    /// Process that all others of the run descend from.
    pub pid: i32,
    /// CMD's process: the same, or a child of it.
    pub cmd: i32,
    /// Its leases, in the order of the plan's members.
    pub leases: Vec<Lease>,
    /// Its description.
    pub run: facts::Run,
    /// Ports that lead to it, and to which lease.
    pub ports: Vec<(Lease, Publication)>,
    /// Where it asks for names.
    pub sockets: Option<Sockets>,
    /// What tells of its links.
    pub links: Option<Events>,
    /// The signals of this process, where one of these is waited for meanwhile.
    pub signals: Option<Signals>,
    /// What it does without.
    pub warnings: Vec<String>,
}

/// Launches the process of a plan whose network is there. `made` are the steps that made it. `None`
/// when the network went away meanwhile: whoever made it took it back. `shared` is the network
/// namespace that the plan shares, unless it is the one of this process.
///
/// Signals must be blocked before: those that come meanwhile wait until CMD is there to get them.
///
/// # Errors
/// It could not be launched; nothing of it is left, and the network, if it was made for this run,
/// is taken back.
pub fn launch<T: Target>(
    target: &mut T,
    plan: &Plan,
    made: &[Step],
    shared: Option<BorrowedFd<'_>>,
) -> Result<Option<Launched>> {
    let cannot = |errno: Errno| Error::new("cannot launch the process").because(errno.desc());
    let launched = Channel::pair().map_err(cannot).and_then(|(ours, theirs)| {
        ours.ask_for_processes().map_err(cannot)?;
        let supervisor = own_pid();
        match fork(namespaces(plan)) {
            Err(errno) => Err(fork_failed(errno, plan)),
            Ok(Fork::Child) => {
                drop(ours);
                child::main(plan, theirs, supervisor, shared, target.socket())
            }
            Ok(Fork::Parent(pid)) => {
                timings::ended(Phase::Clone);
                drop(theirs);
                let mut leases = Vec::new();
                let run = facts::Run { pid, supervisor, started: now() };
                finish(target, plan, &ours, run, &mut leases)
                    .map_err(|error| take_back(target, &ours, pid, &leases, made, plan, error))
            }
        }
    });
    match launched {
        Ok(launched) => Ok(Some(launched)),
        Err(_) if went_away(target, plan) => Ok(None),
        Err(error) => {
            wait_until_left(target, made);
            Err(undo(target, made, error))
        }
    }
}

/// Waits until nobody is in the bridges that were made for this launch: a link of which it is
/// unknown whether it was made goes with its namespace, and the kernel takes that apart at its
/// leisure. In vain where others have joined.
fn wait_until_left<T: Target>(target: &mut T, made: &[Step]) {
    const PAUSE: Duration = Duration::from_millis(5);
    const TRIES: usize = 100;
    for _ in 0..TRIES {
        let has_members = |step: &Step| match step {
            Step::CreateBridge { link, .. } => target.has_members(link).unwrap_or(false),
            _ => false,
        };
        if !made.iter().any(has_members) {
            return;
        }
        thread::sleep(PAUSE);
    }
}

/// Whether a network that the plan relies on is there no more, or about to go.
fn went_away<T: Target>(target: &mut T, plan: &Plan) -> bool {
    plan.members.iter().map(|member| &member.network).any(|network| {
        let now = target.index(&network.bridge);
        let is_named =
            |target: &mut T| matches!(target.holder(&Network::altname(&network.name)), Ok(Some(_)));
        now.is_none() || (network.index.is_some() && network.index != now) || !is_named(target)
    })
}

/// Ends a process that could not be launched. Its own words, if it has said why, say more than what
/// was seen from here: that it is gone.
fn take_back<T: Target>(
    target: &mut T,
    channel: &Channel,
    pid: i32,
    leases: &[Lease],
    made: &[Step],
    plan: &Plan,
    mut error: Error,
) -> Error {
    let mut buf = [0; MAX];
    while let Some(Some(report)) = channel.received(&mut buf).map(Report::parse) {
        if let Report::Failed(failure) = report {
            error = report::error(&failure, &plan.prepare, &plan.finish, &plan.process);
        }
    }
    // Its links go with its namespace, but not at once, and a bridge that is to be taken back must
    // be free of them. Now, because as long as the process is there the names are nobody else's.
    if !made.is_empty() {
        let delete = |lease: &Lease| Step::DeleteLink { link: lease.to_string(), index: None };
        let links: Vec<Step> = leases.iter().map(delete).collect();
        if let Err(failed) = super::send(target, &links) {
            error.undo.push(failed.what);
        }
    }
    let _ = signal::send(pid, signal::SIGKILL);
    let _ = wait(pid);
    error
}

fn finish<T: Target>(
    target: &mut T,
    plan: &Plan,
    channel: &Channel,
    run: facts::Run,
    leases: &mut Vec<Lease>,
) -> Result<Launched> {
    let mut ports = Vec::new();
    match begin(target, plan, channel, run, leases, &mut ports) {
        Ok(Begun { cmd, sockets, links, signals, warnings }) => {
            let leases = leases.clone();
            let pid = run.pid;
            Ok(Launched { pid, cmd, leases, run, ports, sockets, links, signals, warnings })
        }
        Err(error) => {
            // Also those of which it is unknown whether they are there: the addresses are still ours.
            if let Some(asked) = &plan.ports
                && let Some((member, &lease)) =
                    plan.members.get(asked.member).zip(leases.get(asked.member))
            {
                let _ = target.sweep_ports(member.address(lease).addr(), lease);
            }
            Err(error)
        }
    }
}

/// What the new process said of itself.
struct Begun {
    cmd: i32,
    sockets: Option<Sockets>,
    links: Option<Events>,
    signals: Option<Signals>,
    warnings: Vec<String>,
}

/// The links, the ports and the word to go.
fn begin<T: Target>(
    target: &mut T,
    plan: &Plan,
    channel: &Channel,
    run: facts::Run,
    leases: &mut Vec<Lease>,
    ports: &mut Vec<(Lease, Publication)>,
) -> Result<Begun> {
    let pid = run.pid;
    // First, because what cannot be watched over must not begin.
    let watches = plan.responder.is_some() || !plan.members.is_empty();
    let signals = watches.then(Signals::open).transpose();
    let signals =
        signals.map_err(|errno| Error::new("cannot wait for signals").because(errno.desc()))?;
    if let Some(users) = plan.user_namespace() {
        map_ids(pid, users)?;
        order(channel, Order::Begin)?;
    }
    let mut later = Vec::new();
    let into = Namespace::Process(pid);
    for (n, member) in plan.members.iter().enumerate() {
        let claimed = claim(target, member, into, &mut later)?;
        leases.push(claimed);
        timings::ended(Phase::Link);
        let asked = plan.ports.as_ref().filter(|asked| asked.member == n);
        if member.network.publishes {
            target.sweep_ports(member.address(claimed).addr(), claimed)?;
        }
        if let Some(asked) = asked {
            let publisher = Publisher::new(&member.network, claimed, run);
            let taken = target.publish_ports(&publisher, &asked.ports)?;
            ports.extend(taken.into_iter().map(|port| (claimed, port)));
        }
        timings::ended(Phase::Firewall);
        publish(target, member, claimed, &run.to_string(), into, &mut later)?;
        if asked.is_some() {
            let ports: Vec<Publication> = ports.iter().map(|(_, port)| *port).collect();
            send(target, &record_ports(&member.network, claimed, &ports))?;
        }
    }
    for link in &plan.direct {
        send(target, &[link.create(into)])?;
        send(target, &link.publish())?;
    }
    let mut warnings = restore_rules(target, &plan.members);
    order(channel, Order::Go(leases.clone()))?;
    timings::ended(Phase::Publish);
    let (mut sockets, mut links) = (None, None);
    let mut buf = [0; MAX];
    let cmd = loop {
        let (bytes, along) = match channel.receive_with(&mut buf) {
            // Without an init the process becomes CMD itself, and its end of the channel closes.
            Ok(([], _)) if !plan.has_init() => break pid,
            Ok(received) => received,
            Err(errno) => {
                return Err(Error::new("cannot launch the process").because(errno.desc()));
            }
        };
        match report::read(bytes)? {
            Report::Started => break along.process,
            Report::Sockets => {
                // Names come by two of them, word of links by one after those.
                let mut fds = along.fds;
                links = if fds.len() % 2 == 1 { fds.pop().map(Events::from) } else { None };
                sockets = fds.try_into().ok().map(Sockets::from_fds);
            }
            Report::Timings(times) => timings::take(&times),
            Report::Warning(text) => warnings.push(text),
            Report::Failed(failure) => {
                return Err(report::error(&failure, &plan.prepare, &plan.finish, &plan.process));
            }
        }
    };
    timings::ended(Phase::Wait);
    // CMD runs; what is left of others that had its address or name can take its time.
    for step in later {
        let _ = super::send(target, &[step]);
    }
    Ok(Begun { cmd, sockets, links, signals, warnings })
}

/// Members reach beyond this host by rules that a flush of others takes away, and those of others
/// may stop. While the new process sets up its mounts, looking costs no time.
pub fn restore_rules(target: &mut impl Target, members: &[Member]) -> Vec<String> {
    if !members.iter().any(|member| member.network.is_managed()) {
        return Vec::new();
    }
    let networks: Vec<&Network> = members.iter().map(|member| &member.network).collect();
    target.restore_rules(&networks).unwrap_or_else(|error| {
        vec![format!("nsrun's firewall rules may be gone: {}", error.reason())]
    })
}

/// Tells the new process; when it has ended already, what it says about that comes later.
fn order(channel: &Channel, order: Order) -> Result<()> {
    match channel.send(&order.to_bytes()) {
        Ok(()) | Err(Errno::EPIPE | Errno::ECONNRESET) => Ok(()),
        Err(errno) => Err(Error::new("cannot launch the process").because(errno.desc())),
    }
}

fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map(|since| since.as_secs()).unwrap_or_default()
}

fn namespaces(plan: &Plan) -> Namespaces {
    let isolation = &plan.isolation;
    let mut own = Namespaces::MOUNT;
    own.set(Namespaces::NET, plan.share.is_none());
    own.set(Namespaces::PID, isolation.pid);
    own.set(Namespaces::IPC, isolation.ipc);
    own.set(Namespaces::UTS, isolation.uts);
    own.set(Namespaces::CGROUP, isolation.cgroup);
    own.set(Namespaces::USER, isolation.user.is_some());
    own
}

fn fork_failed(errno: Errno, plan: &Plan) -> Error {
    let names: Vec<_> = namespaces(plan).names().collect();
    let error =
        Error::new(format!("cannot make namespaces ({})", names.join(", "))).because(errno.desc());
    match errno {
        Errno::EPERM if plan.user_namespace().is_some() => error.hint(
            "this system lets no ordinary user make a user namespace \
             (kernel.unprivileged_userns_clone, AppArmor, or a container); run as root",
        ),
        Errno::EPERM if credentials::is_root() => {
            error.hint("this needs CAP_SYS_ADMIN, which root lacks here, as in a container")
        }
        Errno::EPERM => error.hint("this needs CAP_SYS_ADMIN: run as root, or use --net none"),
        Errno::ENOSPC | Errno::EUSERS => {
            error.hint("a limit is reached: see user.max_net_namespaces and its like in /proc/sys")
        }
        Errno::EINVAL => error.hint("the kernel lacks one of these (CONFIG_NET_NS and its like)"),
        Errno::EAGAIN => error.hint("the limit of processes is reached (ulimit -u, cgroup)"),
        _ => error,
    }
}

/// Says which ids outside the ids of a user namespace are (user_namespaces(7)).
fn map_ids(pid: i32, users: &UserNamespace) -> Result<()> {
    let text = |maps: &[IdMap]| {
        let line = |map: &IdMap| format!("{} {} {}\n", map.inside, map.outside, map.count);
        maps.iter().map(line).collect::<String>()
    };
    let write = |file: &str, text: &str| {
        fs::write(format!("/proc/{pid}/{file}"), text).map_err(|error| {
            Error::new(format!("cannot set the {file} of the user namespace"))
                .because(crate::sys::errno(&error).desc())
                .hint("ids outside must be your own; only root may map others")
        })
    };
    if !credentials::is_root() {
        // Otherwise a user could shed a group that denies access.
        write("setgroups", "deny")?;
    }
    write("uid_map", &text(&users.uids))?;
    write("gid_map", &text(&users.gids))
}
