//! Requests of any kind with replies of any kind, for programs that show all there is.

use nl::route::link::{self, IfInfo};
use nl::socket::{Refusal, SocketError};
use nl::{Attrs, Batch, Flags, Header, Message, MessageHeader, MessageType, Messages, Set};

use super::{Kernel, failed, with_batch};
use crate::error::{Error, Result};

/// A message from the kernel, kept.
#[derive(Clone, Debug)]
pub struct Reply {
    header: MessageHeader,
    body: Vec<u8>,
}

impl Reply {
    fn keep(message: &Message<'_>) -> Self {
        Reply { header: message.header, body: message.body.to_vec() }
    }

    /// The message.
    pub fn message(&self) -> Message<'_> {
        Message { header: self.header, body: &self.body }
    }
}

/// Replies, or what the kernel has against the request.
pub type Answer = std::result::Result<Vec<Reply>, Refusal>;

impl Kernel {
    /// Sends one request and waits for its answer.
    ///
    /// # Errors
    /// No answer came, or none that can be relied on.
    pub fn ask<H: Header, S: Set>(
        &mut self,
        kind: MessageType<H, S>,
        flags: Flags,
        header: H,
        fill: &dyn Fn(&mut Attrs<'_, S>),
    ) -> Result<Answer> {
        self.answer(&|batch| {
            batch.push(kind, flags, header, |m| fill(m));
        })
    }

    /// [`ask`](Self::ask), once for all types.
    fn answer(&mut self, fill: &dyn Fn(&mut Batch<'_>)) -> Result<Answer> {
        let mut replies = Vec::new();
        let refusals = self.exchange(fill, |message| {
            replies.push(Reply::keep(&message));
            Ok(())
        })?;
        Ok(match refusals.into_iter().next() {
            Some(refusal) => Err(refusal),
            None => Ok(replies),
        })
    }

    /// Asks for all objects of a kind. What changes meanwhile is read again, never cut short.
    ///
    /// # Errors
    /// No answer came, or none that can be relied on.
    pub fn list<H: Header, S: Set>(
        &mut self,
        kind: MessageType<H, S>,
        header: H,
        fill: &dyn Fn(&mut Attrs<'_, S>),
    ) -> Result<Answer> {
        self.listed(&|batch| {
            batch.push(kind, Flags::DUMP, header, |m| fill(m));
        })
    }

    /// [`list`](Self::list), once for all types.
    fn listed(&mut self, fill: &dyn Fn(&mut Batch<'_>)) -> Result<Answer> {
        let seq = self.route.seq();
        with_batch(seq, &fill, |bytes| {
            self.route.dump(bytes, |message| Ok(Some(Reply::keep(&message))))
        })?
        .map_err(failed)
    }

    /// Calls `each` with every notification of these groups (`RTNLGRP_*`) until it fails.
    /// `None`: some were lost because they came too fast.
    ///
    /// # Errors
    /// The groups cannot be joined, or the connection broke.
    pub fn watch<E: From<Error>>(
        &mut self,
        groups: &[u32],
        each: &mut dyn FnMut(Option<Message<'_>>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        for &group in groups {
            self.route.join(group).map_err(failed)?;
        }
        loop {
            match self.route.receive() {
                Ok(bytes) => {
                    for message in Messages::new(bytes) {
                        each(Some(message.map_err(|error| failed(error.into()))?))?;
                    }
                }
                Err(SocketError::Overrun) => each(None)?,
                Err(error) => return Err(failed(error).into()),
            }
        }
    }

    /// Everything about one link, by its index.
    ///
    /// # Errors
    /// No answer came, or none that can be relied on.
    pub fn link_by_index(&mut self, index: u32) -> Result<Option<Reply>> {
        let header = IfInfo { index: index as i32, ..IfInfo::default() };
        let answer = self.ask(link::GET, Flags::empty(), header, &|m| {
            m.put(link::EXT_MASK, link::SKIP_STATS);
        })?;
        Ok(answer.ok().and_then(|replies| replies.into_iter().next()))
    }

    /// Everything about one link, by its name or an alternative name.
    ///
    /// # Errors
    /// No answer came, or none that can be relied on.
    pub fn link_by_name(&mut self, name: &str) -> Result<Option<Reply>> {
        for key in [link::IFNAME, link::ALT_IFNAME] {
            if key.code() == link::IFNAME.code() && name.len() > 15 {
                continue;
            }
            let answer = self.ask(link::GET, Flags::empty(), IfInfo::default(), &|m| {
                m.put(key, name).put(link::EXT_MASK, link::SKIP_STATS);
            })?;
            if let Ok(replies) = answer
                && let Some(reply) = replies.into_iter().next()
            {
                return Ok(Some(reply));
            }
        }
        Ok(None)
    }
}
