//! Links of the kinds that few kernels have all of: each made by a real kernel as specified, listed,
//! decoded, and compared. `make test-vm` runs this on a kernel that has (nearly) all of them.

mod world;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nl::route::info::{self, Info};
use nl::route::link::{self, IfInfo};
use nl::route::{
    bond, bond_port, geneve, gre, ipvlan, macvlan, netkit, tunnel, veth, vlan, vrf, vrf_port, vti,
};
use nl::socket::Socket;
use nl::{Attrs, Batch, Flags, Protocol, View};
use world::{leave_the_machine, send, skipped};

const NEAR: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 1, 1, 1));
const FAR: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 1, 1, 2));
const NEAR6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1));
const FAR6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 2));

/// A kind, whether its links are on top of another, what is written and how it is compared.
struct Kind {
    name: &'static str,
    on_top: bool,
    write: fn(&mut Attrs<'_, Info>),
    compare: fn(View<'_, Info>),
}

/// A [`Kind`] whose nest holds these attributes, written and expected.
macro_rules! kind {
    ($name:literal, $on_top:literal) => {
        Kind { name: $name, on_top: $on_top, write: |_| (), compare: |_| () }
    };
    ($name:literal, $on_top:literal, $nest:expr, { $($key:expr => $value:expr),* $(,)? }) => {
        Kind {
            name: $name,
            on_top: $on_top,
            write: |info| {
                info.nest($nest, |data| {
                    $( data.put($key, $value); )*
                });
            },
            compare: |info| {
                let data = info.nest($nest).unwrap().expect("data of its kind");
                $(
                    let told = data.get($key);
                    let what = concat!($name, " ", stringify!($key));
                    if told == Ok(None) && is_before_6_1() {
                        skipped(&format!("this kernel does not know {what}"));
                    } else {
                        assert_eq!(told, Ok(Some($value)), "{what}");
                    }
                )*
            },
        }
    };
}

/// Linux 6.1 knows all attributes that are written here, older ones some.
fn is_before_6_1() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut parts = release.split('.').map(|part| part.parse().unwrap_or(0));
    let version: (u32, u32) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    version < (6, 1)
}

const LOOSE: vlan::VlanFlags = vlan::VlanFlags::REORDER_HDR.union(vlan::VlanFlags::LOOSE_BINDING);
const PRIORITY: vlan::Mapping = vlan::Mapping { from: 7, to: 3 };
const KEY: gre::GreFlags = gre::GreFlags::KEY;
const KEY_AND_SEQ: gre::GreFlags = gre::GreFlags::KEY.union(gre::GreFlags::SEQ);

const KINDS: &[Kind] = &[
    kind!("dummy", false),
    kind!("ifb", false),
    kind!("wireguard", false),
    Kind {
        name: "vlan",
        on_top: true,
        write: |info| {
            info.nest(info::VLAN, |data| {
                data.put(vlan::ID, 100).put(vlan::PROTOCOL, vlan::DOT1AD);
                data.put(vlan::FLAGS, vlan::FlagChange { flags: LOOSE, mask: LOOSE });
                data.nest(vlan::EGRESS_QOS, |qos| {
                    qos.put(vlan::MAPPING, PRIORITY);
                });
            });
        },
        compare: |info| {
            let data = info.nest(info::VLAN).unwrap().unwrap();
            let told = data.pick((vlan::ID, vlan::PROTOCOL, vlan::FLAGS)).unwrap();
            // What is told is all flags, those that nobody set too.
            let flags = vlan::FlagChange {
                flags: LOOSE,
                mask: vlan::VlanFlags::from_bits_retain(u32::MAX),
            };
            assert_eq!(told, (Some(100), Some(vlan::DOT1AD), Some(flags)));
            let qos = data.nest(vlan::EGRESS_QOS).unwrap().unwrap();
            assert_eq!(qos.get(vlan::MAPPING), Ok(Some(PRIORITY)));
        },
    },
    kind!("macvlan", true, info::MACVLAN, {
        macvlan::MODE => macvlan::Mode::VEPA,
        macvlan::FLAGS => macvlan::MacvlanFlags::NODST,
        macvlan::BC_QUEUE_LEN => 777,
    }),
    kind!("macvtap", true, info::MACVLAN, { macvlan::MODE => macvlan::Mode::PRIVATE }),
    kind!("ipvlan", true, info::IPVLAN, {
        ipvlan::MODE => ipvlan::Mode::L3,
        ipvlan::FLAGS => ipvlan::IpvlanFlags::PRIVATE,
    }),
    kind!("ipvtap", true, info::IPVLAN, {
        ipvlan::MODE => ipvlan::Mode::L2,
        ipvlan::FLAGS => ipvlan::IpvlanFlags::VEPA,
    }),
    kind!("vrf", false, info::VRF, { vrf::TABLE => 4711 }),
    kind!("bond", false, info::BOND, {
        bond::MODE => bond::Mode::_8023AD,
        bond::MIIMON => 200,
        bond::UPDELAY => 400,
        bond::DOWNDELAY => 600,
        bond::XMIT_HASH_POLICY => bond::HashPolicy::LAYER34,
        bond::RESEND_IGMP => 3,
        bond::ALL_SLAVES_ACTIVE => 1,
        bond::MIN_LINKS => 2,
        bond::LP_INTERVAL => 5,
        bond::AD_LACP_RATE => 1,
        bond::AD_SELECT => 2,
        bond::AD_ACTOR_SYS_PRIO => 4711,
        bond::AD_USER_PORT_KEY => 77,
    }),
    kind!("geneve", false, info::GENEVE, {
        geneve::ID => 4711,
        geneve::REMOTE => FAR,
        geneve::TTL => 9,
        geneve::TOS => 4,
        geneve::PORT => 6000,
        geneve::UDP_CSUM => 1,
    }),
    kind!("geneve", false, info::GENEVE, {
        geneve::ID => 4712,
        geneve::REMOTE6 => FAR6,
        geneve::LABEL => 0x12345,
        geneve::UDP_ZERO_CSUM6_TX => 1,
        geneve::UDP_ZERO_CSUM6_RX => 0,
    }),
    kind!("gre", false, info::GRE, {
        gre::IFLAGS => KEY,
        gre::OFLAGS => KEY,
        gre::IKEY => 0x0102_0304,
        gre::OKEY => 12,
        gre::LOCAL => NEAR,
        gre::REMOTE => FAR,
        gre::TTL => 7,
        gre::TOS => 4,
        gre::PMTUDISC => 1,
        gre::FWMARK => 0x0a0b_0c0d,
    }),
    kind!("gretap", false, info::GRE, {
        gre::IFLAGS => KEY,
        gre::OFLAGS => KEY,
        gre::IKEY => 0x0102_0304,
        gre::OKEY => 12,
        gre::LOCAL => NEAR,
        gre::REMOTE => FAR,
    }),
    kind!("erspan", false, info::GRE, {
        gre::IFLAGS => KEY_AND_SEQ,
        gre::OFLAGS => KEY_AND_SEQ,
        gre::IKEY => 100,
        gre::OKEY => 100,
        gre::LOCAL => NEAR,
        gre::REMOTE => FAR,
        gre::ERSPAN_VER => 1,
        gre::ERSPAN_INDEX => 123,
    }),
    kind!("ip6gre", false, info::GRE, {
        gre::IFLAGS => KEY,
        gre::OFLAGS => KEY,
        gre::IKEY => 0x0102_0304,
        gre::OKEY => 12,
        gre::LOCAL => NEAR6,
        gre::REMOTE => FAR6,
        gre::TTL => 9,
        gre::ENCAP_LIMIT => 3,
        gre::FLOWINFO => 0x12345,
        gre::FWMARK => 0x0a0b_0c0d,
    }),
    kind!("ip6gretap", false, info::GRE, {
        gre::IFLAGS => KEY,
        gre::OFLAGS => KEY,
        gre::IKEY => 0x0102_0304,
        gre::OKEY => 12,
        gre::LOCAL => NEAR6,
        gre::REMOTE => FAR6,
    }),
    kind!("ipip", false, info::TUNNEL, {
        tunnel::LOCAL => NEAR,
        tunnel::REMOTE => FAR,
        tunnel::TTL => 9,
        tunnel::TOS => 4,
        tunnel::PMTUDISC => 1,
        tunnel::FWMARK => 0x0a0b_0c0d,
    }),
    kind!("sit", false, info::TUNNEL, {
        tunnel::LOCAL => NEAR,
        tunnel::REMOTE => FAR,
        tunnel::TTL => 9,
        tunnel::FWMARK => 0x0a0b_0c0d,
    }),
    kind!("ip6tnl", false, info::TUNNEL, {
        tunnel::LOCAL => NEAR6,
        tunnel::REMOTE => FAR6,
        tunnel::TTL => 9,
        tunnel::ENCAP_LIMIT => 2,
        tunnel::FLOWINFO => 0x12345,
        tunnel::PROTO => 41,
        tunnel::FWMARK => 0x0a0b_0c0d,
    }),
    kind!("vti", false, info::VTI, {
        vti::IKEY => 0x0102_0304,
        vti::OKEY => 12,
        vti::LOCAL => NEAR,
        vti::REMOTE => FAR,
        vti::FWMARK => 0x0a0b_0c0d,
    }),
    kind!("vti6", false, info::VTI, {
        vti::IKEY => 0x0102_0304,
        vti::OKEY => 12,
        vti::LOCAL => NEAR6,
        vti::REMOTE => FAR6,
        vti::FWMARK => 0x0a0b_0c0d,
    }),
    kind!("netkit", false, info::NETKIT, {
        netkit::MODE => netkit::Mode::L3,
        netkit::POLICY => netkit::Policy::DROP,
    }),
];

/// What `look` makes of the link called `name`, its kind and data.
fn find<T>(socket: &mut Socket, name: &str, look: impl Fn(IfInfo, View<'_, Info>) -> T) -> T {
    let mut buf = [0; 64];
    let mut batch = Batch::new(&mut buf, socket.seq());
    batch.push(link::GET, Flags::DUMP, IfInfo::default(), |_| {});
    let found = socket.dump(batch.finish().unwrap(), |message| {
        let (header, view) = message.decode(link::NEW)?;
        let (own, info) = view.pick((link::IFNAME, link::LINKINFO))?;
        let it = own.is_some_and(|own| own == name);
        Ok(it.then(|| look(header, info.expect("what kind it is"))))
    });
    found.unwrap().unwrap().pop().expect(name)
}

/// Whether this kernel has links of that kind.
fn made_and_read_back(kind: &Kind) -> bool {
    let mut socket = Socket::open(Protocol::Route).unwrap();
    send(&mut socket, |batch| {
        batch.push(link::NEW, Flags::CREATE | Flags::ACK, IfInfo::default(), |m| {
            m.put(link::IFNAME, "below").nest(link::LINKINFO, |i| {
                i.put(info::KIND, "veth").nest(info::VETH, |d| {
                    d.header_nest(veth::PEER, IfInfo::default(), |_| {});
                });
            });
        });
    });
    let below = find(&mut socket, "below", |header, _| header.index as u32);
    let mut buf = [0; 512];
    let mut batch = Batch::new(&mut buf, socket.seq());
    let create = Flags::CREATE | Flags::EXCL | Flags::ACK;
    batch.push(link::NEW, create, IfInfo::default(), |m| {
        m.put(link::IFNAME, "it").put_some(link::LINK, kind.on_top.then_some(below));
        m.nest(link::LINKINFO, |i| (kind.write)(i.put(info::KIND, kind.name)));
    });
    let refusals = socket.transact(batch.finish().unwrap(), |_| Ok(())).unwrap();
    if refusals.first().is_some_and(|refusal| refusal.errno == libc::EOPNOTSUPP) {
        return false;
    }
    assert_eq!(refusals, [], "{}", kind.name);
    let it = find(&mut socket, "it", |header, info| {
        assert_eq!(info.get(info::KIND).unwrap().unwrap(), kind.name);
        (kind.compare)(info);
        header.index as u32
    });
    match kind.name {
        "vrf" => vrf_port(&mut socket, it),
        "bond" => bond_port(&mut socket),
        _ => (),
    }
    true
}

/// Makes the link below a port of `master`.
fn enslave(socket: &mut Socket, master: u32) {
    send(socket, |batch| {
        batch.push(link::SET, Flags::ACK, IfInfo::default(), |m| {
            m.put(link::IFNAME, "below").put(link::MASTER, master);
        });
    });
}

/// What is told about a port of the VRF with this index.
fn vrf_port(socket: &mut Socket, master: u32) {
    enslave(socket, master);
    find(socket, "below", |_, info| {
        assert_eq!(info.get(info::SLAVE_KIND).unwrap().unwrap(), "vrf");
        let data = info.nest(info::VRF_PORT).unwrap().unwrap();
        assert_eq!(data.get(vrf_port::TABLE), Ok(Some(4711)));
    });
}

/// What is told about a port of a bond, one whose mode has priorities.
fn bond_port(socket: &mut Socket) {
    send(socket, |batch| {
        batch.push(link::NEW, Flags::CREATE | Flags::ACK, IfInfo::default(), |m| {
            m.put(link::IFNAME, "failover").nest(link::LINKINFO, |i| {
                i.put(info::KIND, "bond").nest(info::BOND, |d| {
                    d.put(bond::MODE, bond::Mode::ACTIVEBACKUP).put(bond::MIIMON, 100);
                });
            });
        });
    });
    let master = find(socket, "failover", |header, _| header.index as u32);
    enslave(socket, master);
    send(socket, |batch| {
        batch.push(link::NEW, Flags::ACK, IfInfo::default(), |m| {
            m.put(link::IFNAME, "below").nest(link::LINKINFO, |i| {
                i.put(info::SLAVE_KIND, "bond").nest(info::BOND_PORT, |d| {
                    d.put(bond_port::PRIO, -5);
                });
            });
        });
    });
    find(socket, "below", |_, info| {
        assert_eq!(info.get(info::SLAVE_KIND).unwrap().unwrap(), "bond");
        let data = info.nest(info::BOND_PORT).unwrap().unwrap();
        // Known since Linux 6.0.
        if data.get(bond_port::PRIO) != Ok(None) || !is_before_6_1() {
            assert_eq!(data.get(bond_port::PRIO), Ok(Some(-5)));
        }
        assert_eq!(data.get(bond_port::LINK_FAILURE_COUNT), Ok(Some(0)));
        assert_eq!(data.get(bond_port::QUEUE_ID), Ok(Some(0)));
        assert_eq!(data.get(bond_port::PERM_HWADDR).unwrap().unwrap().len(), 6);
    });
}

#[test]
fn links_of_all_kinds_are_made_as_specified_and_read_back() {
    let (mut missing, mut wrong) = (Vec::new(), Vec::new());
    for kind in KINDS {
        // A thread each: the namespace goes with it.
        let world = std::thread::spawn(|| leave_the_machine().map(|()| made_and_read_back(kind)));
        match world.join() {
            Ok(Ok(true)) => (),
            Ok(Ok(false)) => missing.push(kind.name),
            Ok(Err(error)) => return skipped(&format!("no network namespace of its own: {error}")),
            Err(_) => wrong.push(kind.name),
        }
    }
    assert_eq!(wrong, Vec::<&str>::new());
    missing.dedup();
    if !missing.is_empty() {
        skipped(&format!("the kernel lacks links of kind {}", missing.join(" ")));
    }
}
