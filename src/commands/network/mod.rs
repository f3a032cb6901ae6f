//! `nsrun network`: networks, one verb each.

mod create;
mod list;
mod remove;

pub(super) use create::create;
pub(super) use list::{inspect, list};
pub(super) use remove::{prune, remove, restore_names, settle};

use crate::error::{Error, Result};
use crate::facts::{Network, NetworkLink, Status};
use crate::kernel::Kernel;

/// The network called `name`.
fn find(kernel: &mut Kernel, name: &str) -> Result<Network> {
    match kernel.network(name)? {
        Some(NetworkLink::Ours(network)) => Ok(network),
        _ => Err(Error::new(format!("cannot find network \"{name}\""))
            .because("there is none of that name")
            .hint("nsrun network list shows those that are there")),
    }
}

/// Those that are on a network: runs, and named namespaces and processes that were connected.
fn members<'a>(runs: &'a [Status], network: &Network) -> Vec<&'a Status> {
    let joined = |status: &&Status| {
        status.joined.iter().any(|joined| joined.lease.network == network.number)
    };
    runs.iter().filter(joined).collect()
}
