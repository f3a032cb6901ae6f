//! Addresses: `RTM_NEWADDR` and its family (`linux/if_addr.h`).

use bitflags::bitflags;

use crate::attr::{MessageType, attributes};
use crate::value::{Bytes, I32, Ip, Str, U8, U32};
use crate::wire::header;

/// `RTM_NEWADDR`.
pub const NEW: MessageType<IfAddr, Address> = MessageType::new(20);
/// `RTM_DELADDR`.
pub const DEL: MessageType<IfAddr, Address> = MessageType::new(21);
/// `RTM_GETADDR`.
pub const GET: MessageType<IfAddr, Address> = MessageType::new(22);

header! {
    /// `struct ifaddrmsg`.
    ///
    /// ```text
    ///  0    1    2    3    4                   8
    ///  +----+----+----+----+-------------------+
    ///  | fam| len| flg| scp| index             |
    ///  +----+----+----+----+-------------------+
    /// ```
    IfAddr = "ifaddrmsg", 8 {
        /// Address family.
        family: u8, 0, native;
        /// Length of the prefix, in bits.
        prefix_len: u8, 1, native;
        /// The low 8 bits of the flags; all 32 are in [`FLAGS`].
        flags: u8, 2, native;
        /// `RT_SCOPE_*`.
        scope: u8, 3, native;
        /// Index of the link.
        index: u32, 4, native;
    }
}

attributes! {
    /// Attributes of an address (`IFA_*`).
    Address = "IFA" {
        /// The prefix's address; the other end's on a point-to-point link.
        ADDRESS: Ip = 1;
        /// The link's own address.
        LOCAL: Ip = 2;
        /// Label of an IPv4 address.
        LABEL: Str = 3;
        /// Broadcast address.
        BROADCAST: Ip = 4;
        /// Anycast address.
        ANYCAST: Ip = 5;
        /// `struct ifa_cacheinfo`: lifetimes in seconds, and when it was made and changed.
        CACHEINFO: Bytes = 6;
        /// Multicast address.
        MULTICAST: Ip = 7;
        /// All 32 bits of the flags, see [`AddressFlags`].
        FLAGS: U32 = 8;
        /// Priority of the route that comes with the address.
        RT_PRIORITY: U32 = 9;
        /// Look in the namespace with this id.
        TARGET_NETNSID: I32 = 10;
        /// Who added the address.
        PROTO: U8 = 11;
    }
}

bitflags! {
    /// `IFA_F_*`: flags of an address.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub struct AddressFlags: u32 {
        /// Secondary (IPv4), temporary (IPv6).
        const SECONDARY = 0x01;
        /// No duplicate address detection: usable at once.
        const NODAD = 0x02;
        /// Optimistic duplicate address detection.
        const OPTIMISTIC = 0x04;
        /// Duplicate address detection failed.
        const DADFAILED = 0x08;
        /// Home address (mobile IPv6).
        const HOMEADDRESS = 0x10;
        /// Preferred lifetime is over.
        const DEPRECATED = 0x20;
        /// Duplicate address detection has not ended.
        const TENTATIVE = 0x40;
        /// Does not expire.
        const PERMANENT = 0x80;
        /// Temporary addresses are made beside it.
        const MANAGETEMPADDR = 0x100;
        /// No route to the prefix is made.
        const NOPREFIXROUTE = 0x200;
        /// Multicast groups are joined by themselves.
        const MCAUTOJOIN = 0x400;
        /// Stable privacy address.
        const STABLE_PRIVACY = 0x800;
        const _ = !0;
    }
}
