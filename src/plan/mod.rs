//! What will be done, as data: decided here, without a system call, and shown or done elsewhere.

mod below;
mod direct;
pub mod firewall;
mod json;
mod links;
mod member;
mod names;
mod netns;
mod network;
mod outbound;
mod pool;
mod ports;
mod reach;
mod run;
#[cfg(test)]
mod run_tests;
mod script;
mod setup;
mod step;
mod subnet;
mod transfer;
mod tree;

pub use below::{VLAN, vlan_of};
pub use direct::{Direct, address_lock, held};
pub use json::json;
pub use links::{Links, links};
pub use member::Member;
pub(crate) use names::RESPONDER;
pub use names::Responder;
pub use netns::{NameStep, add_name, delete_name, enter_named};
pub use network::{create as create_network, default_routes};
pub use ports::{Ports, check_ports, lead, mark_publishing, record_ports};
pub use run::{Plan, Process, run};
pub use script::script;
pub use setup::{PrivateFile, Setup};
pub use step::{Child, Destination, Kind, Master, Namespace, Route, Step, Veth};
pub use transfer::{Transfer, send_away, take_back};
pub use tree::tree;

use crate::error::{Error, Result};
use crate::facts::{Holder, HolderState};

/// How to free `what` (an address or a name) from the one who holds it, so that it can be taken:
/// what must be done before, and what can be done at any time after.
///
/// # Errors
/// The holder is alive, or not ours: it keeps what it has.
pub fn free(what: &str, holder: &Holder, random: u64) -> Result<(Vec<Step>, Option<Step>)> {
    let (link, index) = (|| holder.link.clone(), holder.index);
    match (holder.state, &holder.status) {
        // Put out of the way, which takes less than a millisecond: deleting takes tens. The kernel
        // removes the link of a dying namespace by itself, within a moment.
        (HolderState::Dying | HolderState::Abandoned, Some(_)) => {
            let mut steps = vec![Step::Detach { link: link(), index }];
            let remove =
                |name: &String| Step::RemoveName { link: link(), index, name: name.clone() };
            steps.extend(holder.names.iter().map(remove));
            let to = format!("nsx{:x}", random & 0xffff_ffff);
            steps.push(Step::Rename { link: link(), index, to: to.clone() });
            // Nothing else may end an abandoned one for minutes; but nobody has to wait for it.
            let later = (holder.state == HolderState::Abandoned)
                .then_some(Step::DeleteLink { link: to, index: Some(index) });
            Ok((steps, later))
        }
        (_, status) => {
            let by = match status {
                Some(status) => match &status.connected {
                    Some(title) => title.clone(),
                    None => format!("run \"{}\"", status.title()),
                },
                None => format!("link \"{}\"", holder.link),
            };
            let pid = holder.cmd.map(|pid| format!(" (process {pid})")).unwrap_or_default();
            Err(Error::new(format!("cannot take {what}"))
                .because(format!("{by} has it{pid}"))
                .hint("choose another, or end that run with \"nsrun stop\""))
        }
    }
}
