//! Which neighbours `ip neighbour show` and `flush` are about.

use nl::View;
use nl::route::neighbour::{self, NdMsg, Neighbour, NeighbourFlags, State};

use super::{HELP, state};
use crate::ip::failure::{Failure, Result};
use crate::ip::help;
use crate::ip::names::Table;
use crate::ip::parse::{self, Prefix};
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::{Words, option};

/// Which neighbours to show.
#[derive(Debug, Default)]
pub(in crate::ip) struct Filter {
    pub(super) family: u8,
    pub(super) device: Option<u32>,
    pub(super) master: Option<u32>,
    pub(super) to: Option<Prefix>,
    pub(super) states: Option<State>,
    pub(super) with_none: bool,
    pub(super) unused: bool,
    pub(super) proxy: bool,
    pub(super) protocol: Option<u8>,
}

impl Filter {
    pub(super) fn parse(session: &mut Session, words: &mut Words) -> Result<Filter> {
        let mut filter = Filter { family: session.options.family, ..Filter::default() };
        while let Some(word) = words.next() {
            const OPTIONS: &[(&str, u8)] = &[
                ("dev", 3),
                ("master", 6),
                ("vrf", 3),
                ("nomaster", 8),
                ("unused", 6),
                ("nud", 3),
                ("proxy", 5),
                ("protocol", 1),
                ("to", 2),
                ("help", 1),
            ];
            match option(&word, OPTIONS) {
                Some("dev") => {
                    let word = words.value()?;
                    let device = session.expect_link(&word)?;
                    parse::once(&mut filter.device, "dev", &word, device)?;
                }
                Some("master") => filter.master = Some(session.expect_master(&words.value()?)?),
                Some("vrf") => filter.master = Some(session.expect_vrf(&words.value()?)?),
                Some("nomaster") => filter.master = Some(0),
                Some("unused") => filter.unused = true,
                Some("nud") => {
                    let word = words.value()?;
                    let states = filter.states.get_or_insert_default();
                    if word == "all" {
                        *states = State::all();
                        filter.with_none = true;
                    } else {
                        let state = state(&word)?;
                        filter.with_none |= state.is_empty();
                        *states |= state;
                    }
                }
                Some("proxy") => filter.proxy = true,
                Some("protocol") => {
                    let word = words.value()?;
                    let wrong = || Failure::wrong(&word, "invalid \"protocol\"\n");
                    let number = session.names.number(Table::Protocols, &word);
                    filter.protocol = Some(number.ok_or_else(wrong)? as u8);
                }
                Some("help") => return Err(help::text(HELP)),
                option => {
                    let word = if option.is_some() { words.value()? } else { word };
                    let prefix = parse::expect_prefix(&word, filter.family)?;
                    filter.family = prefix.family;
                    filter.to = Some(prefix);
                }
            }
        }
        Ok(filter)
    }

    fn passes(&self, header: &NdMsg, view: View<'_, Neighbour>) -> Result<bool> {
        let usual = State::all() - State::NOARP;
        let states = self.states.unwrap_or(usual);
        let marked = NeighbourFlags::PROXY | NeighbourFlags::EXT_LEARNED;
        let none = header.state.is_empty();
        let by_state = states.intersects(header.state) || (none && self.with_none);
        let used = view.get(neighbour::CACHEINFO)?.is_some_and(|times| times.references > 0);
        let protocol = view.get(neighbour::PROTOCOL)?.unwrap_or_default();
        let address = view.get(neighbour::DST)?;
        Ok((self.family == 0 || self.family == header.family)
            && (by_state || header.flags.intersects(marked))
            && self.proxy == header.flags.contains(NeighbourFlags::PROXY)
            && self.device.is_none_or(|device| device == header.index as u32)
            && self.protocol.is_none_or(|wanted| wanted == protocol)
            && !(self.unused && used)
            && self.to.is_none_or(|to| crate::ip::address::covers(to, address)))
    }

    /// The neighbours that are wanted, from the kernel.
    pub(super) fn neighbours(&self, session: &mut Session) -> Result<Vec<crate::kernel::Reply>> {
        let mut header = NdMsg { family: self.family, ..NdMsg::default() };
        if self.proxy {
            header.flags = NeighbourFlags::PROXY;
        }
        let mut settings = Settings::default();
        if let Some(device) = self.device.filter(|_| !self.proxy) {
            settings.put(neighbour::IFINDEX, device);
        }
        if let Some(master) = self.master {
            settings.put(neighbour::MASTER, master);
        }
        let mut found = Vec::new();
        for reply in session.list(neighbour::GET, header, &settings)? {
            let (header, view) = reply.message().decode(neighbour::NEW)?;
            // Entries of bridges are another matter.
            let is_ip = matches!(header.family, nl::route::INET | nl::route::INET6);
            if is_ip && self.passes(&header, view)? {
                found.push(reply);
            }
        }
        Ok(found)
    }
}
