//! Any message in words: what each byte of a datagram means, for people and for programs.
//!
//! [`Annotation`] iterates over [`Item`]s; each says how deep it is, where its bytes are, what
//! they are called and what they mean. Nothing is hidden: unknown attributes, values of the
//! wrong size, broken lengths and bytes left over are items too. It [displays](core::fmt::Display) as
//! text, one line per item.
//!
//! ```
//! use nl::annotate::Annotation;
//! use nl::route::{LinkFlags, link};
//! use nl::{Batch, Flags, Protocol};
//!
//! let mut buf = [0; 128];
//! let mut batch = Batch::new(&mut buf, 1);
//! let up = link::IfInfo { index: 7, flags: LinkFlags::UP, ..Default::default() };
//! batch.push(link::NEW, Flags::ACK, up, |m| {
//!     m.put(link::IFNAME, "eth0").put(link::OPERSTATE, link::OperState::UP);
//! });
//! let text = Annotation::new(Protocol::Route, batch.finish().unwrap()).to_string();
//! let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
//! assert_eq!(lines[0], "    0  RTM_NEWLINK (16) 52 bytes, flags REQUEST|ACK, seq 1");
//! assert_eq!(lines[6], "   32    IFNAME (3): \"eth0\"");
//! assert_eq!(lines[7], "   44    OPERSTATE (16): UP (6)");
//! ```

mod text;

pub use text::flag_names;

use core::net::IpAddr;

use crate::ack::ExtAck;
use crate::attr::{Field, MessageSchema, Names, Schema, Set, Shape};
use crate::decode::{Attributes, DONE, ERROR, HopBytes, Message, Messages, NOOP, OVERRUN, RawAttr};
use crate::error::DecodeError;
use crate::flags::Flags;
use crate::protocol::Protocol;
use crate::value::{Ip, Text, U16, Uint, Value as _};
use crate::wire::{ATTR_HEADER, MESSAGE_HEADER, MessageHeader, NESTED, align};

/// How deep nests are followed. The deepest the kernel sends is about 8; deeper ones are shown
/// as bytes.
pub const DEPTH: usize = 16;

/// One thing a datagram says.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// How many items it is inside of.
    pub depth: usize,
    /// Where its bytes begin: from the start of its message; of a message: from the start of the
    /// datagram. Of an attribute, its header is meant.
    pub offset: usize,
    /// What it is called.
    pub label: Label,
    /// What it says. When [`Value::has_items`], the items inside follow, one deeper.
    pub value: Value<'a>,
}

/// What an [`Item`] is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// A message: the kernel's name of its type.
    Message(Option<&'static str>),
    /// A field of a fixed struct.
    Field(&'static str),
    /// An attribute: its name, and its number with the flags.
    Attr(Option<&'static str>, u16),
    /// An entry of a list: its number with the flags.
    Entry(u16),
    /// The n-th next hop of a route, from 0.
    Hop(usize),
    /// Bytes that are left over.
    Rest,
}

/// What an [`Item`] says.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// A message.
    Message(MessageHeader),
    /// Attributes, fields, or both.
    Nest,
    /// It is there.
    Flag,
    /// A number, and what its values are called. When `signed`, the bits are those of an `i64`.
    Number {
        /// The number.
        value: u64,
        /// Whether it has a sign.
        signed: bool,
        /// What its values are called.
        names: Names,
    },
    /// Text.
    Text(Text<'a>),
    /// A link-layer address.
    Mac(&'a [u8]),
    /// An address.
    Ip(IpAddr),
    /// Bytes this crate gives no further meaning.
    Bytes(&'a [u8]),
    /// Bytes that are too few or too many for what should be here.
    WrongSize(&'a [u8]),
    /// The bytes from here on make no sense.
    Broken(DecodeError),
}

impl Value<'_> {
    /// Whether items inside follow (possibly none).
    pub fn has_items(&self) -> bool {
        matches!(self, Value::Message(_) | Value::Nest)
    }
}

/// The items of a datagram: messages, what is in them, what is in that.
#[derive(Clone, Debug)]
pub struct Annotation<'a> {
    protocol: Protocol,
    frames: [Frame<'a>; DEPTH],
    len: usize,
    /// Address family of the message at hand.
    family: u8,
}

/// What is being walked.
#[derive(Clone, Debug)]
enum Frame<'a> {
    Messages {
        messages: Messages<'a>,
        at: usize,
        depth: usize,
    },
    Fields {
        fields: &'static [Field],
        bytes: &'a [u8],
        base: usize,
        next: usize,
        depth: usize,
    },
    Attrs {
        attrs: Attributes<'a>,
        bytes: &'a [u8],
        base: usize,
        end: usize,
        set: Option<&'static Schema>,
        depth: usize,
    },
    Hops {
        hops: HopBytes<'a>,
        base: usize,
        next: usize,
        skip: usize,
        fields: &'static [Field],
        set: &'static Schema,
        end: usize,
        bytes: &'a [u8],
        depth: usize,
    },
    Rest {
        bytes: &'a [u8],
        base: usize,
        depth: usize,
    },
    Done,
}

impl<'a> Annotation<'a> {
    /// The items of `datagram`, which came from or goes to a socket of `protocol`.
    pub fn new(protocol: Protocol, datagram: &'a [u8]) -> Self {
        let mut annotation =
            Annotation { protocol, frames: [const { Frame::Done }; DEPTH], len: 0, family: 0 };
        annotation.push(Frame::Messages { messages: Messages::new(datagram), at: 0, depth: 0 });
        annotation
    }

    /// Whether there was room.
    fn push(&mut self, frame: Frame<'a>) -> bool {
        let Some(place) = self.frames.get_mut(self.len) else { return false };
        *place = frame;
        self.len += 1;
        true
    }

    fn message(&mut self, message: Message<'a>, offset: usize, depth: usize) -> Item<'a> {
        let header = message.header;
        let schema = self.protocol.message(header.kind);
        let name = schema.map(|schema| schema.name).or(match header.kind {
            NOOP => Some("NLMSG_NOOP"),
            ERROR => Some("NLMSG_ERROR"),
            DONE => Some("NLMSG_DONE"),
            OVERRUN => Some("NLMSG_OVERRUN"),
            _ => None,
        });
        match (schema, header.kind) {
            (_, ERROR | DONE) => self.acknowledgement(message, depth + 1),
            (Some(schema), _) => self.body(schema, message.body, depth + 1),
            // Both begin every message with a struct of 4 bytes.
            (None, _) if self.protocol != Protocol::Route && header.kind >= 0x10 => {
                self.attributes(message.body.get(4..), MESSAGE_HEADER + 4, None, depth + 1);
                let fields = self.protocol.header_fields();
                let head = message.body.get(..4).unwrap_or(message.body);
                self.fields(fields, head, MESSAGE_HEADER, depth + 1);
            }
            _ => self.rest(message.body, MESSAGE_HEADER, depth + 1),
        }
        Item { depth, offset, label: Label::Message(name), value: Value::Message(header) }
    }

    fn body(&mut self, schema: &'static MessageSchema, body: &'a [u8], depth: usize) {
        self.family = body.first().copied().unwrap_or_default();
        let skip = align(schema.header_len);
        let head = body.get(..schema.header_len).unwrap_or(body);
        let set = (schema.attributes)();
        self.attributes(body.get(skip..), MESSAGE_HEADER + skip, Some(set), depth);
        self.fields(schema.header_fields, head, MESSAGE_HEADER, depth);
    }

    /// `struct nlmsgerr`, or the errno of `NLMSG_DONE`; then attributes.
    fn acknowledgement(&mut self, message: Message<'a>, depth: usize) {
        let Some((errno, rest)) = message.body.split_at_checked(4) else {
            return self.rest(message.body, MESSAGE_HEADER, depth);
        };
        let mut skip = 0;
        let mut request: &[u8] = &[];
        if message.header.kind == ERROR {
            skip = match rest.first_chunk() {
                _ if message.header.flags.contains(Flags::CAPPED) => MESSAGE_HEADER,
                Some(head) => align(MessageHeader::from_bytes(head).len as usize),
                None => 0,
            };
            request = rest.get(..skip).unwrap_or(rest);
        }
        if message.header.flags.contains(Flags::ACK_TLVS) {
            let set = Some(ExtAck::schema());
            self.attributes(rest.get(skip..), MESSAGE_HEADER + 4 + skip, set, depth);
        } else if let Some(rest) = rest.get(skip..).filter(|rest| !rest.is_empty()) {
            self.rest(rest, MESSAGE_HEADER + 4 + skip, depth);
        }
        let base = MESSAGE_HEADER + 4;
        if request.len() > MESSAGE_HEADER {
            let messages = Messages::new(request);
            self.push(Frame::Messages { messages, at: base, depth });
        } else {
            // Cut to its header it cannot be walked as a message.
            self.fields(REQUEST, request, base, depth);
        }
        self.fields(ERRNO, errno, MESSAGE_HEADER, depth);
    }

    fn rest(&mut self, bytes: &'a [u8], base: usize, depth: usize) {
        if !bytes.is_empty() {
            self.push(Frame::Rest { bytes, base, depth });
        }
    }

    fn fields(
        &mut self,
        fields: &'static [Field],
        bytes: &'a [u8],
        base: usize,
        depth: usize,
    ) -> bool {
        self.push(Frame::Fields { fields, bytes, base, next: 0, depth })
    }

    fn attributes(
        &mut self,
        bytes: Option<&'a [u8]>,
        base: usize,
        set: Option<&'static Schema>,
        depth: usize,
    ) -> bool {
        let bytes = bytes.unwrap_or_default();
        self.push(Frame::Attrs { attrs: Attributes::raw(bytes), bytes, base, end: 0, set, depth })
    }

    /// What an attribute or field says. Pushes what is inside.
    fn value(&mut self, shape: Shape, bytes: &'a [u8], base: usize, depth: usize) -> Value<'a> {
        let wrong = Value::WrongSize(bytes);
        let room = match shape {
            Shape::Flag if bytes.is_empty() => return Value::Flag,
            Shape::Flag => return wrong,
            Shape::Int { bytes: size, signed, big, names } => {
                if bytes.len() != size as usize {
                    return wrong;
                }
                return Value::Number { value: integer(bytes, signed, big), signed, names };
            }
            Shape::Uint => {
                let number = |value| Value::Number { value, signed: false, names: Names::None };
                return Uint::decode(bytes).map_or(wrong, number);
            }
            Shape::Text => return Value::Text(Text::until_nul(bytes)),
            Shape::Mac | Shape::Opaque(_) => return Value::Mac(bytes),
            Shape::Ip => return Ip::decode(bytes).map_or(wrong, Value::Ip),
            Shape::Struct(fields) => self.fields(fields, bytes, base, depth + 1),
            Shape::Via => self.fields(VIA, bytes, base, depth + 1),
            Shape::Nest(set) => self.attributes(Some(bytes), base, Some(set()), depth + 1),
            Shape::HeaderNest(len, fields, set) => {
                let skip = align(len);
                let head = bytes.get(..len).unwrap_or(bytes);
                self.attributes(bytes.get(skip..), base + skip, Some(set()), depth + 1)
                    && self.fields(fields, head, base, depth + 1)
            }
            Shape::Hops(len, fields, set) => self.push(Frame::Hops {
                hops: HopBytes::new(bytes),
                base,
                next: 0,
                skip: align(len),
                fields,
                set: set(),
                end: 0,
                bytes,
                depth: depth + 1,
            }),
            Shape::Bytes | Shape::Chosen { .. } | Shape::Numbered { .. } | Shape::ByFamily(_) => {
                return Value::Bytes(bytes);
            }
        };
        if room { Value::Nest } else { Value::Bytes(bytes) }
    }

    fn attribute(
        &mut self,
        attr: RawAttr<'a>,
        siblings: &'a [u8],
        base: usize,
        set: Option<&'static Schema>,
        depth: usize,
    ) -> Item<'a> {
        let field = set.and_then(|set| set.field(attr.code()));
        let offset = base + attr.offset as usize;
        let inside = offset + ATTR_HEADER;
        let mut value = match field {
            Some(field) => {
                let shape = field.shape.chosen(self.family, siblings);
                self.value(shape, attr.value, inside, depth)
            }
            None => Value::Bytes(attr.value),
        };
        if let Value::Bytes(bytes) = value
            && attr.kind & NESTED != 0
            && self.attributes(Some(bytes), inside, None, depth + 1)
        {
            value = Value::Nest;
        }
        let label = match field {
            Some(Field { name: "", .. }) => Label::Entry(attr.kind),
            Some(field) => Label::Attr(Some(field.name), attr.kind),
            None => Label::Attr(None, attr.kind),
        };
        Item { depth, offset, label, value }
    }
}

/// `struct nlmsghdr` of the request that an acknowledgement repeats.
const REQUEST: &[Field] = &[
    Field { code: 0, name: "request_len", shape: INT32 },
    Field { code: 4, name: "request_type", shape: INT16 },
    Field { code: 6, name: "request_flags", shape: INT16 },
    Field { code: 8, name: "request_seq", shape: INT32 },
    Field { code: 12, name: "request_port", shape: INT32 },
];
const ERRNO: &[Field] = &[Field {
    code: 0,
    name: "errno",
    shape: Shape::Int { bytes: 4, signed: true, big: false, names: Names::None },
}];
const VIA: &[Field] = &[
    Field { code: 0, name: "family", shape: U16::SHAPE },
    Field { code: 2, name: "address", shape: Shape::Ip },
];
const INT16: Shape = U16::SHAPE;
const INT32: Shape = crate::value::U32::SHAPE;

/// The bits of up to 8 bytes.
fn integer(bytes: &[u8], signed: bool, big: bool) -> u64 {
    let step = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    let little = cfg!(target_endian = "little") && !big;
    let value = if little { bytes.iter().rfold(0, step) } else { bytes.iter().fold(0, step) };
    let unused = 64u32.saturating_sub(8 * bytes.len() as u32);
    if signed && unused < 64 { ((value << unused) as i64 >> unused) as u64 } else { value }
}

impl<'a> Iterator for Annotation<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        loop {
            let top = self.len.checked_sub(1)?;
            let frame = self.frames.get_mut(top)?;
            // What the frame gives next, taken out so that more can be pushed on it.
            match frame {
                Frame::Messages { messages, at, depth } => {
                    let (offset, depth) = (*at, *depth);
                    match messages.next() {
                        Some(Ok(message)) => {
                            *at += align(MESSAGE_HEADER + message.body.len());
                            return Some(self.message(message, offset, depth));
                        }
                        Some(Err(error)) => {
                            self.len = top;
                            let value = Value::Broken(error);
                            return Some(Item {
                                depth,
                                offset,
                                label: Label::Message(None),
                                value,
                            });
                        }
                        None => self.len = top,
                    }
                }
                Frame::Fields { fields, bytes, base, next, depth } => {
                    let (bytes, base, depth) = (*bytes, *base, *depth);
                    let Some(field) = fields.get(*next) else {
                        self.len = top;
                        continue;
                    };
                    *next += 1;
                    let start = field.code as usize;
                    let Some(rest) = bytes.get(start..).filter(|rest| !rest.is_empty()) else {
                        // An older kernel's struct ends here.
                        self.len = top;
                        continue;
                    };
                    let size = match field.shape {
                        Shape::Int { bytes, .. } => bytes as usize,
                        Shape::Opaque(size) => size,
                        _ => rest.len(),
                    };
                    let value = rest.get(..size).unwrap_or(rest);
                    let offset = base + start;
                    let value = self.value(field.shape, value, offset, depth);
                    return Some(Item { depth, offset, label: Label::Field(field.name), value });
                }
                Frame::Attrs { attrs, bytes, base, end, set, depth } => {
                    let (bytes, base, set, depth) = (*bytes, *base, *set, *depth);
                    match attrs.next() {
                        Some(Ok(attr)) => {
                            let after = attr.offset as usize + ATTR_HEADER + attr.value.len();
                            *end = align(after);
                            return Some(self.attribute(attr, bytes, base, set, depth));
                        }
                        Some(Err(mut error)) => {
                            self.len = top;
                            error.set = set.map_or(error.set, |set| set.name);
                            error.offset = error.offset.wrapping_add(base as u32);
                            let (offset, label) = (error.offset as usize, Label::Rest);
                            return Some(Item {
                                depth,
                                offset,
                                label,
                                value: Value::Broken(error),
                            });
                        }
                        None => {
                            let end = *end;
                            self.len = top;
                            self.rest(bytes.get(end..).unwrap_or_default(), base + end, depth);
                        }
                    }
                }
                Frame::Hops { hops, base, next, skip, fields, set, end, bytes, depth } => {
                    let (base, n, skip, depth) = (*base, *next, *skip, *depth);
                    let (fields, set) = (*fields, *set);
                    match hops.next() {
                        Some((at, hop)) => {
                            *next += 1;
                            *end = align(at + hop.len());
                            let offset = base + at;
                            let head = hop.get(..skip).unwrap_or(hop);
                            let room = self.attributes(
                                hop.get(skip..),
                                offset + skip,
                                Some(set),
                                depth + 1,
                            ) && self.fields(fields, head, offset, depth + 1);
                            let value = if room { Value::Nest } else { Value::Bytes(hop) };
                            return Some(Item { depth, offset, label: Label::Hop(n), value });
                        }
                        None => {
                            let (end, bytes) = (*end, *bytes);
                            self.len = top;
                            self.rest(bytes.get(end..).unwrap_or_default(), base + end, depth);
                        }
                    }
                }
                Frame::Rest { bytes, base, depth } => {
                    let (depth, offset, value) = (*depth, *base, Value::Bytes(bytes));
                    self.len = top;
                    return Some(Item { depth, offset, label: Label::Rest, value });
                }
                Frame::Done => self.len = top,
            }
        }
    }
}
