//! Which links `ip link show` and `ip address show` are about.

use nl::route::info;
use nl::route::link::{self, IfInfo, Link};
use nl::route::{INET6, LinkFlags, UNSPEC};
use nl::{Message, View};

use super::mask;
use crate::ip::failure::{Failure, Result};
use crate::ip::names::Table;
use crate::ip::parse;
use crate::ip::session::Session;
use crate::ip::settings::Settings;
use crate::ip::words::Words;
use crate::kernel::Reply;

/// Which links to show.
#[derive(Clone, Debug, Default)]
pub(in crate::ip) struct Filter {
    pub(in crate::ip) device: Option<String>,
    pub(in crate::ip) up: bool,
    pub(in crate::ip) master: Option<u32>,
    pub(in crate::ip) no_master: bool,
    pub(in crate::ip) group: Option<u32>,
    pub(in crate::ip) kind: Option<String>,
}

impl Filter {
    /// Takes one option that `link` and `address` have in common; false when `word` is none.
    pub(in crate::ip) fn take(
        &mut self,
        session: &mut Session,
        word: &str,
        words: &mut Words,
    ) -> Result<bool> {
        match word {
            "up" => self.up = true,
            "master" => self.master = Some(session.expect_master(&words.value()?)?),
            "vrf" => self.master = Some(session.expect_vrf(&words.value()?)?),
            "nomaster" => self.no_master = true,
            "group" => {
                let name = words.value()?;
                let group = session.names.number(Table::Groups, &name);
                let why = "Invalid \"group\" value";
                self.group = Some(group.ok_or_else(|| Failure::wrong_value(&name, why))?);
            }
            "type" => self.kind = Some(words.value()?),
            "novf" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Takes the name of a link, with or without `dev` before it.
    pub(in crate::ip) fn take_device(&mut self, word: &str, words: &mut Words) -> Result<()> {
        let name = if word == "dev" { words.value()? } else { word.to_owned() };
        if self.device.is_some() {
            return Err(Failure::garbage("dev", &name));
        }
        if !parse::is_alternative_name(&name) {
            return Err(Failure::wrong(&name, "\"dev\" not a valid ifname"));
        }
        self.device = Some(name);
        Ok(())
    }

    fn passes(&self, header: &IfInfo, view: View<'_, Link>) -> Result<bool> {
        if self.up && !header.flags.contains(LinkFlags::UP) {
            return Ok(false);
        }
        let master = view.get(link::MASTER)?.unwrap_or_default();
        if self.master.is_some_and(|wanted| wanted != master) || (self.no_master && master != 0) {
            return Ok(false);
        }
        if self.group.is_some() && self.group != view.get(link::GROUP)? {
            return Ok(false);
        }
        let Some(wanted) = &self.kind else { return Ok(true) };
        let Some(info) = view.nest(link::LINKINFO)? else { return Ok(false) };
        Ok(match wanted.strip_suffix("_slave") {
            Some(wanted) => info.get(info::SLAVE_KIND)?.is_some_and(|kind| kind == wanted),
            None => info.get(info::KIND)?.is_some_and(|kind| kind == wanted.as_str()),
        })
    }

    /// The links that are wanted, from the kernel.
    pub(in crate::ip) fn links(&self, session: &mut Session, family: u8) -> Result<Vec<Reply>> {
        let statistics = session.options.statistics > 0;
        let mut links = match &self.device {
            Some(name) => {
                let link = session.get_link(name, statistics)?;
                let missing = || Failure::new(format!("Device \"{name}\" does not exist."));
                vec![link.ok_or_else(missing)?]
            }
            None => {
                let mut settings = Settings::default();
                // In the family of IPv6 the kernel tells what matters there, and less of the rest.
                let family = if family == INET6 { INET6 } else { UNSPEC };
                let header = IfInfo { family, ..IfInfo::default() };
                if family == UNSPEC {
                    settings.put(link::EXT_MASK, mask(statistics));
                }
                let links = session.list(link::GET, header, &settings)?;
                for reply in &links {
                    session.remember(&reply.message())?;
                }
                links
            }
        };
        let mut failed = None;
        links.retain(|reply| match self.keep(&reply.message()) {
            Ok(keep) => keep,
            Err(failure) => failed.replace(failure).is_some(),
        });
        failed.map_or(Ok(links), Err)
    }

    fn keep(&self, message: &Message<'_>) -> Result<bool> {
        let (header, view) = message.decode(link::NEW)?;
        self.passes(&header, view)
    }
}
