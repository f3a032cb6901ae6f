//! Acknowledgements: errno, the kernel's own words, and which attribute it means.

use core::fmt;

use crate::attr::{Inner, Nest, Schema, attributes};
use crate::decode::{Attributes, DONE, ERROR, HopBytes, Message, Messages, View};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::flags::Flags;
use crate::policy::Policy;
use crate::protocol::Protocol;
use crate::value::{Bytes, Str, Text, U32};
use crate::wire::{ATTR_HEADER, Int, MESSAGE_HEADER, MessageHeader, align};

attributes! {
    /// Extended acknowledgement (`enum nlmsgerr_attrs`, `linux/netlink.h`).
    ExtAck = "NLMSGERR_ATTR" {
        /// The kernel's own words.
        MSG: Str = 1;
        /// Where in the request the offending attribute begins, in bytes from its start.
        OFFS: U32 = 2;
        /// Data a subsystem gives with success.
        COOKIE: Bytes = 3;
        /// The policy the attribute broke.
        POLICY: Nest<Policy> = 4;
        /// Number of a missing attribute.
        MISS_TYPE: U32 = 5;
        /// Where the nest that should hold it begins; absent when it is the message itself.
        MISS_NEST: U32 = 6;
    }
}

/// What `NLMSG_ERROR` or `NLMSG_DONE` says about a request.
#[derive(Clone, Copy, Debug)]
pub struct Ack<'a> {
    /// 0 for success, else a positive errno.
    pub errno: i32,
    /// Sequence number of the request.
    pub seq: u32,
    /// Whether it ends a multi-part reply.
    pub done: bool,
    /// The kernel's own words, when it has any. With errno 0 it is a warning.
    pub message: Option<Text<'a>>,
    /// Where in the request the offending attribute begins.
    pub offset: Option<u32>,
    /// Number of the missing attribute, and where the nest that should hold it begins (`None`:
    /// the message itself).
    pub missing: Option<(u16, Option<u32>)>,
    /// Data a subsystem gives with success.
    pub cookie: Option<&'a [u8]>,
    /// The policy that was broken.
    pub policy: Option<View<'a, Policy>>,
}

impl<'a> Ack<'a> {
    /// Reads `message` when it is an acknowledgement; `None` when it is data.
    ///
    /// # Errors
    /// It is shorter than an acknowledgement must be.
    pub fn decode(message: &Message<'a>) -> Result<Option<Self>, DecodeError> {
        let done = match message.header.kind {
            ERROR => false,
            DONE => true,
            _ => return Ok(None),
        };
        let short = DecodeError {
            kind: DecodeErrorKind::TruncatedMessage,
            offset: 0,
            set: "nlmsgerr",
            code: 0,
        };
        let mut ack = Ack {
            errno: 0,
            seq: message.header.seq,
            done,
            message: None,
            offset: None,
            missing: None,
            cookie: None,
            policy: None,
        };
        let Some((errno, rest)) = message.body.split_first_chunk::<4>() else {
            // Some subsystems end a dump with a bare NLMSG_DONE.
            return if done { Ok(Some(ack)) } else { Err(short) };
        };
        ack.errno = i32::from_native(*errno).wrapping_neg();
        let mut attrs = rest;
        if !done {
            // The header of the request, and the request itself unless it was capped.
            let (head, _) = rest.split_first_chunk::<MESSAGE_HEADER>().ok_or(short)?;
            let request = MessageHeader::from_bytes(head);
            let skip = if message.header.flags.contains(Flags::CAPPED) {
                MESSAGE_HEADER
            } else {
                align(request.len as usize)
            };
            attrs = rest.get(skip..).unwrap_or_default();
        }
        if message.header.flags.contains(Flags::ACK_TLVS) {
            ack.read_attributes(View::new(attrs))?;
        }
        Ok(Some(ack))
    }

    fn read_attributes(&mut self, view: View<'a, ExtAck>) -> Result<(), DecodeError> {
        self.message = view.get(MSG)?;
        self.offset = view.get(OFFS)?;
        self.cookie = view.get(COOKIE)?;
        self.policy = view.nest(POLICY)?;
        if let Some(missing) = view.get(MISS_TYPE)? {
            self.missing = Some((missing as u16, view.get(MISS_NEST)?));
        }
        Ok(())
    }

    /// The attribute that this is about, as a path through `request`, the bytes that were sent
    /// to `protocol`. `None` when the kernel named none, or the message or offset is not known
    /// here.
    pub fn path<'r>(&self, protocol: Protocol, request: &'r [u8]) -> Option<Path<'r>> {
        let (offset, missing) = match (self.offset, self.missing) {
            (Some(offset), _) => (offset, None),
            (None, Some((code, nest))) => (nest.unwrap_or(0), Some(code)),
            (None, None) => return None,
        };
        let message =
            Messages::new(request).flatten().find(|message| message.header.seq == self.seq)?;
        let kind = protocol.message(message.header.kind)?;
        let header = align(kind.header_len);
        let path = Path {
            attrs: message.body.get(header..)?,
            base: MESSAGE_HEADER + header,
            offset: offset as usize,
            family: message.body.first().copied().unwrap_or_default(),
            schema: (kind.attributes)(),
            missing,
        };
        path.steps(|_| ()).then_some(path)
    }
}

/// The way to an attribute through its nests, written `linkinfo.data.peer.ifname`.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    attrs: &'a [u8],
    base: usize,
    offset: usize,
    family: u8,
    schema: &'static Schema,
    missing: Option<u16>,
}

impl Path<'_> {
    /// Calls `visit` for each step from the outside in; whether the offset was found.
    fn steps(&self, mut visit: impl FnMut(Step)) -> bool {
        let (mut attrs, mut base, mut schema) = (self.attrs, self.base, Some(self.schema));
        // A missing attribute of the message itself has no nest to look for.
        let mut found = self.missing.is_some() && self.offset == 0;
        let mut depth = 0;
        while !found {
            let inside = |start: usize, len: usize| self.offset.wrapping_sub(start) < len;
            let Some((attr, start)) = Attributes::raw(attrs).find_map(|attr| {
                let attr = attr.ok()?;
                let start = base + attr.offset as usize;
                inside(start, ATTR_HEADER + align(attr.value.len())).then_some((attr, start))
            }) else {
                // Inside the fixed struct of a nest: near enough. Outside of everything: no path.
                return depth > 0;
            };
            depth += 1;
            let field = schema.and_then(|schema| schema.field(attr.code()));
            visit(Step { code: attr.code(), name: field.map(|field| field.name) });
            // At the header it is the attribute itself that is meant.
            found = self.offset < start + ATTR_HEADER;
            let inner = match field {
                Some(field) => field.shape.inner(self.family, attrs),
                None => Inner::Value,
            };
            let value = start + ATTR_HEADER;
            (schema, attrs, base) = match inner {
                Inner::Attributes { skip, set } => {
                    (Some(set), attr.value.get(skip..).unwrap_or_default(), value + skip)
                }
                Inner::Hops { skip, set } => {
                    let mut hops = HopBytes::new(attr.value);
                    let hop = hops
                        .find(|(at, hop)| inside(value + at, hop.len()))
                        .and_then(|(at, hop)| Some((at + skip, hop.get(skip..)?)));
                    let (at, hop) = hop.unwrap_or_default();
                    (Some(set), hop, value + at)
                }
                // The offset points into a value this crate knows no further: near enough.
                Inner::Value => {
                    found = true;
                    (None, Default::default(), value)
                }
            };
        }
        if let Some(code) = self.missing {
            let field = schema.and_then(|schema| schema.field(code));
            visit(Step { code, name: field.map(|field| field.name) });
        }
        true
    }
}

struct Step {
    code: u16,
    name: Option<&'static str>,
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let mut result = Ok(());
        self.steps(|step| {
            if result.is_err() {
                return;
            }
            result = (|| {
                if !core::mem::take(&mut first) {
                    f.write_str(".")?;
                }
                match step.name {
                    // An entry of a list: its index.
                    Some("") => write!(f, "{}", step.code),
                    Some(name) => {
                        name.chars().try_for_each(|c| write!(f, "{}", c.to_ascii_lowercase()))
                    }
                    None => write!(f, "{}", step.code),
                }
            })();
        });
        result
    }
}
