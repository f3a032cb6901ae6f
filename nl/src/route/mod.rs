//! rtnetlink: links, addresses, routes, neighbours, rules, traffic control and the rest
//! (`linux/rtnetlink.h`, rtnetlink(7)). All integers are in host byte order unless their type
//! says otherwise.

pub mod address;
pub mod bond;
pub mod bond_lacp;
pub mod bond_port;
pub mod bridge;
pub mod bridge_port;
pub mod bridge_querier;
pub mod bridge_spec;
pub mod bridge_tunnel;
pub mod fdb_ext;
pub mod geneve;
pub mod gre;
pub mod inet;
pub mod inet6;
pub mod info;
pub mod ipvlan;
pub mod link;
pub mod link_stats;
pub mod macvlan;
pub mod mdb;
pub mod mdb_details;
pub mod mdb_entry;
pub mod mdb_list;
pub mod mdb_router;
pub mod mdb_router_port;
pub mod metrics;
pub mod neighbour;
pub mod neighbour_parameters;
pub mod neighbour_table;
pub mod netconf;
pub mod netkit;
pub mod nexthop;
pub mod nexthop_bucket;
pub mod nexthop_group;
pub mod nexthop_group_entry;
pub mod nsid;
#[allow(clippy::module_inception)]
pub mod route;
pub mod rule;
pub mod stats;
pub mod stats_hardware;
pub mod stats_offload;
pub mod tbf;
pub mod traffic;
pub mod traffic_stats;
pub mod tun;
pub mod tunnel;
pub mod veth;
pub mod vf;
pub mod vf_stats;
pub mod vlan;
pub mod vrf;
pub mod vrf_port;
pub mod vti;
pub mod vxlan;
pub mod xdp;

pub use crate::flags::LinkFlags;

use crate::attr::MessageSchema;
use crate::value::numbers;

/// `AF_UNSPEC`: any family.
pub const UNSPEC: u8 = 0;
/// `AF_INET`.
pub const INET: u8 = 2;
/// `AF_BRIDGE`.
pub const BRIDGE: u8 = 7;
/// `AF_INET6`.
pub const INET6: u8 = 10;
/// `AF_MPLS`.
pub const MPLS: u8 = 28;
/// `RTNL_FAMILY_IPMR`: multicast routes of IPv4.
pub const IPMR: u8 = 128;
/// `RTNL_FAMILY_IP6MR`: multicast routes of IPv6.
pub const IP6MR: u8 = 129;

numbers! {
    /// Address family, as headers carry it (`linux/socket.h`, `linux/rtnetlink.h`).
    Family: u8, native, "AF_" {
        /// Any.
        UNSPEC = 0;
        /// IPv4.
        INET = 2;
        /// Bridge ports and forwarding entries.
        BRIDGE = 7;
        /// IPv6.
        INET6 = 10;
        /// Packet sockets.
        PACKET = 17;
        /// MPLS.
        MPLS = 28;
        /// Management component transport.
        MCTP = 45;
        /// Multicast routes of IPv4.
        IPMR = 128;
        /// Multicast routes of IPv6.
        IP6MR = 129;
    }
}

numbers! {
    /// Multicast groups: who listens to what (`linux/rtnetlink.h`).
    Group: u32, native, "RTNLGRP_" {
        /// Links.
        LINK = 1;
        /// Neighbours.
        NEIGH = 3;
        /// Traffic control.
        TC = 4;
        /// IPv4 addresses.
        IPV4_IFADDR = 5;
        /// IPv4 multicast routes.
        IPV4_MROUTE = 6;
        /// IPv4 routes.
        IPV4_ROUTE = 7;
        /// IPv4 rules.
        IPV4_RULE = 8;
        /// IPv6 addresses.
        IPV6_IFADDR = 9;
        /// IPv6 multicast routes.
        IPV6_MROUTE = 10;
        /// IPv6 routes.
        IPV6_ROUTE = 11;
        /// IPv6 settings of links.
        IPV6_IFINFO = 12;
        /// IPv6 prefixes from router advertisements.
        IPV6_PREFIX = 18;
        /// IPv6 rules.
        IPV6_RULE = 19;
        /// Neighbour discovery options for user space.
        ND_USEROPT = 20;
        /// IPv4 network settings.
        IPV4_NETCONF = 24;
        /// IPv6 network settings.
        IPV6_NETCONF = 25;
        /// Multicast forwarding of bridges.
        MDB = 26;
        /// Namespace ids.
        NSID = 28;
        /// Next-hop objects.
        NEXTHOP = 32;
        /// VLANs of bridges.
        BRVLAN = 33;
        /// Counters.
        STATS = 36;
    }
}

/// The message types of rtnetlink, one table per module.
pub(crate) static MESSAGES: &[&[MessageSchema]] = &[
    link::MESSAGES,
    address::MESSAGES,
    route::MESSAGES,
    neighbour::MESSAGES,
    rule::MESSAGES,
    traffic::MESSAGES,
    neighbour_table::MESSAGES,
    netconf::MESSAGES,
    nsid::MESSAGES,
    stats::MESSAGES,
    nexthop::MESSAGES,
    nexthop_bucket::MESSAGES,
    mdb::MESSAGES,
];
