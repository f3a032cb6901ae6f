//! What every command of a session shares: the connection, the options, names, output.

use std::fs::{self, File};
use std::os::fd::AsRawFd;

use nl::route::link::{self, IfInfo};
use nl::route::{LinkFlags, info, nsid, vrf};
use nl::{Flags, Header, Message, MessageType};

use super::failure::{Failure, Result};
use super::names::Names;
use super::netns::Verbs;
use super::options::Options;
use super::out::Out;
use super::settings::{Settings, any};
use crate::kernel::{Answer, Kernel, Reply};

/// Where named namespaces are.
const NAMESPACES: &str = "/run/netns";

/// The state of one call of `ip`.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) kernel: Kernel,
    pub(super) options: Options,
    pub(super) names: Names,
    pub(super) out: Out,
    /// Exit code of a command that succeeded: that of one it launched.
    pub(super) code: u8,
    /// What `ip netns` does.
    pub(super) netns: &'static Verbs,
    links: Vec<(u32, Known)>,
    namespaces: Option<Vec<(i32, String)>>,
    files: Vec<File>,
}

/// What other objects show of a link.
#[derive(Clone, Debug)]
struct Known {
    name: Vec<u8>,
    flags: LinkFlags,
}

impl Session {
    pub(super) fn new(kernel: Kernel, options: Options, netns: &'static Verbs) -> Self {
        let mut out = Out::default();
        out.json = options.json;
        out.pretty = options.pretty;
        out.colour = options.colour && !options.json;
        out.oneline = options.oneline;
        let names = Names::new(options.numeric);
        Session {
            kernel,
            options,
            names,
            out,
            code: 0,
            netns,
            links: Vec::new(),
            namespaces: None,
            files: Vec::new(),
        }
    }

    /// Forgets what may have changed.
    pub(super) fn forget(&mut self) {
        self.links.clear();
        self.namespaces = None;
        self.files.clear();
    }

    /// Writes what was printed to stdout.
    pub(super) fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }

    /// Keeps a file open until the command is done.
    pub(super) fn keep(&mut self, file: File) {
        self.files.push(file);
    }

    /// Sends a request and gives its answer.
    pub(super) fn ask<H: Header, S>(
        &mut self,
        kind: MessageType<H, S>,
        flags: Flags,
        header: H,
        settings: &Settings,
    ) -> Result<Answer> {
        Ok(self.kernel.ask(any(kind), flags, header, &|m| settings.write(m))?)
    }

    /// Sends a request that changes something.
    pub(super) fn change<H: Header, S>(
        &mut self,
        kind: MessageType<H, S>,
        flags: Flags,
        header: H,
        settings: &Settings,
    ) -> Result<()> {
        match self.ask(kind, flags | Flags::ACK, header, settings)? {
            Ok(_) => Ok(()),
            Err(refusal) => Err(Failure::refused(&refusal)),
        }
    }

    /// All objects of a kind.
    pub(super) fn list<H: Header, S>(
        &mut self,
        kind: MessageType<H, S>,
        header: H,
        settings: &Settings,
    ) -> Result<Vec<Reply>> {
        let answer = self.kernel.list(any(kind), header, &|m| settings.write(m))?;
        answer.map_err(|refusal| Failure::dump(&refusal, "Dump terminated\n"))
    }

    /// Keeps the name of a link that was seen.
    pub(super) fn remember(&mut self, message: &Message<'_>) -> Result<()> {
        let (header, view) = message.decode(link::NEW)?;
        let index = header.index as u32;
        if let Some(name) = view.get(link::IFNAME)? {
            let known = Known { name: name.as_bytes().to_vec(), flags: header.flags };
            match self.links.binary_search_by_key(&index, |entry| entry.0) {
                Ok(at) => self.links[at].1 = known,
                Err(at) => self.links.insert(at, (index, known)),
            }
        }
        Ok(())
    }

    fn known(&mut self, index: u32) -> Option<Known> {
        if self.links.binary_search_by_key(&index, |entry| entry.0).is_err() {
            let reply = self.kernel.link_by_index(index).ok()??;
            self.remember(&reply.message()).ok()?;
        }
        let at = self.links.binary_search_by_key(&index, |entry| entry.0).ok()?;
        self.links.get(at).map(|entry| entry.1.clone())
    }

    /// The name of a link; `if7` when it has none here.
    pub(super) fn link_name(&mut self, index: u32) -> Vec<u8> {
        match self.known(index) {
            _ if index == 0 => b"*".to_vec(),
            Some(known) => known.name,
            None => format!("if{index}").into_bytes(),
        }
    }

    /// Whether a link of this namespace is down.
    pub(super) fn is_down(&mut self, index: u32) -> bool {
        self.known(index).is_some_and(|known| !known.flags.contains(LinkFlags::UP))
    }

    /// Length of the transmit queue of a link.
    pub(super) fn queue_length(&mut self, index: u32) -> Result<u32> {
        let Some(reply) = self.kernel.link_by_index(index)? else { return Ok(0) };
        let (_, view) = reply.message().decode(link::NEW)?;
        Ok(view.get(link::TXQLEN)?.unwrap_or_default())
    }

    /// The index of a link, by its name, an alternative one, or `if7`.
    pub(super) fn find_link(&mut self, name: &str) -> Option<u32> {
        if let Some(entry) = self.links.iter().find(|entry| entry.1.name == name.as_bytes()) {
            return Some(entry.0);
        }
        if let Some(index) = self.kernel.index(name) {
            return Some(index);
        }
        if let Ok(Some(reply)) = self.kernel.link_by_name(name) {
            return reply.message().decode(link::NEW).ok().map(|(header, _)| header.index as u32);
        }
        name.strip_prefix("if")?.parse().ok()
    }

    /// The index of a link that has to be there.
    pub(super) fn expect_link(&mut self, name: &str) -> Result<u32> {
        self.find_link(name).ok_or_else(|| Failure::no_device(name))
    }

    /// The index of a link that others shall belong to.
    pub(super) fn expect_master(&mut self, name: &str) -> Result<u32> {
        let missing = || Failure::wrong_value(name, "Device does not exist");
        self.find_link(name).ok_or_else(missing)
    }

    /// The index of a VRF.
    pub(super) fn expect_vrf(&mut self, name: &str) -> Result<u32> {
        let wrong = || Failure::wrong_value(name, "Not a valid VRF name");
        Ok(self.vrf(name)?.ok_or_else(wrong)?.0)
    }

    /// Index and routing table of a VRF; `None` when that is no VRF.
    pub(super) fn vrf(&mut self, name: &str) -> Result<Option<(u32, u32)>> {
        let Some(reply) = self.get_link(name, false)? else { return Ok(None) };
        let (header, view) = reply.message().decode(link::NEW)?;
        let Some(info) = view.nest(link::LINKINFO)? else { return Ok(None) };
        if info.get(info::KIND)?.is_none_or(|kind| kind != "vrf") {
            return Ok(None);
        }
        let table = info.nest(info::VRF)?.map(|data| data.get(vrf::TABLE)).transpose()?.flatten();
        Ok(table.map(|table| (header.index as u32, table)))
    }

    /// The link itself, as `show` and `set` ask for it.
    pub(super) fn get_link(&mut self, name: &str, statistics: bool) -> Result<Option<Reply>> {
        let Some(index) = self.find_link(name) else { return Ok(None) };
        let header = IfInfo { index: index as i32, ..IfInfo::default() };
        let mut settings = Settings::default();
        settings.put(link::EXT_MASK, super::link::mask(statistics));
        let answer = self.ask(link::GET, Flags::empty(), header, &settings)?;
        Ok(answer.ok().and_then(|replies| replies.into_iter().next()))
    }

    /// The names of `ip netns`, in the order of their directory.
    pub(super) fn namespace_names() -> Vec<String> {
        let entries = fs::read_dir(NAMESPACES).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    /// The name under which `ip netns` knows the namespace with this id.
    pub(super) fn namespace_name(&mut self, id: i32) -> Option<String> {
        if self.namespaces.is_none() {
            let mut found = Vec::new();
            for name in Session::namespace_names() {
                if let Ok(file) = Session::open_namespace(&name)
                    && let Some(id) = self.namespace_id(&file)
                {
                    found.push((id, name));
                }
            }
            self.namespaces = Some(found);
        }
        let found = self.namespaces.as_ref()?.iter().find(|entry| entry.0 == id)?;
        Some(found.1.clone())
    }

    /// The id this namespace has for another.
    pub(super) fn namespace_id(&mut self, file: &File) -> Option<i32> {
        let fd = file.as_raw_fd() as u32;
        let mut settings = Settings::default();
        settings.put(nsid::FD, fd);
        let answer = self.ask(nsid::GET, Flags::empty(), nsid::RtGen::default(), &settings);
        let replies = answer.ok()?.ok()?;
        let (_, view) = replies.first()?.message().decode(nsid::NEW).ok()?;
        view.get(nsid::NSID).ok()?.filter(|&id| id >= 0)
    }

    /// Opens the file of a named namespace.
    pub(super) fn open_namespace(name: &str) -> std::io::Result<File> {
        match name.contains('/') {
            true => File::open(name),
            false => File::open(format!("{NAMESPACES}/{name}")),
        }
    }
}
