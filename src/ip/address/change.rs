//! `ip address add`, `change`, `replace`, `delete`.

use std::net::{IpAddr, Ipv4Addr};

use nl::Flags;
use nl::route::address::{self, AddressFlags, CacheInfo, IfAddr};
use nl::route::route::Scope;
use nl::route::{INET, INET6};

use super::show::FLAGS;
use crate::error::say;
use crate::ip::failure::{Failure, Result};
use crate::ip::names::Table;
use crate::ip::parse::{self, Prefix};
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::{Words, option};

/// What to do with the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Add,
    Change,
    Replace,
    Delete,
}

/// What the words said.
#[derive(Debug, Default)]
struct Asked {
    family: u8,
    device: Option<String>,
    label: Option<String>,
    local: Option<Prefix>,
    peer: Option<Prefix>,
    broadcast: Option<Broadcast>,
    anycast: Option<IpAddr>,
    scope: Option<u8>,
    flags: AddressFlags,
    valid: Option<u32>,
    preferred: Option<u32>,
    metric: Option<u32>,
    protocol: Option<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Broadcast {
    /// Host bits all 1 (`+`) or all 0 (`-`).
    Computed(bool),
    Given(IpAddr),
}

/// Carries out one of the verbs.
pub(super) fn run(session: &mut Session, words: &mut Words, verb: Verb) -> Result<()> {
    let asked = Asked::parse(session, words)?;
    let needed = "Not enough information: \"dev\" argument is required.";
    let device = asked.device.clone().ok_or_else(|| Failure::new(needed.into()))?;
    let delete = verb == Verb::Delete;
    let mut header = IfAddr { family: asked.family, ..IfAddr::default() };
    let settings = asked.settings(&mut header, delete)?;
    if let Some(local) = asked.local
        && delete
        && !local.has_len
        && asked.peer.is_none()
        && local.family == INET
    {
        let text = local.address.map(parse::ip_text).unwrap_or_default();
        say(format!(
            "Warning: Executing wildcard deletion to stay compatible with old scripts.\n         \
             Explicitly specify the prefix length ({text}/32) to avoid this warning.\n         \
             This special behaviour is likely to disappear in further releases,\n         \
             fix your scripts!"
        ));
    }
    header.index = session.expect_link(&device)?;
    match verb {
        Verb::Delete => session.change(address::DEL, Flags::empty(), header, &settings),
        Verb::Add => session.change(address::NEW, Flags::CREATE | Flags::EXCL, header, &settings),
        Verb::Change => session.change(address::NEW, Flags::REPLACE, header, &settings),
        Verb::Replace => {
            session.change(address::NEW, Flags::CREATE | Flags::REPLACE, header, &settings)
        }
    }
}

impl Asked {
    fn parse(session: &mut Session, words: &mut Words) -> Result<Asked> {
        let mut asked = Asked { family: session.options.family, ..Asked::default() };
        while let Some(word) = words.next() {
            const OPTIONS: &[(&str, u8)] = &[
                ("peer", 4),
                ("remote", 6),
                ("broadcast", 1),
                ("brd", 2),
                ("anycast", 7),
                ("scope", 5),
                ("dev", 3),
                ("label", 5),
                ("metric", 1),
                ("priority", 1),
                ("preference", 1),
                ("valid_lft", 1),
                ("preferred_lft", 7),
                ("proto", 5),
                ("local", 5),
                ("help", 1),
            ];
            let option = option(&word, OPTIONS);
            if option.is_none()
                && let Some((name, flag)) = FLAGS.iter().find(|flag| flag.0 == word)
            {
                asked.flag(name, *flag);
                continue;
            }
            asked.take(session, option, word, words)?;
        }
        Ok(asked)
    }

    /// Takes a flag, as far as user space may set it on an address of this family.
    fn flag(&mut self, name: &str, flag: AddressFlags) {
        let six = AddressFlags::NODAD
            | AddressFlags::HOMEADDRESS
            | AddressFlags::OPTIMISTIC
            | AddressFlags::MANAGETEMPADDR;
        let settable = six | AddressFlags::NOPREFIXROUTE | AddressFlags::MCAUTOJOIN;
        if !settable.contains(flag) {
            say(format!("Warning: {name} option is not mutable from userspace"));
        } else if six.contains(flag) && self.family == INET {
            say(format!("Warning: {name} option can be set only for IPv6 addresses"));
        } else {
            self.flags |= flag;
        }
    }

    fn take(
        &mut self,
        session: &mut Session,
        option: Option<&str>,
        word: String,
        words: &mut Words,
    ) -> Result<()> {
        match option {
            Some("peer" | "remote") => {
                let word = words.value()?;
                let peer = parse::expect_prefix(&word, self.family)?;
                self.family = peer.family;
                parse::once(&mut self.peer, "peer", &word, peer)?;
            }
            Some("broadcast" | "brd") => {
                let word = words.value()?;
                let broadcast = match word.as_str() {
                    "+" => Broadcast::Computed(true),
                    "-" => Broadcast::Computed(false),
                    _ => Broadcast::Given(parse::expect_address(&word, self.family)?),
                };
                parse::once(&mut self.broadcast, "broadcast", &word, broadcast)?;
            }
            Some("anycast") => {
                let word = words.value()?;
                let anycast = parse::expect_address(&word, self.family)?;
                parse::once(&mut self.anycast, "anycast", &word, anycast)?;
            }
            Some("scope") => {
                let word = words.value()?;
                let scope = session.names.number(Table::Scopes, &word);
                let wrong = || Failure::wrong(&word, "invalid scope value.");
                self.scope = Some(scope.ok_or_else(wrong)? as u8);
            }
            Some("dev") => self.device = Some(words.value()?),
            Some("label") => self.label = Some(words.value()?),
            Some("metric" | "priority" | "preference") => {
                self.metric = Some(parse::number(&words.value()?, "\"metric\" value is invalid")?);
            }
            Some(option @ ("valid_lft" | "preferred_lft")) => {
                let word = words.value()?;
                let valid = option == "valid_lft";
                let place = if valid { &mut self.valid } else { &mut self.preferred };
                parse::once(place, option, &word, lifetime(&word, option)?)?;
            }
            Some("proto") => {
                let word = words.value()?;
                self.protocol = Some(parse::number(&word, "\"proto\" value is invalid")?);
            }
            Some("help") => return Err(super::help::text(super::HELP)),
            _ => {
                let word = if option == Some("local") { words.value()? } else { word };
                if self.local.is_some() {
                    return Err(Failure::garbage("local", &word));
                }
                let local = parse::expect_prefix(&word, self.family)?;
                self.family = local.family;
                self.local = Some(local);
            }
        }
        Ok(())
    }

    /// What goes into the request, and what of it into its header.
    fn settings(&self, header: &mut IfAddr, delete: bool) -> Result<Settings> {
        let mut settings = Settings::default();
        let local = self.local.and_then(|local| local.address);
        if let Some(local) = local {
            settings.put(address::LOCAL, local);
        }
        let prefix = self.peer.or(self.local);
        if let Some(prefix) = prefix
            && let Some(address) = prefix.address
        {
            header.prefix_len = prefix.len;
            // A wildcard removal names the local address alone.
            if self.peer.is_some() || !delete || prefix.has_len || prefix.family == INET6 {
                settings.put(address::ADDRESS, address);
            }
        }
        self.broadcast(prefix, &mut settings)?;
        if let Some(anycast) = self.anycast {
            settings.put(address::ANYCAST, anycast);
        }
        if let Some(label) = &self.label {
            settings.put(address::LABEL, label);
        }
        if let Some(metric) = self.metric {
            settings.put(address::RT_PRIORITY, metric);
        }
        let loopback = matches!(local, Some(IpAddr::V4(v4)) if v4.is_loopback());
        header.scope = match self.scope {
            Some(scope) => Scope(scope),
            None if loopback && !delete => Scope::HOST,
            None => Scope::UNIVERSE,
        };
        if self.flags.contains(AddressFlags::MCAUTOJOIN)
            && !local.is_some_and(|to| to.is_multicast())
        {
            return Err(Failure::new("autojoin needs multicast address".into()));
        }
        if !self.flags.is_empty() {
            header.flags = self.flags.bits() as u8;
            settings.put(address::FLAGS, self.flags);
        }
        if self.valid.is_some() || self.preferred.is_some() {
            let (valid, preferred) =
                (self.valid.unwrap_or(u32::MAX), self.preferred.unwrap_or(u32::MAX));
            if valid == 0 {
                return Err(Failure::new("valid_lft is zero".into()));
            }
            if valid < preferred && self.preferred.is_some() {
                return Err(Failure::new("preferred_lft is greater than valid_lft".into()));
            }
            let preferred = preferred.min(valid);
            settings.put(address::CACHEINFO, CacheInfo { preferred, valid, ..Default::default() });
        }
        if let Some(protocol) = self.protocol {
            settings.put(address::PROTO, address::Protocol(protocol));
        }
        Ok(settings)
    }

    fn broadcast(&self, prefix: Option<Prefix>, settings: &mut Settings) -> Result<()> {
        match (self.broadcast, prefix) {
            (Some(Broadcast::Given(address)), _) => settings.put(address::BROADCAST, address),
            (Some(Broadcast::Computed(ones)), Some(prefix)) => {
                let Some(IpAddr::V4(base)) = prefix.address else {
                    let text = "Broadcast can be set only for IPv4 addresses";
                    return Err(Failure::new(text.into()));
                };
                // A link between two has no address for all.
                if prefix.len > 30 {
                    return Ok(());
                }
                let host = u32::MAX.checked_shr(prefix.len.into()).unwrap_or_default();
                let base = u32::from(base);
                let address = Ipv4Addr::from(if ones { base | host } else { base & !host });
                settings.put(address::BROADCAST, address.into());
            }
            _ => {}
        }
        Ok(())
    }
}

fn lifetime(word: &str, option: &str) -> Result<u32> {
    if word == "forever" {
        return Ok(u32::MAX);
    }
    parse::unsigned(word).ok_or_else(|| Failure::wrong(word, &format!("{option} value")))
}
