//! The bytes and values that every contender gets.
//!
//! The two dumps have the shape of real ones, taken from Linux 6.18 (x86-64): 500 veth pairs, every
//! second of them with one end in a bridge, `lo` and the bridge; and 1,000 routes through gateways
//! beside a connected one. Of either, one message of each shape is kept in `fixtures/`; the others
//! are made from it by writing names, indexes and addresses over its own, which gives back the
//! lengths and the order of attributes of every message of the real dump.

use std::ffi::CString;
use std::net::Ipv4Addr;

/// What the message that creates a veth pair says: 132 bytes.
pub struct Veth {
    /// Name of this end.
    pub name: String,
    /// The same for C.
    pub name_c: CString,
    /// MTU of this end.
    pub mtu: u32,
    /// Index of its bridge.
    pub master: u32,
    /// Name of the other end.
    pub peer: String,
    /// The same for C.
    pub peer_c: CString,
    /// Link-layer address of the other end.
    pub mac: [u8; 6],
    /// File descriptor of the namespace of the other end.
    pub namespace: u32,
}

/// What the message that adds an address says: 48 bytes.
pub struct Address {
    /// Index of the link.
    pub index: u32,
    /// The address.
    pub local: Ipv4Addr,
    /// Length of its prefix.
    pub prefix: u8,
    /// Broadcast address of the prefix.
    pub broadcast: Ipv4Addr,
}

/// What the message that adds a default route says: 44 bytes.
pub struct Route {
    /// The gateway.
    pub gateway: Ipv4Addr,
    /// Index of the link it is on.
    pub index: u32,
}

/// Everything.
pub struct Inputs {
    pub veth: Veth,
    pub address: Address,
    pub route: Route,
    /// One veth with its end in a bridge, 1,852 bytes.
    pub link: Vec<u8>,
    /// 1,002 links and the end of the dump.
    pub links: Vec<u8>,
    /// 1,001 routes and the end of the dump.
    pub routes: Vec<u8>,
}

/// Links in [`Inputs::links`].
pub const LINKS: usize = 1002;
/// Routes in [`Inputs::routes`].
pub const ROUTES: usize = 1001;

impl Inputs {
    pub fn new() -> Self {
        let links = links();
        let link = messages(&links).nth(22).unwrap().to_vec();
        Inputs {
            veth: Veth {
                name: "nsr-web".into(),
                name_c: c"nsr-web".into(),
                mtu: 1500,
                master: 1002,
                peer: "eth0".into(),
                peer_c: c"eth0".into(),
                mac: [0x02, 0x42, 0x0a, 0x00, 0x00, 0x02],
                namespace: 7,
            },
            address: Address {
                index: 2,
                local: Ipv4Addr::new(10, 0, 0, 2),
                prefix: 24,
                broadcast: Ipv4Addr::new(10, 0, 0, 255),
            },
            route: Route { gateway: Ipv4Addr::new(10, 0, 0, 1), index: 2 },
            link,
            links,
            routes: routes(),
        }
    }
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn messages(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        (!bytes.is_empty()).then(|| {
            let (message, rest) = bytes.split_at(u32_at(bytes, 0) as usize);
            bytes = rest;
            message
        })
    })
}

/// Where the value of attribute `code` is, in a message whose attributes begin at `at`.
fn value(message: &[u8], mut at: usize, code: u16) -> usize {
    loop {
        let (len, kind) = (u32_at(message, at) & 0xffff, u32_at(message, at) >> 16);
        if kind as u16 == code {
            return at + 4;
        }
        at += (len as usize + 3) & !3;
    }
}

fn links() -> Vec<u8> {
    let kept = include_bytes!("../fixtures/links.bin");
    let [lo, v0b, v0a, v1a, v10b, v10a, v11a, bridge, done] =
        messages(kept).collect::<Vec<_>>().try_into().unwrap();
    let mut out = lo.to_vec();
    for pair in 0..500u32 {
        let index = 2 * pair + 2;
        let in_bridge = pair % 2 == 0;
        // Names of two lengths: v0a to v9b, and v10a to v499b, which take 4 bytes more.
        let (b, a) = match (pair < 10, in_bridge) {
            (true, true) => (v0b, v0a),
            (true, false) => (v0b, v1a),
            (false, true) => (v10b, v10a),
            (false, false) => (v10b, v11a),
        };
        for (end, index, peer, message) in [("b", index, index + 1, b), ("a", index + 1, index, a)]
        {
            let mut message = message.to_vec();
            let name = format!("v{pair}{end}\0");
            let at = value(&message, 32, 3);
            let padded = if pair < 10 { 4 } else { 8 };
            message[at..at + padded].fill(0);
            message[at..at + name.len()].copy_from_slice(name.as_bytes());
            message[at - 4..at - 2].copy_from_slice(&(4 + name.len() as u16).to_ne_bytes());
            message[20..24].copy_from_slice(&index.to_ne_bytes());
            let at = value(&message, 32, 5);
            message[at..at + 4].copy_from_slice(&peer.to_ne_bytes());
            let at = value(&message, 32, 1);
            message[at + 4..at + 6].copy_from_slice(&(index as u16).to_be_bytes());
            // Counters are 0 on links that were never used; a decoder that mixes them up would
            // not be found out.
            let at = value(&message, 32, 23);
            for (n, of) in (0..4u64).zip([100, 200, 3000, 4000]) {
                let at = at + 8 * n as usize;
                message[at..at + 8].copy_from_slice(&(u64::from(index) + of).to_ne_bytes());
            }
            out.extend(message);
        }
    }
    out.extend(bridge);
    out.extend(done);
    out
}

fn routes() -> Vec<u8> {
    let kept = include_bytes!("../fixtures/routes.bin");
    let [connected, first, route, done] = messages(kept).collect::<Vec<_>>().try_into().unwrap();
    let mut out = [connected, first].concat();
    for n in 1..1000u16 {
        let mut message = route.to_vec();
        let [high, low] = n.to_be_bytes();
        let at = value(&message, 28, 1);
        message[at..at + 4].copy_from_slice(&[172, 16 + high, low, 0]);
        let at = value(&message, 28, 6);
        message[at..at + 4].copy_from_slice(&u32::from(n).to_ne_bytes());
        let at = value(&message, 28, 5);
        message[at..at + 4].copy_from_slice(&[10, (n / 250) as u8, (n % 250) as u8, 9]);
        out.extend(message);
    }
    out.extend(done);
    out
}
