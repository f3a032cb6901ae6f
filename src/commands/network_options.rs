//! The options of `nsrun run` that say how it is connected.

use std::net::Ipv4Addr;

use crate::cli::Args;
use crate::error::{Error, Result};
use crate::facts::DEFAULT_NETWORK;
use crate::spec::{self, Membership, Share};

/// What one network may be given, as single options or after its name.
const KEYS: [&str; 4] = ["ip", "mac", "mtu", "ifname"];

/// The networks to join, in order, none for `--net none`; or the network namespace to share.
pub(super) fn networks(args: &Args) -> Result<(Vec<Membership>, Option<Share>)> {
    let mut asked = args.texts("net")?;
    if asked.is_empty() {
        asked.push(DEFAULT_NETWORK);
    }
    let mut share = None;
    for text in &asked {
        let found = Share::parse(text)?;
        if asked.len() > 1 && (found.is_some() || *text == "none") {
            return Err(Error::usage(format!("--net {text} cannot be combined with another"))
                .hint("drop it, or the others"));
        }
        share = share.or(found);
    }
    if share.is_some() || asked == ["none"] {
        asked.clear();
    }
    let mut networks = Vec::new();
    for (n, text) in asked.iter().enumerate() {
        networks.push(membership(text, n)?);
    }
    for key in KEYS {
        let Some(value) = args.text(key)? else { continue };
        match &mut networks[..] {
            [] => {
                let mode = share.as_ref().map_or("none".into(), ToString::to_string);
                return Err(Error::usage(format!("--{key} needs a network"))
                    .hint(format!("drop --{key}, or --net {mode}")));
            }
            [only] => set(only, key, value)?,
            [first, ..] => {
                return Err(Error::usage(format!("--{key} does not say for which network")).hint(
                    format!("write it after the name: --net {},{key}={value}", first.network),
                ));
            }
        }
    }
    Ok((networks, share))
}

/// Reads `NAME[,KEY=VALUE…]`, for the link number `n`.
fn membership(text: &str, n: usize) -> Result<Membership> {
    let mut parts = text.split(',');
    let name = parts.next().unwrap_or_default();
    let mut membership = Membership {
        network: spec::network_name(name)?,
        address: None,
        mac: None,
        mtu: None,
        link: format!("eth{n}"),
        default_route: None,
    };
    for part in parts {
        let (key, value) = part.split_once('=').ok_or_else(|| {
            Error::usage(format!("\"{part}\" in --net {text} has no value"))
                .hint("write --net NAME,KEY=VALUE, such as --net web,ip=192.0.2.7")
        })?;
        set(&mut membership, key, value)?;
    }
    Ok(membership)
}

fn set(membership: &mut Membership, key: &str, value: &str) -> Result<()> {
    let wrong = |what: &str, hint: &str| {
        Error::usage(format!("\"{value}\" is no {what}")).hint(hint.to_owned())
    };
    match key {
        "ip" => {
            let hint = "write an address without prefix length, such as 192.0.2.7";
            let address: Ipv4Addr = value.parse().map_err(|_| wrong("IPv4 address", hint))?;
            membership.address = Some(address);
        }
        "mac" => membership.mac = Some(value.parse()?),
        "mtu" => {
            let hint = "give a number of bytes, such as 1400";
            let bytes = value.parse().ok().filter(|bytes| *bytes > 0);
            membership.mtu = Some(bytes.ok_or_else(|| wrong("value for an MTU", hint))?);
        }
        "ifname" => membership.link = spec::link_name(value)?,
        "default-route" => {
            membership.default_route = Some(match value {
                "yes" => true,
                "no" => false,
                _ => return Err(wrong("value for default-route", "choose \"yes\" or \"no\"")),
            });
        }
        _ => {
            return Err(Error::usage(format!("\"{key}\" is nothing that a network can be given"))
                .hint("choose from ip, mac, mtu, ifname and default-route"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::membership;

    #[test]
    fn a_network_is_a_name_and_what_it_is_given() {
        let all = "web,ip=192.0.2.7,mac=02:00:00:00:00:07,ifname=lan0,mtu=1400,default-route=no";
        let member = membership(all, 0).unwrap();
        assert_eq!((member.network.as_str(), member.link.as_str()), ("web", "lan0"));
        assert_eq!((member.mtu, member.default_route), (Some(1400), Some(false)));
        assert_eq!(membership("web", 3).unwrap().link, "eth3");
        for wrong in [
            "",
            "a.b",
            "web,",
            "web,ip",
            "web,ip=x",
            "web,mtu=0",
            "web,x=1",
            "web,mac=1",
            "web,default-route=maybe",
            "web,ifname=lo",
        ] {
            assert!(membership(wrong, 0).is_err(), "{wrong}");
        }
    }
}
