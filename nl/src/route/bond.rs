//! Bonds: several links used as one (`linux/if_link.h`, `linux/if_bonding.h`).

use crate::attr::{Indexed, Nest, attributes};
use crate::route::bond_lacp::AdInfo;
use crate::value::{Ip, Mac, U8, U16, U32, numbers};

attributes! {
    /// A bond (`IFLA_BOND_*`). Times are in milliseconds unless said otherwise.
    Bond = "IFLA_BOND" {
        /// How links are used.
        MODE: Mode = 1;
        /// Index of the active port.
        ACTIVE_SLAVE: U32 = 2;
        /// Time between looks at the carrier.
        MIIMON: U32 = 3;
        /// Time before a port that came up is used.
        UPDELAY: U32 = 4;
        /// Time before a port that went down is given up.
        DOWNDELAY: U32 = 5;
        /// Whether the carrier is read from the driver.
        USE_CARRIER: U8 = 6;
        /// Time between ARP probes.
        ARP_INTERVAL: U32 = 7;
        /// Targets of ARP probes.
        ARP_IP_TARGET: Nest<Indexed<Ip>> = 8;
        /// Which ARP answers are checked.
        ARP_VALIDATE: U32 = 9;
        /// Whether all targets must answer.
        ARP_ALL_TARGETS: U32 = 10;
        /// Index of the preferred port.
        PRIMARY: U32 = 11;
        /// When the preferred port is taken again.
        PRIMARY_RESELECT: U8 = 12;
        /// Which hardware address is used after a change.
        FAIL_OVER_MAC: U8 = 13;
        /// What of a packet chooses the port.
        XMIT_HASH_POLICY: HashPolicy = 14;
        /// IGMP reports sent after a change.
        RESEND_IGMP: U32 = 15;
        /// Announcements sent after a change.
        NUM_PEER_NOTIF: U8 = 16;
        /// Whether duplicate frames are delivered.
        ALL_SLAVES_ACTIVE: U8 = 17;
        /// Fewest links for the bond to be up.
        MIN_LINKS: U32 = 18;
        /// Time between learning packets, in seconds.
        LP_INTERVAL: U32 = 19;
        /// Packets sent by one port before the next.
        PACKETS_PER_SLAVE: U32 = 20;
        /// LACP rate: 0 slow, 1 fast.
        AD_LACP_RATE: U8 = 21;
        /// How the aggregator is chosen.
        AD_SELECT: U8 = 22;
        /// State of LACP.
        AD_INFO: Nest<AdInfo> = 23;
        /// Own system priority.
        AD_ACTOR_SYS_PRIO: U16 = 24;
        /// Upper bits of the port key.
        AD_USER_PORT_KEY: U16 = 25;
        /// Own system address.
        AD_ACTOR_SYSTEM: Mac = 26;
        /// Whether flows move between ports.
        TLB_DYNAMIC_LB: U8 = 27;
        /// Time between announcements.
        PEER_NOTIF_DELAY: U32 = 28;
        /// Whether LACP packets are sent unasked.
        AD_LACP_ACTIVE: U8 = 29;
        /// Probes missed before a port is given up.
        MISSED_MAX: U8 = 30;
        /// Targets of neighbour probes (IPv6).
        NS_IP6_TARGET: Nest<Indexed<Ip>> = 31;
        /// Whether a port's receive and transmit states are coupled.
        COUPLED_CONTROL: U8 = 32;
        /// Whether ARP and neighbour packets are sent by all ports.
        BROADCAST_NEIGH: U8 = 33;
    }
}

numbers! {
    /// How links are used.
    Mode: u8, native, "BOND_MODE_" {
        /// One after the other.
        ROUNDROBIN = 0;
        /// One at a time.
        ACTIVEBACKUP = 1;
        /// By hash.
        XOR = 2;
        /// All at once.
        BROADCAST = 3;
        /// LACP.
        _8023AD = 4;
        /// Transmit load balancing.
        TLB = 5;
        /// Transmit and receive load balancing.
        ALB = 6;
    }
}

numbers! {
    /// What of a packet chooses the port.
    HashPolicy: u8, native, "BOND_XMIT_POLICY_" {
        /// Hardware addresses.
        LAYER2 = 0;
        /// Addresses and ports.
        LAYER34 = 1;
        /// Hardware and IP addresses.
        LAYER23 = 2;
        /// As [`LAYER23`](Self::LAYER23), of the inner packet.
        ENCAP23 = 3;
        /// As [`LAYER34`](Self::LAYER34), of the inner packet.
        ENCAP34 = 4;
        /// VLAN and source address.
        VLAN_SRCMAC = 5;
    }
}
