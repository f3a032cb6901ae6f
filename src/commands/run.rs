//! `nsrun run`: launch a command in a wired-up network namespace.

mod background;
mod known;

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::json;

use self::known::Known;
use super::output::print;
use super::{attach, inspect, options, ports, process, status, target};
use crate::apply::timings::{self, Phase};
use crate::apply::{self, Launched, Links, Made};
use crate::cli::Args;
use crate::dns::{Members, Server, Upstreams};
use crate::error::{Error, Result, say};
use crate::facts::{HostFiles, Machine};
use crate::kernel::{Kernel, Netfilter, Record, is_bound, record};
use crate::plan::{self, Plan, RESPONDER};
use crate::spec::{NetworkOf, Run, Share};
use crate::sys::terminal::Foreground;
use crate::sys::{Errno, file, signal};

/// What `run` says about itself, besides CMD's own output.
struct Output {
    detach: bool,
    log: Option<PathBuf>,
    status: Option<File>,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let output = output(args)?;
    let dry_run = dry_run(args)?;
    if args.flag("timings") {
        if dry_run.is_some() {
            return Err(Error::usage("--timings cannot be combined with --dry-run")
                .hint("nothing is launched that could be timed; drop one of the two"));
        }
        if output.detach && output.log.is_none() {
            return Err(Error::usage("--timings with --detach needs --log")
                .hint("the log is where a run in the background prints: add --log FILE"));
        }
        timings::switch_on();
    }
    let spec = options::spec(args)?;
    if let Some(fd) = options::number(args, "json-status-fd", 0, i32::MAX as u32)?
        && (3..3 + spec.preserve_fds).contains(&fd)
    {
        return Err(Error::usage(format!("file descriptor {fd} cannot be both nsrun's and CMD's"))
            .hint("--json-status-fd must lie outside of what --preserve-fds passes"));
    }
    if let Some(show) = dry_run {
        let mut kernel = Kernel::open()?;
        let mut machine = Machine::default();
        attach::look(&spec.networks, &mut kernel, &mut machine, None)?;
        let shared = shared(&spec, &mut kernel).ok().flatten();
        let mut plan = plan(&spec, machine, shared.as_ref())?;
        let told = ports::in_the_way_of(&plan, &mut kernel);
        plan.warnings.extend(told);
        warn(&plan.warnings);
        print(&show(&plan))?;
        return Ok(0);
    }
    timings::ended(Phase::Parse);
    if output.detach { background::detached(&spec, output) } else { foreground(&spec, output) }
}

fn output(args: &Args) -> Result<Output> {
    let detach = args.flag("detach");
    let log = args.value("log").map(PathBuf::from);
    if log.is_some() && !detach {
        return Err(Error::usage("--log needs --detach")
            .hint("redirect the output of a run in the foreground with the shell's \">\""));
    }
    let status = options::number(args, "json-status-fd", 0, i32::MAX as u32)?;
    let status = status.map(|fd| {
        file::passed(fd as i32).map_err(|errno| {
            let why = match errno {
                Errno::EBADF => "it is not open",
                Errno::EACCES => "it is open for reading only",
                other => other.desc(),
            };
            Error::usage(format!("cannot write to file descriptor {fd}")).because(why)
        })
    });
    Ok(Output { detach, log, status: status.transpose()? })
}

type Show = fn(&Plan) -> String;

fn dry_run(args: &Args) -> Result<Option<Show>> {
    let format = args.text("format")?;
    if !args.flag("dry-run") {
        return match format {
            None => Ok(None),
            Some(_) => Err(Error::usage("--format needs --dry-run").hint("add --dry-run")),
        };
    }
    Ok(Some(match format {
        Some("ip") => plan::script,
        Some("json") => |plan| format!("{:#}\n", plan::json(plan)),
        Some("netlink") => apply::messages,
        _ => plan::tree,
    }))
}

/// Tells what people should know although it is no error.
pub(super) fn warn(warnings: &[String]) {
    for warning in warnings {
        say(format!("nsrun: warning: {warning}"));
    }
}

/// Looks at what else matters for this run, and plans it.
fn plan(spec: &Run, mut machine: Machine, shared: Option<&File>) -> Result<Plan> {
    machine.random = file::random();
    let root = spec.root.directory.as_deref();
    let names_answered = shared.is_some_and(|namespace| is_bound(namespace, RESPONDER));
    machine.files = host_files(spec, names_answered);
    if let Some(user) = &spec.user {
        machine.account = Some(process::account(user, root.unwrap_or(Path::new("/")))?);
    }
    plan::run(spec, &machine)
}

fn host_files(spec: &Run, names_answered: bool) -> HostFiles {
    let read = |path: &str| {
        let text = file::read(Path::new(path), 4096).ok()?;
        Some(String::from_utf8_lossy(&text).into())
    };
    let connected = !spec.networks.is_empty();
    let mut files = HostFiles { names_answered, ..HostFiles::default() };
    if let Some(Share::Of(NetworkOf::Named(name))) = &spec.share {
        files.namespace_resolv_conf = read(&format!("/etc/netns/{name}/resolv.conf"));
    }
    if connected || names_answered || !spec.resolver.is_default() {
        files.resolv_conf = read("/etc/resolv.conf");
        let own: &str = files.resolv_conf.as_deref().unwrap_or_default();
        let asked_inside = !(connected || names_answered) || spec.resolver.off;
        if asked_inside && (own.is_empty() || own.contains("127.") || own.contains("::1")) {
            files.upstream_resolv_conf = read("/run/systemd/resolve/resolv.conf");
        }
    }
    if spec.name.is_some() || spec.hostname.is_some() || !spec.hosts.is_empty() {
        files.hosts = read("/etc/hosts");
    }
    files
}

/// A run, as the one who watches over it has it.
struct Life {
    launched: Launched,
    plan: Plan,
    /// What stands for it where no link on this host does.
    record: Option<Record>,
    /// What links that are attached otherwise hold: addresses, and VLANs made for them.
    held: attach::Held,
    /// For those who ask for names.
    kernel: Kernel,
    /// The firewall, when it has ports there.
    netfilter: Option<Netfilter>,
}

/// Takes the name of a run that will have no link on this host to hold it.
fn hold_name(spec: &Run, kernel: &mut Kernel) -> Result<Option<Record>> {
    let Some(name) = &spec.name else { return Ok(None) };
    // One that lives on without its nsrun has no lock.
    if let Some(other) = record(name) {
        return Err(known::taken(name, &other));
    }
    if spec.has_host_link() {
        return Ok(None);
    }
    known::hold(name, kernel).map(Some)
}

/// Makes a run without a link on this host known. One without a name goes by its process id, and
/// does without where there is no place for it.
fn registered(
    held: Option<Record>,
    spec: &Run,
    launched: &Launched,
    plan: &Plan,
) -> Option<Record> {
    if spec.has_host_link() {
        return None;
    }
    let record = held.or_else(|| Record::hold(&launched.pid.to_string()).ok())?;
    let attached: Vec<&str> = plan.direct.iter().map(|link| link.title.as_str()).collect();
    let mode = match &spec.share {
        Some(share) => share.to_string(),
        None if attached.is_empty() => "none".into(),
        None => attached.join(","),
    };
    let networks = describe(launched, plan)["networks"].to_string();
    record.write(launched.run, &mode, &networks, spec.survive).ok()?;
    Some(record)
}

/// Without rights over networks there is one thing that can be done here.
fn or_without_network(error: Error) -> Error {
    match error.hint.as_deref() {
        Some(apply::NEEDS_NET_ADMIN) => {
            Error { hint: Some(format!("{}, or use --net none", apply::NEEDS_NET_ADMIN)), ..error }
        }
        _ => error,
    }
}

/// The network namespace of others that a run is to share.
fn shared(spec: &Run, kernel: &mut Kernel) -> Result<Option<File>> {
    match &spec.share {
        None | Some(Share::Host) => Ok(None),
        Some(Share::Of(wanted)) => Ok(Some(target::find(kernel, wanted)?.namespace)),
    }
}

/// Plans and launches, again when another run made the network at the same moment.
fn launch(spec: &Run, warn: &mut dyn FnMut(&[String])) -> Result<Life> {
    const TRIES: usize = 10;
    let mut kernel = Kernel::open()?;
    let shared = shared(spec, &mut kernel)?;
    let namespace = shared.as_ref().map(AsFd::as_fd);
    let record = hold_name(spec, &mut kernel)?;
    let mut spec = spec.clone();
    let mut taken = Vec::new();
    let chosen = attach::choose(&mut spec.networks, &mut kernel, true, &mut taken)?;
    let spec = &spec;
    for _ in 0..TRIES {
        let (mut machine, mut lock) = (Machine::default(), None);
        attach::look(&spec.networks, &mut kernel, &mut machine, Some(&mut lock))?;
        timings::ended(Phase::Snapshot);
        let plan = plan(spec, machine, shared.as_ref())?;
        timings::ended(Phase::Plan);
        let mut held = attach::hold(&plan.direct, &chosen)?;
        let made = apply::make_network(&mut kernel, &plan.network).map_err(or_none)?;
        if let Made::Done(made) = made {
            drop(lock);
            timings::ended(Phase::Network);
            let launched = apply::launch(&mut kernel, &plan, &made, namespace).map_err(or_none)?;
            if let Some(launched) = launched {
                // Not before it is true: what was made for a launch that fails is taken back.
                warn(&taken);
                warn(&plan.warnings);
                warn(&launched.warnings);
                warn(&ports::in_the_way_of(&plan, &mut kernel));
                tell_free_ports(spec, &launched);
                if let Some(table) = timings::table() {
                    let _ = io::stderr().write_all(table.as_bytes());
                }
                // With ports it is kept for their end: closing it waits while the kernel forgets what
                // others removed a moment ago.
                let netfilter = kernel.take_netfilter().filter(|_| !launched.ports.is_empty());
                let record = registered(record, spec, &launched, &plan);
                held.addresses.extend(chosen.into_iter().map(|(_, lock)| lock));
                return Ok(Life { launched, plan, record, held, kernel, netfilter });
            }
        }
    }
    Err(Error::new("cannot make the network")
        .because("others make and remove it all the time")
        .hint("try again"))
}

/// What those can do who may not join networks.
fn or_none(mut error: Error) -> Error {
    if let Some(hint) = error.hint.as_mut().filter(|hint| *hint == apply::NEEDS_NET_ADMIN) {
        hint.push_str(", or use --net none");
    }
    error
}

/// Which ports were chosen where any would do.
fn tell_free_ports(spec: &Run, launched: &Launched) {
    for (asked, (_, port)) in spec.ports.iter().zip(&launched.ports) {
        if asked.first == 0 {
            say(format!("nsrun: published {port}"));
        }
    }
}

fn foreground(spec: &Run, output: Output) -> Result<u8> {
    let terminal = Foreground::current();
    block_signals()?;
    let status = stay(launch(spec, &mut warn).map_err(or_without_network)?, output.status)?;
    if let Some(terminal) = terminal {
        terminal.restore();
    }
    Ok(status)
}

fn block_signals() -> Result<()> {
    signal::block().map_err(|errno| Error::new("cannot block signals").because(errno.desc()))
}

/// Watches over a run until it ends; its exit status stays readable for those who wait for it.
fn stay(life: Life, status: Option<File>) -> Result<u8> {
    let Life { mut launched, plan, record, held, kernel, netfilter } = life;
    if let Some(mut file) = status {
        let line = format!("{}\n", describe(&launched, &plan));
        let _ = file.write_all(line.as_bytes());
    }
    let mut server =
        launched.sockets.take().zip(plan.responder.as_ref()).map(|(sockets, asked)| {
            let networks = plan.members.iter().map(|member| member.network.clone()).collect();
            let upstreams = Upstreams::new(&asked.upstreams);
            // Servers that were asked for are asked, wherever the networks lead.
            let (attached, asks) = (!plan.direct.is_empty(), asked.chosen);
            let members = Members::new(kernel, networks, attached, asks, launched.run);
            Server::new(sockets, members, asked.search.clone(), upstreams)
        });
    // What the caller left open for CMD, or for nobody, must end when CMD closes it.
    let mut kept = server.as_ref().map(Server::descriptors).unwrap_or_default();
    kept.extend(record.iter().map(Record::as_fd).chain(held.descriptors()));
    kept.extend(netfilter.as_ref().map(AsFd::as_fd));
    kept.extend(launched.signals.as_ref().map(AsFd::as_fd));
    kept.extend(launched.links.as_ref().map(AsFd::as_fd));
    file::close_all_but(3, &kept);
    let status_file = status::create().ok().map(Rc::new);
    if let Some((server, file)) = server.as_mut().zip(status_file.as_ref()) {
        server.watch_links(Rc::clone(file));
    }
    let mut known = Known::new(&launched, &plan, record);
    let mut look = || known.look();
    let links = launched.links.as_ref().map(|events| Links::new(events, &mut look));
    let status = apply::supervise(&launched, server.as_mut(), links);
    drop(held);
    let left = status_file.and_then(|file| status::leave(&file, *status.as_ref().ok()?).ok());
    let has_more_ports = left.unwrap_or(false);
    if has_more_ports {
        launched.leases.extend(ports::connected(launched.run, &launched.leases));
    }
    let mut released = Ok(());
    if has_more_ports
        && plan.share.is_none()
        && let Some(title) = known.recorded()
    {
        released = ports::release_given(title);
    }
    if !launched.ports.is_empty() || (has_more_ports && !launched.leases.is_empty()) {
        let Launched { run, leases, ports, .. } = &launched;
        released = released.and(apply::firewall::release(netfilter, *run, leases, ports));
    }
    if let Err(error) = released {
        let why = error.cause.unwrap_or(error.what);
        warn(&[format!("ports of the run stay until \"nsrun gc\" removes them: {why}")]);
    }
    status
}

/// The run as `inspect --json` shows it, from what is known without asking again.
fn describe(launched: &Launched, plan: &Plan) -> serde_json::Value {
    let networks = plan.members.iter().zip(&launched.leases).map(|(member, &lease)| {
        let address6 = member.network.address6(lease);
        json!({
            "network": member.network.name,
            "ifname": member.link(),
            "address": member.address(lease).to_string(),
            "mac": member.own_mac(lease).map(|mac| mac.to_string()),
            "address6": address6.map(|address| address.to_string()),
            "gateway": member.network.gateway.addr().to_string(),
            "mtu": member.mtu(),
            "host_link": lease.to_string(),
        })
    });
    let direct = plan.direct.iter().map(|link| {
        json!({
            "network": link.title,
            "ifname": link.link,
            "address": link.address.map(|address| address.to_string()),
            "mac": link.mac.map(|mac| mac.to_string()),
            "mtu": link.mtu,
        })
    });
    json!({
        "name": title(launched, plan),
        "pid": launched.cmd,
        "init": plan.has_init().then_some(launched.pid),
        "supervisor": launched.run.supervisor,
        "started": inspect::time(launched.run.started),
        "command": plan.process.command.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>(),
        "networks": networks.chain(direct).collect::<Vec<_>>(),
        "ports": launched.ports.iter().map(|(_, port)| ports::json(port)).collect::<Vec<_>>(),
    })
}

/// What the run is called: its name, its lease, or its process.
fn title(launched: &Launched, plan: &Plan) -> String {
    match (&plan.name, launched.leases.first()) {
        (Some(name), _) => name.clone(),
        (None, Some(lease)) => lease.to_string(),
        (None, None) => launched.pid.to_string(),
    }
}
