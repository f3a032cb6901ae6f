//! Sets and maps of the ruleset, and their elements.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::spec::Protocol;

/// One part of a key, or of what a map gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// An IP protocol.
    Protocol,
    /// A port.
    Port,
    /// The name of a link.
    Link,
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Field::Ipv4 => "ipv4_addr",
            Field::Ipv6 => "ipv6_addr",
            Field::Protocol => "inet_proto",
            Field::Port => "inet_service",
            Field::Link => "ifname",
        }
    }
}

/// What a set gives for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// Nothing: the key is in it or not.
    Nothing,
    /// Values.
    Fields(&'static [Field]),
    /// A verdict.
    Verdict,
}

/// A set or map.
#[derive(Debug, PartialEq, Eq)]
pub struct Set {
    /// Its name.
    pub name: &'static str,
    /// What its keys are made of.
    pub key: &'static [Field],
    /// What it gives.
    pub gives: Gives,
    /// Whether keys are prefixes: of addresses, or of names.
    pub prefixes: bool,
}

impl Set {
    const fn new(name: &'static str, key: &'static [Field], gives: Gives) -> Set {
        Set { name, key, gives, prefixes: false }
    }

    /// "set" or "map".
    pub fn kind(&self) -> &'static str {
        match self.gives {
            Gives::Nothing => "set",
            _ => "map",
        }
    }
}

/// Ports of all IPv4 addresses of this host.
pub static PORTS4: Set =
    Set::new("ports4", &[Field::Protocol, Field::Port], Gives::Fields(&[Field::Ipv4, Field::Port]));
/// Ports of one IPv4 address of this host.
pub static ADDRESS_PORTS4: Set = Set::new(
    "address_ports4",
    &[Field::Ipv4, Field::Protocol, Field::Port],
    Gives::Fields(&[Field::Ipv4, Field::Port]),
);
/// Ports of all IPv6 addresses of this host.
pub static PORTS6: Set =
    Set::new("ports6", &[Field::Protocol, Field::Port], Gives::Fields(&[Field::Ipv6, Field::Port]));
/// Ports of one IPv6 address of this host.
pub static ADDRESS_PORTS6: Set = Set::new(
    "address_ports6",
    &[Field::Ipv6, Field::Protocol, Field::Port],
    Gives::Fields(&[Field::Ipv6, Field::Port]),
);
/// The maps of published ports.
pub static PORT_MAPS: [&Set; 4] = [&PORTS4, &ADDRESS_PORTS4, &PORTS6, &ADDRESS_PORTS6];

/// Ports that single IPv4 addresses of this host may have published: so that publishing one of
/// all addresses need not look through [`ADDRESS_PORTS4`].
pub static SINGLE4: Set = Set::new("single4", &[Field::Protocol, Field::Port], Gives::Nothing);
/// The same for [`ADDRESS_PORTS6`].
pub static SINGLE6: Set = Set::new("single6", &[Field::Protocol, Field::Port], Gives::Nothing);
/// Addresses of members that may have published ports: so that an address that is leased again is
/// looked for in one place, instead of through all maps.
pub static PUBLISHERS: Set = Set::new("publishers", &[Field::Ipv4], Gives::Nothing);

/// Bridges of networks.
pub static BRIDGES: Set =
    Set { prefixes: true, ..Set::new("bridges", &[Field::Link], Gives::Nothing) };
/// Bridges without rules of ours that this host does not begin to route for, each with itself: so
/// it also says which packets stay on one of them.
pub static OTHERS: Set = Set::new("others", &[Field::Link, Field::Link], Gives::Nothing);
/// Bridges of networks that are open to each other.
pub static OPEN: Set = Set { prefixes: true, ..Set::new("open", &[Field::Link], Gives::Nothing) };
/// What decides about packets into a network, by its bridge.
pub static INTO: Set = Set { prefixes: true, ..Set::new("into", &[Field::Link], Gives::Verdict) };
/// What decides about packets out of a network, by its bridge.
pub static OUT_OF: Set =
    Set { prefixes: true, ..Set::new("out_of", &[Field::Link], Gives::Verdict) };
/// Subnets of networks.
pub static SUBNETS4: Set =
    Set { prefixes: true, ..Set::new("subnets4", &[Field::Ipv4], Gives::Nothing) };
/// The same for IPv6.
pub static SUBNETS6: Set =
    Set { prefixes: true, ..Set::new("subnets6", &[Field::Ipv6], Gives::Nothing) };
/// What gives packets from a subnet another source when they leave this host.
pub static SOURCE4: Set =
    Set { prefixes: true, ..Set::new("source4", &[Field::Ipv4], Gives::Verdict) };
/// The same for IPv6.
pub static SOURCE6: Set =
    Set { prefixes: true, ..Set::new("source6", &[Field::Ipv6], Gives::Verdict) };

/// All of them.
pub static SETS: [&Set; 16] = [
    &PORTS4,
    &ADDRESS_PORTS4,
    &PORTS6,
    &ADDRESS_PORTS6,
    &SINGLE4,
    &SINGLE6,
    &PUBLISHERS,
    &BRIDGES,
    &OTHERS,
    &OPEN,
    &INTO,
    &OUT_OF,
    &SUBNETS4,
    &SUBNETS6,
    &SOURCE4,
    &SOURCE6,
];

impl fmt::Display for Set {
    /// As nft(8) declares it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = |fields: &[Field]| {
            fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(" . ")
        };
        write!(f, "{{ type {}", fields(self.key))?;
        match self.gives {
            Gives::Nothing => {}
            Gives::Fields(data) => write!(f, " : {}", fields(data))?,
            Gives::Verdict => write!(f, " : verdict")?,
        }
        let flags = if self.prefixes { "; flags interval" } else { "" };
        write!(f, "{flags}; }}")
    }
}

/// One part of a key, or of what a map gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// An address.
    Address(IpAddr),
    /// A prefix.
    Prefix(IpNet),
    /// A protocol.
    Protocol(Protocol),
    /// A port.
    Port(u16),
    /// The name of a link.
    Link(String),
    /// The names of links that begin so.
    Links(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Address(address) => write!(f, "{address}"),
            Value::Prefix(prefix) => write!(f, "{prefix}"),
            Value::Protocol(protocol) => write!(f, "{protocol}"),
            Value::Port(port) => write!(f, "{port}"),
            Value::Link(name) => write!(f, "\"{name}\""),
            Value::Links(prefix) => write!(f, "\"{prefix}*\""),
        }
    }
}

/// What an element gives for its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Nothing.
    Nothing,
    /// Values.
    Values(Vec<Value>),
    /// The rules of a chain.
    Jump(String),
}

/// An element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The set it is in.
    pub set: &'static Set,
    /// Its key.
    pub key: Vec<Value>,
    /// What it gives.
    pub gives: Given,
    /// A note: of published ports, whose they are.
    pub comment: Option<String>,
}

impl Element {
    /// An element that gives nothing.
    pub fn of(set: &'static Set, key: Vec<Value>) -> Element {
        Element { set, key, gives: Given::Nothing, comment: None }
    }

    /// Set and key, in words: no two elements have the same.
    pub fn place(&self) -> String {
        let key = Element::of(self.set, self.key.clone());
        format!("{} {{ {key} }}", self.set.name)
    }
}

impl fmt::Display for Element {
    /// As nft(8) writes it between braces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |f: &mut fmt::Formatter<'_>, values: &[Value]| {
            for (n, value) in values.iter().enumerate() {
                write!(f, "{}{value}", if n > 0 { " . " } else { "" })?;
            }
            Ok(())
        };
        join(f, &self.key)?;
        if let Some(comment) = &self.comment {
            write!(f, " comment \"{comment}\"")?;
        }
        match &self.gives {
            Given::Nothing => Ok(()),
            Given::Values(values) => {
                f.write_str(" : ")?;
                join(f, values)
            }
            Given::Jump(chain) => write!(f, " : jump {chain}"),
        }
    }
}
