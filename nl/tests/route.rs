//! Shapes of rtnetlink that are not plain attributes.

use std::net::{IpAddr, Ipv4Addr};

use nl::route::route::{self, Hop, Kind, Protocol, RtMsg, Scope};
use nl::route::{INET, bridge, info, link};
use nl::{Batch, DecodeErrorKind, Flags, Messages, View};

const A: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 55, 0, 2));
const B: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 55, 0, 3));

#[test]
fn several_next_hops_survive_a_round_trip() {
    let mut buf = [0; 256];
    let mut batch = Batch::new(&mut buf, 1);
    batch.push(route::NEW, Flags::CREATE, RtMsg { family: INET, ..RtMsg::default() }, |m| {
        m.put(route::TABLE, 254).hops(route::MULTIPATH, |hops| {
            hops.push(Hop { hops: 1, ..Hop::default() }, |h| {
                h.put(route::GATEWAY, A);
            });
            hops.push(Hop { index: 7, ..Hop::default() }, |h| {
                h.put(route::GATEWAY, B).put(route::FLOW, 3);
            });
        });
    });
    let bytes = batch.finish().unwrap();
    let message = Messages::new(bytes).next().unwrap().unwrap();
    let (_, view) = message.decode(route::NEW).unwrap();
    let hops: Vec<_> = view
        .hops(route::MULTIPATH)
        .unwrap()
        .map(|hop| hop.map(|(hop, view)| (hop, view.get(route::GATEWAY).unwrap())).unwrap())
        .collect();
    let first = Hop { len: 16, hops: 1, ..Hop::default() };
    let second = Hop { len: 24, index: 7, ..Hop::default() };
    assert_eq!(hops, [(first, Some(A)), (second, Some(B))]);
}

#[test]
fn a_broken_next_hop_is_one_error_that_says_where() {
    // RTA_MULTIPATH with one whole hop and one that says 4 bytes.
    let halves = |a: u16, b: u16| [a.to_ne_bytes(), b.to_ne_bytes()].concat();
    let bytes = [halves(20, 9), halves(8, 0), vec![1, 0, 0, 0], halves(4, 0), vec![0; 4]].concat();
    let view: View<route::Route> = View::new(&bytes);
    let mut hops = view.hops(route::MULTIPATH).unwrap();
    assert!(hops.next().unwrap().is_ok());
    let error = hops.next().unwrap().unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::BadLength, 12));
    assert!(hops.next().is_none());
}

#[test]
fn unknown_numbers_and_bits_are_kept_and_known_ones_have_names() {
    assert_eq!(format!("{:?} {:?}", Kind::BLACKHOLE, Kind(77)), "BLACKHOLE 77");
    assert_eq!(Protocol::from(186).name(), Some("BGP"));
    assert_eq!(u8::from(Scope::LINK), 253);
    let header = RtMsg { protocol: Protocol(201), kind: Kind(99), ..RtMsg::default() };
    let bytes = nl::wire::Header::to_bytes(header);
    assert_eq!(<RtMsg as nl::wire::Header>::parse(&bytes), Some(header));
}

#[test]
fn a_counter_view_reads_as_far_as_the_bytes_go() {
    let bytes: Vec<u8> = (1u64..=3).flat_map(u64::to_ne_bytes).chain([9, 9]).collect();
    let stats = route_stats(&bytes);
    assert_eq!((stats.rx_packets(), stats.rx_bytes(), stats.tx_bytes()), (Some(1), Some(3), None));
}

fn route_stats(bytes: &[u8]) -> nl::route::link_stats::LinkStats64<'_> {
    nl::route::link_stats::LinkStats64::new(bytes)
}

#[test]
fn a_bridge_is_written_with_the_kernels_own_types() {
    let mut buf = [0; 128];
    let mut batch = Batch::new(&mut buf, 1);
    batch.push(link::NEW, Flags::CREATE, link::IfInfo::default(), |m| {
        m.nest(link::LINKINFO, |i| {
            i.put(info::KIND, "bridge").nest(info::BRIDGE, |b| {
                b.put(bridge::VLAN_PROTOCOL, nl::route::vlan::DOT1Q);
            });
        });
    });
    let bytes = batch.finish().unwrap();
    let head = [6u16.to_ne_bytes(), 8u16.to_ne_bytes()].concat();
    assert_eq!(bytes[bytes.len() - 8..bytes.len() - 4], head);
    assert_eq!(bytes[bytes.len() - 4..], [0x81, 0, 0, 0], "an Ethernet type is big-endian");
}
