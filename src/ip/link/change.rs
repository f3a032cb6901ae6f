//! `ip link add`, `set`, `change`, `replace`, `delete`, `property`.

use std::os::fd::AsRawFd;

use nl::Flags;
use nl::route::inet6::{self, AddrGenMode};
use nl::route::link::{self, IfInfo, LinkMode, OperState};
use nl::route::{LinkFlags, info, veth};

use super::kind;
use crate::ip::failure::{Failure, Result};
use crate::ip::names::Table;
use crate::ip::parse;
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::{Words, is, option, which};

/// What the words said about a link.
#[derive(Debug, Default)]
struct Asked {
    header: IfInfo,
    settings: Settings,
    device: Option<String>,
    /// The name it shall have.
    name: Option<String>,
    /// The link below.
    below: Option<String>,
    group: Option<u32>,
    kind: Option<String>,
}

/// Creates or replaces a link.
pub(super) fn add(session: &mut Session, words: &mut Words, flags: Flags) -> Result<()> {
    let mut asked = Asked::default();
    asked.parse(session, words)?;
    if asked.name.is_some() && asked.device.is_some() {
        let text = "both \"name\" and \"dev\" cannot be used when creating devices.";
        return Err(Failure::usage(text.into()));
    }
    let Some(kind) = asked.kind.take() else {
        return Err(Failure::new("Not enough information: \"type\" argument is required".into()));
    };
    asked.link_info(session, &kind, words)?;
    if let Some(below) = &asked.below {
        // A link of another namespace is named by number.
        let index = session.find_link(below).ok_or_else(|| Failure::no_device(below))?;
        asked.settings.put(link::LINK, index);
    }
    if let Some(group) = asked.group {
        asked.settings.put(link::GROUP, group);
    }
    if let Some(name) = asked.name.take().or_else(|| asked.device.take()) {
        parse::expect_link_name(&name, "name")?;
        asked.settings.put(link::IFNAME, &name);
    }
    session.change(link::NEW, flags, asked.header, &asked.settings)
}

/// Changes a link, or all of a group.
pub(super) fn set(session: &mut Session, words: &mut Words) -> Result<()> {
    let mut asked = Asked::default();
    asked.parse(session, words)?;
    asked.check_address(session)?;
    if let Some(kind) = asked.kind.take() {
        asked.link_info(session, &kind, words)?;
    }
    asked.find(session)?;
    if let Some(name) = &asked.name {
        parse::expect_link_name(name, "name")?;
        asked.settings.put(link::IFNAME, name);
    }
    session.change(link::NEW, Flags::empty(), asked.header, &asked.settings)
}

/// Deletes a link, or all of a group.
pub(super) fn delete(session: &mut Session, words: &mut Words) -> Result<()> {
    let mut asked = Asked::default();
    asked.parse(session, words)?;
    if let Some(kind) = asked.kind.take() {
        asked.link_info(session, &kind, words)?;
    }
    asked.find(session)?;
    session.change(link::DEL, Flags::empty(), asked.header, &asked.settings)
}

/// Adds or removes alternative names.
pub(super) fn property(session: &mut Session, words: &mut Words) -> Result<()> {
    let verb = words.next().and_then(|word| which(&word, &["add", "delete", "help"]));
    let Some(verb) = verb.filter(|verb| *verb != "help") else {
        return Err(Failure::usage("Operator required".into()));
    };
    let mut names = Settings::default();
    let mut device = None;
    while let Some(word) = words.next() {
        if is(&word, "altname") {
            let name = words.value()?;
            if !parse::is_alternative_name(&name) {
                return Err(Failure::wrong(&name, "not a valid altname"));
            }
            names.put(link::ALT_IFNAME, &name);
            continue;
        }
        let name = if word == "dev" { words.value()? } else { word };
        if let Some(first) = device.replace(name) {
            return Err(Failure::garbage("dev", &first));
        }
    }
    let needed = "Not enough information: \"dev\" argument is required.";
    let device = device.ok_or_else(|| Failure::usage(needed.into()))?;
    let index = session.expect_link(&device)? as i32;
    let header = IfInfo { index, ..IfInfo::default() };
    let mut settings = Settings::default();
    settings.nest(link::PROP_LIST, names);
    match verb {
        "add" => {
            let flags = Flags::CREATE | Flags::EXCL | Flags::APPEND;
            session.change(link::NEWPROP, flags, header, &settings)
        }
        _ => session.change(link::DELPROP, Flags::empty(), header, &settings),
    }
}

impl Asked {
    /// Reads words up to the type's own.
    fn parse(&mut self, session: &mut Session, words: &mut Words) -> Result<()> {
        while let Some(word) = words.next() {
            if !self.take(session, &word, words)? {
                break;
            }
        }
        Ok(())
    }

    /// Refuses a hardware address of another length than the link has: of one that is too long the
    /// kernel would take the beginning.
    fn check_address(&self, session: &mut Session) -> Result<()> {
        let mut plain = self.settings.plain();
        let asked = plain.find(|(code, _)| *code == link::ADDRESS.code());
        let (Some((_, asked)), Some(device)) = (asked, &self.device) else { return Ok(()) };
        let Some(reply) = session.get_link(device, false)? else { return Ok(()) };
        let (_, view) = reply.message().decode(link::NEW)?;
        match view.get(link::ADDRESS)?.map(<[u8]>::len) {
            Some(own) if own != asked.len() => {
                let asked = asked.len();
                Err(Failure::new(format!("Invalid address length {asked} - must be {own} bytes")))
            }
            _ => Ok(()),
        }
    }

    fn flag(&mut self, flag: LinkFlags, on: bool) {
        self.header.change |= flag;
        self.header.flags.set(flag, on);
    }

    /// Takes one option; false once the type was named, and at the kind that follows it.
    fn take(&mut self, session: &mut Session, word: &str, words: &mut Words) -> Result<bool> {
        const OPTIONS: &[(&str, u8)] = &[
            ("up", 2),
            ("down", 4),
            ("name", 4),
            ("index", 5),
            ("link", 1),
            ("address", 1),
            ("broadcast", 1),
            ("brd", 3),
            ("txqueuelen", 1),
            ("qlen", 4),
            ("txqlen", 1),
            ("mtu", 3),
            ("netns", 5),
            ("multicast", 9),
            ("allmulticast", 12),
            ("promisc", 7),
            ("trailers", 8),
            ("arp", 3),
            ("carrier", 7),
            ("master", 1),
            ("vrf", 3),
            ("nomaster", 1),
            ("dynamic", 1),
            ("type", 2),
            ("alias", 2),
            ("group", 5),
            ("mode", 4),
            ("state", 5),
            ("numtxqueues", 2),
            ("numrxqueues", 4),
            ("addrgenmode", 5),
            ("link-netns", 5),
            ("link-netnsid", 11),
            ("protodown", 9),
            ("gso_max_size", 12),
            ("gso_max_segs", 12),
            ("gro_max_size", 12),
            ("dev", 3),
            ("help", 1),
        ];
        let Some(option) = option(word, OPTIONS) else {
            self.set_device(word)?;
            return Ok(true);
        };
        let flag = match option {
            "multicast" => Some(LinkFlags::MULTICAST),
            "allmulticast" => Some(LinkFlags::ALLMULTI),
            "promisc" => Some(LinkFlags::PROMISC),
            "trailers" => Some(LinkFlags::NOTRAILERS),
            "arp" => Some(LinkFlags::NOARP),
            "dynamic" => Some(LinkFlags::DYNAMIC),
            _ => None,
        };
        if let Some(flag) = flag {
            let on = parse::switch(option, &words.value()?)?;
            // Two of the flags say what is off.
            self.flag(flag, on ^ (LinkFlags::NOTRAILERS | LinkFlags::NOARP).contains(flag));
            return Ok(true);
        }
        let number = match option {
            "txqueuelen" | "qlen" | "txqlen" => Some((link::TXQLEN, "txqueuelen")),
            "mtu" => Some((link::MTU, option)),
            "numtxqueues" => Some((link::NUM_TX_QUEUES, option)),
            "numrxqueues" => Some((link::NUM_RX_QUEUES, option)),
            "gso_max_size" => Some((link::GSO_MAX_SIZE, option)),
            "gso_max_segs" => Some((link::GSO_MAX_SEGS, option)),
            "gro_max_size" => Some((link::GRO_MAX_SIZE, option)),
            _ => None,
        };
        if let Some((key, name)) = number {
            let word = words.value()?;
            let number = parse::number(&word, &format!("Invalid \"{name}\" value"))?;
            self.settings.once(name, &[key.code()], &word)?;
            self.settings.put(key, number);
            return Ok(true);
        }
        self.take_other(session, option, words)
    }

    fn take_other(
        &mut self,
        session: &mut Session,
        option: &str,
        words: &mut Words,
    ) -> Result<bool> {
        match option {
            "up" => self.flag(LinkFlags::UP, true),
            "down" => self.flag(LinkFlags::UP, false),
            "name" => {
                let name = words.value()?;
                parse::expect_link_name(&name, "name")?;
                parse::once(&mut self.name, "name", &name.clone(), name)?;
            }
            "index" => {
                let word = words.value()?;
                if self.header.index != 0 {
                    return Err(Failure::duplicate("index", &word));
                }
                let wrong = || Failure::wrong(&word, "Invalid \"index\" value");
                let index = parse::unsigned(&word).and_then(|index| i32::try_from(index).ok());
                self.header.index = index.filter(|&index| index > 0).ok_or_else(wrong)?;
            }
            "link" => self.below = Some(words.value()?),
            "address" => self.settings.put(link::ADDRESS, &parse::mac(&words.value()?)?),
            "broadcast" | "brd" => {
                self.settings.put(link::BROADCAST, &parse::mac(&words.value()?)?)
            }
            "netns" => self.namespace(session, &words.value()?)?,
            "carrier" => {
                let on = parse::switch("carrier", &words.value()?)?;
                self.settings.put(link::CARRIER, on.into());
            }
            "protodown" => {
                let on = parse::switch("protodown", &words.value()?)?;
                self.settings.put(link::PROTO_DOWN, on.into());
            }
            "master" => {
                let master = session.expect_master(&words.value()?)?;
                self.settings.put(link::MASTER, master);
            }
            "vrf" => self.settings.put(link::MASTER, session.expect_vrf(&words.value()?)?),
            "nomaster" => self.settings.put(link::MASTER, 0),
            "type" => {
                self.kind = Some(words.value()?);
                return Ok(false);
            }
            "alias" => {
                let text = words.value()?;
                if text.len() >= 256 {
                    return Err(Failure::wrong(&text, "alias too long"));
                }
                self.settings.raw(link::IFALIAS.code(), text.as_bytes());
            }
            "group" => {
                let word = words.value()?;
                let group = session.names.number(Table::Groups, &word);
                let wrong = || Failure::wrong_value(&word, "Invalid \"group\" value");
                parse::once(&mut self.group, "group", &word, group.ok_or_else(wrong)?)?;
            }
            "mode" => {
                let word = words.value()?;
                let mode = match word.to_ascii_lowercase().as_str() {
                    "default" => LinkMode::DEFAULT,
                    "dormant" => LinkMode::DORMANT,
                    _ => return Err(Failure::wrong(&word, "Invalid link mode\n")),
                };
                self.settings.put(link::LINKMODE, mode);
            }
            "state" => {
                let word = words.value()?;
                let upper = word.to_ascii_uppercase();
                let found = (0..7).map(OperState).find(|state| state.name() == Some(&upper));
                let wrong = || Failure::wrong(&word, "Invalid operstate\n");
                self.settings.put(link::OPERSTATE, found.ok_or_else(wrong)?);
            }
            "addrgenmode" => {
                let mode = generation(&words.value()?)?;
                let (mut families, mut six) = (Settings::default(), Settings::default());
                six.put(inet6::ADDR_GEN_MODE, mode);
                families.nest(link::INET6, six);
                self.settings.nest(link::AF_SPEC, families);
            }
            "link-netns" => {
                let name = words.value()?;
                self.settings.once(
                    "link-netns/link-netnsid",
                    &[link::LINK_NETNSID.code()],
                    &name,
                )?;
                let file = Session::open_namespace(&name)
                    .map_err(|_| Failure::wrong(&name, "Invalid \"link-netns\" value\n"))?;
                let id = session.namespace_id(&file);
                let wrong = || Failure::wrong(&name, "Invalid \"link-netns\" value\n");
                self.settings.put(link::LINK_NETNSID, id.ok_or_else(wrong)?);
            }
            "link-netnsid" => {
                let word = words.value()?;
                let id = parse::number(&word, "Invalid \"link-netnsid\" value")?;
                self.settings.once(
                    "link-netns/link-netnsid",
                    &[link::LINK_NETNSID.code()],
                    &word,
                )?;
                self.settings.put(link::LINK_NETNSID, id);
            }
            "help" => return Err(crate::ip::help::text(super::HELP)),
            _ => {
                let word = words.value()?;
                self.set_device(&word)?;
            }
        }
        Ok(true)
    }

    fn set_device(&mut self, word: &str) -> Result<()> {
        if self.device.is_some() {
            return Err(Failure::garbage("dev", word));
        }
        if !parse::is_alternative_name(word) {
            return Err(Failure::wrong(word, "\"dev\" not a valid ifname"));
        }
        self.device = Some(word.to_owned());
        Ok(())
    }

    /// The namespace to put the link into: one of `ip netns`, or that of a process.
    fn namespace(&mut self, session: &mut Session, word: &str) -> Result<()> {
        self.settings.once("netns", &[link::NET_NS_FD.code(), link::NET_NS_PID.code()], word)?;
        if let Ok(file) = Session::open_namespace(word) {
            self.settings.put(link::NET_NS_FD, file.as_raw_fd() as u32);
            // It must stay open until the request is sent.
            session.keep(file);
            return Ok(());
        }
        let pid = parse::number(word, "Invalid \"netns\" value")?;
        self.settings.put(link::NET_NS_PID, pid);
        Ok(())
    }

    /// Puts the index of the link that was named, or the group, into the request.
    fn find(&mut self, session: &mut Session) -> Result<()> {
        let device = match self.device.take() {
            Some(device) => device,
            None => {
                // Without a link a group is whom it is about; else the group it shall join.
                let Some(group) = self.group.take() else {
                    let text = "Not enough information: \"dev\" argument is required.";
                    return Err(Failure::usage(text.into()));
                };
                self.settings.put(link::GROUP, group);
                return Ok(());
            }
        };
        self.header.index = session.expect_link(&device)? as i32;
        if let Some(group) = self.group {
            self.settings.put(link::GROUP, group);
        }
        Ok(())
    }

    /// Reads what follows the type.
    fn link_info(&mut self, session: &mut Session, kind: &str, words: &mut Words) -> Result<()> {
        let mut info = Settings::default();
        info.put(info::KIND, kind);
        if kind == "veth" || kind == "vxcan" {
            if let Some(peer) = peer(session, words)? {
                let mut data = Settings::default();
                let Asked { header, settings, .. } = peer;
                data.headed(veth::PEER, header, settings);
                info.nest(info::VETH, data);
            }
        } else {
            let data = kind::parse(session, kind, words)?;
            if !data.is_empty() {
                let slave = kind.ends_with("_slave");
                if slave {
                    info.nest(info::BRIDGE_PORT, data);
                } else {
                    info.nest(info::BRIDGE, data);
                }
            }
        }
        self.settings.nest(link::LINKINFO, info);
        Ok(())
    }
}

/// Reads `peer NAME ...`, the other end of a veth.
fn peer(session: &mut Session, words: &mut Words) -> Result<Option<Asked>> {
    let Some(word) = words.next() else { return Ok(None) };
    if word != "peer" {
        return Err(kind::unknown("veth", &word));
    }
    let mut peer = Asked::default();
    peer.parse(session, words)?;
    if let Some(kind) = &peer.kind {
        return Err(Failure::garbage("type", kind));
    }
    if let Some(name) = peer.name.take().or_else(|| peer.device.take()) {
        parse::expect_link_name(&name, "name")?;
        peer.settings.put(link::IFNAME, &name);
    }
    if let Some(group) = peer.group {
        peer.settings.put(link::GROUP, group);
    }
    Ok(Some(peer))
}

fn generation(word: &str) -> Result<AddrGenMode> {
    Ok(match word {
        "eui64" => AddrGenMode::EUI64,
        "none" => AddrGenMode::NONE,
        "stable_secret" => AddrGenMode::STABLE_PRIVACY,
        "random" => AddrGenMode::RANDOM,
        _ => return Err(Failure::wrong_value(word, "Invalid address generation mode")),
    })
}
