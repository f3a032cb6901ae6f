//! What every contender can do, and the loops that make it do so.

use std::hint::black_box;
use std::net::Ipv4Addr;

use crate::fixtures::{Address, Inputs, LINKS, ROUTES, Route, Veth};

/// Room for one encoded message: contenders that write into memory of the caller's use `buf`,
/// those that make a `Vec` of their own leave it in `vec`.
pub struct Scratch {
    pub buf: [u8; 256],
    pub vec: Vec<u8>,
}

/// What is read of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link<'a> {
    pub index: u32,
    pub name: &'a [u8],
    pub mtu: u32,
    pub mac: &'a [u8],
    pub master: u32,
    pub kind: &'a [u8],
    pub rx_packets: u64,
    pub tx_packets: u64,
    pub rx_bytes: u64,
    pub tx_bytes: u64,
}

/// What is read of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteFields {
    pub prefix: u8,
    pub table: u32,
    pub destination: Ipv4Addr,
    pub gateway: Ipv4Addr,
    pub oif: u32,
    pub metric: u32,
}

impl Default for RouteFields {
    fn default() -> Self {
        RouteFields {
            prefix: 0,
            table: 0,
            destination: Ipv4Addr::UNSPECIFIED,
            gateway: Ipv4Addr::UNSPECIFIED,
            oif: 0,
            metric: 0,
        }
    }
}

/// A contender.
pub trait Codec {
    fn veth<'s>(spec: &Veth, scratch: &'s mut Scratch) -> &'s [u8];
    fn address<'s>(spec: &Address, scratch: &'s mut Scratch) -> &'s [u8];
    fn route<'s>(spec: &Route, scratch: &'s mut Scratch) -> &'s [u8];
    /// Reads every link of `datagram`: one, or a dump.
    fn links(datagram: &[u8], visit: impl FnMut(&Link<'_>));
    /// Reads every route of `datagram`.
    fn routes(datagram: &[u8], visit: impl FnMut(&RouteFields));
}

/// A loop over one workload, so many times. Gives the bytes of a message it wrote.
///
/// There is no other call of a contender's `veth`, `address` and `route`, as in a program that
/// sends such a message in one place: the compiler may inline them all the way.
pub type Run = fn(&Inputs, usize) -> Vec<u8>;

/// One column of the table.
pub struct Workload {
    pub name: &'static str,
    pub title: &'static str,
    /// Messages per round.
    pub messages: usize,
    /// Most instructions nl may take per message.
    pub target: u32,
}

/// The columns, in order.
pub const WORKLOADS: [Workload; 6] = [
    Workload { name: "veth", title: "write veth, 132 B", messages: 1, target: 300 },
    Workload { name: "address", title: "write address, 48 B", messages: 1, target: 120 },
    Workload { name: "route", title: "write route, 44 B", messages: 1, target: 110 },
    Workload { name: "link", title: "read one veth", messages: 1, target: 1000 },
    Workload { name: "links", title: "read 1,002 links, per link", messages: LINKS, target: 950 },
    Workload {
        name: "routes",
        title: "read 1,001 routes, per route",
        messages: ROUTES,
        target: 180,
    },
];

/// One row of the table.
pub struct Contender {
    pub name: &'static str,
    pub version: &'static str,
    /// Whether it reads values, rather than only walk over headers.
    pub reads: bool,
    /// In the order of [`WORKLOADS`].
    pub runs: [Run; 6],
    /// What it reads, as text.
    pub read: fn(&Inputs) -> [Vec<String>; 3],
}

impl Contender {
    pub fn floor<C: Codec>(name: &'static str, version: &'static str) -> Self {
        Contender { reads: false, ..Self::new::<C>(name, version) }
    }

    pub fn new<C: Codec>(name: &'static str, version: &'static str) -> Self {
        Contender { name, version, reads: true, runs: runs::<C>(), read: read::<C> }
    }
}

fn read<C: Codec>(inputs: &Inputs) -> [Vec<String>; 3] {
    let mut read = [const { Vec::new() }; 3];
    C::links(&inputs.link, |link| read[0].push(format!("{link:?}")));
    C::links(&inputs.links, |link| read[1].push(format!("{link:?}")));
    C::routes(&inputs.routes, |route| read[2].push(format!("{route:?}")));
    read
}

fn runs<C: Codec>() -> [Run; 6] {
    [
        |inputs, times| write(times, |scratch| C::veth(black_box(&inputs.veth), scratch)),
        |inputs, times| write(times, |scratch| C::address(black_box(&inputs.address), scratch)),
        |inputs, times| write(times, |scratch| C::route(black_box(&inputs.route), scratch)),
        |inputs, times| {
            for _ in 0..times {
                C::links(black_box(&inputs.link), |link| _ = black_box(link));
            }
            Vec::new()
        },
        |inputs, times| {
            for _ in 0..times {
                C::links(black_box(&inputs.links), |link| _ = black_box(link));
            }
            Vec::new()
        },
        |inputs, times| {
            for _ in 0..times {
                C::routes(black_box(&inputs.routes), |route| _ = black_box(route));
            }
            Vec::new()
        },
    ]
}

#[inline(always)]
fn write(times: usize, mut encode: impl FnMut(&mut Scratch) -> &[u8]) -> Vec<u8> {
    let mut scratch = Scratch { buf: [0; 256], vec: Vec::new() };
    let mut len = 0;
    for _ in 0..times {
        len = black_box(encode(black_box(&mut scratch))).len();
    }
    let written = if scratch.vec.is_empty() { &scratch.buf[..] } else { &scratch.vec };
    written[..len].to_vec()
}
