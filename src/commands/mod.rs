//! What can be typed, one file each: read what was asked for, plan, carry out, print.

mod declared;
mod exec;
mod firewall;
mod inspect;
mod network;
mod network_options;
mod options;
mod ports;
mod process;
mod ps;
mod run;
mod stop;
mod wait;

use crate::cli::{Args, Usage};
use crate::error::{Error, Kind, Result};
use crate::facts::Status;
use crate::kernel::Kernel;

/// Exit status of a command that failed.
const FAILED: u8 = 1;
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
        "stop" => stop::stop,
        "wait" => wait::wait,
        "firewall show" => firewall::show,
        "firewall reload" => firewall::reload,
        "gc" => firewall::gc,
        "publish" => ports::publish,
        "unpublish" => ports::unpublish,
        "port" => ports::port,
        _ => |_| Err(Error::new("cannot do this yet")),
    };
    let failed = match path {
        "run" | "exec" | "wait" => LAUNCH_FAILED,
        _ => FAILED,
    };
    command(args).map_err(|error| {
        let status = match error.kind {
            Kind::Usage => WRONG_USAGE,
            Kind::Failed => failed,
            Kind::NotExecutable => NOT_EXECUTABLE,
            Kind::NotFound => NOT_FOUND,
        };
        (error, status)
    })
}

impl From<Usage> for Error {
    fn from(usage: Usage) -> Self {
        Error::usage(usage.message).hint(usage.hint)
    }
}

/// The run that was meant: by name, by lease, or by the id of a process in it.
fn find_run(kernel: &mut Kernel, target: &str) -> Result<Status> {
    let found = match target.parse() {
        Ok(pid) => kernel.run_of(pid)?,
        Err(_) => None,
    };
    // A number is a name too, if a run is called that.
    let found = match found {
        Some(status) => Some(status),
        None => kernel.run(target)?,
    };
    found.filter(|status| status.alive).ok_or_else(|| {
        Error::new(format!("cannot find run \"{target}\""))
            .because("there is none of that name, and no process with that id is in one")
            .hint("nsrun ps lists what runs")
    })
}

/// Tells what people should know although it is no error.
fn warn(warnings: &[String]) {
    for warning in warnings {
        eprintln!("nsrun: warning: {warning}");
    }
}

/// An operand as text: names of runs have no other bytes.
fn operand(args: &Args, n: usize) -> Result<&str> {
    let word = args.operands().get(n).map(|word| word.as_os_str()).unwrap_or_default();
    word.to_str().ok_or_else(|| Error::usage(format!("\"{}\" is not text", word.display())))
}
