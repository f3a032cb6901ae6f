//! What killed runs and removed networks left in the firewall: what `nsrun gc` removes.

use super::{foreign, forwarding, ports};
use crate::error::Result;
use crate::facts::Network;
use crate::kernel::Kernel;
use crate::plan::firewall::TABLE;

/// Each thing that is left, in words; nothing is changed.
///
/// # Errors
/// The kernel refused.
pub fn left(kernel: &mut Kernel) -> Result<Vec<String>> {
    let networks = kernel.networks()?;
    let mut left = Vec::new();
    for port in ports(kernel)?.into_iter().filter(|port| port.run.is_none()) {
        left.push(format!("published port {} of a run that is gone", port.element));
    }
    if !networks.iter().any(Network::is_managed)
        && !forwarding::is_lent(kernel)?
        && kernel.netfilter()?.table_comment(TABLE)?.is_some()
    {
        left.push(format!("table inet {TABLE}, without a network"));
    }
    let is_gone = |name: &str| !networks.iter().any(|network| network.name == name);
    for chain in foreign::found(kernel.netfilter()?, is_gone)? {
        left.push(format!("rules in chain \"{chain}\" of iptables, of a network that is gone"));
    }
    Ok(left)
}
