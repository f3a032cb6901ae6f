//! A private machine for each test: a host with an uplink to an "internet" and,
//! when asked for, a LAN with a client in it.
//!
//! ```text
//!   internet                 host (a World)                   lan
//!   203.0.113.1 on lo        /run empty, /etc a copy
//!   198.51.100.2 eth0 ------ up0 198.51.100.1
//!   fd00:203::1 on lo            lan0 192.0.2.1 ------------- eth0 192.0.2.10
//!   fd00:198::2              fd00:198::1  fd00:192::1         fd00:192::10
//! ```
//!
//! `setup.sh` wires it, in namespaces that util-linux `unshare` made: this
//! process, with all its threads, stays in the machine's own. As root there is no
//! user namespace; as anybody else there is one, in which the caller is root.

#![forbid(unsafe_code)]
// What a harness offers and what today's tests use are never quite the same.
#![allow(dead_code, unused_imports, unused_macros)]

#[macro_use]
mod skip;
mod collector;
mod command;
mod look;
mod place;
mod process;
mod pty;
mod running;
mod snapshot;
mod threads;

use std::io::{BufRead, BufReader, Read, Write};
use std::ops::Deref;
use std::process::{Child, ChildStdin, Command, Stdio};

pub(crate) use command::{Cmd, Output};
pub(crate) use place::Place;
pub(crate) use process::Exit;
pub(crate) use pty::Pty;
pub(crate) use running::Running;
pub(crate) use skip::{has_tool, may_use, report_skip};
pub(crate) use snapshot::{Snapshot, assert_same};
pub(crate) use threads::{at_once, settle};

/// What a world has besides a host and its internet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Builder {
    lan: bool,
    ipv6: bool,
    shared_mounts: bool,
    no_forwarding: bool,
}

impl Builder {
    /// A LAN behind the host's `lan0`, with a client at 192.0.2.10.
    pub(crate) fn lan(mut self) -> Self {
        self.lan = true;
        self
    }

    /// Addresses and routes of IPv6 beside those of IPv4.
    pub(crate) fn ipv6(mut self) -> Self {
        self.ipv6 = true;
        self
    }

    /// Mounts that propagate, as systemd sets up a host. They propagate within
    /// the world; it shares nothing with the machine in either case.
    pub(crate) fn shared_mounts(mut self) -> Self {
        self.shared_mounts = true;
        self
    }

    /// A host that does not forward yet; otherwise it does, as one with containers on it.
    pub(crate) fn no_forwarding(mut self) -> Self {
        self.no_forwarding = true;
        self
    }

    /// Makes the world; panics with the words of the tool that could not.
    #[track_caller]
    pub(crate) fn build(self) -> World {
        World::build(self)
    }
}

/// A host of its own, used as the [`Place`] it is: `world.sh("ip link")` runs
/// there. Dropping it kills everything inside.
#[derive(Debug)]
pub(crate) struct World {
    host: Place,
    internet: Place,
    lan: Option<Place>,
    // Closing it ends process 1.
    _lifeline: Option<ChildStdin>,
    holder: Child,
}

impl World {
    /// A host with an uplink, IPv4 only.
    #[track_caller]
    pub(crate) fn new() -> Self {
        Builder::default().build()
    }

    /// Starts from [`World::new`] and adds to it.
    pub(crate) fn builder() -> Builder {
        Builder::default()
    }

    /// The namespace behind `up0`.
    pub(crate) fn internet(&self) -> &Place {
        &self.internet
    }

    /// The client behind `lan0`; only in a world built with [`Builder::lan`].
    #[track_caller]
    pub(crate) fn lan(&self) -> &Place {
        self.lan.as_ref().expect("a lan must be asked for: World::builder().lan()")
    }

    #[track_caller]
    fn build(options: Builder) -> Self {
        let flag = |on| if on { "1" } else { "" };
        let is_root = nix::unistd::geteuid().is_root();
        let mut unshare = Command::new("unshare");
        if !is_root {
            unshare.args(["--user", "--map-root-user"]);
            if subordinate_ids() {
                unshare.arg("--map-auto");
            }
        }
        unshare
            .args(["--net", "--mount", "--ipc", "--uts", "--pid"])
            .args(["--fork", "--kill-child", "--mount-proc"])
            .args(["--propagation", "private", "sh", "-c"])
            .arg(include_str!("world/setup.sh"))
            .env_clear()
            .env("PATH", command::path())
            .env("LAN", flag(options.lan))
            .env("IPV6", flag(options.ipv6))
            .env("SHARED_MOUNTS", flag(options.shared_mounts))
            .env("NO_FORWARDING", flag(options.no_forwarding))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut holder = match unshare.spawn() {
            Ok(holder) => holder,
            Err(error) => panic!("cannot run unshare (package util-linux): {error}"),
        };

        let mut lifeline = holder.stdin.take();
        if let Some(pipe) = &mut lifeline {
            // Not written when unshare has failed already; then nothing comes back.
            let _ = pipe.write_all(b"ready\n");
        }
        let pids = Pids::read(&mut holder);
        if !pids.ready {
            let _ = holder.kill();
            let mut why = String::new();
            if let Some(mut stderr) = holder.stderr.take() {
                let _ = stderr.read_to_string(&mut why);
            }
            let _ = holder.wait();
            panic!("cannot make a world: {}", why.trim_end());
        }
        let host = Place::host(holder.id(), !is_root);
        World {
            internet: host.net_of(pids.internet),
            lan: options.lan.then(|| host.net_of(pids.lan)),
            host,
            _lifeline: lifeline,
            holder,
        }
    }
}

impl Deref for World {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.host
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // --kill-child: process 1 dies with unshare, and all others with process 1.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// What `setup.sh` prints.
#[derive(Default)]
struct Pids {
    internet: u32,
    lan: u32,
    ready: bool,
}

impl Pids {
    fn read(holder: &mut Child) -> Self {
        let mut pids = Pids::default();
        let Some(stdout) = holder.stdout.take() else {
            return pids;
        };
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            match line.split_once(' ') {
                Some(("internet", pid)) => pids.internet = pid.parse().unwrap_or(0),
                Some(("lan", pid)) => pids.lan = pid.parse().unwrap_or(0),
                _ => pids.ready = line == "ready",
            }
            if pids.ready {
                break;
            }
        }
        pids
    }
}

/// Whether this user was given further uids, so that a world can have two.
fn subordinate_ids() -> bool {
    // Not by getpwuid(): a static binary should not load the machine's NSS.
    let uid = nix::unistd::geteuid().to_string();
    let name = std::env::var("USER").unwrap_or_default();
    let ours = |line: &str| {
        let owner = line.split(':').next().unwrap_or("");
        owner == uid || (owner == name && !name.is_empty())
    };
    let lists = ["/etc/subuid", "/etc/subgid"].map(std::fs::read_to_string);
    skip::has_tool("newuidmap")
        && lists.iter().all(|list| list.as_ref().is_ok_and(|text| text.lines().any(ours)))
}
