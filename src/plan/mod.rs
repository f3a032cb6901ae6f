//! What will be done, as data: decided here, without a system call, and shown or done elsewhere.

pub mod firewall;
mod member;
mod names;
mod network;
mod outbound;
mod pool;
mod ports;
mod run;
mod script;
mod setup;
mod step;
mod tree;

pub use member::Member;
pub use network::create as create_network;
pub use ports::{Ports, can_publish, mark_publishing, record_ports};
pub use run::{Plan, Process, run};
pub use script::script;
pub use setup::{PrivateFile, Setup};
pub use step::{Master, Route, Step, Veth};
pub use tree::tree;

use crate::error::{Error, Result};
use crate::facts::{Holder, HolderState};

/// How to free `what` (an address or a name) from the one who holds it, so that it can be taken.
///
/// # Errors
/// The holder is alive, or not ours: it keeps what it has.
pub fn free(what: &str, holder: &Holder, random: u64) -> Result<Vec<Step>> {
    let (link, index) = (|| holder.link.clone(), holder.index);
    match (holder.state, &holder.status) {
        // Deleting takes tens of milliseconds; but nothing else ends such a namespace for minutes.
        (HolderState::Abandoned, Some(_)) => {
            Ok(vec![Step::DeleteLink { link: link(), index: Some(index) }])
        }
        // The kernel removes the link within a moment; until then it is put out of the way.
        (HolderState::Dying, Some(_)) => {
            let mut steps = vec![Step::Detach { link: link(), index }];
            let remove =
                |name: &String| Step::RemoveName { link: link(), index, name: name.clone() };
            steps.extend(holder.names.iter().map(remove));
            let to = format!("nsx{:x}", random & 0xffff_ffff);
            steps.push(Step::Rename { link: link(), index, to });
            Ok(steps)
        }
        (_, status) => {
            let by = match status {
                Some(status) => format!("run \"{}\"", status.title()),
                None => format!("link \"{}\"", holder.link),
            };
            let pid = status.as_ref().and_then(|status| status.run).map(|run| run.pid);
            let pid = pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
            Err(Error::new(format!("cannot take {what}"))
                .because(format!("{by} has it{pid}"))
                .hint("choose another, or end that run with \"nsrun stop\""))
        }
    }
}
