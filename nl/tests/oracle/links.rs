//! Links of five kinds, and the port of a bridge.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use nl::route::link::{self, IfInfo};
use nl::route::{BRIDGE, LinkFlags, bridge, bridge_port, info, macvlan, veth, vxlan};
use nl::socket::Socket;
use nl::{Attrs, Flags};

use crate::world::send;
use crate::{Random, list};

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

pub(crate) fn links(socket: &mut Socket, random: &mut Random) -> BTreeMap<String, i32> {
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

pub(crate) fn ports(socket: &mut Socket, random: &mut Random, index: i32) {
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
