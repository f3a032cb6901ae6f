//! nf_tables: exchange one transaction.

use nl::netfilter::{NfGen, batch};
use nl::socket::{Refusal, Socket};
use nl::{Batch, Flags, Protocol};

use super::{failed, trace, with_batch};
use crate::error::{Error, Result};

/// nf_tables in the network namespace that this was opened in.
#[derive(Debug)]
pub struct Netfilter {
    socket: Socket,
}

impl Netfilter {
    /// Opens the connection, in the network namespace of the caller.
    ///
    /// # Errors
    /// The kernel lacks nf_tables, or descriptors are used up.
    pub fn open() -> Result<Self> {
        let socket = trace::open(Protocol::Netfilter).map_err(|error| {
            Error::new("cannot talk to the kernel's netfilter netlink")
                .because(error)
                .hint("the kernel may lack nf_tables (CONFIG_NF_TABLES, module nf_tables)")
        })?;
        Ok(Netfilter { socket })
    }

    /// Sends the changes that `fill` writes as one transaction: all of them take effect or none.
    /// The last of them must ask for an acknowledgement. Returns what was refused, by its place
    /// among the changes.
    ///
    /// # Errors
    /// No answer came, or none that can be relied on.
    pub fn commit(&mut self, fill: impl Fn(&mut Batch<'_>)) -> Result<Vec<Refusal>> {
        let seq = self.socket.seq();
        let fill = |out: &mut Batch<'_>| {
            out.push(batch::BEGIN, Flags::empty(), NfGen::BATCH, |_| {});
            fill(out);
            out.push(batch::END, Flags::empty(), NfGen::BATCH, |_| {});
        };
        let sent = with_batch(seq, fill, |bytes| self.socket.transact(bytes, |_| Ok(())))?;
        let mut refusals = sent.map_err(failed)?;
        for refusal in &mut refusals {
            // The begin of the batch is none of the caller's messages.
            refusal.index = refusal.index.saturating_sub(1);
        }
        Ok(refusals)
    }
}
