//! What there is in a namespace: links, addresses, routes.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use nl::route::address::{self, IfAddr};
use nl::route::link::{self, IfInfo};
use nl::route::nsid::{self, RtGen};
use nl::route::route::{self, RtMsg};
use nl::value::U32;
use nl::{Attr, Flags};

use super::{Kernel, Link, words};
use crate::error::{Error, Result};
use crate::sys::Errno;

/// How a link is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum By<'a> {
    Name(&'a str),
    AltName(&'a str),
    Index(u32),
}

impl fmt::Display for By<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            By::Name(name) | By::AltName(name) => write!(f, "link \"{name}\""),
            By::Index(index) => write!(f, "link number {index}"),
        }
    }
}

impl Kernel {
    /// One link by name; `None` when there is none.
    pub fn link(&mut self, name: &str) -> Result<Option<Link>> {
        self.find_link(By::Name(name))
    }

    pub(super) fn find_link(&mut self, by: By<'_>) -> Result<Option<Link>> {
        let mut found = None;
        let index = if let By::Index(index) = by { index as i32 } else { 0 };
        let refusals = self.exchange(
            |batch| {
                batch.push(link::GET, Flags::empty(), IfInfo { index, ..IfInfo::default() }, |m| {
                    match by {
                        By::Name(name) => m.put(link::IFNAME, name),
                        By::AltName(name) => m.put(link::ALT_IFNAME, name),
                        By::Index(_) => m,
                    };
                    m.put(link::EXT_MASK, link::SKIP_STATS);
                });
            },
            |message| {
                found = Some(Link::decode(&message)?);
                Ok(())
            },
        )?;
        match refusals.first() {
            None => Ok(found),
            Some(refusal) if refusal.errno == Errno::ENODEV as i32 => Ok(None),
            Some(refusal) => {
                Err(Error::new(format!("cannot look up {by}")).because(words(refusal)))
            }
        }
    }

    /// One link by its number; `None` when there is none.
    pub fn numbered_link(&mut self, index: u32) -> Result<Option<Link>> {
        self.find_link(By::Index(index))
    }

    /// All links of this namespace, or of the one with an id.
    pub fn links(&mut self, namespace: Option<i32>) -> Result<Vec<Link>> {
        self.dump(
            |batch| {
                // With a mask the kernel first measures every link of this host, also when it is to
                // list those of another namespace.
                let mask = namespace.is_none().then_some(link::SKIP_STATS);
                batch.push(link::GET, Flags::DUMP, IfInfo::default(), |m| {
                    m.put_some(link::EXT_MASK, mask);
                    m.put_some(link::TARGET_NETNSID, namespace);
                });
            },
            |message| Link::decode(&message).map(Some),
        )
        .map_err(|error| Error { what: "cannot list links".into(), ..error })
    }

    /// All addresses of this namespace, or of the one with an id, with the index of their links.
    pub fn addresses(&mut self, namespace: Option<i32>) -> Result<Vec<(u32, IpAddr, u8)>> {
        self.dump(
            |batch| {
                batch.push(address::GET, Flags::DUMP, IfAddr::default(), |m| {
                    m.put_some(address::TARGET_NETNSID, namespace);
                });
            },
            |message| {
                let (header, view) = message.decode(address::NEW)?;
                let local = view.get(address::LOCAL)?;
                let address = local.or(view.get(address::ADDRESS)?);
                Ok(address.map(|address| (header.index, address, header.prefix_len)))
            },
        )
        .map_err(|error| Error { what: "cannot list addresses".into(), ..error })
    }

    /// The routes of every table and family but those to this host itself.
    pub(super) fn routes(&mut self) -> Result<Vec<Route>> {
        self.dump(
            |batch| {
                batch.push(route::GET, Flags::DUMP, RtMsg::default(), |_| {});
            },
            |message| {
                let (header, view) = message.decode(route::NEW)?;
                let table = view.get(route::TABLE)?.unwrap_or(u32::from(header.table));
                // Of the others, those that refuse traffic keep a prefix for somebody as well.
                if table == u32::from(route::RT_TABLE_LOCAL) {
                    return Ok(None);
                }
                let any = match header.family {
                    nl::route::INET => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
                    nl::route::INET6 => IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED),
                    _ => return Ok(None),
                };
                let destination = view.get(route::DST)?.unwrap_or(any);
                let Ok(prefix) = IpNet::new(destination, header.dst_len) else { return Ok(None) };
                Ok(Some(Route {
                    prefix,
                    gateway: view.get(route::GATEWAY)?,
                    link: view.get(route::OIF)?,
                    metric: view.get(route::PRIORITY)?.unwrap_or(0),
                    advertised: header.protocol == route::Protocol::RA,
                    main: table == u32::from(route::RT_TABLE_MAIN),
                }))
            },
        )
        .map_err(|error| Error { what: "cannot list routes".into(), ..error })
    }

    /// For each namespace, named by `key` (a process in it, or an open file), the id it has here;
    /// `None` when it is gone or has none.
    pub(super) fn namespace_ids(
        &mut self,
        key: Attr<nsid::NsId, U32>,
        values: &[u32],
    ) -> Result<Vec<Option<i32>>> {
        /// Replies queue up in the socket, about 1 KiB of its 208 KiB each.
        const AT_ONCE: usize = 64;
        let mut ids = Vec::with_capacity(values.len());
        for values in values.chunks(AT_ONCE) {
            let base = ids.len();
            ids.resize(base + values.len(), None);
            let first = self.route.seq();
            let refusals = self.exchange(
                |batch| {
                    for &value in values {
                        batch.push(nsid::GET, Flags::empty(), RtGen::default(), |m| {
                            m.put(key, value);
                        });
                    }
                },
                |message| {
                    let (_, view) = message.decode(nsid::NEW)?;
                    let n = base + message.header.seq.wrapping_sub(first) as usize;
                    if let Some(id) = ids.get_mut(n) {
                        *id = view.get(nsid::NSID)?.filter(|&id| id >= 0);
                    }
                    Ok(())
                },
            )?;
            // No such process: it has no namespace. Anything else says nothing about the others.
            let gone = |errno| matches!(Errno::from_raw(errno), Errno::ESRCH | Errno::ENOENT);
            if let Some(refusal) = refusals.iter().find(|refusal| !gone(refusal.errno)) {
                return Err(Error::new("cannot look up the namespaces of processes")
                    .because(words(refusal)));
            }
        }
        Ok(ids)
    }
}

/// A route that leads somewhere.
pub(super) struct Route {
    pub(super) prefix: IpNet,
    pub(super) gateway: Option<IpAddr>,
    pub(super) link: Option<u32>,
    pub(super) metric: u32,
    /// Whether a router advertised it.
    pub(super) advertised: bool,
    pub(super) main: bool,
}
