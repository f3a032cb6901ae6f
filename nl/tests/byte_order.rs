//! Every kind of integer on the wire, byte for byte, as a little-endian and as a big-endian machine
//! has it. Written by hand from `linux/netlink.h` and the headers of each struct.

use std::net::{IpAddr, Ipv4Addr};

use nl::netfilter::NfGen;
use nl::route::LinkFlags;
use nl::route::link::IfInfo;
use nl::value::{Be16, Be32, Be64, BeI32, I32, I64, Ip, Str, U8, U16, U32, U64, Uint, Via};
use nl::{Attr, Batch, Flags, MessageType, Messages, Nest, Schema, Set};

/// Attributes of this test's own: one of each kind.
#[derive(Clone, Copy, Debug)]
enum Own {}

impl Set for Own {
    const NAME: &'static str = "OWN";
    fn schema() -> &'static Schema {
        &Schema { name: "OWN", fields: &[] }
    }
}

const BYTE: Attr<Own, U8> = Attr::new(1);
const SHORT: Attr<Own, U16> = Attr::new(2);
const WORD: Attr<Own, U32> = Attr::new(3);
const LONG: Attr<Own, U64> = Attr::new(4);
const SIGNED: Attr<Own, I32> = Attr::new(5);
const LONG_SIGNED: Attr<Own, I64> = Attr::new(6);
const NET_SHORT: Attr<Own, Be16> = Attr::new(7);
const NET_WORD: Attr<Own, Be32> = Attr::new(8);
const NET_SIGNED: Attr<Own, BeI32> = Attr::new(9);
const NET_LONG: Attr<Own, Be64> = Attr::new(10);
const ANY_WIDTH: Attr<Own, Uint> = Attr::new(11);
const NAME: Attr<Own, Str> = Attr::new(12);
const ADDRESS: Attr<Own, Ip> = Attr::new(13);
const GATEWAY: Attr<Own, Via> = Attr::new(14);
const INSIDE: Attr<Own, Nest<Own>> = Attr::new(0x0f);

const OF_ROUTE: MessageType<IfInfo, Own> = MessageType::new(0x1011);
const OF_NETFILTER: MessageType<NfGen, Own> = MessageType::new(0x0a06);

/// What it is, on a little-endian machine, on a big-endian one.
const EXPECTED: &[(&str, &str, &str)] = &[
    ("length, 176", "b0000000", "000000b0"),
    ("type", "1110", "1011"),
    ("flags: REQUEST, ACK, CREATE", "0504", "0405"),
    ("sequence number", "04030201", "01020304"),
    ("port", "00000000", "00000000"),
    ("ifinfomsg: family, padding", "0700", "0700"),
    ("ifinfomsg: type", "0201", "0102"),
    ("ifinfomsg: index", "0d0c0b0a", "0a0b0c0d"),
    ("ifinfomsg: flags", "43000100", "00010043"),
    ("ifinfomsg: change", "ffffffff", "ffffffff"),
    ("8 bits", "05000100 12000000", "00050001 12000000"),
    ("16 bits", "06000200 34120000", "00060002 12340000"),
    ("32 bits", "08000300 78563412", "00080003 12345678"),
    ("64 bits", "0c000400 8877665544332211", "000c0004 1122334455667788"),
    ("32 bits, -2", "08000500 feffffff", "00080005 fffffffe"),
    ("64 bits, -2", "0c000600 feffffffffffffff", "000c0006 fffffffffffffffe"),
    ("16 bits, network order", "06000700 12340000", "00060007 12340000"),
    ("32 bits, network order", "08000800 12345678", "00080008 12345678"),
    ("32 bits, network order, -2", "08000900 fffffffe", "00080009 fffffffe"),
    ("64 bits, network order", "0c000a00 1122334455667788", "000c000a 1122334455667788"),
    ("any width, short", "08000b00 05000000", "0008000b 00000005"),
    ("text", "08000c00 77656200", "0008000c 77656200"),
    ("address", "08000d00 0a000002", "0008000d 0a000002"),
    ("family and address", "0a000e00 0200 0a000001 0000", "000a000e 0002 0a000001 0000"),
    ("nest", "10000f80", "0010800f"),
    ("any width, long", "0c000b00 0000000001000000", "000c000b 0000000100000000"),
    ("length, 20", "14000000", "00000014"),
    ("type", "060a", "0a06"),
    ("flags: REQUEST", "0100", "0001"),
    ("sequence number", "05030201", "01020305"),
    ("port", "00000000", "00000000"),
    ("nfgenmsg: family, version", "0200", "0200"),
    ("nfgenmsg: res_id, network order", "0a0b", "0a0b"),
];

/// The bytes that `hex` spells.
fn bytes(hex: &str) -> Vec<u8> {
    let digits: String = hex.split(' ').collect();
    let pair = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// What a machine like this one has, piece by piece.
fn expected() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    EXPECTED.iter().map(|(what, little, big)| {
        (*what, bytes(if cfg!(target_endian = "little") { little } else { big }))
    })
}

const LINK: IfInfo = IfInfo {
    family: 7,
    arphrd: 0x0102,
    index: 0x0a0b_0c0d,
    flags: LinkFlags::from_bits_retain(0x0001_0043),
    change: LinkFlags::from_bits_retain(u32::MAX),
};
const RULES: NfGen = NfGen { family: 2, version: 0, res_id: 0x0a0b };
const NEAR: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));
const ROUTER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

#[test]
fn every_integer_is_written_in_the_order_of_its_kind() {
    let mut buf = [0xee; 256];
    let mut batch = Batch::new(&mut buf, 0x0102_0304);
    batch.push(OF_ROUTE, Flags::ACK | Flags::CREATE, LINK, |m| {
        m.put(BYTE, 0x12).put(SHORT, 0x1234).put(WORD, 0x1234_5678);
        m.put(LONG, 0x1122_3344_5566_7788).put(SIGNED, -2).put(LONG_SIGNED, -2);
        m.put(NET_SHORT, 0x1234).put(NET_WORD, 0x1234_5678).put(NET_SIGNED, -2);
        m.put(NET_LONG, 0x1122_3344_5566_7788).put(ANY_WIDTH, 5);
        m.put(NAME, "web").put(ADDRESS, NEAR).put(GATEWAY, ROUTER);
        m.nest(INSIDE, |n| {
            n.put(ANY_WIDTH, 1 << 32);
        });
    });
    batch.push(OF_NETFILTER, Flags::empty(), RULES, |_| {});
    let mut written = batch.finish().unwrap();
    for (what, piece) in expected() {
        let (own, rest) = written.split_at(piece.len());
        assert_eq!(own, piece, "{what}");
        written = rest;
    }
    assert_eq!(written, []);
}

#[test]
fn every_integer_is_read_in_the_order_of_its_kind() {
    let datagram: Vec<u8> = expected().flat_map(|(_, piece)| piece).collect();
    let messages: Vec<_> = Messages::new(&datagram).map(Result::unwrap).collect();
    let [first, second] = messages[..] else { panic!("{} messages", messages.len()) };
    assert_eq!((first.header.len, first.header.seq), (176, 0x0102_0304));
    assert_eq!(first.header.flags, Flags::REQUEST | Flags::ACK | Flags::CREATE);
    let (link, view) = first.decode(OF_ROUTE).unwrap();
    assert_eq!(link, LINK);
    assert_eq!(view.get(BYTE), Ok(Some(0x12)));
    assert_eq!(view.get(SHORT), Ok(Some(0x1234)));
    assert_eq!(view.get(WORD), Ok(Some(0x1234_5678)));
    assert_eq!(view.get(LONG), Ok(Some(0x1122_3344_5566_7788)));
    assert_eq!(view.get(SIGNED), Ok(Some(-2)));
    assert_eq!(view.get(LONG_SIGNED), Ok(Some(-2)));
    assert_eq!(view.get(NET_SHORT), Ok(Some(0x1234)));
    assert_eq!(view.get(NET_WORD), Ok(Some(0x1234_5678)));
    assert_eq!(view.get(NET_SIGNED), Ok(Some(-2)));
    assert_eq!(view.get(NET_LONG), Ok(Some(0x1122_3344_5566_7788)));
    assert_eq!(view.get(ANY_WIDTH), Ok(Some(5)));
    assert_eq!(view.get(NAME).unwrap().unwrap(), "web");
    assert_eq!(view.get(ADDRESS), Ok(Some(NEAR)));
    assert_eq!(view.get(GATEWAY).unwrap().unwrap().ip(), Some(ROUTER));
    assert_eq!(view.get(GATEWAY).unwrap().unwrap().family, 2);
    let inside = view.nest(INSIDE).unwrap().unwrap();
    assert_eq!(inside.get(ANY_WIDTH), Ok(Some(1 << 32)));
    // `pick` has a way of its own through the headers of attributes.
    let picked = view.pick((WORD, NET_WORD, SHORT)).unwrap();
    assert_eq!(picked, (Some(0x1234_5678), Some(0x1234_5678), Some(0x1234)));
    let (rules, _) = second.decode(OF_NETFILTER).unwrap();
    assert_eq!(rules, RULES);
}
