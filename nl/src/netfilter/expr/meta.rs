//! What the kernel knows about a packet (`linux/netfilter/nf_tables.h`).

use crate::attr::attributes;
use crate::netfilter::data::Register;
use crate::value::numbers;

attributes! {
    /// `meta` (`NFTA_META_*`).
    Meta = "NFTA_META" {
        /// Register to load into.
        DREG: Register = 1;
        /// What.
        KEY: Key = 2;
        /// Register to set it from.
        SREG: Register = 3;
    }
}

numbers! {
    /// What the kernel knows about a packet; integers in host byte order, names in 16 bytes.
    Key: u32, big, "NFT_META_" {
        /// Length, in bytes.
        LEN = 0;
        /// Ethernet type, big-endian.
        PROTOCOL = 1;
        /// Priority.
        PRIORITY = 2;
        /// Mark.
        MARK = 3;
        /// Index of the link it came in by.
        IIF = 4;
        /// Index of the link it goes out by.
        OIF = 5;
        /// Name of the link it came in by.
        IIFNAME = 6;
        /// Name of the link it goes out by.
        OIFNAME = 7;
        /// Type of the link it came in by.
        IIFTYPE = 8;
        /// Type of the link it goes out by.
        OIFTYPE = 9;
        /// User of the socket.
        SKUID = 10;
        /// Group of the socket.
        SKGID = 11;
        /// Whether it is traced.
        NFTRACE = 12;
        /// Realm of the route.
        RTCLASSID = 13;
        /// Security mark.
        SECMARK = 14;
        /// Family, 1 byte.
        NFPROTO = 15;
        /// IP protocol, 1 byte.
        L4PROTO = 16;
        /// Name of the bridge it came in by.
        BRI_IIFNAME = 17;
        /// Name of the bridge it goes out by.
        BRI_OIFNAME = 18;
        /// Unicast, broadcast or multicast, 1 byte.
        PKTTYPE = 19;
        /// Processor.
        CPU = 20;
        /// Group of the link it came in by.
        IIFGROUP = 21;
        /// Group of the link it goes out by.
        OIFGROUP = 22;
        /// Control group of the socket.
        CGROUP = 23;
        /// A random number.
        PRANDOM = 24;
        /// Whether IPsec handled it, 1 byte.
        SECPATH = 25;
        /// Kind of the link it came in by.
        IIFKIND = 26;
        /// Kind of the link it goes out by.
        OIFKIND = 27;
        /// VLAN of untagged packets of the bridge port.
        BRI_IIFPVID = 28;
        /// Ethernet type of the bridge's tags.
        BRI_IIFVPROTO = 29;
        /// Time, in nanoseconds since 1970.
        TIME_NS = 30;
        /// Day of the week.
        TIME_DAY = 31;
        /// Second of the day.
        TIME_HOUR = 32;
        /// Index of the link below a VRF.
        SDIF = 33;
        /// Name of the link below a VRF.
        SDIFNAME = 34;
        /// Route it instead of bridging it.
        BRI_BROUTE = 35;
        /// Hardware address of the bridge it came in by.
        BRI_IIFHWADDR = 37;
    }
}
