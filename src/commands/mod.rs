//! What can be typed, one file each: read what was asked for, plan, carry out, print.

mod attach;
mod connect;
mod declared;
mod decode;
mod disconnect;
mod doctor;
mod exec;
mod firewall;
mod generate;
mod inside;
mod inspect;
mod ip;
mod link;
pub mod netns;
mod network;
mod network_options;
mod options;
mod output;
mod place;
mod ports;
mod process;
mod ps;
mod run;
mod status;
mod stop;
mod target;
mod wait;

pub use ip::{Program, ip};
pub use output::print;

pub use crate::apply::timings::start as start_timings;

use crate::cli::{Args, Usage};
use crate::error::{Error, Kind, Result};
use crate::facts::{Run, Status};
pub use crate::kernel::start_trace;
use crate::kernel::{Kernel, record, recorded};

/// Why this host may go on to route IPv6 without a network.
const LENT: &str =
    "a bridge of others is there and may rely on it; nsrun gc switches it off when there is none";
/// Exit status of a command that failed.
pub const FAILED: u8 = 1;
/// Exit status of a command that launches another, when it failed itself: as env(1).
const LAUNCH_FAILED: u8 = 125;
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;
/// Exit status for wrong usage.
pub const WRONG_USAGE: u8 = 2;

/// Carries out the command at `path` of the table; the exit status.
///
/// # Errors
/// What people should read, and the exit status that goes with it.
pub fn dispatch(path: &str, args: &Args) -> std::result::Result<u8, (Error, u8)> {
    let command: fn(&Args) -> Result<u8> = match path {
        "run" => run::run,
        "exec" => exec::exec,
        "ps" => ps::ps,
        "inspect" => inspect::inspect,
        "network create" => network::create,
        "network list" => network::list,
        "network inspect" => network::inspect,
        "network rm" => network::remove,
        "network prune" => network::prune,
        "connect" => connect::connect,
        "disconnect" => disconnect::disconnect,
        "decode" => decode::decode,
        "doctor" => doctor::doctor,
        "stop" => stop::stop,
        "wait" => wait::wait,
        "firewall show" => firewall::show,
        "firewall reload" => firewall::reload,
        "gc" => firewall::gc,
        "publish" => ports::publish,
        "unpublish" => ports::unpublish,
        "port" => ports::port,
        "link move" => link::send_away,
        "link promisc" => link::promisc,
        "link return" => link::take_back,
        "generate man" => generate::man,
        "generate bash" => generate::bash,
        "generate zsh" => generate::zsh,
        "generate fish" => generate::fish,
        "netns add" => netns::add_command,
        "netns attach" => netns::attach_command,
        "netns delete" => netns::delete_command,
        "netns exec" => netns::exec_command,
        "netns identify" => netns::identify_command,
        "netns list" => netns::list_command,
        "netns list-id" => netns::list_id_command,
        "netns monitor" => netns::monitor_command,
        "netns pids" => netns::pids_command,
        "netns set" => netns::set_command,
        _ => |_| Err(Error::new("cannot carry out a command that is only in the table")),
    };
    command(args).map_err(|error| {
        let status = exit_status(path, &error);
        (error, status)
    })
}

/// The exit status of the command at `path` when it failed.
fn exit_status(path: &str, error: &Error) -> u8 {
    let launches = matches!(path, "run" | "exec" | "wait" | "netns exec");
    match error.kind {
        Kind::Usage => WRONG_USAGE,
        Kind::Failed if launches => LAUNCH_FAILED,
        Kind::Failed => FAILED,
        Kind::NotExecutable => NOT_EXECUTABLE,
        Kind::NotFound => NOT_FOUND,
    }
}

impl From<Usage> for Error {
    fn from(usage: Usage) -> Self {
        Error::usage(usage.message).hint(usage.hint)
    }
}

/// The run that was meant: by name, by lease, or by the id of a process in it.
fn find_run(kernel: &mut Kernel, target: &str) -> Result<Status> {
    // A run in the network of another is not that other.
    let found = match target.parse() {
        Ok(pid) => match unlinked(target) {
            None => kernel.run_of(pid)?,
            guest => guest,
        },
        Err(_) => None,
    };
    // A number is a name too, if a run is called that.
    let found = match found {
        Some(status) => Some(status),
        None => kernel.run(target)?,
    };
    let found = match found {
        Some(status) if status.alive => Some(status),
        _ => unlinked(target),
    };
    found.filter(|status| status.alive).ok_or_else(|| {
        Error::new(format!("cannot find run \"{target}\""))
            .because("there is none of that name, and no process with that id is in one")
            .hint("nsrun ps lists what runs")
    })
}

/// The same with all its links: only the first is known by its name.
fn find_whole_run(kernel: &mut Kernel, target: &str) -> Result<Status> {
    let found = find_run(kernel, target)?;
    let whole = match found.namespace_id {
        Some(namespace) => kernel.run_within(namespace)?,
        None => None,
    };
    Ok(whole.unwrap_or(found))
}

/// The same among the runs that have no link on this host.
fn unlinked(target: &str) -> Option<Status> {
    let pid: Option<i32> = target.parse().ok();
    record(target).or_else(|| {
        let is_its = |run: &Run| Some(run.pid) == pid || process::cmd_pid(run.pid) == pid;
        recorded()
            .into_iter()
            .find(|status| pid.is_some() && status.run.as_ref().is_some_and(is_its))
    })
}

/// An operand as text: names of runs have no other bytes.
fn operand(args: &Args, n: usize) -> Result<&str> {
    let word = args.operands().get(n).map(|word| word.as_os_str()).unwrap_or_default();
    word.to_str().ok_or_else(|| Error::usage(format!("\"{}\" is not text", word.display())))
}
