//! The kernel as the judge: random specifications, written by this crate, sent to a real kernel
//! in a network namespace of the test's own, listed, decoded by this crate, and compared with the
//! specification.

mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nl::netfilter::expr::{Translation, cmp, ct, expression, meta, nat, payload};
use nl::netfilter::{
    Family, NfGen, Register, batch, chain, data, element, elements, rule as nft_rule, set, table,
    userdata,
};
use nl::route::address::{self, IfAddr};
use nl::route::link::{self, IfInfo};
use nl::route::neighbour::{self, NdMsg, State};
use nl::route::route::{self, Hop, HopFlags, Kind, Protocol as By, RtMsg};
use nl::route::rule::{self, Action, FibRule};
use nl::route::{
    BRIDGE, INET, INET6, LinkFlags, bridge, bridge_port, info, macvlan, metrics, veth, vxlan,
};
use nl::socket::Socket;
use nl::wire::Header;
use nl::{Attrs, Batch, Flags, MessageType, Protocol, Set, View};
use world::{leave_the_machine, send, skipped};

/// Namespaces per run.
const WORLDS: u64 = 12;

/// xorshift64*: the same specifications for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn range(&mut self, least: u32, most: u32) -> u32 {
        least + ((self.next() >> 32) % (u64::from(most - least) + 1)) as u32
    }

    fn yes(&mut self) -> bool {
        self.next() >> 63 == 1
    }

    fn mac(&mut self) -> [u8; 6] {
        let [a, b, c, d, ..] = self.next().to_be_bytes();
        [0x02, 0x10, a, b, c, d]
    }

    fn text(&mut self, least: u32, most: u32) -> String {
        let len = self.range(least, most);
        (0..len).map(|_| char::from(b'a' + self.range(0, 25) as u8)).collect()
    }

    fn v4(&mut self, net: u8) -> Ipv4Addr {
        let [a, b, c, ..] = self.next().to_be_bytes();
        Ipv4Addr::new(net, a, b, c.clamp(1, 254))
    }

    fn v6(&mut self) -> Ipv6Addr {
        Ipv6Addr::from(0xfd00 << 112 | u128::from(self.next()) | 1)
    }
}

/// Lists, and gives each answer decoded to `each`.
fn list<H: Header, S: Set>(
    socket: &mut Socket,
    (ask, answer): (MessageType<H, S>, MessageType<H, S>),
    header: H,
    fill: impl FnOnce(&mut Attrs<'_, S>),
    mut each: impl FnMut(H, View<'_, S>),
) {
    let mut buf = [0; 256];
    let mut batch = Batch::new(&mut buf, socket.seq());
    batch.push(ask, Flags::DUMP, header, fill);
    let request = batch.finish().unwrap().to_vec();
    let answered = socket.dump(&request, |message| {
        let (header, view) = message.decode(answer)?;
        each(header, view);
        Ok(None::<()>)
    });
    answered.unwrap().unwrap();
}

fn masked(ip: Ipv4Addr, len: u8) -> Ipv4Addr {
    let mask = u32::MAX.checked_shl(32 - u32::from(len)).unwrap_or(0);
    Ipv4Addr::from(u32::from(ip) & mask)
}

/// What a link shall be, and what it is.
#[derive(Debug, Default, PartialEq)]
struct Wanted {
    kind: String,
    mtu: Option<u32>,
    mac: Vec<u8>,
    alias: String,
    altnames: BTreeSet<String>,
    group: u32,
    queue: u32,
    master: bool,
    up: bool,
    data: Vec<(&'static str, u64)>,
}

fn links(socket: &mut Socket, random: &mut Random) -> BTreeMap<String, i32> {
    let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
    let mut common = |random: &mut Random, name: &str, kind: &str| {
        let altnames = (0..random.range(0, 3)).map(|_| random.text(16, 100)).collect();
        let want = Wanted {
            kind: kind.into(),
            mtu: Some(random.range(1280, 9000)),
            mac: random.mac().to_vec(),
            alias: random.text(1, 200),
            altnames,
            group: random.range(0, 9),
            queue: random.range(1, 5000),
            up: random.yes(),
            ..Wanted::default()
        };
        wanted.insert(name.into(), want);
    };
    for (name, kind) in
        [("br", "bridge"), ("a", "veth"), ("b", "veth"), ("vx", "vxlan"), ("mv", "macvlan")]
    {
        common(random, name, kind);
    }
    let up = |want: &Wanted| {
        let flags = if want.up { LinkFlags::UP } else { LinkFlags::empty() };
        IfInfo { flags, change: LinkFlags::UP, ..IfInfo::default() }
    };
    let put = |m: &mut Attrs<'_, link::Link>, name: &str, want: &Wanted| {
        m.put(link::IFNAME, name).put_some(link::MTU, want.mtu).put(link::ADDRESS, &want.mac);
        m.put(link::TXQLEN, want.queue).put(link::GROUP, want.group);
    };
    // Each within what the kernel takes. Even, because a kernel that ticks 250 times a second
    // rounds odd hundredths down.
    let (delay, hello) = (2 * random.range(100, 1500), 2 * random.range(50, 500));
    let (age, ageing) = (2 * random.range(300, 2000), 2 * random.range(0, 50_000));
    let (priority, snooping) = (random.range(0, 0xffff) as u16, random.yes() as u8);
    // An MTU given at creation does not keep a bridge from taking over its port's (6.18).
    let of_port = wanted["a"].mtu;
    let want = wanted.get_mut("br").unwrap();
    want.mtu = of_port;
    want.data = vec![
        ("forward_delay", delay.into()),
        ("hello_time", hello.into()),
        ("max_age", age.into()),
        ("ageing_time", ageing.into()),
        ("priority", priority.into()),
        ("mcast_snooping", snooping.into()),
    ];
    let (id, port) = (random.range(1, 0xff_ffff), random.range(1024, 60_000) as u16);
    let (ttl, remote) = (random.range(1, 255) as u8, random.v4(10));
    let want = wanted.get_mut("vx").unwrap();
    want.data = vec![
        ("id", id.into()),
        ("port", port.into()),
        ("ttl", ttl.into()),
        ("remote", u32::from(remote).into()),
    ];
    let mode = [macvlan::Mode::BRIDGE, macvlan::Mode::PRIVATE, macvlan::Mode::VEPA]
        [random.range(0, 2) as usize];
    // It cannot be larger than the link below, nor up while that one is down.
    let below = wanted["b"].mtu;
    let want = wanted.get_mut("mv").unwrap();
    (want.mtu, want.up, want.data) = (below, false, vec![("mode", mode.0.into())]);
    wanted.get_mut("a").unwrap().master = true;

    let (br, a, b) = (&wanted["br"], &wanted["a"], &wanted["b"]);
    send(socket, |batch| {
        let create = Flags::CREATE | Flags::EXCL;
        batch.push(link::NEW, create, up(br), |m| {
            put(m, "br", br);
            m.nest(link::LINKINFO, |i| {
                i.put(info::KIND, "bridge").nest(info::BRIDGE, |d| {
                    d.put(bridge::FORWARD_DELAY, delay)
                        .put(bridge::HELLO_TIME, hello)
                        .put(bridge::MAX_AGE, age)
                        .put(bridge::AGEING_TIME, ageing)
                        .put(bridge::PRIORITY, priority)
                        .put(bridge::MCAST_SNOOPING, snooping);
                });
            });
        });
        batch.push(link::NEW, create, up(a), |m| {
            put(m, "a", a);
            m.nest(link::LINKINFO, |i| {
                i.put(info::KIND, "veth").nest(info::VETH, |d| {
                    d.header_nest(veth::PEER, IfInfo::default(), |p| put(p, "b", b));
                });
            });
        });
        batch.push(link::NEW, create, up(&wanted["vx"]), |m| {
            put(m, "vx", &wanted["vx"]);
            m.nest(link::LINKINFO, |i| {
                i.put(info::KIND, "vxlan").nest(info::VXLAN, |d| {
                    d.put(vxlan::ID, id).put(vxlan::PORT, port).put(vxlan::TTL, ttl);
                    d.put(vxlan::GROUP, remote.into());
                });
            });
        });
        batch.push(link::SET, Flags::ACK, IfInfo::default(), |m| {
            m.put(link::IFNAME, "br");
        });
    });
    let indexes = indexes(socket);
    send(socket, |batch| {
        let want = &wanted["mv"];
        batch.push(link::NEW, Flags::CREATE | Flags::EXCL, up(want), |m| {
            put(m, "mv", want);
            m.put(link::LINK, indexes["b"] as u32).nest(link::LINKINFO, |i| {
                i.put(info::KIND, "macvlan").nest(info::MACVLAN, |d| {
                    d.put(macvlan::MODE, mode);
                });
            });
        });
        for (name, want) in &wanted {
            batch.push(link::SET, Flags::empty(), up(want), |m| {
                m.put(link::IFNAME, name).put(link::IFALIAS, &want.alias);
                if want.master {
                    m.put(link::MASTER, indexes["br"] as u32);
                }
            });
            if !want.altnames.is_empty() {
                batch.push(link::NEWPROP, Flags::CREATE | Flags::EXCL, IfInfo::default(), |m| {
                    m.put(link::IFNAME, name).nest(link::PROP_LIST, |l| {
                        for altname in &want.altnames {
                            l.put(link::ALT_IFNAME, altname);
                        }
                    });
                });
            }
        }
        batch.push(link::SET, Flags::ACK, IfInfo::default(), |m| {
            m.put(link::IFNAME, "br");
        });
    });

    let mut found = BTreeMap::new();
    let kinds = (link::GET, link::NEW);
    list(
        socket,
        kinds,
        IfInfo::default(),
        |_| {},
        |header, view| {
            let Some(linkinfo) = view.nest(link::LINKINFO).unwrap() else { return };
            let name = view.get(link::IFNAME).unwrap().unwrap().to_string();
            let kind = linkinfo.get(info::KIND).unwrap().unwrap().to_string();
            let list = view.nest(link::PROP_LIST).unwrap();
            let data = match kind.as_str() {
                "bridge" => {
                    let d = linkinfo.nest(info::BRIDGE).unwrap().unwrap();
                    vec![
                        ("forward_delay", d.get(bridge::FORWARD_DELAY).unwrap().unwrap().into()),
                        ("hello_time", d.get(bridge::HELLO_TIME).unwrap().unwrap().into()),
                        ("max_age", d.get(bridge::MAX_AGE).unwrap().unwrap().into()),
                        ("ageing_time", d.get(bridge::AGEING_TIME).unwrap().unwrap().into()),
                        ("priority", d.get(bridge::PRIORITY).unwrap().unwrap().into()),
                        ("mcast_snooping", d.get(bridge::MCAST_SNOOPING).unwrap().unwrap().into()),
                    ]
                }
                "vxlan" => {
                    let d = linkinfo.nest(info::VXLAN).unwrap().unwrap();
                    let IpAddr::V4(remote) = d.get(vxlan::GROUP).unwrap().unwrap() else {
                        panic!()
                    };
                    vec![
                        ("id", d.get(vxlan::ID).unwrap().unwrap().into()),
                        ("port", d.get(vxlan::PORT).unwrap().unwrap().into()),
                        ("ttl", d.get(vxlan::TTL).unwrap().unwrap().into()),
                        ("remote", u32::from(remote).into()),
                    ]
                }
                "macvlan" => {
                    let d = linkinfo.nest(info::MACVLAN).unwrap().unwrap();
                    vec![("mode", d.get(macvlan::MODE).unwrap().unwrap().0.into())]
                }
                _ => vec![],
            };
            let is = Wanted {
                kind,
                mtu: view.get(link::MTU).unwrap(),
                mac: view.get(link::ADDRESS).unwrap().unwrap().to_vec(),
                alias: view.get(link::IFALIAS).unwrap().unwrap().to_string(),
                altnames: list
                    .into_iter()
                    .flat_map(|l| l.all(link::ALT_IFNAME))
                    .map(|name| name.unwrap().to_string())
                    .collect(),
                group: view.get(link::GROUP).unwrap().unwrap(),
                queue: view.get(link::TXQLEN).unwrap().unwrap(),
                master: view.get(link::MASTER).unwrap() == Some(indexes["br"] as u32),
                up: header.flags.contains(LinkFlags::UP),
                data,
            };
            found.insert(name, is);
        },
    );
    assert_eq!(found, wanted);
    indexes
}

fn indexes(socket: &mut Socket) -> BTreeMap<String, i32> {
    let mut found = BTreeMap::new();
    list(
        socket,
        (link::GET, link::NEW),
        IfInfo::default(),
        |_| {},
        |header, view| {
            found.insert(view.get(link::IFNAME).unwrap().unwrap().to_string(), header.index);
        },
    );
    found
}

fn ports(socket: &mut Socket, random: &mut Random, index: i32) {
    use bridge_port as p;
    let (cost, priority) = (random.range(1, 65_535), random.range(0, 63) as u16);
    let switches = [p::MODE, p::ISOLATED, p::LEARNING, p::UNICAST_FLOOD, p::GUARD]
        .map(|key| (key, u8::from(random.yes())));
    let header = IfInfo { family: BRIDGE, index, ..IfInfo::default() };
    send(socket, |batch| {
        batch.push(link::SET, Flags::ACK, header, |m| {
            m.nest(link::PROTINFO, |d| {
                d.put(p::COST, cost).put(p::PRIORITY, priority);
                for (key, value) in switches {
                    d.put(key, value);
                }
            });
        });
    });
    let mut seen = 0;
    let header = IfInfo { family: BRIDGE, ..IfInfo::default() };
    list(
        socket,
        (link::GET, link::NEW),
        header,
        |_| {},
        |header, view| {
            if header.index == index {
                let d = view.nest(link::PROTINFO).unwrap().unwrap();
                assert_eq!(d.get(p::COST), Ok(Some(cost)));
                assert_eq!(d.get(p::PRIORITY), Ok(Some(priority)));
                for (key, value) in switches {
                    assert_eq!(d.get(key), Ok(Some(value)), "{}", key.code());
                }
                seen += 1;
            }
        },
    );
    assert_eq!(seen, 1);
}

fn addresses(socket: &mut Socket, random: &mut Random, index: u32) {
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

fn routes(socket: &mut Socket, random: &mut Random, index: i32) {
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

fn neighbours(socket: &mut Socket, random: &mut Random, index: i32) {
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

fn rules(socket: &mut Socket, random: &mut Random) {
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

fn ruleset(random: &mut Random) {
    let mut socket = match Socket::open(Protocol::Netfilter) {
        Ok(socket) => socket,
        Err(error) => return skipped(&format!("no nf_tables: {error}")),
    };
    // Protocol and port, to address and port; a comment says whose it is.
    let wanted: BTreeMap<[u8; 8], ([u8; 8], String)> = (0..random.range(1, 60))
        .map(|_| {
            let [a, b] = (random.range(1, 65_535) as u16).to_be_bytes();
            let [c, d] = (random.range(1, 65_535) as u16).to_be_bytes();
            let protocol = if random.yes() { 6 } else { 17 };
            let [e, f, g, h] = random.v4(10).octets();
            let key = [protocol, 0, 0, 0, a, b, 0, 0];
            (key, ([e, f, g, h, c, d, 0, 0], random.text(1, 128)))
        })
        .collect();
    let mark = random.range(0, u32::MAX).to_ne_bytes();
    // Translation comes after connection tracking, which has priority -200.
    let priority = random.range(1, 400) as i32 - 200;
    let comment = random.text(1, 128);
    send(&mut socket, |b| {
        let inet = NfGen::INET;
        b.push(batch::BEGIN, Flags::empty(), NfGen::BATCH, |_| {});
        b.push(table::NEW, Flags::CREATE | Flags::EXCL, inet, |m| {
            m.put(table::NAME, "t");
        });
        b.push(chain::NEW, Flags::CREATE, inet, |m| {
            m.put(chain::TABLE, "t").put(chain::NAME, "c");
            m.base("nat", chain::Hook::PRE_ROUTING, priority);
        });
        b.push(set::NEW, Flags::CREATE, inet, |m| {
            use set::DataType as T;
            m.put(set::TABLE, "t").put(set::NAME, "m").put(set::FLAGS, set::SetFlags::MAP);
            m.put(set::KEY_TYPE, T::INET_PROTOCOL.then(T::INET_SERVICE)).put(set::KEY_LEN, 8);
            m.put(set::DATA_TYPE, T::IPADDR.then(T::INET_SERVICE)).put(set::DATA_LEN, 8);
            m.put(set::ID, 1);
        });
        b.push(elements::NEW, Flags::CREATE, inet, |m| {
            m.put(elements::TABLE, "t").put(elements::SET, "m").put(elements::SET_ID, 1);
            m.nest(elements::ELEMENTS, |l| {
                for (key, (to, whose)) in &wanted {
                    l.element(|e| {
                        let whose = userdata::Comment::new(whose).unwrap();
                        e.key(key).data(to).put(element::USERDATA, whose.as_bytes());
                    });
                }
            });
        });
        b.push(nft_rule::NEW, Flags::CREATE | Flags::APPEND, inet, |m| {
            m.put(nft_rule::TABLE, "t").put(nft_rule::CHAIN, "c").expressions(|e| {
                let (r1, eq) = (Register::R1, cmp::Op::EQ);
                e.meta(meta::Key::MARK, r1).cmp(r1, cmp::Op::NEQ, &mark);
                e.ct(ct::Key::STATE, r1).bitwise(r1, r1, &[8, 0, 0, 0], &[0; 4]);
                e.meta(meta::Key::NFPROTO, r1).cmp(r1, eq, &[INET]);
                e.meta(meta::Key::L4PROTO, r1);
                e.payload(payload::Base::TRANSPORT_HEADER, 2, 2, Register::W1);
                e.map(("m", 1), r1, r1).nat(Translation {
                    kind: nat::Type::DNAT,
                    family: Family::IPV4,
                    address: Some(r1),
                    port: Some(Register::W1),
                    ..Translation::default()
                });
            });
            let comment = userdata::Comment::new(&comment).unwrap();
            m.put(nft_rule::USERDATA, comment.as_bytes());
        });
        b.push(table::NEW, Flags::ACK, inet, |m| {
            m.put(table::NAME, "t");
        });
        b.push(batch::END, Flags::empty(), NfGen::BATCH, |_| {});
    });

    let mut found = BTreeMap::new();
    let whose = |m: &mut Attrs<'_, elements::Elements>| {
        m.put(elements::TABLE, "t").put(elements::SET, "m");
    };
    list(&mut socket, (elements::GET, elements::NEW), NfGen::INET, whose, |_, view| {
        let Some(list) = view.nest(elements::ELEMENTS).unwrap() else { return };
        for entry in list.iter() {
            let one: View<'_, element::Element> = entry.unwrap().attributes();
            let bytes = |key| {
                let value = one.nest(key).unwrap().unwrap().get(data::VALUE).unwrap().unwrap();
                <[u8; 8]>::try_from(value).unwrap()
            };
            let text = one.get(element::USERDATA).unwrap().and_then(userdata::comment).unwrap();
            found.insert(bytes(element::KEY), (bytes(element::DATA), text.to_string()));
        }
    });
    assert_eq!(found, wanted);

    let mut seen = 0;
    let whose = |m: &mut Attrs<'_, nft_rule::Rule>| {
        m.put(nft_rule::TABLE, "t");
    };
    list(&mut socket, (nft_rule::GET, nft_rule::NEW), NfGen::INET, whose, |_, view| {
        let list = view.nest(nft_rule::EXPRESSIONS).unwrap().unwrap();
        let all: Vec<View<'_, expression::Expression>> =
            list.iter().map(|entry| entry.unwrap().attributes()).collect();
        let names: Vec<_> =
            all.iter().map(|one| one.get(expression::NAME).unwrap().unwrap().to_string()).collect();
        let expected =
            ["meta", "cmp", "ct", "bitwise", "meta", "cmp", "meta", "payload", "lookup", "nat"];
        assert_eq!(names, expected);
        let first = all[1].nest(expression::CMP).unwrap().unwrap();
        let value = first.nest(cmp::DATA).unwrap().unwrap().get(data::VALUE).unwrap().unwrap();
        assert_eq!(value, mark);
        let last = all[9].nest(expression::NAT).unwrap().unwrap();
        assert_eq!(last.get(nat::TYPE), Ok(Some(nat::Type::DNAT)));
        let told = view.get(nft_rule::USERDATA).unwrap().and_then(userdata::comment).unwrap();
        assert!(told == comment.as_str());
        seen += 1;
    });
    assert_eq!(seen, 1);

    let mut seen = 0;
    list(
        &mut socket,
        (chain::GET, chain::NEW),
        NfGen::INET,
        |_| {},
        |_, view| {
            let at = view.nest(chain::HOOK).unwrap().unwrap();
            assert_eq!(at.get(nl::netfilter::hook::PRIORITY), Ok(Some(priority)));
            seen += 1;
        },
    );
    assert_eq!(seen, 1);
}

/// What the kernel refuses, it names; and the name is the attribute's.
fn refusals(socket: &mut Socket) {
    let mut buf = [0; 512];
    let mut batch = Batch::new(&mut buf, socket.seq());
    let header = RtMsg { family: INET, dst_len: 24, kind: Kind::UNICAST, ..RtMsg::default() };
    batch.push(link::NEW, Flags::CREATE, IfInfo::default(), |m| {
        m.nest(link::LINKINFO, |i| {
            i.put(info::KIND, "veth").nest(info::VETH, |d| {
                d.header_nest(veth::PEER, IfInfo::default(), |p| {
                    p.put(link::IFNAME, "a-name-that-is-too-long");
                });
            });
        });
    });
    batch.push(route::NEW, Flags::CREATE | Flags::ACK, header, |m| {
        m.put_raw(route::DST.code(), &[10, 0]).put(route::OIF, 1);
    });
    let bytes = batch.finish().unwrap().to_vec();
    let refused = socket.transact(&bytes, |_| Ok(())).unwrap();
    let told: Vec<_> =
        refused.iter().map(|one| (one.index, one.errno, one.path.as_deref())).collect();
    let expected =
        [(0, libc::ERANGE, Some("linkinfo.data.peer.ifname")), (1, libc::ERANGE, Some("dst"))];
    assert_eq!(told, expected, "{refused:?}");
}

fn world(seed: u64) {
    let mut random = Random(seed | 1);
    for _ in 0..4 {
        random.next();
    }
    let mut socket = Socket::open(Protocol::Route).unwrap();
    let indexes = links(&mut socket, &mut random);
    send(&mut socket, |batch| {
        for (n, name) in ["br", "a", "b"].iter().enumerate() {
            let up = IfInfo { flags: LinkFlags::UP, change: LinkFlags::UP, ..IfInfo::default() };
            let last = if n == 2 { Flags::ACK } else { Flags::empty() };
            batch.push(link::SET, last, up, |m| {
                m.put(link::IFNAME, name);
            });
        }
    });
    ports(&mut socket, &mut random, indexes["a"]);
    addresses(&mut socket, &mut random, indexes["br"] as u32);
    routes(&mut socket, &mut random, indexes["br"]);
    neighbours(&mut socket, &mut random, indexes["b"]);
    rules(&mut socket, &mut random);
    refusals(&mut socket);
    ruleset(&mut random);
}

#[test]
fn the_kernel_makes_what_was_specified_and_we_read_it_back() {
    let seed = match std::env::var("NL_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64,
    };
    for n in 0..WORLDS {
        let seed = seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        // A thread each: the namespace goes with it.
        let world = std::thread::spawn(move || match leave_the_machine() {
            Ok(()) => {
                println!("NL_SEED={seed}");
                world(seed);
                true
            }
            Err(error) => {
                skipped(&format!("no network namespace of its own: {error}"));
                false
            }
        });
        match world.join() {
            Ok(true) => (),
            Ok(false) => return,
            Err(panic) => {
                eprintln!("run again with NL_SEED={seed}");
                std::panic::resume_unwind(panic);
            }
        }
    }
}
