//! Networks: how a run joins one, and what a new one should be like.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use ipnet::Ipv4Net;

use crate::error::{Error, Result};
use crate::spec::mac::Mac;

/// Membership of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Name of the network.
    pub network: String,
    /// Address to have; `None`: any free one.
    pub address: Option<Ipv4Addr>,
    /// Link-layer address; `None`: made from the address.
    pub mac: Option<Mac>,
    /// Largest packet; `None`: the network's.
    pub mtu: Option<u32>,
    /// Name of the link inside.
    pub link: String,
    /// Whether the default route leads there; `None`: by the first network that leads out.
    pub default_route: Option<bool>,
}

/// How the members of a network are connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// By a veth that is a port of the network's bridge.
    #[default]
    Bridge,
    /// By a veth of their own that the host routes to.
    Ptp,
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Driver::Bridge => "bridge",
            Driver::Ptp => "ptp",
        })
    }
}

impl FromStr for Driver {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "bridge" => Ok(Driver::Bridge),
            "ptp" => Ok(Driver::Ptp),
            _ => Err(Error::usage(format!("\"{text}\" is no driver of networks"))
                .hint("choose \"bridge\" or \"ptp\"")),
        }
    }
}

/// Addresses from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub first: Ipv4Addr,
    /// The last.
    pub last: Ipv4Addr,
}

impl Range {
    /// Whether `address` is one of them.
    pub fn contains(&self, address: Ipv4Addr) -> bool {
        (self.first..=self.last).contains(&address)
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        u64::from(u32::from(self.last)) + 1 - u64::from(u32::from(self.first))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            return write!(f, "{}", self.first);
        }
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl FromStr for Range {
    type Err = Error;

    /// Reads `ADDRESS`, `FIRST-LAST` or `PREFIX/LENGTH`.
    fn from_str(text: &str) -> Result<Self> {
        let read = || {
            if let Ok(prefix) = text.parse::<Ipv4Net>() {
                return Some(Range { first: prefix.network(), last: prefix.broadcast() });
            }
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            Some(Range { first: first.parse().ok()?, last: last.parse().ok()? })
        };
        read().filter(|range| range.first <= range.last).ok_or_else(|| {
            Error::usage(format!("\"{text}\" is no range of addresses"))
                .hint("write ADDRESS, FIRST-LAST or PREFIX/LENGTH, such as 192.0.2.64/27")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_one_address_two_or_a_prefix() {
        let range: Range = "192.0.2.64/30".parse().unwrap();
        assert_eq!((range.to_string().as_str(), range.count()), ("192.0.2.64-192.0.2.67", 4));
        assert_eq!("192.0.2.7".parse::<Range>().unwrap().to_string(), "192.0.2.7");
        assert!(range.contains(range.last) && !range.contains("192.0.2.68".parse().unwrap()));
        let all: Range = "0.0.0.0/0".parse().unwrap();
        assert_eq!(all.count(), 1 << 32);
        for wrong in ["", "192.0.2.9-192.0.2.8", "192.0.2.0/33", "192.0.2.1-", "a"] {
            assert!(wrong.parse::<Range>().is_err(), "{wrong}");
        }
    }
}
