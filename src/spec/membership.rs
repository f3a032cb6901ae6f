//! How a run joins a network.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use crate::error::{Error, Result};
use crate::spec::attach::Attach;
use crate::spec::mac::Mac;
use crate::spec::name::{link_name, network_name};
use crate::spec::network::is_special;

/// Membership of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Name of the network, or what it is attached to as it was written.
    pub network: String,
    /// What it is attached to.
    pub attach: Attach,
    /// Address to have; `None`: any free one, where it is known which are.
    pub address: Option<Ipv4Addr>,
    /// Whether it shall have none: something inside will see to that.
    pub no_address: bool,
    /// Length of the address's prefix; `None`: the network's.
    pub prefix_len: Option<u8>,
    /// The gateway, where no network says it.
    pub gateway: Option<Ipv4Addr>,
    /// Link-layer address; `None`: made from the address.
    pub mac: Option<Mac>,
    /// Largest packet; `None`: the network's.
    pub mtu: Option<u32>,
    /// Name of the link inside.
    pub link: String,
    /// Whether the default route leads there; `None`: by the first network that leads out.
    pub default_route: Option<bool>,
    /// The keys that it was given.
    pub given: Vec<String>,
}

impl Membership {
    /// Reads `NAME[,KEY=VALUE…]`, for the link number `n`.
    ///
    /// # Errors
    /// A part of it makes no sense.
    pub fn parse(text: &str, n: usize) -> Result<Membership> {
        let mut parts = text.split(',');
        let name = parts.next().unwrap_or_default();
        let attach = Attach::parse(name)?;
        let mut membership = Membership {
            network: match attach {
                Attach::Network => network_name(name)?,
                _ => name.into(),
            },
            attach,
            prefix_len: None,
            gateway: None,
            address: None,
            no_address: false,
            mac: None,
            mtu: None,
            link: format!("eth{n}"),
            default_route: None,
            given: Vec::new(),
        };
        for part in parts {
            let (key, value) = part.split_once('=').ok_or_else(|| {
                Error::usage(format!("\"{part}\" in --net {text} has no value"))
                    .hint("write --net NAME,KEY=VALUE, such as --net web,ip=192.0.2.7")
            })?;
            membership.set(key, value)?;
        }
        Ok(membership)
    }

    /// Sets what `KEY=VALUE` says.
    ///
    /// # Errors
    /// There is no such key, it was given already, or the value makes no sense for it.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        if self.given.iter().any(|given| given == key) {
            return Err(Error::usage(format!("{key} is given twice for \"{}\"", self.network))
                .hint(format!("give it once: after the name, or as --{key}")));
        }
        self.given.push(key.into());
        let wrong = |what: &str, hint: &str| {
            Error::usage(format!("\"{value}\" is no {what}")).hint(hint.to_owned())
        };
        match key {
            "ip" => {
                let hint = "write an address without prefix length, such as 192.0.2.7";
                if self.attach == Attach::Network {
                    self.address = Some(value.parse().map_err(|_| wrong("IPv4 address", hint))?);
                    return Ok(());
                }
                if value == "none" {
                    self.no_address = true;
                    return Ok(());
                }
                let hint = "write an address with its prefix length, such as 192.0.2.7/24, or none";
                let net: Ipv4Net = value.parse().map_err(|_| match value.parse::<Ipv4Addr>() {
                    Ok(_) => Error::usage(format!("\"{value}\" has no prefix length")).hint(hint),
                    Err(_) => wrong("IPv4 address", hint),
                })?;
                refuse_special(net)?;
                (self.address, self.prefix_len) = (Some(net.addr()), Some(net.prefix_len()));
            }
            "gateway" if self.attach != Attach::Network => {
                let hint = "write an address, such as 192.0.2.1";
                self.gateway = Some(value.parse().map_err(|_| wrong("IPv4 address", hint))?);
            }
            "mode" => self.attach.set_mode(value)?,
            "mac" => self.mac = Some(value.parse()?),
            "mtu" => {
                let hint = "give a number of bytes, such as 1400";
                let bytes = value.parse().ok().filter(|bytes| *bytes > 0);
                self.mtu = Some(bytes.ok_or_else(|| wrong("value for an MTU", hint))?);
            }
            "ifname" => self.link = link_name(value)?,
            "default-route" => {
                self.default_route = Some(match value {
                    "yes" => true,
                    "no" => false,
                    _ => return Err(wrong("value for default-route", "choose \"yes\" or \"no\"")),
                });
            }
            _ => {
                return Err(Error::usage(format!("\"{key}\" is nothing that a network can be given"))
                    .hint("choose from ip, mac, mtu, ifname, default-route, and gateway and mode where no network says them"));
            }
        }
        Ok(())
    }
}

/// Refuses an address that no host has, where no network says so.
fn refuse_special(net: Ipv4Net) -> Result<()> {
    let address = net.addr();
    let ends = net.prefix_len() < 31 && [net.network(), net.broadcast()].contains(&address);
    let why = match is_special(address) {
        Some(special) => format!("hosts have no addresses in {special}"),
        None if ends => {
            format!("it is the first or last of {}, which mean the subnet itself", net.trunc())
        }
        None => return Ok(()),
    };
    Err(Error::usage(format!("cannot take address {address}")).because(why).hint("choose another"))
}

#[cfg(test)]
mod tests {
    use super::Membership;

    #[test]
    fn a_network_is_a_name_and_what_it_is_given() {
        let all = "web,ip=192.0.2.7,mac=02:00:00:00:00:07,ifname=lan0,mtu=1400,default-route=no";
        let member = Membership::parse(all, 0).unwrap();
        assert_eq!((member.network.as_str(), member.link.as_str()), ("web", "lan0"));
        assert_eq!((member.mtu, member.default_route), (Some(1400), Some(false)));
        assert_eq!(Membership::parse("web", 3).unwrap().link, "eth3");
        for wrong in [
            "",
            "a.b",
            "web,",
            "web,ip",
            "web,ip=x",
            "web,ip=192.0.2.7,ip=192.0.2.8",
            "web,mtu=0",
            "web,x=1",
            "web,mac=1",
            "web,default-route=maybe",
            "web,ifname=lo",
            "web,ifname=all",
            "web,ifname=default",
            "web,ifname=nsrun-new",
            "bridge:br0,ip=127.0.0.1/8",
            "bridge:br0,ip=192.0.2.0/24",
            "macvlan:lan0,ip=192.0.2.255/24",
        ] {
            assert!(Membership::parse(wrong, 0).is_err(), "{wrong}");
        }
    }
}
