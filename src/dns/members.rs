//! Members of networks, looked up in the kernel.

use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd};

use super::answer::Directory;
use crate::facts::Network;
use crate::kernel::Kernel;

/// The members of the networks a run is on.
#[derive(Debug)]
pub struct Members {
    kernel: Kernel,
    networks: Vec<Network>,
}

impl Members {
    /// Those of `networks`, asked for by `kernel`.
    pub fn new(kernel: Kernel, networks: Vec<Network>) -> Self {
        Members { kernel, networks }
    }
}

impl AsFd for Members {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.kernel.as_fd()
    }
}

impl Directory for Members {
    fn addresses(&mut self, name: &str) -> Option<Vec<IpAddr>> {
        let mut addresses = Vec::new();
        let mut found = false;
        for network in &self.networks {
            if let Ok(Some(lease)) = self.kernel.member(name, &network.name) {
                found = true;
                addresses.push(network.address(lease).addr().into());
                addresses.extend(network.address6(lease).map(|six| IpAddr::V6(six.addr())));
            }
        }
        found.then_some(addresses)
    }

    fn name(&mut self, address: IpAddr) -> Option<Option<String>> {
        let IpAddr::V4(address) = address else { return None };
        let network = self.networks.iter().find(|network| network.gateway.contains(&address))?;
        let lease = network.lease(address)?;
        Some(self.kernel.member_name(lease, &network.name).ok().flatten())
    }
}
