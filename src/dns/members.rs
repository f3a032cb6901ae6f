//! Members of networks, looked up in the kernel.

use std::fs::File;
use std::net::IpAddr;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;
use std::rc::Rc;

use super::answer::Directory;
use crate::facts::{Network, Run};
use crate::kernel::Kernel;

/// What is appended to the file that says that links of a run came or went; `attached`: some lead to
/// what lies outside of networks. Two bytes, so that the file is never as long as an exit status.
pub const fn links_note(attached: bool) -> &'static [u8; 2] {
    if attached { b"o\n" } else { b"l\n" }
}

/// The members of the networks a run is on.
#[derive(Debug)]
pub struct Members {
    kernel: Kernel,
    networks: Vec<Network>,
    /// Whether others are asked wherever the networks lead.
    asks: bool,
    /// Whether it has links besides, to what lies outside.
    attached: bool,
    run: Run,
    /// The file that grows when the run gets another link or loses one, and its length when that was
    /// last looked at.
    changes: Option<(Rc<File>, u64)>,
}

impl Members {
    /// Those of `networks`, which `run` began with, asked for by `kernel`; `attached`: it has links
    /// besides; `asks`: others are asked wherever all these lead.
    pub fn new(
        kernel: Kernel,
        networks: Vec<Network>,
        attached: bool,
        asks: bool,
        run: Run,
    ) -> Self {
        Members { kernel, networks, asks, attached, run, changes: None }
    }

    /// Whether the run reaches anything but members. Who is kept in does not get word out by asking
    /// for names either.
    pub(super) fn lead_out(&mut self) -> bool {
        self.look();
        self.asks || self.attached || self.networks.iter().any(|network| !network.options.internal)
    }

    /// From now on looks again at which networks the run is on when `file` has grown.
    pub(super) fn watch_links(&mut self, file: Rc<File>) {
        self.changes = Some((file, 0));
    }

    /// The networks as they are now. Whether anything changed costs one system call.
    fn look(&mut self) {
        let Some((file, seen)) = &mut self.changes else { return };
        let now = file.metadata().map(|found| found.len()).unwrap_or(*seen);
        if now != *seen
            && let Ok(networks) = self.kernel.networks_of(self.run)
        {
            let mut note = [0; 2];
            let read = file.read_exact_at(&mut note, now.saturating_sub(2));
            self.attached = read.is_ok() && &note == links_note(true);
            (self.networks, *seen) = (networks, now);
        }
    }
}

impl AsFd for Members {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.kernel.as_fd()
    }
}

impl Directory for Members {
    fn addresses(&mut self, name: &str) -> Option<Vec<IpAddr>> {
        self.look();
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
        self.look();
        let (network, lease) = self.networks.iter().find_map(|network| {
            let lease = match address {
                IpAddr::V4(v4) => network.lease(v4),
                IpAddr::V6(v6) => network.lease6(v6),
            };
            Some((network, lease?))
        })?;
        Some(self.kernel.member_name(lease, &network.name).ok().flatten())
    }
}
