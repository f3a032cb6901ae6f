//! The link of this host that a network sits on: the uplink of its bridge, or the parent of its
//! members' macvlans or ipvlans; and the VLAN that such a link may be.

use std::net::IpAddr;

use crate::error::{Error, Result};
use crate::facts::{Host, HostLink};
use crate::plan::step::Step;
use crate::spec::{Driver, MAX_VLAN, NewNetwork, Range, link_name};

/// What a new network sits on.
#[derive(Debug, Default)]
pub(super) struct Below<'a> {
    /// Link to put into the bridge.
    pub uplink: Option<String>,
    /// Link that members' links sit on.
    pub parent: Option<String>,
    /// The same, or what its VLAN is still to be made on.
    pub found: Option<&'a HostLink>,
    /// What makes that VLAN.
    pub make: Vec<Vec<Step>>,
}

/// Finds what a new network sits on.
///
/// # Errors
/// It is not there, or cannot be used for this.
pub(super) fn below<'a>(new: &NewNetwork, host: &'a Host) -> Result<Below<'a>> {
    let (option, asked) = match (new.driver, &new.uplink, &new.parent) {
        (Driver::Bridge, _, None) => ("uplink", &new.uplink),
        (Driver::Macvlan(_) | Driver::Ipvlan(_), None, _) => ("parent", &new.parent),
        (Driver::Bridge, _, Some(_)) => {
            return Err(Error::usage("--parent is for networks of macvlans and ipvlans")
                .hint("add --driver macvlan, or put the link into the bridge with --uplink"));
        }
        (_, Some(_), _) => {
            return Err(Error::usage("--uplink needs a bridge").hint("drop --uplink, or --driver"));
        }
        (Driver::Ptp, None, Some(_)) => {
            return Err(Error::usage("members of a ptp network sit on no link of this host")
                .hint("drop --parent, or choose --driver macvlan or ipvlan"));
        }
        (Driver::Ptp, None, None) => ("uplink", &None),
    };
    let Some(asked) = asked else {
        return match (new.driver.is_child(), new.vlan) {
            (true, _) => Err(Error::usage(format!("--driver {} needs --parent", new.driver))
                .hint("give the link of this host that members shall sit on, such as eth0")),
            (false, Some(_)) => Err(Error::usage("--vlan does not say of which link")
                .hint("add --uplink LINK for a bridge, or --driver macvlan --parent LINK")),
            (false, None) => Ok(Below::default()),
        };
    };
    if option == "uplink" && new.subnet.is_none() {
        return Err(Error::usage("--uplink needs --subnet")
            .hint("give the subnet of the LAN, and its router as --gateway"));
    }
    let name = match new.vlan {
        None => asked.clone(),
        Some(tag) => link_name(&format!("{asked}.{tag}"))?,
    };
    let cannot = |why: String| Error::new(format!("cannot use link \"{name}\"")).because(why);
    let is =
        |link: &HostLink, name: &str| link.name == name || link.names.iter().any(|n| n == name);
    let link = |name: &str| host.links.iter().find(|link| is(link, name));
    let none =
        || cannot("there is no such link".into()).hint("ip link, or nsrun ip link, lists them");
    let (found, make) = match (link(&name), vlan_of(&name)) {
        (Some(found), _) => (found, Vec::new()),
        (None, Some((under, tag))) => {
            (link(under).ok_or_else(none)?, create_vlan(&name, under.into(), tag))
        }
        (None, None) => return Err(none()),
    };
    if new.vlan.is_some() && make.is_empty() && found.kind.as_deref() != Some("vlan") {
        return Err(cannot("it is no VLAN".into()).hint("rename it, or give another --vlan"));
    }
    if make.is_empty() {
        match option {
            "uplink" => check_port(found)?,
            _ => check_parent(found, host)?,
        }
    }
    // By one name for all that look for it, whichever of its names was given.
    let name = if make.is_empty() { found.name.clone() } else { name };
    let (uplink, parent) = if option == "uplink" { (Some(name), None) } else { (None, Some(name)) };
    Ok(Below { uplink, parent, found: Some(found), make })
}

/// Refuses to put a link into a bridge where that would break something.
fn check_port(link: &HostLink) -> Result<()> {
    let cannot = |why: String| {
        Error::new(format!("cannot put link \"{}\" into a network", link.name)).because(why)
    };
    if let Some(address) = link.addresses.first() {
        return Err(cannot(format!("this host has address {address} there")).hint(
            "a port of a bridge receives nothing for the host itself, which would be cut off; use a \
             link without addresses, or --driver macvlan",
        ));
    }
    match &link.master {
        Some(master) => Err(cannot(format!("it belongs to \"{master}\" already"))),
        None => Ok(()),
    }
}

/// Refuses to put links of members on one that is a part of another: that takes all it receives.
fn check_parent(link: &HostLink, host: &Host) -> Result<()> {
    let is_whole = |master: &HostLink| {
        matches!(master.kind.as_deref(), Some("bridge" | "bond" | "team" | "openvswitch"))
    };
    let master = link.master.as_ref();
    match host.links.iter().find(|other| Some(&other.name) == master && is_whole(other)) {
        None => Ok(()),
        Some(master) => Err(Error::new(format!("cannot put members on link \"{}\"", link.name))
            .because(format!("it belongs to \"{}\", which gets all it receives", master.name))
            .hint(format!("choose --parent {}, or another link", master.name))),
    }
}

impl Below<'_> {
    /// The name of what it sits on.
    pub(super) fn name(&self) -> Option<&str> {
        self.parent.as_deref().or(self.uplink.as_deref())
    }

    /// The addresses on it that are this host's, and so no member's.
    pub(super) fn own_addresses(&self) -> impl Iterator<Item = Range> {
        let texts = self.found.map(|link| link.addresses.as_slice()).unwrap_or_default();
        let address = |text: &String| text.split('/').next()?.parse().ok();
        texts.iter().filter_map(address).filter_map(|address| match address {
            IpAddr::V4(v4) => Some(Range { first: v4, last: v4 }),
            IpAddr::V6(_) => None,
        })
    }
}

/// The VLAN that the name of a link that is not there stands for: its parent and its tag.
pub fn vlan_of(link: &str) -> Option<(&str, u16)> {
    let (parent, tag) = link.rsplit_once('.')?;
    let tag = tag.parse().ok().filter(|tag| (1..=MAX_VLAN).contains(tag))?;
    (!parent.is_empty()).then_some((parent, tag))
}

/// Description of a VLAN that nsrun made, and removes with its last user.
pub const VLAN: &str = "nsrun/1 vlan";

/// The sends that make a VLAN. It is described as it is made: killed in between, nsrun would leave one
/// that it takes for somebody else's.
pub(super) fn create_vlan(link: &str, parent: String, id: u16) -> Vec<Vec<Step>> {
    let link = || link.to_owned();
    vec![
        vec![
            Step::CreateVlan { link: link(), parent, id },
            Step::NoAutomaticAddresses { link: link() },
            Step::Describe { link: link(), text: VLAN.into() },
        ],
        vec![Step::IgnoreRouters { link: link() }],
        vec![Step::SetUp { link: link() }],
    ]
}
