//! Bit sets of the kernel's ABI. Unknown bits survive a round trip.

use bitflags::bitflags;

use crate::value::bits;

bitflags! {
    /// `NLM_F_*`: flags of a message header (`linux/netlink.h`).
    ///
    /// The bits above 0xff mean one thing in a GET request, another in a NEW request, a third
    /// in an acknowledgement; the names say which.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct Flags: u16 {
        /// It is a request. [`Batch`](crate::Batch) sets it on every message.
        const REQUEST = 0x1;
        /// Part of a multi-part reply that `NLMSG_DONE` ends.
        const MULTI = 0x2;
        /// Answer with an acknowledgement even on success.
        const ACK = 0x4;
        /// Send the resulting notification to the requester too.
        const ECHO = 0x8;
        /// The dump changed while it was read: read it again.
        const DUMP_INTR = 0x10;
        /// The dump was filtered as asked.
        const DUMP_FILTERED = 0x20;
        /// GET: the whole table.
        const ROOT = 0x100;
        /// GET: all matching entries.
        const MATCH = 0x200;
        /// GET: a dump.
        const DUMP = 0x300;
        /// NEW: replace what exists.
        const REPLACE = 0x100;
        /// NEW: fail when it exists.
        const EXCL = 0x200;
        /// NEW: create when it does not exist.
        const CREATE = 0x400;
        /// NEW: add to the end of the list.
        const APPEND = 0x800;
        /// DEL: do not delete recursively.
        const NONREC = 0x100;
        /// DEL: delete all that match.
        const BULK = 0x200;
        /// ERROR: the request in the answer was cut to its header.
        const CAPPED = 0x100;
        /// ERROR: extended acknowledgement attributes follow.
        const ACK_TLVS = 0x200;
        const _ = !0;
    }
}

bits! {
    /// `IFF_*`: flags of a link (`linux/if.h`, netdevice(7)).
    LinkFlags: u32, native, "IFF_" {
        /// Administratively up.
        UP = 0x1;
        /// Has a valid broadcast address.
        BROADCAST = 0x2;
        /// Debugging is on.
        DEBUG = 0x4;
        /// Is a loopback link.
        LOOPBACK = 0x8;
        /// Is point-to-point.
        POINTOPOINT = 0x10;
        /// No trailers.
        NOTRAILERS = 0x20;
        /// Resources are allocated.
        RUNNING = 0x40;
        /// No ARP.
        NOARP = 0x80;
        /// Receives everything.
        PROMISC = 0x100;
        /// Receives all multicast.
        ALLMULTI = 0x200;
        /// Master of a load balancing bundle.
        MASTER = 0x400;
        /// Slave of a load balancing bundle.
        SLAVE = 0x800;
        /// Supports multicast.
        MULTICAST = 0x1000;
        /// Can select the media type.
        PORTSEL = 0x2000;
        /// Selects the media type by itself.
        AUTOMEDIA = 0x4000;
        /// Addresses are lost when the link goes down.
        DYNAMIC = 0x8000;
        /// The driver signals that layer 1 is up.
        LOWER_UP = 0x10000;
        /// The driver signals dormant.
        DORMANT = 0x20000;
        /// Echoes sent packets.
        ECHO = 0x40000;
    }
}
