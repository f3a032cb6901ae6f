//! Chains and rules, in the words of nft(8).

use std::fmt;
use std::net::IpAddr;

use ipnet::Ipv4Net;

use super::set::Set;

/// A chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Its name.
    pub name: String,
    /// Where packets meet it; `None`: only by a jump.
    pub base: Option<Base>,
}

/// Where packets meet a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// What it may do.
    pub kind: Kind,
    /// Where.
    pub hook: Hook,
    /// The smallest comes first.
    pub priority: i32,
}

/// What a chain may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Accept and drop.
    Filter,
    /// Translate addresses.
    Nat,
}

/// Where packets meet a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// As they come in.
    Prerouting,
    /// On their way through.
    Forward,
    /// From this host.
    Output,
    /// As they go out.
    Postrouting,
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Filter => "filter",
            Kind::Nat => "nat",
        };
        let hook = match self.hook {
            Hook::Prerouting => "prerouting",
            Hook::Forward => "forward",
            Hook::Output => "output",
            Hook::Postrouting => "postrouting",
        };
        write!(f, "type {kind} hook {hook} priority {}", self.priority)
    }
}

/// A rule: all its terms, in order, until one does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The chain it belongs to.
    pub chain: String,
    /// What it checks, then what it does.
    pub terms: Vec<Term>,
}

/// Which link of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// That it came in by.
    In,
    /// That it goes out by.
    Out,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::In => "iifname",
            Side::Out => "oifname",
        })
    }
}

/// Which version of IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Family::V4 => "ip",
            Family::V6 => "ip6",
        })
    }
}

/// One condition or action of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// The link has this name.
    Link(Side, String),
    /// The link has another name.
    NotLink(Side, String),
    /// The link's name begins so.
    LinksFrom(Side, String),
    /// The link's name does not begin so.
    NotLinksFrom(Side, String),
    /// The link's name is in a set.
    LinkIn(Side, &'static Set),
    /// The link's name is not in a set.
    LinkNotIn(Side, &'static Set),
    /// The names of two links are together in a set.
    LinksIn(Side, Side, &'static Set),
    /// They are not.
    LinksNotIn(Side, Side, &'static Set),
    /// The verdict that a map gives for the link, if any.
    LinkVerdict(Side, &'static Set),
    /// The link is a bridge.
    IsBridge(Side),
    /// It is a packet of this version of IP.
    Of(Family),
    /// The source is in a set of prefixes.
    SourceIn(Family, &'static Set),
    /// The verdict that a map gives for the source, if any.
    SourceVerdict(Family, &'static Set),
    /// The destination is in a prefix.
    To(Ipv4Net),
    /// The destination is not in a prefix.
    NotTo(Ipv4Net),
    /// The destination is not IPv6 loopback.
    NotToLoopback6,
    /// The destination is not multicast (IPv6).
    NotToMulticast6,
    /// Somebody says to be a router (IPv6).
    RouterAdvertisement,
    /// The source is an address of this host.
    FromHost,
    /// The destination is an address of this host.
    ToHost,
    /// The connection was accepted before, or belongs to one that was.
    Established,
    /// The destination was translated.
    Translated,
    /// To where a map of published ports leads; the key begins with the destination, or not.
    Publish(Family, &'static Set, bool),
    /// The source becomes the address of the link it goes out by.
    Masquerade,
    /// The source becomes this.
    Source(IpAddr),
    /// It passes.
    Accept,
    /// It is dropped.
    Drop,
    /// The chain that jumped here goes on.
    Return,
    /// Another chain decides, then the next rule.
    Jump(String),
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Link(side, name) => write!(f, "{side} \"{name}\""),
            Term::NotLink(side, name) => write!(f, "{side} != \"{name}\""),
            Term::LinksFrom(side, start) => write!(f, "{side} \"{start}*\""),
            Term::NotLinksFrom(side, start) => write!(f, "{side} != \"{start}*\""),
            Term::LinkIn(side, set) => write!(f, "{side} @{}", set.name),
            Term::LinkNotIn(side, set) => write!(f, "{side} != @{}", set.name),
            Term::LinksIn(a, b, set) => write!(f, "{a} . {b} @{}", set.name),
            Term::LinksNotIn(a, b, set) => write!(f, "{a} . {b} != @{}", set.name),
            Term::LinkVerdict(side, map) => write!(f, "{side} vmap @{}", map.name),
            Term::IsBridge(Side::In) => write!(f, "meta iifkind \"bridge\""),
            Term::IsBridge(Side::Out) => write!(f, "meta oifkind \"bridge\""),
            Term::Of(Family::V4) => write!(f, "meta nfproto ipv4"),
            Term::Of(Family::V6) => write!(f, "meta nfproto ipv6"),
            Term::SourceIn(family, set) => write!(f, "{family} saddr @{}", set.name),
            Term::SourceVerdict(family, map) => write!(f, "{family} saddr vmap @{}", map.name),
            Term::To(prefix) => write!(f, "ip daddr {prefix}"),
            Term::NotTo(prefix) => write!(f, "ip daddr != {prefix}"),
            Term::NotToLoopback6 => write!(f, "ip6 daddr != ::1"),
            Term::NotToMulticast6 => write!(f, "ip6 daddr != ff00::/8"),
            Term::RouterAdvertisement => write!(f, "icmpv6 type nd-router-advert"),
            Term::FromHost => write!(f, "fib saddr type local"),
            Term::ToHost => write!(f, "fib daddr type local"),
            Term::Established => write!(f, "ct state established,related"),
            Term::Translated => write!(f, "ct status dnat"),
            Term::Publish(family, map, by_address) => {
                let address =
                    if *by_address { format!("{family} daddr . ") } else { String::new() };
                write!(f, "dnat {family} to {address}meta l4proto . th dport map @{}", map.name)
            }
            Term::Masquerade => write!(f, "masquerade"),
            Term::Source(IpAddr::V4(address)) => write!(f, "snat ip to {address}"),
            Term::Source(IpAddr::V6(address)) => write!(f, "snat ip6 to {address}"),
            Term::Accept => write!(f, "accept"),
            Term::Drop => write!(f, "drop"),
            Term::Return => write!(f, "return"),
            Term::Jump(chain) => write!(f, "jump {chain}"),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, term) in self.terms.iter().enumerate() {
            write!(f, "{}{term}", if n > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}
