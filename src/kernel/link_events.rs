//! Word of links that come to a network namespace, and go.
//!
//! By family "netdev" of generic netlink, which Linux has since 6.3, and not by rtnetlink's own
//! group: of everything that is told to any group of a protocol, the kernel looks at each socket of
//! that protocol that is in one, in all namespaces. With a thousand runs each change of any link,
//! address or route on the host would take 20 microseconds longer.

use std::os::fd::{AsFd, BorrowedFd};

use nl::generic::{self, Command, GenHeader, group};
use nl::socket::{Direction, Protocol};
use nl::{Batch, DecodeError, Flags, Messages};

use super::trace;
use crate::sys;
use crate::sys::events::Events;

const FAMILY: &str = "netdev";
const GROUP: &str = "mgmt";
/// Longest description of the family.
const REPLY: usize = 4096;

/// Events of the links of one namespace, which begin when they are asked for.
#[derive(Debug)]
pub struct LinkEvents {
    events: Events,
    group: u32,
}

impl LinkEvents {
    /// Those of the namespace of the caller; `None` where the kernel tells nothing.
    pub fn open() -> Option<LinkEvents> {
        // Where there is no such family, asking for it starts modprobe(8).
        if sys::process::kernel_version() < (6, 3) {
            return None;
        }
        let (mut request, mut reply) = ([0; 64], [0; REPLY]);
        let mut batch = Batch::new(&mut request, 1);
        LinkEvents::question(&mut batch);
        let request = batch.finish().ok()?;
        trace::note(Protocol::Generic, Direction::Sent, request);
        let events = Events::open().ok()?;
        let reply = events.ask(request, &mut reply).ok()?;
        trace::note(Protocol::Generic, Direction::Received, reply);
        let group = group_in(reply).ok()??;
        Some(LinkEvents { events, group })
    }

    /// What the kernel is asked for that.
    pub fn question(batch: &mut Batch<'_>) {
        batch.push(generic::CONTROL, Flags::empty(), GenHeader::from(Command::GETFAMILY), |m| {
            m.put(generic::FAMILY_NAME, FAMILY);
        });
    }

    /// Begins with them.
    pub fn begin(&self) {
        // Without them the run is as one on a kernel that has none.
        let _ = self.events.join(self.group);
    }
}

impl AsFd for LinkEvents {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.events.as_fd()
    }
}

/// The number of the group, as a description of the family says it.
fn group_in(reply: &[u8]) -> Result<Option<u32>, DecodeError> {
    let Some(message) = Messages::new(reply).next().transpose()? else { return Ok(None) };
    let (_, family) = message.decode(generic::CONTROL)?;
    let Some(groups) = family.nest(generic::MCAST_GROUPS)? else { return Ok(None) };
    for one in groups.iter() {
        let one = one?.attributes::<group::Group>();
        if one.get(group::NAME)?.is_some_and(|name| name == GROUP) {
            return one.get(group::ID);
        }
    }
    Ok(None)
}
