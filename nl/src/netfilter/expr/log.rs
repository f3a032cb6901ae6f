//! Log message (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::value::{Be16, Be32, Str, numbers};

attributes! {
    /// `log` (`NFTA_LOG_*`).
    Log = "NFTA_LOG" {
        /// Group of `NETLINK_NETFILTER` to send to.
        GROUP: Be16 = 1;
        /// Text before it.
        PREFIX: Str = 2;
        /// Bytes of the packet to send.
        SNAPLEN: Be32 = 3;
        /// Messages to send at once.
        QTHRESHOLD: Be16 = 4;
        /// Level of the kernel log.
        LEVEL: Level = 5;
        /// `NF_LOG_*`.
        FLAGS: Be32 = 6;
    }
}

numbers! {
    /// Level of the kernel log.
    Level: u32, big, "NFT_LOGLEVEL_" {
        /// System is unusable.
        EMERG = 0;
        /// Must be acted upon at once.
        ALERT = 1;
        /// Critical.
        CRIT = 2;
        /// Error.
        ERR = 3;
        /// Warning.
        WARNING = 4;
        /// Normal but significant.
        NOTICE = 5;
        /// Information.
        INFO = 6;
        /// For debugging.
        DEBUG = 7;
        /// To the audit log.
        AUDIT = 8;
    }
}
