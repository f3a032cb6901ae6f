//! Items as text.

use core::fmt;

use super::{Annotation, Item, Label, Value};
use crate::attr::Names;
use crate::decode::{DONE, ERROR};
use crate::flags::Flags;
use crate::wire::{CODE_MASK, MessageHeader};

impl fmt::Display for Annotation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.clone().try_for_each(|item| writeln!(f, "{item}"))
    }
}

/// One line: offset, then name and value, indented.
impl fmt::Display for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>5}  ", self.offset)?;
        // Not a width: one that does not fit 16 bits panics.
        (0..self.depth).try_for_each(|_| f.write_str("  "))?;
        if let (Label::Message(name), Value::Message(header)) = (self.label, self.value) {
            return message_line(f, name, header);
        }
        write!(f, "{}", self.label)?;
        match self.value {
            Value::Nest | Value::Message(_) | Value::Flag => Ok(()),
            value => write!(f, ": {value}"),
        }
    }
}

fn message_line(
    f: &mut fmt::Formatter<'_>,
    name: Option<&'static str>,
    header: MessageHeader,
) -> fmt::Result {
    let MessageHeader { len, kind, flags, seq, port } = header;
    match name {
        Some(name) => write!(f, "{name} ({kind})")?,
        None => write!(f, "message type {kind}")?,
    }
    write!(f, " {len} bytes, flags ")?;
    let mut rest = flags;
    let mut first = true;
    for (name, flag) in flag_names(header.kind, name) {
        if rest.contains(flag) {
            rest.remove(flag);
            write!(f, "{}{name}", if core::mem::take(&mut first) { "" } else { "|" })?;
        }
    }
    if !rest.is_empty() || first {
        write!(f, "{}{:#x}", if first { "" } else { "|" }, rest.bits())?;
    }
    write!(f, ", seq {seq}")?;
    if port != 0 {
        write!(f, ", port {port}")?;
    }
    Ok(())
}

/// What the bits of a message's flags are called: the upper ones depend on what it is. Use the
/// kernel's name of the message type, which says that.
pub fn flag_names(
    kind: u16,
    name: Option<&'static str>,
) -> impl Iterator<Item = (&'static str, Flags)> {
    const ALL: &[(&str, Flags)] = &[
        ("REQUEST", Flags::REQUEST),
        ("MULTI", Flags::MULTI),
        ("ACK", Flags::ACK),
        ("ECHO", Flags::ECHO),
        ("DUMP_INTR", Flags::DUMP_INTR),
        ("DUMP_FILTERED", Flags::DUMP_FILTERED),
    ];
    const GET: &[(&str, Flags)] =
        &[("DUMP", Flags::DUMP), ("ROOT", Flags::ROOT), ("MATCH", Flags::MATCH)];
    const NEW: &[(&str, Flags)] = &[
        ("REPLACE", Flags::REPLACE),
        ("EXCL", Flags::EXCL),
        ("CREATE", Flags::CREATE),
        ("APPEND", Flags::APPEND),
    ];
    const DEL: &[(&str, Flags)] = &[("NONREC", Flags::NONREC), ("BULK", Flags::BULK)];
    const ACK: &[(&str, Flags)] = &[("CAPPED", Flags::CAPPED), ("ACK_TLVS", Flags::ACK_TLVS)];
    // Not `contains`: the search inside core can panic, as far as a compiler can tell.
    let verb = name.and_then(|name| {
        let prefixes = ["RTM_", "NFT_MSG_", "IPCTNL_MSG_CT_", "GENL_ID_"];
        prefixes.iter().find_map(|prefix| name.strip_prefix(prefix))
    });
    let says = |word| verb.is_some_and(|verb| verb.starts_with(word));
    let more: &[(&str, Flags)] = match kind {
        ERROR | DONE => ACK,
        _ if says("GET") || says("CTRL") => GET,
        _ if says("NEW") || says("SET") => NEW,
        _ if says("DEL") || says("DESTROY") => DEL,
        _ => &[],
    };
    ALL.iter().chain(more).copied()
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Label::Message(Some(name)) => f.write_str(name),
            Label::Message(None) => f.write_str("message"),
            Label::Field(name) => f.write_str(name),
            Label::Attr(Some(name), kind) => write!(f, "{name} ({})", kind & CODE_MASK),
            Label::Attr(None, kind) => write!(f, "attribute {}", kind & CODE_MASK),
            Label::Entry(kind) => write!(f, "entry {}", kind & CODE_MASK),
            Label::Hop(n) => write!(f, "hop {n}"),
            Label::Rest => f.write_str("rest"),
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Value::Message(_) | Value::Nest => Ok(()),
            Value::Flag => f.write_str("yes"),
            Value::Number { value, names: Names::None, signed: true } => {
                write!(f, "{}", value as i64)
            }
            Value::Number { value, names: Names::None, .. } => write!(f, "{value}"),
            Value::Number { value, names: Names::Values(table), signed } => {
                if let Some(name) = table.name(value) {
                    return if signed {
                        write!(f, "{name} ({})", value as i64)
                    } else {
                        write!(f, "{name} ({value})")
                    };
                }
                if signed { write!(f, "{}", value as i64) } else { write!(f, "{value}") }
            }
            Value::Number { value, names: Names::Bits(table), .. } => {
                let mut named = 0;
                for (bits, name) in table.bits(value) {
                    write!(f, "{}{name}", if named == 0 { "" } else { "|" })?;
                    named |= bits;
                }
                let rest = value & !named;
                match (named, rest) {
                    (0, _) => write!(f, "{value:#x}"),
                    (_, 0) => write!(f, " ({value:#x})"),
                    _ => write!(f, "|{rest:#x} ({value:#x})"),
                }
            }
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Mac(bytes) => hex(f, bytes, ":"),
            Value::Ip(ip) => write!(f, "{ip}"),
            Value::Bytes(bytes) => hex(f, bytes, " "),
            Value::WrongSize(bytes) => {
                write!(f, "wrong size, {} bytes: ", bytes.len())?;
                hex(f, bytes, " ")
            }
            Value::Broken(error) => write!(f, "{error}"),
        }
    }
}

fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8], between: &str) -> fmt::Result {
    let mut first = true;
    bytes.iter().try_for_each(|byte| {
        let between = if core::mem::take(&mut first) { "" } else { between };
        write!(f, "{between}{byte:02x}")
    })
}
