//! A link attached to something that is no network of ours: a foreign bridge, or a link of this
//! host. Nobody's lease is known there, so the address is given, or there is none.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::Ipv4Net;

use crate::error::{Error, Result};
use crate::facts::{Network, Parent};
use crate::plan::network::{default_by_link, default_route};
use crate::plan::step::{Child, Kind, Master, Namespace, Step, Veth};
use crate::spec::{Attach, IpvlanMode, Mac, Membership};

/// A link to be attached.
#[derive(Clone, Debug)]
pub struct Direct {
    /// Where it sits, for people: "macvlan:eth0".
    pub title: String,
    /// The link of this host.
    pub parent: String,
    /// Its name inside.
    pub link: String,
    /// Its address.
    pub address: Option<Ipv4Net>,
    /// Its link-layer address; `None`: the kernel's choice.
    pub mac: Option<Mac>,
    /// Largest packet, in bytes.
    pub mtu: u32,
    attach: Attach,
    gateway: Option<Ipv4Addr>,
    default_route: bool,
    host_link: String,
}

impl Direct {
    /// Makes it, in the namespace given.
    pub fn create(&self, into: Namespace) -> Step {
        let kind = match &self.attach {
            Attach::Macvlan(_, mode) => Kind::Macvlan(*mode),
            Attach::Ipvlan(_, mode) => Kind::Ipvlan(*mode),
            Attach::Network | Attach::Bridge(_) => {
                return Step::CreateVeth(Veth {
                    name: self.host_link.clone(),
                    master: Some(Master { link: self.parent.clone(), index: None }),
                    peer: self.link.clone(),
                    peer_mac: self.mac,
                    mtu: self.mtu,
                    into,
                });
            }
        };
        Step::CreateChild(Child {
            kind,
            parent: self.parent.clone(),
            link: self.link.clone(),
            mac: self.mac,
            mtu: self.mtu,
            into,
        })
    }

    /// Its end on this host, where it has one.
    pub fn host_end(&self) -> Option<&str> {
        matches!(self.attach, Attach::Bridge(_)).then_some(&self.host_link)
    }

    /// What is done on this host after that.
    pub fn publish(&self) -> Vec<Step> {
        match self.attach {
            Attach::Bridge(_) => {
                let link = || self.host_link.clone();
                vec![Step::NoAutomaticAddresses { link: link() }, Step::SetUp { link: link() }]
            }
            _ => Vec::new(),
        }
    }

    /// What brings it up, inside the namespace, with its address.
    pub fn up(&self) -> Vec<Step> {
        let link = || self.link.clone();
        let mut steps =
            vec![Step::NoAutomaticAddresses { link: link() }, Step::SetUp { link: link() }];
        let add = |address: Ipv4Net| Step::AddAddress { link: link(), address: address.into() };
        steps.extend(self.address.map(add));
        steps
    }

    /// What is done there after that.
    pub fn inside(&self) -> Vec<Step> {
        if !self.default_route {
            return Vec::new();
        }
        vec![match self.gateway {
            Some(gateway) => default_route(gateway.into()),
            None => default_by_link(&self.link),
        }]
    }

    /// Its address, for those who are to be told.
    pub fn addresses(&self) -> Vec<IpAddr> {
        self.address.iter().map(|address| address.addr().into()).collect()
    }
}

/// Name of the lock that keeps two of ours from having an address on a link of this host.
pub fn address_lock(link: &str, address: Ipv4Addr) -> String {
    format!("address:{link}:{address}")
}

/// The error where another has that lock.
pub fn held(link: &str, address: Ipv4Addr) -> Error {
    Error::new(format!("cannot take address {address}"))
        .because(format!("another run has it on link \"{link}\""))
        .hint("choose another, or end that run (nsrun ps lists them)")
}

/// Plans a link that is attached to `parent`.
pub(super) fn direct(
    asked: &Membership,
    parent: Option<&Parent>,
    default_route: bool,
    random: u64,
) -> Result<Direct> {
    let name = asked.attach.parent().unwrap_or_default();
    let cannot =
        |why: &str| Error::new(format!("cannot attach to link \"{name}\"")).because(why.to_owned());
    let parent = parent.ok_or_else(|| cannot("there is none of that name"))?;
    if let (Attach::Bridge(_), Some(network)) = (&asked.attach, &parent.network) {
        return Err(cannot(&format!("it is the bridge of network \"{network}\""))
            .hint(format!("use the network itself: \"{network}\"")));
    }
    match asked.attach {
        Attach::Bridge(_) if parent.kind.as_deref() != Some("bridge") => {
            return Err(cannot("it is no bridge").hint(format!("use macvlan:{name}")));
        }
        Attach::Ipvlan(..) if asked.mac.is_some() => {
            return Err(Error::usage("an ipvlan has the hardware address of the link below")
                .hint("drop mac, or use macvlan:"));
        }
        _ => {}
    }
    let address = match (asked.address, asked.prefix_len) {
        (Some(address), Some(len)) => Ipv4Net::new(address, len).ok(),
        (Some(address), None) => {
            return Err(Error::usage(format!("address {address} has no prefix length"))
                .hint(format!("write --net {},ip={address}/24 or so", asked.network)));
        }
        (None, _) => None,
    };
    if let Some(gateway) = asked.gateway
        && !address.is_some_and(|address| address.contains(&gateway))
    {
        return Err(Error::usage(format!("gateway {gateway} is on no subnet of the link"))
            .hint("give ip=ADDRESS/LENGTH with the gateway in its subnet"));
    }
    if let Some(gateway) = asked.gateway.filter(|_| asked.gateway == asked.address) {
        return Err(Error::usage(format!("{gateway} cannot be both address and gateway"))
            .hint("give the address of the router there as gateway, or none"));
    }
    // An address that is leased again should have the same hardware address again.
    let own_mac = || address.map(|address| Network::member_mac(address.addr()));
    Ok(Direct {
        title: asked.network.clone(),
        parent: name.into(),
        link: asked.link.clone(),
        address,
        mac: match asked.attach {
            Attach::Ipvlan(..) => None,
            _ => asked.mac.or_else(own_mac),
        },
        mtu: asked.mtu.unwrap_or(parent.mtu),
        attach: asked.attach.clone(),
        gateway: asked.gateway,
        default_route,
        host_link: format!("nsv{:x}", random & 0xff_ffff_ffff),
    })
}

/// Whether a default route could lead out by it.
pub(super) fn leads_out(asked: &Membership) -> bool {
    let on_layer_3 = matches!(asked.attach, Attach::Ipvlan(_, IpvlanMode::L3 | IpvlanMode::L3s));
    asked.gateway.is_some() || (on_layer_3 && asked.address.is_some())
}
