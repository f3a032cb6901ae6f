//! What every contender can do, and the loops that make it do so.

use std::hint::black_box;
use std::net::Ipv4Addr;

use crate::fixtures::{Address, Inputs, Route, Veth};

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

/// One thing to measure.
pub type Run = fn(&Inputs, usize);

fn scratch() -> Scratch {
    Scratch { buf: [0; 256], vec: Vec::new() }
}

/// The loops, in the order of [`WORKLOADS`].
pub fn runs<C: Codec>() -> [Run; 6] {
    [
        |inputs, times| {
            let mut scratch = scratch();
            for _ in 0..times {
                black_box(C::veth(black_box(&inputs.veth), black_box(&mut scratch)));
            }
        },
        |inputs, times| {
            let mut scratch = scratch();
            for _ in 0..times {
                black_box(C::address(black_box(&inputs.address), black_box(&mut scratch)));
            }
        },
        |inputs, times| {
            let mut scratch = scratch();
            for _ in 0..times {
                black_box(C::route(black_box(&inputs.route), black_box(&mut scratch)));
            }
        },
        |inputs, times| {
            for _ in 0..times {
                C::links(black_box(&inputs.link), |link| _ = black_box(link));
            }
        },
        |inputs, times| {
            for _ in 0..times {
                C::links(black_box(&inputs.links), |link| _ = black_box(link));
            }
        },
        |inputs, times| {
            for _ in 0..times {
                C::routes(black_box(&inputs.routes), |route| _ = black_box(route));
            }
        },
    ]
}
