//! The options of `nsrun run` that say how it is connected.

use crate::cli::Args;
use crate::error::{Error, Result};
use crate::facts::DEFAULT_NETWORK;
use crate::spec::{Membership, Share};

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
        networks.push(Membership::parse(text, n)?);
    }
    for key in KEYS {
        let Some(value) = args.text(key)? else { continue };
        match &mut networks[..] {
            [] => {
                let mode = share.as_ref().map_or("none".into(), ToString::to_string);
                return Err(Error::usage(format!("--{key} needs a network"))
                    .hint(format!("drop --{key}, or --net {mode}")));
            }
            [only] => only.set(key, value)?,
            [first, ..] => {
                return Err(Error::usage(format!("--{key} does not say for which network")).hint(
                    format!("write it after the name: --net {},{key}={value}", first.network),
                ));
            }
        }
    }
    Ok((networks, share))
}
