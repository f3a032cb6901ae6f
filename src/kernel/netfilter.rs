//! nf_tables: exchange one transaction, ask single elements, list what a table holds.

use std::os::fd::{AsFd, BorrowedFd};

use nl::netfilter::{NfGen, batch, data, element, elements, generation, table, userdata};
use nl::socket::{Refusal, Socket, SocketError};
use nl::{Batch, DecodeError, Flags, Message, Protocol};

use super::{trace, with_batch, words};
use crate::error::{Error, Result};
use crate::sys::namespace::Namespaces;
use crate::sys::process::{Fork, exit, fork, new_session};
use crate::sys::{self, Errno};

/// nf_tables in the network namespace that this was opened in.
#[derive(Debug)]
pub struct Netfilter {
    pub(super) socket: Socket,
}

/// An element as the kernel has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its key.
    pub key: Vec<u8>,
    /// What it gives; empty for verdicts.
    pub data: Vec<u8>,
    /// Its comment.
    pub comment: Option<String>,
}

/// How long the kernel may take to forget what was removed.
const FORGETTING: std::time::Duration = std::time::Duration::from_millis(150);

impl AsFd for Netfilter {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Whether the kernel has no such sockets.
fn is_lacking(error: &SocketError) -> bool {
    matches!(error, SocketError::Io(_, error) if sys::errno(error) == Errno::EPROTONOSUPPORT)
}

impl Netfilter {
    /// Opens the connection, in the network namespace of the caller.
    pub fn open() -> Result<Self> {
        let socket = trace::open(Protocol::Netfilter).map_err(|error| {
            let lacks = is_lacking(&error);
            let error = Error::new("cannot talk to the kernel's firewall").because(error);
            if !lacks {
                return error;
            }
            error.hint(
                "the kernel lacks netfilter netlink (CONFIG_NETFILTER_NETLINK, module nfnetlink)",
            )
        })?;
        Ok(Netfilter { socket })
    }

    /// Whether the kernel has nf_tables, as far as this can be seen without rights.
    pub fn is_there() -> Result<bool> {
        let mut own = match Socket::open(Protocol::Netfilter) {
            Ok(socket) => Netfilter { socket },
            Err(error) if is_lacking(&error) => return Ok(false),
            Err(_) => Netfilter::open()?,
        };
        let seq = own.socket.seq();
        let fill = |batch: &mut Batch<'_>| {
            batch.push(generation::GET, Flags::empty(), NfGen::default(), |_| {});
        };
        let refusals = with_batch(seq, &fill, |bytes| own.socket.transact(bytes, |_| Ok(())))?
            .map_err(failed)?;
        let refusal = refusals.first().map(|refusal| Errno::from_raw(refusal.errno));
        // What nfnetlink says of a subsystem that is not there.
        Ok(!matches!(refusal, Some(Errno::EINVAL | Errno::EOPNOTSUPP)))
    }

    /// Carries out the changes that `fill` writes, all or none. Returns the refusals, none when all
    /// took effect; their index counts the changes. The last change must ask for an
    /// acknowledgement.
    ///
    /// # Errors
    /// No answer came, or none that can be relied on: it is unknown whether it took effect.
    pub fn commit(&mut self, fill: impl Fn(&mut Batch<'_>)) -> Result<Vec<Refusal>> {
        self.commit_if(None, fill)
    }

    /// The same, with a generation only if nobody changed the ruleset since; else `ERESTART`.
    ///
    /// # Errors
    /// See [`commit`](Self::commit).
    pub fn commit_if(
        &mut self,
        generation: Option<u32>,
        fill: impl Fn(&mut Batch<'_>),
    ) -> Result<Vec<Refusal>> {
        let seq = self.socket.seq();
        let all = |batch: &mut Batch<'_>| {
            batch.push(batch::BEGIN, Flags::empty(), NfGen::BATCH, |m| {
                m.put_some(batch::GENID, generation);
            });
            fill(batch);
            batch.push(batch::END, Flags::empty(), NfGen::BATCH, |_| {});
        };
        let send = |bytes: &[u8]| {
            sys::link::enlarge_send_buffer(&self.socket, bytes.len());
            self.socket.transact(bytes, |_| Ok(()))
        };
        let mut refusals = with_batch(seq, &all, send)?.map_err(failed)?;
        // The begin is no change.
        for refusal in &mut refusals {
            refusal.index = refusal.index.saturating_sub(1);
        }
        Ok(refusals)
    }

    /// The generation of the ruleset: every transaction makes a new one.
    pub fn generation(&mut self) -> Result<u32> {
        let mut found = 0;
        self.ask(
            "the generation of the ruleset",
            |batch| {
                batch.push(generation::GET, Flags::empty(), NfGen::default(), |_| {});
            },
            |message| {
                let (_, view) = message.decode(generation::NEW)?;
                found = view.get(generation::ID)?.unwrap_or_default();
                Ok(())
            },
        )?;
        Ok(found)
    }

    /// The comment of table `name` of family inet; `None` when there is no such table.
    pub fn table_comment(&mut self, name: &str) -> Result<Option<String>> {
        let mut found = String::new();
        let there = self.ask(
            &format!("table \"{name}\""),
            |batch| {
                batch.push(table::GET, Flags::empty(), NfGen::INET, |m| {
                    m.put(table::NAME, name);
                });
            },
            |message| {
                let (_, view) = message.decode(table::NEW)?;
                found = comment(view.get(table::USERDATA)?).unwrap_or_default();
                Ok(())
            },
        )?;
        Ok(there.then_some(found))
    }

    /// One element of a set of family inet; `None` when it, the set or the table is not there.
    pub fn element(&mut self, table: &str, set: &str, key: &[u8]) -> Result<Option<Found>> {
        let mut found = None;
        self.ask(
            &format!("an element of set \"{set}\""),
            |batch| {
                batch.push(elements::GET, Flags::empty(), NfGen::INET, |m| {
                    m.put(elements::TABLE, table).put(elements::SET, set);
                    m.nest(elements::ELEMENTS, |list| {
                        list.element(|e| {
                            e.key(key);
                        });
                    });
                });
            },
            |message| {
                found = read_elements(&message)?.into_iter().next();
                Ok(())
            },
        )?;
        Ok(found)
    }

    /// All elements of a set of family inet; none when the set or the table is not there.
    pub fn elements(&mut self, table: &str, set: &str) -> Result<Vec<Found>> {
        let all = self.dump(
            |batch| {
                batch.push(elements::GET, Flags::DUMP, NfGen::INET, |m| {
                    m.put(elements::TABLE, table).put(elements::SET, set);
                });
            },
            |message| read_elements(&message).map(Some),
        )?;
        Ok(all.into_iter().flatten().collect())
    }

    /// Leaves it to a process of its own to close the connection: for tens of milliseconds after
    /// something was removed the kernel makes the last one who does wait.
    pub fn leave_closing(&self) {
        if let Ok(Fork::Child) = fork(Namespaces::empty()) {
            // Whoever reads our output waits until every copy of the descriptor is closed.
            sys::file::close_all_but(0, &[self.socket.as_fd()]);
            let _ = new_session();
            let _ = std::env::set_current_dir("/");
            // By then a worker of the kernel has done it. Whoever closes before that holds the lock
            // on all changes of the ruleset while it waits.
            std::thread::sleep(FORGETTING);
            exit(0);
        }
    }

    /// Sends questions; whether there is what the first asked for.
    pub(super) fn ask(
        &mut self,
        what: &str,
        fill: impl Fn(&mut Batch<'_>),
        each: impl FnMut(Message<'_>) -> std::result::Result<(), DecodeError>,
    ) -> Result<bool> {
        let seq = self.socket.seq();
        let refusals =
            with_batch(seq, &fill, |bytes| self.socket.transact(bytes, each))?.map_err(failed)?;
        match refusals.iter().find(|refusal| refusal.errno != Errno::ENOENT as i32) {
            None => Ok(refusals.first().is_none_or(|refusal| refusal.index > 0)),
            Some(refusal) => Err(refused(what, refusal)),
        }
    }

    pub(super) fn dump<T>(
        &mut self,
        fill: impl Fn(&mut Batch<'_>),
        each: impl FnMut(Message<'_>) -> std::result::Result<Option<T>, DecodeError>,
    ) -> Result<Vec<T>> {
        let seq = self.socket.seq();
        match with_batch(seq, &fill, |bytes| self.socket.dump(bytes, each))?.map_err(failed)? {
            Ok(items) => Ok(items),
            Err(refusal) if refusal.errno == Errno::ENOENT as i32 => Ok(Vec::new()),
            Err(refusal) => Err(refused("the ruleset", &refusal)),
        }
    }
}

/// The error of a connection that gives no answers.
fn failed(error: SocketError) -> Error {
    Error { what: "cannot change or look up the firewall".into(), ..super::failed(error) }
}

fn refused(what: &str, refusal: &Refusal) -> Error {
    let error = Error::new(format!("cannot look up {what}")).because(words(refusal));
    match Errno::from_raw(refusal.errno) {
        Errno::EPERM => error.hint("this needs CAP_NET_ADMIN: run as root"),
        Errno::EOPNOTSUPP | Errno::EINVAL => {
            error.hint("the kernel lacks nf_tables (CONFIG_NF_TABLES, module nf_tables)")
        }
        _ => error,
    }
}

pub(super) fn comment(bytes: Option<&[u8]>) -> Option<String> {
    userdata::comment(bytes?).map(|text| text.to_string())
}

fn read_elements(message: &Message<'_>) -> std::result::Result<Vec<Found>, DecodeError> {
    let (_, view) = message.decode(elements::NEW)?;
    let mut all = Vec::new();
    let Some(list) = view.nest(elements::ELEMENTS)? else { return Ok(all) };
    for one in list.iter() {
        let one = one?.attributes::<element::Element>();
        let bytes = |key| -> std::result::Result<Vec<u8>, DecodeError> {
            let nest = one.nest(key)?;
            let value = nest.map(|nest| nest.get(data::VALUE)).transpose()?.flatten();
            Ok(value.unwrap_or_default().to_vec())
        };
        all.push(Found {
            key: bytes(element::KEY)?,
            data: bytes(element::DATA)?,
            comment: comment(one.get(element::USERDATA)?),
        });
    }
    Ok(all)
}
