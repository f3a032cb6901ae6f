//! Steps that change kernel objects by netlink, one message each.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::facts::Network;
use crate::plan::firewall::Guard;
use crate::spec::{IpvlanMode, Mac, MacvlanMode};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Makes a bridge, down.
    CreateBridge {
        /// Its name.
        link: String,
        /// Its link-layer address; fixed, so that it does not follow the ports'.
        mac: Mac,
        /// Largest packet, in bytes.
        mtu: u32,
    },
    /// Makes a veth pair, both ends down: one here, in a bridge, the other in a namespace.
    CreateVeth(Veth),
    /// Makes a link in a namespace on top of a link here, down.
    CreateChild(Child),
    /// Makes a VLAN on top of a link here, down.
    CreateVlan {
        /// Its name.
        link: String,
        /// The link below.
        parent: String,
        /// Its tag.
        id: u16,
    },
    /// Keeps the kernel from giving a link IPv6 addresses of its own accord.
    NoAutomaticAddresses {
        /// The link.
        link: String,
    },
    /// Has a link believe nobody on it who says to be a router (IPv6). This travels alone.
    IgnoreRouters {
        /// The link.
        link: String,
    },
    /// Sets the largest packet of a link.
    SetMtu {
        /// The link.
        link: String,
        /// In bytes.
        mtu: u32,
    },
    /// Brings a link up.
    SetUp {
        /// The link.
        link: String,
    },
    /// Adds an address, with the route to its prefix.
    AddAddress {
        /// The link.
        link: String,
        /// Address and prefix length.
        address: IpNet,
    },
    /// Adds a route.
    AddRoute(Route),
    /// Has this host know better what it remembers of a neighbour, until it asks again.
    SetNeighbour {
        /// The link.
        link: String,
        /// Its index, when it is known already.
        index: Option<u32>,
        /// The neighbour's address.
        address: IpAddr,
        /// Its link-layer address.
        mac: Mac,
    },
    /// Adds an alternative name to a link.
    AddName {
        /// The link.
        link: String,
        /// The name.
        name: String,
    },
    /// Sets the description of a link.
    Describe {
        /// The link.
        link: String,
        /// The description.
        text: String,
    },
    /// Is refused when there is no network of that name any more; changes nothing. Whoever removes a
    /// network takes its name first and looks for members then.
    Join {
        /// The network.
        network: String,
    },
    /// Is refused, as an address in use, when this host itself has the address; changes nothing.
    Vacant {
        /// The address.
        address: IpAddr,
    },
    /// Lets a port of a bridge reach only ports that are not isolated.
    Isolate {
        /// The link.
        link: String,
    },
    /// Makes a link a port of a bridge.
    AddPort {
        /// The link.
        link: String,
        /// The bridge.
        bridge: String,
    },
    /// Renames a link that is down.
    Rename {
        /// The link.
        link: String,
        /// Its index.
        index: u32,
        /// The new name.
        to: String,
    },
    /// Moves a link to another namespace, where it is down and has no addresses.
    Move {
        /// The link.
        link: String,
        /// Its index.
        index: u32,
        /// The namespace.
        to: Destination,
        /// Its name there; `None`: the same.
        name: Option<String>,
    },
    /// Has a link receive everything that passes by, or only what is meant for it.
    SetPromiscuous {
        /// The link.
        link: String,
        /// Everything.
        on: bool,
    },
    /// Takes a link down and out of its bridge.
    Detach {
        /// The link.
        link: String,
        /// Its index.
        index: u32,
    },
    /// Removes an alternative name from a link.
    RemoveName {
        /// The link.
        link: String,
        /// Its index.
        index: u32,
        /// The name.
        name: String,
    },
    /// Makes the firewall rules of a network. This travels alone.
    AddRules(Box<Network>, Guard),
    /// Takes the firewall rules of a network away. This travels alone.
    RemoveRules(Box<Network>),
    /// Sets a parameter of this host. This travels alone.
    SetParameter {
        /// The parameter.
        key: String,
        /// The value.
        value: String,
    },
    /// Lets this host route packets from 127.0.0.0/8 by a link, and members answer by another
    /// network than they were asked.
    RelaxRouting {
        /// The link.
        link: String,
        /// Whether it routes for the link at all.
        forward: bool,
    },
    /// Lets a port of a bridge get its own frames back.
    Hairpin {
        /// The link.
        link: String,
    },
    /// Deletes a link.
    DeleteLink {
        /// The link.
        link: String,
        /// Its index; `None`: whichever has the name.
        index: Option<u32>,
    },
}

/// A veth pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Veth {
    /// Name of the end here: the lease, on a network of ours.
    pub name: String,
    /// Bridge the end here belongs to; `None`: the host routes.
    pub master: Option<Master>,
    /// Name of the other end.
    pub peer: String,
    /// Link-layer address of the other end; `None`: the kernel's choice.
    pub peer_mac: Option<Mac>,
    /// Largest packet, in bytes.
    pub mtu: u32,
    /// The namespace of the other end.
    pub into: Namespace,
}

/// A namespace that a link is made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// That of a process.
    Process(i32),
    /// The one that an open file descriptor stands for.
    Descriptor(i32),
}

/// A link on top of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// Its kind.
    pub kind: Kind,
    /// The link below, here.
    pub parent: String,
    /// Its name, there.
    pub link: String,
    /// Its link-layer address; `None`: the kernel's choice.
    pub mac: Option<Mac>,
    /// Largest packet, in bytes.
    pub mtu: u32,
    /// Where it is made.
    pub into: Namespace,
}

/// Kind of a [`Child`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With a hardware address of its own.
    Macvlan(MacvlanMode),
    /// With that of the link below.
    Ipvlan(IpvlanMode),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Macvlan(mode) => write!(f, "macvlan mode {mode}"),
            Kind::Ipvlan(mode) => write!(f, "ipvlan mode {mode}"),
        }
    }
}

/// A namespace to move a link to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// An open descriptor of it.
    pub fd: i32,
    /// What it is called: `run "web"`.
    pub title: String,
}

/// A route of the main table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Where it leads.
    pub to: IpNet,
    /// By whom; `None`: to whoever is on the link.
    pub gateway: Option<IpAddr>,
    /// By which link; `None`: the one that the gateway is on.
    pub link: Option<String>,
}

impl fmt::Display for Route {
    /// "default route via 192.0.2.1", "route to 192.0.2.7/32 by link "ns1.7"".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to.prefix_len() {
            0 => write!(f, "default route")?,
            _ => write!(f, "route to {}", self.to)?,
        }
        if let Some(gateway) = &self.gateway {
            write!(f, " via {gateway}")?;
        }
        match &self.link {
            Some(link) => write!(f, " by link \"{link}\""),
            None => Ok(()),
        }
    }
}

/// The bridge of a [`Veth`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Master {
    /// Its name.
    pub link: String,
    /// Its index, when it is known already.
    pub index: Option<u32>,
}

impl Step {
    /// The parameter that [`Step::IgnoreRouters`] sets to 0.
    pub fn router_parameter(link: &str) -> String {
        // In a key a dot separates: one in the name of a link, as of a vlan, is a slash.
        format!("net.ipv6.conf.{}.accept_ra", link.replace('.', "/"))
    }

    /// The step that takes this one back; `None` when another's does: deleting a link removes its
    /// addresses and names, and a namespace takes what is in it along.
    pub fn undo(&self) -> Option<Step> {
        let delete = |link| Step::DeleteLink { link, index: None };
        match self {
            Step::CreateBridge { link, .. } => Some(delete(link.clone())),
            Step::CreateVeth(veth) => Some(delete(veth.name.clone())),
            Step::CreateVlan { link, .. } => Some(delete(link.clone())),
            Step::AddRules(network, _) => Some(Step::RemoveRules(network.clone())),
            _ => None,
        }
    }

    /// Whether it is all the same who did it: what it makes may be there already, made by another
    /// run that saw the same unfinished network.
    pub fn may_exist(&self) -> bool {
        matches!(self, Step::AddAddress { .. } | Step::AddName { .. } | Step::CreateVlan { .. })
    }

    /// Whether it is all the same when there is nothing to take away, or to change, any more.
    pub fn may_be_gone(&self) -> bool {
        use Step::{DeleteLink, Detach, RemoveName, RemoveRules, Rename, SetNeighbour};
        matches!(
            self,
            RemoveRules(_)
                | DeleteLink { .. }
                | Detach { .. }
                | RemoveName { .. }
                | Rename { .. }
                | SetNeighbour { .. }
        )
    }

    /// What a reader of the plan wants to know besides what [`Display`](fmt::Display) says.
    pub fn details(&self) -> Option<String> {
        match self {
            Step::CreateBridge { mac, mtu, .. } => Some(format!("address {mac}, mtu {mtu}")),
            Step::CreateVeth(veth) => {
                let master = veth.master.as_ref();
                let bridge = master.map(|master| format!("in bridge \"{}\", ", master.link));
                Some(format!(
                    "{}mtu {}, other end \"{}\"{}",
                    bridge.unwrap_or_default(),
                    veth.mtu,
                    veth.peer,
                    veth.peer_mac.map(|mac| format!(" with address {mac}")).unwrap_or_default()
                ))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Step {
    /// What is done to which object: "create bridge "nsrun0"".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::CreateBridge { link, .. } => write!(f, "create bridge \"{link}\""),
            Step::CreateVeth(veth) => write!(f, "create veth \"{}\"", veth.name),
            Step::CreateChild(child) => {
                write!(f, "create {} \"{}\" on link \"{}\"", child.kind, child.link, child.parent)
            }
            Step::CreateVlan { link, parent, id } => {
                write!(f, "create vlan \"{link}\" with tag {id} on link \"{parent}\"")
            }
            Step::NoAutomaticAddresses { link } => {
                write!(f, "switch off automatic IPv6 addresses of link \"{link}\"")
            }
            Step::IgnoreRouters { link } => write!(f, "ignore IPv6 routers on link \"{link}\""),
            Step::SetMtu { link, mtu } => write!(f, "set the MTU of link \"{link}\" to {mtu}"),
            Step::SetUp { link } => write!(f, "bring link \"{link}\" up"),
            Step::AddAddress { link, address } => {
                write!(f, "add address {address} to link \"{link}\"")
            }
            Step::AddRoute(route) => write!(f, "add {route}"),
            Step::SetNeighbour { link, address, mac, .. } => {
                write!(f, "set neighbour {address} of link \"{link}\" to {mac}")
            }
            Step::AddName { link, name } => write!(f, "add name \"{name}\" to link \"{link}\""),
            Step::Describe { link, text } => write!(f, "describe link \"{link}\" as \"{text}\""),
            Step::Join { network } => write!(f, "join network \"{network}\""),
            Step::Vacant { address } => write!(f, "take address {address}"),
            Step::Isolate { link } => write!(f, "isolate link \"{link}\""),
            Step::AddPort { link, bridge } => {
                write!(f, "put link \"{link}\" into bridge \"{bridge}\"")
            }
            Step::Rename { link, to, .. } => write!(f, "rename link \"{link}\" to \"{to}\""),
            Step::Move { link, to, name, .. } => {
                write!(f, "move link \"{link}\" to {}", to.title)?;
                match name {
                    Some(name) => write!(f, " as \"{name}\""),
                    None => Ok(()),
                }
            }
            Step::SetPromiscuous { link, on } => {
                let on = if *on { "on" } else { "off" };
                write!(f, "switch promiscuous mode of link \"{link}\" {on}")
            }
            Step::Detach { link, .. } => write!(f, "detach link \"{link}\""),
            Step::RemoveName { link, name, .. } => {
                write!(f, "remove name \"{name}\" from link \"{link}\"")
            }
            Step::AddRules(network, _) => {
                write!(f, "add firewall rules for network \"{}\"", network.name)
            }
            Step::RemoveRules(network) => {
                write!(f, "remove the firewall rules of network \"{}\"", network.name)
            }
            Step::SetParameter { key, value } => write!(f, "set {key} to \"{value}\""),
            Step::RelaxRouting { link, .. } => {
                write!(f, "let link \"{link}\" route from 127.0.0.0/8 and by other links")
            }
            Step::Hairpin { link } => write!(f, "let bridge port \"{link}\" reach itself"),
            Step::DeleteLink { link, .. } => write!(f, "delete link \"{link}\""),
        }
    }
}
