//! Telling neighbours about an address that is new on a link, so that none goes on with what it
//! remembers of another who had it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::kernel::Kernel;
use crate::spec::Mac;
use crate::sys::packet;

const BROADCAST: Mac = Mac([0xff; 6]);
/// ff02::1, all nodes on the link (RFC 4291), and the hardware address that goes with it.
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
const ALL_NODES_MAC: Mac = Mac([0x33, 0x33, 0, 0, 0, 1]);

/// Announces addresses of a link of this network namespace, which `kernel` is connected to. `mac` is
/// its hardware address, where that is known. Neighbours find out by themselves when this fails,
/// only later.
pub fn announce(kernel: &mut Kernel, link: &str, mac: Option<Mac>, addresses: &[IpAddr]) {
    let look = || kernel.link(link).ok()??.mac.as_slice().try_into().ok().map(Mac);
    let Some(mac) = mac.or_else(look) else { return };
    let Some(index) = kernel.index(link) else { return };
    for address in addresses {
        let frame = match *address {
            IpAddr::V4(address) => gratuitous_arp(mac, address),
            IpAddr::V6(address) => unsolicited_advertisement(mac, address),
        };
        let _ = packet::send(index, &frame);
    }
}

/// An ARP request for one's own address (RFC 5227, section 2.3).
///
/// ```text
///  0     6     12    14    16    18 19 20   22    28     32    38     42
///  +-----+-----+-----+-----+-----+--+--+----+-----+------+-----+------+
///  | to  | from|0806 | 0001| 0800| 6| 4|  1 | mac | addr |  0  | addr |
///  +-----+-----+-----+-----+-----+--+--+----+-----+------+-----+------+
/// ```
fn gratuitous_arp(mac: Mac, address: Ipv4Addr) -> Vec<u8> {
    let header: &[u8] = &[0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1];
    let address = address.octets();
    [&BROADCAST.0, &mac.0, header, &mac.0, &address, &[0; 6], &address].concat()
}

/// A neighbour advertisement that nobody asked for, with the flag "override" (RFC 4861, section
/// 7.2.6).
///
/// ```text
///  0     6     12    14   18    20 21  22     38     54 55  56    58        62       78 79  80
///  +-----+-----+-----+----+-----+--+---+------+------+--+---+-----+---------+--------+--+---+----+
///  | to  | from|86dd | 6  | len |58|255| from | to   |136 0 | sum | override| target | 2| 1 | mac|
///  +-----+-----+-----+----+-----+--+---+------+------+--+---+-----+---------+--------+--+---+----+
/// ```
fn unsolicited_advertisement(mac: Mac, address: Ipv6Addr) -> Vec<u8> {
    let (from, to) = (address.octets(), ALL_NODES.octets());
    let body = |sum: u16| {
        let [high, low] = sum.to_be_bytes();
        let head: &[u8] = &[136, 0, high, low, 0x20, 0, 0, 0];
        [head, &from, &[2, 1], &mac.0].concat()
    };
    let len = [0, body(0).len() as u8];
    // The checksum covers addresses, length and protocol too (RFC 8200, section 8.1).
    let pseudo = [&from[..], &to, &[0, 0], &len, &[0, 0, 0, 58], &body(0)].concat();
    let header: &[u8] = &[0x86, 0xdd, 0x60, 0, 0, 0, len[0], len[1], 58, 255];
    [&ALL_NODES_MAC.0[..], &mac.0, header, &from, &to, &body(checksum(&pseudo))].concat()
}

/// The Internet checksum (RFC 1071).
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| match *pair {
        [high, low] => u32::from(u16::from_be_bytes([high, low])),
        [high] => u32::from(high) << 8,
        _ => 0,
    });
    let mut sum: u32 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: Mac = Mac([2, 0, 0, 0, 0, 7]);

    #[test]
    fn an_announcement_of_ipv4_asks_everybody_for_one_s_own_address() {
        let frame = gratuitous_arp(MAC, Ipv4Addr::new(192, 0, 2, 7));
        assert_eq!(frame.len(), 42);
        assert_eq!(frame[28..32], frame[38..42]);
        assert_eq!(frame[..6], [0xff; 6]);
    }

    #[test]
    fn an_announcement_of_ipv6_has_a_right_checksum() {
        let frame = unsolicited_advertisement(MAC, "fd00::7".parse().unwrap());
        assert_eq!(frame.len(), 86);
        let body = &frame[54..];
        let pseudo = [&frame[22..54], &[0, 0, 0, body.len() as u8, 0, 0, 0, 58], body].concat();
        // Over what holds its own checksum, the sum is 0.
        assert_eq!(checksum(&pseudo), 0);
    }
}
