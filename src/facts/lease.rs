//! The address lease: the name of the host's end of a veth pair.

use std::fmt;

/// Host part of an address on a network.
///
/// Its name as a link is `ns<network>.<host>`: the network's number in base 36, the host part in
/// hexadecimal. The kernel gives a name to one link only, so creating the link claims the address
/// atomically, and it is free again when the link goes with the namespace of its other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lease {
    /// The N of bridge nsrunN.
    pub network: u32,
    /// The address minus the network's address.
    pub host: u32,
}

/// 4 digits in base 36.
const NETWORKS: u32 = 36 * 36 * 36 * 36;
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

impl fmt::Display for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_assert!(self.network < NETWORKS);
        let mut text = [0; 4];
        let (mut rest, mut at) = (self.network, text.len());
        loop {
            at = at.saturating_sub(1);
            text[at] = DIGITS[(rest % 36) as usize];
            rest /= 36;
            if rest == 0 || at == 0 {
                break;
            }
        }
        let network = std::str::from_utf8(&text[at..]).unwrap_or_default();
        write!(f, "ns{network}.{:x}", self.host)
    }
}

impl Lease {
    /// What the names of all leases of a network begin with.
    pub fn links(network: u32) -> String {
        let mut name = Lease { network, host: 0 }.to_string();
        name.pop();
        name
    }

    /// The lease that a link's name says, `None` for the name of another link.
    pub fn parse(link: &str) -> Option<Lease> {
        let (network, host) = link.strip_prefix("ns")?.split_once('.')?;
        let lease = Lease {
            network: u32::from_str_radix(network, 36).ok().filter(|&n| n < NETWORKS)?,
            host: u32::from_str_radix(host, 16).ok()?,
        };
        // One spelling only: no sign, no capitals, no leading zeroes.
        (lease.to_string() == link).then_some(lease)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_and_its_link_name_are_the_same_thing() {
        for (network, host, name) in [
            (0, 2, "ns0.2"),
            (35, 0xfffe, "nsz.fffe"),
            (36, 1, "ns10.1"),
            (NETWORKS - 1, u32::MAX, "nszzzz.ffffffff"),
        ] {
            let lease = Lease { network, host };
            assert_eq!(lease.to_string(), name);
            assert!(name.len() <= 15, "{name} is no link name");
            assert_eq!(Lease::parse(name), Some(lease));
        }
    }

    #[test]
    fn other_spellings_are_no_lease() {
        for name in ["ns0.", "ns.2", "ns0.02", "ns00.2", "ns0.A", "ns0.+2", "ns10000.2", "nsrun0"] {
            assert_eq!(Lease::parse(name), None, "{name}");
        }
    }
}
