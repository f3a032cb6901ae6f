//! Addresses, routes, neighbours and rules.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use nl::Flags;
use nl::route::address::{self, IfAddr};
use nl::route::neighbour::{self, NdMsg, State};
use nl::route::route::{self, Hop, HopFlags, Kind, Protocol as By, RtMsg};
use nl::route::rule::{self, Action, FibRule};
use nl::route::{INET, INET6, metrics};
use nl::socket::Socket;

use crate::world::send;
use crate::{Random, list};

fn masked(ip: Ipv4Addr, len: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0);
    Ipv4Addr::from(u32::from(ip) & mask)
}

pub(crate) fn addresses(socket: &mut Socket, random: &mut Random, index: u32) {
    // Without any IPv4 address the kernel takes no gateway, for it has no local table.
    let mut wanted = BTreeSet::from([(random.v4(10).into(), 24, None)]);
    for _ in 0..random.range(0, 8) {
        let (ip, most): (IpAddr, u32) =
            if random.yes() { (random.v4(10).into(), 32) } else { (random.v6().into(), 128) };
        let lifetimes = random.yes().then(|| {
            let valid = random.range(1000, 100_000);
            (valid, random.range(500, valid))
        });
        wanted.insert((ip, random.range(8, most) as u8, lifetimes));
    }
    send(socket, |batch| {
        for (n, (ip, prefix_len, lifetimes)) in wanted.iter().enumerate() {
            let family = if ip.is_ipv4() { INET } else { INET6 };
            let header = IfAddr { family, prefix_len: *prefix_len, index, ..IfAddr::default() };
            let last = if n + 1 == wanted.len() { Flags::ACK } else { Flags::empty() };
            batch.push(address::NEW, Flags::CREATE | Flags::EXCL | last, header, |m| {
                m.put(address::LOCAL, *ip).put(address::ADDRESS, *ip);
                m.put(address::FLAGS, address::AddressFlags::NODAD);
                m.put_some(
                    address::CACHEINFO,
                    lifetimes.map(|(valid, preferred)| address::CacheInfo {
                        valid,
                        preferred,
                        ..Default::default()
                    }),
                );
            });
        }
    });
    let mut found = BTreeSet::new();
    list(
        socket,
        (address::GET, address::NEW),
        IfAddr::default(),
        |_| {},
        |header, view| {
            let ip = view.get(address::LOCAL).unwrap().or(view.get(address::ADDRESS).unwrap());
            let ip = ip.unwrap();
            if header.index != index || matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local()) {
                return;
            }
            let permanent = view
                .get(address::FLAGS)
                .unwrap()
                .unwrap()
                .contains(address::AddressFlags::PERMANENT);
            let cache = view.get(address::CACHEINFO).unwrap().unwrap();
            let same = |(_, _, lifetimes): &&(IpAddr, u8, Option<(u32, u32)>)| {
                lifetimes.is_none_or(|(valid, preferred)| {
                    // Seconds may have passed.
                    valid - cache.valid < 5 && preferred - cache.preferred < 5
                })
            };
            let own = |want: &&(IpAddr, u8, Option<(u32, u32)>)| {
                want.0 == ip && want.2.is_none() == permanent
            };
            let want = wanted.iter().filter(own).find(same);
            found.insert((ip, header.prefix_len, want.and_then(|want| want.2)));
        },
    );
    assert_eq!(found, wanted);
}

pub(crate) fn routes(socket: &mut Socket, random: &mut Random, index: i32) {
    type Want = (u8, Kind, Option<u32>, Vec<(u8, IpAddr)>, By);
    let mut wanted: BTreeMap<(Ipv4Addr, u8, u32), Want> = BTreeMap::new();
    for _ in 0..random.range(1, 10) {
        let len = random.range(9, 32) as u8;
        let table = random.range(1000, u32::MAX - 1);
        let kind = [Kind::UNICAST, Kind::BLACKHOLE, Kind::UNREACHABLE, Kind::THROW]
            [random.range(0, 3) as usize];
        let unicast = kind == Kind::UNICAST;
        let mtu = random.yes().then(|| random.range(1000, 1500)).filter(|_| unicast);
        let hops: Vec<_> = (0..if unicast { random.range(2, 4) } else { 0 })
            .map(|_| (random.range(0, 255) as u8, random.v4(11).into()))
            .collect();
        let key = (masked(random.v4(172), len), random.range(1, 9999), table);
        let by = By(random.range(4, 255) as u8);
        wanted.insert((key.0, len, key.2), (key.1 as u8, kind, mtu, hops, by));
    }
    send(socket, |batch| {
        for (n, ((ip, dst_len, table), (metric, kind, mtu, hops, by))) in wanted.iter().enumerate()
        {
            let header = RtMsg {
                family: INET,
                dst_len: *dst_len,
                kind: *kind,
                protocol: *by,
                ..RtMsg::default()
            };
            let last = if n + 1 == wanted.len() { Flags::ACK } else { Flags::empty() };
            batch.push(route::NEW, Flags::CREATE | Flags::EXCL | last, header, |m| {
                m.put(route::DST, (*ip).into()).put(route::TABLE, *table);
                m.put(route::PRIORITY, (*metric).into());
                if let Some(mtu) = mtu {
                    m.nest(route::METRICS, |x| {
                        x.put(metrics::MTU, *mtu);
                    });
                }
                if !hops.is_empty() {
                    m.hops(route::MULTIPATH, |list| {
                        for &(weight, gateway) in hops {
                            let flags = HopFlags::ONLINK;
                            list.push(Hop { hops: weight, flags, index, ..Hop::default() }, |h| {
                                h.put(route::GATEWAY, gateway);
                            });
                        }
                    });
                }
            });
        }
    });
    let mut found = BTreeMap::new();
    let header = RtMsg { family: INET, ..RtMsg::default() };
    list(
        socket,
        (route::GET, route::NEW),
        header,
        |_| {},
        |header, view| {
            let table = view.get(route::TABLE).unwrap().unwrap();
            if table < 1000 {
                return;
            }
            let Some(IpAddr::V4(ip)) = view.get(route::DST).unwrap() else { panic!() };
            let mtu = view
                .nest(route::METRICS)
                .unwrap()
                .and_then(|metrics| metrics.get(metrics::MTU).unwrap());
            let hops = view
                .hops(route::MULTIPATH)
                .unwrap()
                .map(|hop| hop.unwrap())
                .map(|(hop, view)| {
                    assert_eq!(hop.index, index);
                    (hop.hops, view.get(route::GATEWAY).unwrap().unwrap())
                })
                .collect();
            let metric = view.get(route::PRIORITY).unwrap().unwrap_or(0) as u8;
            found.insert(
                (ip, header.dst_len, table),
                (metric, header.kind, mtu, hops, header.protocol),
            );
        },
    );
    assert_eq!(found, wanted);
}

pub(crate) fn neighbours(socket: &mut Socket, random: &mut Random, index: i32) {
    let wanted: BTreeMap<IpAddr, [u8; 6]> = (0..random.range(1, 9))
        .map(|_| {
            let ip = if random.yes() { random.v4(10).into() } else { random.v6().into() };
            (ip, random.mac())
        })
        .collect();
    send(socket, |batch| {
        for (n, (ip, mac)) in wanted.iter().enumerate() {
            let family = if ip.is_ipv4() { INET } else { INET6 };
            let header = NdMsg { family, index, state: State::PERMANENT, ..NdMsg::default() };
            let last = if n + 1 == wanted.len() { Flags::ACK } else { Flags::empty() };
            batch.push(neighbour::NEW, Flags::CREATE | Flags::EXCL | last, header, |m| {
                m.put(neighbour::DST, *ip).put(neighbour::LLADDR, mac);
            });
        }
    });
    let mut found = BTreeMap::new();
    list(
        socket,
        (neighbour::GET, neighbour::NEW),
        NdMsg::default(),
        |_| {},
        |header, view| {
            if header.index == index && header.state == State::PERMANENT {
                let mac = view.get(neighbour::LLADDR).unwrap().unwrap().try_into().unwrap();
                found.insert(view.get(neighbour::DST).unwrap().unwrap(), mac);
            }
        },
    );
    assert_eq!(found, wanted);
}

pub(crate) fn rules(socket: &mut Socket, random: &mut Random) {
    type Want = (Ipv4Addr, u8, u32, Option<u32>, Option<(u16, u16)>);
    let wanted: BTreeMap<u32, Want> = (0..random.range(1, 9))
        .map(|_| {
            let len = random.range(8, 32) as u8;
            let ports = random.yes().then(|| {
                let first = random.range(1, 60_000) as u16;
                (first, first + random.range(0, 99) as u16)
            });
            let mark = random.yes().then(|| random.range(1, u32::MAX - 1));
            let table = random.range(256, u32::MAX - 1);
            (random.range(1, 32_000), (masked(random.v4(10), len), len, table, mark, ports))
        })
        .collect();
    send(socket, |batch| {
        for (n, (priority, (ip, src_len, table, mark, ports))) in wanted.iter().enumerate() {
            let header = FibRule {
                family: INET,
                src_len: *src_len,
                action: Action::TO_TBL,
                ..FibRule::default()
            };
            let last = if n + 1 == wanted.len() { Flags::ACK } else { Flags::empty() };
            batch.push(rule::NEW, Flags::CREATE | Flags::EXCL | last, header, |m| {
                m.put(rule::PRIORITY, *priority).put(rule::SRC, (*ip).into());
                m.put(rule::TABLE, *table).put_some(rule::FWMARK, *mark);
                let range = ports.map(|(start, end)| rule::PortRange { start, end });
                m.put_some(rule::DPORT_RANGE, range);
            });
        }
    });
    let mut found = BTreeMap::new();
    let header = FibRule { family: INET, ..FibRule::default() };
    list(
        socket,
        (rule::GET, rule::NEW),
        header,
        |_| {},
        |header, view| {
            let Some(IpAddr::V4(ip)) = view.get(rule::SRC).unwrap() else { return };
            let table = view.get(rule::TABLE).unwrap().unwrap();
            let ports = view.get(rule::DPORT_RANGE).unwrap().map(|range| (range.start, range.end));
            let mark = view.get(rule::FWMARK).unwrap();
            let priority = view.get(rule::PRIORITY).unwrap().unwrap();
            found.insert(priority, (ip, header.src_len, table, mark, ports));
        },
    );
    assert_eq!(found, wanted);
}
