//! Addresses: `RTM_NEWADDR` and its family (`linux/if_addr.h`).

use crate::attr::{attributes, messages};
use crate::route::route::Scope;
use crate::value::{I32, Ip, Str, Struct, U32, bits, numbers};
use crate::wire::header;

messages! {
    /// Add an address, or change one; also every reply and notification about an address.
    NEW: IfAddr, Address = 20, "RTM_NEWADDR";
    /// Remove an address.
    DEL: IfAddr, Address = 21, "RTM_DELADDR";
    /// Ask for addresses.
    GET: IfAddr, Address = 22, "RTM_GETADDR";
}

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
        family: u8, 0, family;
        /// Length of the prefix, in bits.
        prefix_len: u8, 1, native;
        /// The low 8 bits of the flags; all 32 are in [`FLAGS`].
        flags: u8, 2, native;
        /// How far the address reaches.
        scope: Scope, 3, native;
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
        /// Lifetimes, and when it was made and changed.
        CACHEINFO: Struct<CacheInfo> = 6;
        /// Multicast address.
        MULTICAST: Ip = 7;
        /// All 32 bits of the flags.
        FLAGS: AddressFlags = 8;
        /// Priority of the route that comes with the address.
        RT_PRIORITY: U32 = 9;
        /// Look in the namespace with this id.
        TARGET_NETNSID: I32 = 10;
        /// Who added the address.
        PROTO: Protocol = 11;
    }
}

header! {
    /// `struct ifa_cacheinfo`.
    CacheInfo = "ifa_cacheinfo", 16 {
        /// Time the address is still preferred, in seconds; `u32::MAX` is for ever.
        preferred: u32, 0, native;
        /// Time the address is still valid, in seconds; `u32::MAX` is for ever.
        valid: u32, 4, native;
        /// When it was made, in hundredths of a second since boot.
        created: u32, 8, native;
        /// When it was last changed, in hundredths of a second since boot.
        updated: u32, 12, native;
    }
}

numbers! {
    /// Who added an address.
    Protocol: u8, native, "IFAPROT_" {
        /// Nobody said.
        UNSPEC = 0;
        /// The kernel, for a loopback link.
        KERNEL_LO = 1;
        /// The kernel, from a router advertisement.
        KERNEL_RA = 2;
        /// The kernel, link-local.
        KERNEL_LL = 3;
    }
}

bits! {
    /// `IFA_F_*`: flags of an address.
    AddressFlags: u32, native, "IFA_F_" {
        /// Secondary (IPv4), temporary (IPv6).
        SECONDARY = 0x01;
        /// No duplicate address detection: usable at once.
        NODAD = 0x02;
        /// Optimistic duplicate address detection.
        OPTIMISTIC = 0x04;
        /// Duplicate address detection failed.
        DADFAILED = 0x08;
        /// Home address (mobile IPv6).
        HOMEADDRESS = 0x10;
        /// Preferred lifetime is over.
        DEPRECATED = 0x20;
        /// Duplicate address detection has not ended.
        TENTATIVE = 0x40;
        /// Does not expire.
        PERMANENT = 0x80;
        /// Temporary addresses are made beside it.
        MANAGETEMPADDR = 0x100;
        /// No route to the prefix is made.
        NOPREFIXROUTE = 0x200;
        /// Multicast groups are joined by themselves.
        MCAUTOJOIN = 0x400;
        /// Stable privacy address.
        STABLE_PRIVACY = 0x800;
    }
}
