//! Asking on a LAN whether somebody has an address already (RFC 5227, section 2.1, with less
//! patience).

use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use super::send::send;
use crate::error::{Error, Result};
use crate::facts::Network;
use crate::kernel::Kernel;
use crate::plan::{Child, Kind, Namespace, Step};
use crate::spec::{Driver, Mac, MacvlanMode};
use crate::sys::Errno;
use crate::sys::namespace::{in_network, new_network};
use crate::sys::packet::Socket;

/// When it is asked, and when no answer counts as one: the last. A station on a LAN answers within
/// a millisecond or two; one that sleeps may take longer than anybody wants to wait.
const TIMES: [Duration; 3] =
    [Duration::ZERO, Duration::from_millis(80), Duration::from_millis(240)];

/// What to do where nobody can be asked.
const BRING_UP: &str = "bring the link up, or give an address with ip";

/// ARP's number as a protocol of Ethernet.
const ARP: u16 = 0x0806;

/// Whether anybody on the LAN that a network sits on answers for `address`.
///
/// # Errors
/// As [`answers`].
pub(super) fn answers_on(
    kernel: &mut Kernel,
    network: &Network,
    address: Ipv4Addr,
) -> Result<bool> {
    match (network.options.driver, network.lan()) {
        (Driver::Macvlan(_), Some(parent)) => answers_macvlan(kernel, parent, address),
        (_, Some(link)) => answers(kernel, link, address),
        (_, None) => Ok(false),
    }
}

/// The same, asked by a macvlan: those on the same link hear each other, but not that link. It is in
/// a namespace that ends with this call, or with this process.
fn answers_macvlan(kernel: &mut Kernel, parent: &str, address: Ipv4Addr) -> Result<bool> {
    const LINK: &str = "probe";
    let cannot = || Error::new(format!("cannot ask on link \"{parent}\" who has {address}"));
    let found = kernel.link(parent)?.ok_or_else(|| cannot().because("there is no such link"))?;
    if !found.up {
        // What is sent by one on it would be lost in silence.
        return Err(cannot().because(Errno::ENETDOWN.desc()).hint(BRING_UP));
    }
    let namespace = new_network().map_err(|errno| cannot().because(errno.desc()))?;
    let child = Child {
        kind: Kind::Macvlan(MacvlanMode::Bridge),
        parent: parent.into(),
        link: LINK.into(),
        mac: None,
        mtu: found.mtu,
        into: Namespace::Descriptor(namespace.as_raw_fd()),
    };
    send(kernel, &[Step::CreateChild(child)])?;
    let mut inside = Kernel::open_in(&namespace)?;
    // It says nothing of itself by IPv6.
    let quiet = Step::NoAutomaticAddresses { link: LINK.into() };
    send(&mut inside, &[quiet, Step::SetUp { link: LINK.into() }])?;
    in_network(&namespace, || answers(&mut inside, LINK, address))
        .map_err(|errno| cannot().because(errno.desc()))?
}

/// Whether anybody on the LAN of a link of this host answers for `address`.
///
/// # Errors
/// The link is not there or not up, so that nobody can be asked.
pub fn answers(kernel: &mut Kernel, link: &str, address: Ipv4Addr) -> Result<bool> {
    ask(kernel, link, address, &TIMES, None)
}

/// The same, asked once and not waited for long; besides who has the address `except`.
///
/// # Errors
/// As [`answers`].
pub fn answers_once(
    kernel: &mut Kernel,
    link: &str,
    address: Ipv4Addr,
    except: Option<Mac>,
) -> Result<bool> {
    ask(kernel, link, address, &[Duration::ZERO, Duration::from_millis(10)], except)
}

fn ask(
    kernel: &mut Kernel,
    link: &str,
    address: Ipv4Addr,
    times: &[Duration],
    except: Option<Mac>,
) -> Result<bool> {
    let cannot = || Error::new(format!("cannot ask on link \"{link}\" who has {address}"));
    let found = kernel.link(link)?.ok_or_else(|| cannot().because("there is no such link"))?;
    let mac: [u8; 6] = found
        .mac
        .as_slice()
        .try_into()
        .map_err(|_| cannot().because("it has no hardware address of Ethernet"))?;
    let failed = |errno: Errno| cannot().because(errno.desc()).hint(BRING_UP);
    let socket = Socket::open(found.index, ARP).map_err(failed)?;
    let probe = probe(Mac(mac), address);
    let begin = Instant::now();
    for pair in times.windows(2) {
        socket.send(&probe).map_err(failed)?;
        let Some(end) = pair.get(1).map(|end| begin + *end) else { break };
        let mut buf = [0; 64];
        while let Some(frame) = socket.receive(&mut buf, end).map_err(failed)? {
            let mut own = [Some(Mac(mac)), except].into_iter().flatten();
            if own.all(|own| is_taken(frame, own, address)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// An ARP request by somebody who has no address yet, so that nobody remembers one of them.
///
/// ```text
///  0     6     12    14    16    18 19 20   22    28     32    38     42
///  +-----+-----+-----+-----+-----+--+--+----+-----+------+-----+------+
///  | to  | from|0806 | 0001| 0800| 6| 4|  1 | mac |  0   |  0  | addr |
///  +-----+-----+-----+-----+-----+--+--+----+-----+------+-----+------+
/// ```
fn probe(mac: Mac, address: Ipv4Addr) -> Vec<u8> {
    let header: &[u8] = &[0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1];
    [&[0xff; 6], &mac.0[..], header, &mac.0, &[0; 4], &[0; 6], &address.octets()].concat()
}

/// Whether a frame of ARP says that its sender has `address`, or wants to have it.
fn is_taken(frame: &[u8], own: Mac, address: Ipv4Addr) -> bool {
    let part = |from: usize, len: usize| frame.get(from..from + len);
    let address = address.octets();
    let has = part(28, 4) == Some(&address);
    let wants = part(28, 4) == Some(&[0; 4]) && part(38, 4) == Some(&address);
    (has || wants) && part(22, 6) != Some(&own.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_by_who_answers_or_asks_for_it_too() {
        let (own, other) = (Mac([2, 0, 0, 0, 0, 1]), Mac([2, 0, 0, 0, 0, 2]));
        let address = Ipv4Addr::new(192, 0, 2, 7);
        assert_eq!(probe(own, address).len(), 42);
        assert!(is_taken(&probe(other, address), own, address));
        assert!(!is_taken(&probe(own, address), own, address), "one's own question");
        let mut reply = probe(other, Ipv4Addr::new(192, 0, 2, 99));
        assert!(!is_taken(&reply, own, address));
        reply[28..32].copy_from_slice(&address.octets());
        assert!(is_taken(&reply, own, address));
        assert!(!is_taken(&reply[..20], own, address));
    }
}
