//! Steps as netlink messages, one each.

use std::net::IpAddr;

use ipnet::IpNet;
use nl::route::address::{self, AddressFlags, IfAddr};
use nl::route::link::{self, IfInfo};
use nl::route::neighbour::{self, NdMsg};
use nl::route::route::{self, RtMsg};
use nl::route::{
    self as rt, LinkFlags, bridge, bridge_port, inet, inet6, info, ipvlan, macvlan, veth, vlan,
};
use nl::{Batch, Flags, Indexed};

use crate::facts::Network;
use crate::plan::{Kind, Master, Namespace, Step};
use crate::spec::{IpvlanMode, MacvlanMode};

const NEW: Flags = Flags::CREATE.union(Flags::EXCL);

// Indexes of `IFLA_INET_CONF` (`linux/ip.h`), which count from 1.
const FORWARDING: u16 = 1;
const RP_FILTER: u16 = 8;
const ROUTE_LOCALNET: u16 = 26;
/// A source must be reachable by any link, not by the one its packets come in by.
const LOOSE: u32 = 2;

/// Writes one step. `index` finds the index of a link that must exist.
fn encode(step: &Step, batch: &mut Batch<'_>, flags: Flags, index: impl Fn(&str) -> u32) {
    let any = IfInfo::default();
    let numbered = |index: u32| IfInfo { index: index as i32, ..any };
    match step {
        Step::CreateBridge { link, mac, mtu } => {
            batch.push(link::NEW, flags | NEW, any, |m| {
                m.put(link::IFNAME, link).put(link::ADDRESS, &mac.0).put(link::MTU, *mtu);
                m.nest(link::LINKINFO, |i| {
                    i.put(info::KIND, "bridge").nest(info::BRIDGE, |b| {
                        b.put(bridge::FORWARD_DELAY, 0).put(bridge::STP_STATE, 0);
                        // Snooping without a querier loses group members after minutes.
                        b.put(bridge::MCAST_SNOOPING, 0);
                    });
                });
            });
        }
        Step::CreateVeth(pair) => {
            // 0 would mean: in no bridge. No link has this number, so the kernel refuses.
            let known = |master: &Master| match master.index.unwrap_or_else(|| index(&master.link))
            {
                0 => i32::MAX as u32,
                index => index,
            };
            let master = pair.master.as_ref().map(known);
            batch.push(link::NEW, flags | NEW, any, |m| {
                // veth allocates a queue for every processor it might see, unless told.
                m.put(link::IFNAME, &pair.name).put(link::MTU, pair.mtu);
                m.put_some(link::MASTER, master);
                m.put(link::NUM_TX_QUEUES, 1).put(link::NUM_RX_QUEUES, 1);
                m.nest(link::LINKINFO, |i| {
                    i.put(info::KIND, "veth").nest(info::VETH, |v| {
                        v.header_nest(veth::PEER, any, |p| {
                            p.put(link::IFNAME, &pair.peer);
                            p.put_some(
                                link::ADDRESS,
                                pair.peer_mac.as_ref().map(|mac| mac.0.as_slice()),
                            );
                            p.put(link::MTU, pair.mtu);
                            p.put(link::NUM_TX_QUEUES, 1).put(link::NUM_RX_QUEUES, 1);
                            match pair.into {
                                Namespace::Process(pid) => p.put(link::NET_NS_PID, pid as u32),
                                Namespace::Descriptor(fd) => p.put(link::NET_NS_FD, fd as u32),
                            };
                        });
                    });
                });
            });
        }
        Step::CreateChild(child) => {
            let parent = index(&child.parent);
            batch.push(link::NEW, flags | NEW, any, |m| {
                m.put(link::IFNAME, &child.link).put(link::LINK, parent).put(link::MTU, child.mtu);
                m.put_some(link::ADDRESS, child.mac.as_ref().map(|mac| mac.0.as_slice()));
                match child.into {
                    Namespace::Process(pid) => m.put(link::NET_NS_PID, pid as u32),
                    Namespace::Descriptor(fd) => m.put(link::NET_NS_FD, fd as u32),
                };
                m.nest(link::LINKINFO, |i| {
                    match child.kind {
                        Kind::Macvlan(mode) => {
                            i.put(info::KIND, "macvlan").nest(info::MACVLAN, |d| {
                                d.put(macvlan::MODE, macvlan_mode(mode));
                            })
                        }
                        Kind::Ipvlan(mode) => i.put(info::KIND, "ipvlan").nest(info::IPVLAN, |d| {
                            d.put(ipvlan::MODE, ipvlan_mode(mode));
                        }),
                    };
                });
            });
        }
        Step::CreateVlan { link, parent, id } => {
            let parent = index(parent);
            batch.push(link::NEW, flags | NEW, any, |m| {
                m.put(link::IFNAME, link).put(link::LINK, parent);
                m.nest(link::LINKINFO, |i| {
                    i.put(info::KIND, "vlan").nest(info::VLAN, |v| {
                        v.put(vlan::ID, *id);
                    });
                });
            });
        }
        Step::NoAutomaticAddresses { link } => {
            batch.push(link::SET, flags, any, |m| {
                m.put(link::IFNAME, link).nest(link::AF_SPEC, |a| {
                    a.nest(rt::link::INET6, |i| {
                        i.put(inet6::ADDR_GEN_MODE, inet6::ADDR_GEN_NONE);
                    });
                });
            });
        }
        Step::SetMtu { link, mtu } => {
            batch.push(link::SET, flags, any, |m| {
                m.put(link::IFNAME, link).put(link::MTU, *mtu);
            });
        }
        Step::SetUp { link } => {
            let up = IfInfo { flags: LinkFlags::UP, change: LinkFlags::UP, ..any };
            batch.push(link::SET, flags, up, |m| {
                m.put(link::IFNAME, link);
            });
        }
        Step::AddAddress { link, address: prefix } => {
            let header = IfAddr {
                family: family(prefix),
                prefix_len: prefix.prefix_len(),
                index: index(link),
                ..IfAddr::default()
            };
            batch.push(address::NEW, flags | NEW, header, |m| {
                m.put(address::LOCAL, prefix.addr()).put(address::ADDRESS, prefix.addr());
                match prefix {
                    // Two addresses or one have no room for a broadcast address (RFC 3021).
                    IpNet::V4(net) if net.prefix_len() < 31 => {
                        m.put(address::BROADCAST, IpAddr::V4(net.broadcast()));
                    }
                    IpNet::V4(_) => {}
                    // Usable at once: a lease is nobody else's, so nothing is to be probed for.
                    IpNet::V6(_) => {
                        m.put(address::FLAGS, AddressFlags::NODAD);
                    }
                }
            });
        }
        Step::AddRoute(route) => {
            let on_link = route.gateway.is_none() && matches!(route.to, IpNet::V4(_));
            let header = RtMsg {
                family: family(&route.to),
                dst_len: route.to.prefix_len(),
                table: route::RT_TABLE_MAIN,
                protocol: route::PROTOCOL_BOOT,
                scope: if on_link { route::SCOPE_LINK } else { route::SCOPE_UNIVERSE },
                kind: route::UNICAST,
                ..RtMsg::default()
            };
            batch.push(route::NEW, flags | NEW, header, |m| {
                if route.to.prefix_len() > 0 {
                    m.put(route::DST, route.to.addr());
                }
                m.put_some(route::GATEWAY, route.gateway);
                m.put_some(route::OIF, route.link.as_deref().map(&index));
            });
        }
        Step::AddName { link, name } => {
            batch.push(link::NEWPROP, flags | NEW, any, |m| {
                m.put(link::IFNAME, link).nest(link::PROP_LIST, |p| {
                    p.put(link::ALT_IFNAME, name);
                });
            });
        }
        Step::RemoveName { index, name, .. } => {
            batch.push(link::DELPROP, flags, numbered(*index), |m| {
                m.nest(link::PROP_LIST, |p| {
                    p.put(link::ALT_IFNAME, name);
                });
            });
        }
        Step::Describe { link, text } => {
            batch.push(link::SET, flags, any, |m| {
                m.put(link::IFNAME, link).put(link::IFALIAS, text);
            });
        }
        Step::SetNeighbour { link, index: known, address, mac } => {
            let header = NdMsg {
                family: ip_family(address),
                index: known.unwrap_or_else(|| index(link)) as i32,
                state: neighbour::State::STALE,
                ..NdMsg::default()
            };
            batch.push(neighbour::NEW, flags | Flags::REPLACE, header, |m| {
                m.put(neighbour::DST, *address).put(neighbour::LLADDR, &mac.0);
            });
        }
        Step::Join { network } => {
            // Adds no name. RTM_SETLINK finds a link by such a name only since Linux 5.18.
            batch.push(link::NEWPROP, flags, any, |m| {
                m.put(link::ALT_IFNAME, &Network::altname(network));
            });
        }
        Step::Vacant { address } => {
            let len = if address.is_ipv4() { 32 } else { 128 };
            let header = RtMsg { family: ip_family(address), dst_len: len, ..RtMsg::default() };
            batch.push(route::GET, flags, header, |m| {
                m.put(route::DST, *address);
            });
        }
        Step::Isolate { link } => {
            batch.push(link::NEW, flags, any, |m| {
                m.put(link::IFNAME, link).nest(link::LINKINFO, |i| {
                    i.put(info::SLAVE_KIND, "bridge").nest(info::BRIDGE_PORT, |p| {
                        p.put(bridge_port::ISOLATED, 1);
                    });
                });
            });
        }
        Step::AddPort { link, bridge } => {
            batch.push(link::SET, flags, any, |m| {
                m.put(link::IFNAME, link).put(link::MASTER, index(bridge));
            });
        }
        Step::Rename { index, to, .. } => {
            batch.push(link::SET, flags, numbered(*index), |m| {
                m.put(link::IFNAME, to);
            });
        }
        Step::Move { index, to, name, .. } => {
            batch.push(link::SET, flags, numbered(*index), |m| {
                m.put(link::NET_NS_FD, to.fd.cast_unsigned());
                m.put_some(link::IFNAME, name.as_deref());
            });
        }
        Step::SetPromiscuous { link, on } => {
            let wanted = if *on { LinkFlags::PROMISC } else { LinkFlags::empty() };
            let header = IfInfo { flags: wanted, change: LinkFlags::PROMISC, ..any };
            batch.push(link::SET, flags, header, |m| {
                m.put(link::IFNAME, link);
            });
        }
        Step::Detach { index, .. } => {
            let down = IfInfo { change: LinkFlags::UP, ..numbered(*index) };
            batch.push(link::SET, flags, down, |m| {
                m.put(link::MASTER, 0);
            });
        }
        Step::RelaxRouting { link, forward } => {
            batch.push(link::SET, flags, any, |m| {
                m.put(link::IFNAME, link).nest(link::AF_SPEC, |a| {
                    a.nest(rt::link::INET, |i| {
                        i.nest(inet::CHANGE, |c| {
                            c.put(Indexed::at(ROUTE_LOCALNET), 1)
                                .put(Indexed::at(RP_FILTER), LOOSE);
                            if *forward {
                                c.put(Indexed::at(FORWARDING), 1);
                            }
                        });
                    });
                });
            });
        }
        Step::Hairpin { link } => {
            // RTM_SETLINK ignores these, and says nothing.
            batch.push(link::NEW, flags, any, |m| {
                m.put(link::IFNAME, link).nest(link::LINKINFO, |i| {
                    i.put(info::SLAVE_KIND, "bridge").nest(info::BRIDGE_PORT, |p| {
                        p.put(bridge_port::MODE, 1);
                    });
                });
            });
        }
        // The rest goes other ways.
        Step::AddRules(..)
        | Step::RemoveRules(_)
        | Step::SetParameter { .. }
        | Step::IgnoreRouters { .. } => {}
        Step::DeleteLink { index: Some(index), .. } => {
            batch.push(link::DEL, flags, numbered(*index), |_| {});
        }
        Step::DeleteLink { link, index: None } => {
            batch.push(link::DEL, flags, any, |m| {
                m.put(link::IFNAME, link);
            });
        }
    }
}

fn macvlan_mode(mode: MacvlanMode) -> macvlan::Mode {
    match mode {
        MacvlanMode::Bridge => macvlan::Mode::BRIDGE,
        MacvlanMode::Private => macvlan::Mode::PRIVATE,
        MacvlanMode::Vepa => macvlan::Mode::VEPA,
        MacvlanMode::Passthru => macvlan::Mode::PASSTHRU,
    }
}

fn ipvlan_mode(mode: IpvlanMode) -> ipvlan::Mode {
    match mode {
        IpvlanMode::L2 => ipvlan::Mode::L2,
        IpvlanMode::L3 => ipvlan::Mode::L3,
        IpvlanMode::L3s => ipvlan::Mode::L3S,
    }
}

/// Writes steps as one send. `indexes` are those of the links that the steps name by index; 0 for
/// one that is not known.
pub(super) fn encode_all(steps: &[Step], indexes: &[u32], batch: &mut Batch<'_>) {
    let last = steps.len().saturating_sub(1);
    for (n, step) in steps.iter().enumerate() {
        // Refusals always report themselves; only the end of the batch must.
        let flags = if n == last { Flags::ACK } else { Flags::empty() };
        let index = indexes.get(n).copied().unwrap_or_default();
        encode(step, batch, flags, |_| index);
    }
}

fn ip_family(address: &IpAddr) -> u8 {
    if address.is_ipv4() { rt::INET } else { rt::INET6 }
}

fn family(prefix: &IpNet) -> u8 {
    match prefix {
        IpNet::V4(_) => rt::INET,
        IpNet::V6(_) => rt::INET6,
    }
}
