//! What a link inside can be attached to besides a network of ours.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::spec::name::link_name;

/// What a link is attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attach {
    /// A network of ours.
    Network,
    /// A bridge that somebody else made.
    Bridge(String),
    /// A link of this host, which then has a second hardware address.
    Macvlan(String, MacvlanMode),
    /// A link of this host, sharing its hardware address.
    Ipvlan(String, IpvlanMode),
}

/// Who may talk to whom among the macvlans of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MacvlanMode {
    /// All, directly.
    #[default]
    Bridge,
    /// Nobody.
    Private,
    /// All, if a switch reflects the frames.
    Vepa,
    /// There is only one.
    Passthru,
}

/// Layer that the ipvlans of a link are switched on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IpvlanMode {
    /// Layer 2.
    #[default]
    L2,
    /// Layer 3.
    L3,
    /// Layer 3, seen by the firewall.
    L3s,
}

const MACVLAN_MODES: [(&str, MacvlanMode); 4] = [
    ("bridge", MacvlanMode::Bridge),
    ("private", MacvlanMode::Private),
    ("vepa", MacvlanMode::Vepa),
    ("passthru", MacvlanMode::Passthru),
];
const IPVLAN_MODES: [(&str, IpvlanMode); 3] =
    [("l2", IpvlanMode::L2), ("l3", IpvlanMode::L3), ("l3s", IpvlanMode::L3s)];

impl Attach {
    /// Reads `bridge:LINK`, `macvlan:LINK` or `ipvlan:LINK`; anything else names a network.
    pub fn parse(text: &str) -> Result<Attach> {
        let Some((what, link)) = text.split_once(':') else { return Ok(Attach::Network) };
        match what {
            "bridge" => Ok(Attach::Bridge(link_name(link)?)),
            "macvlan" => Ok(Attach::Macvlan(link_name(link)?, MacvlanMode::default())),
            "ipvlan" => Ok(Attach::Ipvlan(link_name(link)?, IpvlanMode::default())),
            _ => Err(Error::usage(format!("\"{text}\" is nothing that can be joined")).hint(
                "choose a network's name, bridge:LINK, macvlan:LINK, ipvlan:LINK, or alone none, \
                 host, ns:NAME, pid:PID or container:NAME",
            )),
        }
    }

    /// Sets what `mode=` says.
    pub fn set_mode(&mut self, mode: &str) -> Result<()> {
        match self {
            Attach::Macvlan(_, current) => *current = mode.parse()?,
            Attach::Ipvlan(_, current) => *current = mode.parse()?,
            _ => {
                return Err(Error::usage("mode is for macvlan: and ipvlan: only").hint("drop it"));
            }
        }
        Ok(())
    }

    /// The link of this host that it is attached to; `None` for a network.
    pub fn parent(&self) -> Option<&str> {
        match self {
            Attach::Network => None,
            Attach::Bridge(link) | Attach::Macvlan(link, _) | Attach::Ipvlan(link, _) => Some(link),
        }
    }

    /// The same, to be changed.
    pub fn parent_mut(&mut self) -> Option<&mut String> {
        match self {
            Attach::Network => None,
            Attach::Bridge(link) | Attach::Macvlan(link, _) | Attach::Ipvlan(link, _) => Some(link),
        }
    }
}

fn lookup<T: Copy>(modes: &[(&str, T)], word: &str) -> Result<T> {
    let found = modes.iter().find(|(name, _)| *name == word).map(|(_, mode)| *mode);
    found.ok_or_else(|| {
        let known: Vec<&str> = modes.iter().map(|(name, _)| *name).collect();
        Error::usage(format!("\"{word}\" is no mode of it"))
            .hint(format!("choose from {}", known.join(", ")))
    })
}

fn name_of<T: PartialEq>(modes: &[(&'static str, T)], mode: T) -> &'static str {
    modes.iter().find(|(_, known)| *known == mode).map_or("", |(name, _)| name)
}

impl FromStr for MacvlanMode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        lookup(&MACVLAN_MODES, text)
    }
}

impl FromStr for IpvlanMode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        lookup(&IPVLAN_MODES, text)
    }
}

impl fmt::Display for MacvlanMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name_of(&MACVLAN_MODES, *self))
    }
}

impl fmt::Display for IpvlanMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name_of(&IPVLAN_MODES, *self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_attached_to_is_a_kind_and_a_link() {
        let mut found = Attach::parse("macvlan:eth0.10").unwrap();
        found.set_mode("vepa").unwrap();
        assert_eq!(found.parent(), Some("eth0.10"));
        assert_eq!(found, Attach::Macvlan("eth0.10".into(), MacvlanMode::Vepa));
        assert_eq!(Attach::parse("web").unwrap(), Attach::Network);
        assert!(Attach::parse("ipvlan:eth0").unwrap().set_mode("l4").is_err());
        assert!(Attach::parse("bridge:docker0").unwrap().set_mode("l2").is_err());
        for wrong in ["bridge:", "vxlan:eth0", "macvlan:a/b"] {
            assert!(Attach::parse(wrong).is_err(), "{wrong}");
        }
    }
}
