//! Who holds an address or a name, and whether it is still alive.

use nl::Flags;
use nl::route::link::{self, IfInfo};

use super::snapshot::{By, status_of};
use super::{Kernel, Link, words};
use crate::error::{Error, Result};
use crate::facts::{Holder, HolderState, Status};
use crate::sys::Errno;

/// Index of the loopback link in every network namespace.
const LOOPBACK: i32 = 1;

impl Kernel {
    /// The link with this name or alternative name, as the holder of what the name stands for;
    /// `None` when there is none any more.
    pub fn holder(&mut self, name: &str) -> Result<Option<Holder>> {
        let by = if name.len() <= 15 { By::Name(name) } else { By::AltName(name) };
        let mut link = self.find_link(by)?;
        if link.is_none() {
            link = self.find_link(By::AltName(name))?;
        }
        let Some(link) = link else { return Ok(None) };
        let mut status = status_of(&link, None);
        let state = match &mut status {
            Some(status) => self.state(status)?,
            None => HolderState::Alive,
        };
        let Link { index, name, names, .. } = link;
        Ok(Some(Holder { link: name, index, names, status, state }))
    }

    fn state(&mut self, status: &mut Status) -> Result<HolderState> {
        let Some(id) = status.namespace_id else { return Ok(HolderState::Alive) };
        if self.is_dying(id)? {
            return Ok(HolderState::Dying);
        }
        self.find_alive(std::slice::from_mut(status))?;
        // Without a description it is between its claim and its publication.
        if status.alive || status.run.is_none() || self.has_process(id)? {
            return Ok(HolderState::Alive);
        }
        Ok(HolderState::Abandoned)
    }

    /// Whether the namespace with this id is being taken apart: then the kernel finds no
    /// namespace by the id, which it still shows on links that lead there.
    fn is_dying(&mut self, namespace: i32) -> Result<bool> {
        let loopback = IfInfo { index: LOOPBACK, ..IfInfo::default() };
        let refusals = self.exchange(
            |batch| {
                batch.push(link::GET, Flags::empty(), loopback, |m| {
                    m.put(link::TARGET_NETNSID, namespace);
                    m.put(link::EXT_MASK, link::SKIP_STATS);
                });
            },
            |_| Ok(()),
        )?;
        match refusals.first().map(|refusal| (Errno::from_raw(refusal.errno), refusal)) {
            Some((Errno::EINVAL, _)) => Ok(true),
            // Looking in needs rights there; whoever lacks them cannot put its link away either.
            None | Some((Errno::EPERM | Errno::EACCES, _)) => Ok(false),
            Some((_, refusal)) => {
                Err(Error::new("cannot look into the namespace of a run").because(words(refusal)))
            }
        }
    }

    /// Whether any process that can be seen from here is in the namespace with this id.
    fn has_process(&mut self, namespace: i32) -> Result<bool> {
        let pids: Vec<u32> = std::fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        Ok(self.namespace_ids(&pids)?.contains(&Some(namespace)))
    }
}
