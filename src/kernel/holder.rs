//! Who holds an address or a name, and whether it is still alive.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nl::Flags;
use nl::route::link::{self, IfInfo};
use nl::route::nsid;

use super::named::processes;
use super::process::cmd_pid;
use super::runs::status_of;
use super::snapshot::By;
use super::{Kernel, Link, words};
use crate::error::{Error, Result};
use crate::facts::{Holder, HolderState, Status};
use crate::sys::Errno;
use crate::sys::process::{pidfd, wait_pidfd};

/// How long processes that were killed may take to end.
const DYING: Duration = Duration::from_millis(200);
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
        let run = status.as_ref().and_then(|status| status.run);
        let cmd = run.filter(|_| state == HolderState::Alive).and_then(|run| cmd_pid(run.pid));
        let Link { index, name, names, .. } = link;
        Ok(Some(Holder { link: name, index, names, status, cmd, state }))
    }

    fn state(&mut self, status: &mut Status) -> Result<HolderState> {
        let Some(id) = status.namespace_id else { return Ok(HolderState::Alive) };
        if self.is_dying(id)? {
            return Ok(HolderState::Dying);
        }
        self.find_alive(std::slice::from_mut(status))?;
        // Without a description it is between its claim and its publication.
        let Some(run) = status.run else { return Ok(HolderState::Alive) };
        let deadline = Instant::now() + DYING;
        // An nsrun that was killed takes its run along, unless that was told to survive.
        if status.alive && !(is_ending(run.supervisor) && ends_by(run.pid, deadline)) {
            return Ok(HolderState::Alive);
        }
        // What the init of a run leaves behind is killed with it; what came from elsewhere stays.
        let inside = self.processes(id)?;
        if inside.into_iter().any(|pid| !ends_by(pid, deadline)) {
            return Ok(HolderState::Alive);
        }
        Ok(if self.is_dying(id)? { HolderState::Dying } else { HolderState::Abandoned })
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

    /// The processes, as far as they can be seen from here, in the namespace with this id.
    fn processes(&mut self, namespace: i32) -> Result<Vec<i32>> {
        let pids: Vec<u32> = processes().map(i32::cast_unsigned).collect();
        let ids = self.namespace_ids(nsid::PID, &pids)?;
        let inside = pids.iter().zip(ids).filter(|(_, id)| *id == Some(namespace));
        Ok(inside.map(|(&pid, _)| pid as i32).collect())
    }
}

/// Whether a process is gone, or certainly will be: it exits, or was killed and does not know yet
/// (proc_pid_stat(5), proc_pid_status(5)).
fn is_ending(pid: i32) -> bool {
    /// `PF_EXITING`.
    const EXITING: u64 = 4;
    const KILLED: u64 = 1 << (crate::sys::signal::SIGKILL - 1);
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).ok();
    let Some((stat, status)) = read("stat").zip(read("status")) else { return true };
    // After the command's name, which may hold anything: state, five ids, flags.
    let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let state = fields.next();
    let flags = fields.nth(5).and_then(|flags| flags.parse().ok()).unwrap_or(0);
    let pending = |name: &str| {
        let mask = status.lines().find_map(|line| line.strip_prefix(name));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    };
    matches!(state, Some("Z" | "X"))
        || flags & EXITING != 0
        || (pending("SigPnd:") | pending("ShdPnd:")) & KILLED != 0
}

/// Whether a process is gone, or goes until `deadline`.
fn ends_by(pid: i32, deadline: Instant) -> bool {
    let Ok(process) = pidfd(pid) else { return true };
    let left = deadline.saturating_duration_since(Instant::now()).as_millis() as u32;
    wait_pidfd(process.as_fd(), Some(left)).unwrap_or(false)
}
