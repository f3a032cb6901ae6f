//! Whether the kernel has a feature: by asking for it, in a namespace that nobody else is in and
//! that ends with this process.

use nl::netfilter::expr::{ct, fib, nat};
use nl::netfilter::verdict::Code;
use nl::netfilter::{NfGen, Register, chain, conntrack, rule, table};
use nl::route::info;
use nl::route::link::{self, IfInfo};
use nl::route::rule::{self as policy, FibRule};
use nl::socket::SocketError;
use nl::{Batch, Flags};

use super::{Kernel, Netfilter, failed, with_batch};
use crate::error::{Error, Result};
use crate::facts::features::{Asked, Feature};
use crate::sys::namespace::{self, Namespaces};
use crate::sys::process::{Fork, exit, fork, wait};
use crate::sys::{self, Errno};

/// What the kernel says when it is asked for a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has it.
    There,
    /// It does not.
    Missing,
    /// It would not say, and why.
    Unknown(String),
}

/// A network namespace to try things in.
#[derive(Debug)]
pub struct Probe {
    kernel: Kernel,
    netfilter: Option<Netfilter>,
    /// Whether it took a user namespace to be here: whose users have no name, so that they make no
    /// further one.
    has_own_users: bool,
}

/// The table and the chain that rules are tried in.
const NAME: &str = "probe";

impl Probe {
    /// Moves this process to a network namespace of its own, for good; and to a user namespace, if
    /// it may not make one otherwise.
    ///
    /// # Errors
    /// It may not make user namespaces either.
    pub fn enter() -> Result<Probe> {
        let has_own_users = namespace::own_network().is_err();
        let entered = if has_own_users { namespace::own_user_and_network() } else { Ok(()) };
        entered.map_err(|errno| {
            Error::new("cannot make a network namespace to try in").because(errno.desc())
        })?;
        Ok(Probe { kernel: Kernel::open()?, netfilter: Netfilter::open().ok(), has_own_users })
    }

    /// Asks for one feature.
    pub fn ask(&mut self, feature: &Feature) -> Answer {
        let answer = match feature.asked {
            Asked::Namespace("user") if self.has_own_users => Ok(Answer::There),
            Asked::Namespace(kind) => namespaces(kind),
            Asked::FileSystem(name) => file_system(name),
            Asked::Socket(family) => said(sys::net::socket_of(family), &[Errno::EAFNOSUPPORT]),
            Asked::File(path) => Ok(there_if(std::path::Path::new(path).exists())),
            Asked::Call("inotify_init1") => {
                said(sys::watch::Watch::directory("/".as_ref()).map(drop), &[Errno::ENOSYS])
            }
            Asked::Call(name) => Ok(Answer::Unknown(format!("nobody knows how to try {name}"))),
            Asked::LinkKind(kind) => self.link(kind),
            Asked::Dump("rule") => self.rules(),
            Asked::Dump(_) => self.flows(),
            Asked::Chain(kind) => self.chain(kind, |_| {}),
            Asked::Expression(name) => self.expression(name),
        };
        answer.unwrap_or_else(|error| Answer::Unknown(error.cause.unwrap_or(error.what)))
    }

    /// Asks for a link. What else is wrong with it is only looked at when the kind is known.
    fn link(&mut self, kind: &str) -> Result<Answer> {
        let refusals = self.kernel.exchange(
            |batch| {
                let flags = Flags::CREATE | Flags::EXCL | Flags::ACK;
                batch.push(link::NEW, flags, IfInfo::default(), |m| {
                    m.nest(link::LINKINFO, |i| {
                        i.put(info::KIND, kind);
                    });
                });
            },
            |_| Ok(()),
        )?;
        Ok(match refusals.first().map(|refusal| Errno::from_raw(refusal.errno)) {
            Some(Errno::EOPNOTSUPP) => Answer::Missing,
            Some(errno @ (Errno::EPERM | Errno::ENOMEM)) => Answer::Unknown(errno.desc().into()),
            _ => Answer::There,
        })
    }

    fn rules(&mut self) -> Result<Answer> {
        let seq = self.kernel.route.seq();
        let header = FibRule { family: nl::route::INET, ..FibRule::default() };
        let ask = |batch: &mut Batch<'_>| {
            batch.push(policy::GET, Flags::DUMP, header, |_| {});
        };
        let listed =
            with_batch(seq, &ask, |bytes| self.kernel.route.dump(bytes, |_| Ok(Some(()))))?;
        listing(listed)
    }

    fn flows(&mut self) -> Result<Answer> {
        let Some(netfilter) = &mut self.netfilter else { return Ok(Answer::Missing) };
        let seq = netfilter.socket.seq();
        let ask = |batch: &mut Batch<'_>| {
            batch.push(conntrack::GET, Flags::DUMP, NfGen::IPV4, |_| {});
        };
        let listed = with_batch(seq, &ask, |bytes| netfilter.socket.dump(bytes, |_| Ok(Some(()))))?;
        listing(listed)
    }

    /// Makes a table with a base chain in it, and `more`, all or nothing.
    fn chain(&mut self, kind: &str, more: impl Fn(&mut Batch<'_>)) -> Result<Answer> {
        let Some(netfilter) = &mut self.netfilter else { return Ok(Answer::Missing) };
        let refusals = netfilter.commit(|batch| {
            batch.push(table::NEW, Flags::CREATE, NfGen::INET, |m| {
                m.put(table::NAME, NAME);
            });
            batch.push(chain::NEW, Flags::CREATE, NfGen::INET, |m| {
                m.put(chain::TABLE, NAME).put(chain::NAME, kind);
                m.base(kind, chain::Hook::POST_ROUTING, 0).put(chain::POLICY, Code::ACCEPT);
            });
            more(batch);
            // It takes everything away again, and is what is answered when all went well.
            batch.push(table::DEL, Flags::ACK, NfGen::INET, |m| {
                m.put(table::NAME, NAME);
            });
        })?;
        let first = refusals.first().map(|refusal| Errno::from_raw(refusal.errno));
        said(first.map_or(Ok(()), Err), &[Errno::ENOENT, Errno::EOPNOTSUPP, Errno::EINVAL])
    }

    fn expression(&mut self, name: &str) -> Result<Answer> {
        let kind = if name == "masq" { "nat" } else { "filter" };
        self.chain(kind, |batch| {
            batch.push(rule::NEW, Flags::CREATE | Flags::APPEND, NfGen::INET, |m| {
                m.put(rule::TABLE, NAME).put(rule::CHAIN, kind).expressions(|e| match name {
                    "masq" => {
                        e.masquerade(nat::NatFlags::empty());
                    }
                    "ct" => {
                        e.ct(ct::Key::STATE, Register::R1);
                    }
                    "fib" => {
                        e.fib(fib::FibFlags::DADDR, fib::Result::ADDRTYPE, Register::R1);
                    }
                    _ => {
                        e.bare(name);
                    }
                });
            });
        })
    }
}

fn there_if(there: bool) -> Answer {
    if there { Answer::There } else { Answer::Missing }
}

/// The answer of an attempt: `lacks` are the errors of a kernel without the feature.
fn said(result: sys::Result<()>, lacks: &[Errno]) -> Result<Answer> {
    Ok(match result {
        Ok(()) => Answer::There,
        Err(errno) if lacks.contains(&errno) => Answer::Missing,
        Err(errno) => Answer::Unknown(errno.desc().into()),
    })
}

/// The answer of a list that was asked for.
fn listing(
    listed: std::result::Result<std::result::Result<Vec<()>, nl::socket::Refusal>, SocketError>,
) -> Result<Answer> {
    let first = listed.map_err(failed)?.err().map(|refusal| Errno::from_raw(refusal.errno));
    said(first.map_or(Ok(()), Err), &[Errno::EOPNOTSUPP, Errno::EINVAL, Errno::EAFNOSUPPORT])
}

/// Starts a process in a namespace of that kind, which ends at once.
fn namespaces(kind: &str) -> Result<Answer> {
    let Some(flag) = Namespaces::all().iter().find(|flag| flag.names().any(|name| name == kind))
    else {
        return Ok(Answer::Unknown(format!("nobody knows how to try {kind}")));
    };
    match fork(flag) {
        Ok(Fork::Child) => exit(0),
        Ok(Fork::Parent(pid)) => said(wait(pid).map(drop), &[]),
        Err(errno) => said(Err(errno), &[Errno::EINVAL]),
    }
}

fn file_system(name: &str) -> Result<Answer> {
    let list = std::fs::read_to_string("/proc/filesystems")
        .map_err(|error| Error::new("/proc/filesystems").because(sys::errno(&error).desc()))?;
    // "nodev\ttmpfs", or "\text4".
    Ok(there_if(list.lines().any(|line| line.split('\t').next_back() == Some(name))))
}
