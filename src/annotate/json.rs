//! For programs.

use std::iter::Peekable;

use nl::Names;
use nl::Protocol;
use nl::annotate::{Item, Label, Value, flag_names};
use serde_json::{Map, Value as Json, json};

use super::placed;

/// The messages of `datagram`, as a list of objects.
///
/// Each thing it says has a `kind`, a `name` (null when it has none), its `offset` in its message
/// and one of: `value` (number, text, or an address as text; `true` for what only is there), `hex`
/// (bytes without further meaning), `items` (what is inside). A number whose value has a name says
/// so in `means`, one whose bits have names in `flags`. What is wrong stands in `error`.
pub fn json(protocol: Protocol, datagram: &[u8]) -> Json {
    list(&mut placed(protocol, datagram).map(|(_, item)| item).peekable(), 0)
}

/// The items from `depth` on, down to the first that is less deep.
fn list<'a>(items: &mut Peekable<impl Iterator<Item = Item<'a>>>, depth: usize) -> Json {
    let mut list = Vec::new();
    while let Some(item) = items.next_if(|item| item.depth >= depth) {
        let mut object = object(item);
        if item.value.has_items() {
            object.insert("items".into(), self::list(items, item.depth + 1));
        }
        list.push(Json::Object(object));
    }
    Json::Array(list)
}

fn object(item: Item<'_>) -> Map<String, Json> {
    let mut object = Map::new();
    let mut put = |key: &str, value: Json| {
        object.insert(key.into(), value);
    };
    let (kind, name, number) = match item.label {
        Label::Message(name) => ("message", name, None),
        Label::Field(name) => ("field", Some(name), None),
        Label::Attr(name, kind) => ("attribute", name, Some(usize::from(kind & CODE))),
        Label::Entry(kind) => ("entry", None, Some(usize::from(kind & CODE))),
        Label::Hop(n) => ("hop", None, Some(n)),
        Label::Rest => ("rest", None, None),
    };
    put("kind", kind.into());
    put("name", name.into());
    if let Some(number) = number {
        put("type", number.into());
    }
    put("offset", item.offset.into());
    match item.value {
        Value::Message(header) => {
            put("type", header.kind.into());
            put("length", header.len.into());
            let named = flag_names(header.kind, name);
            let set = named.filter(|(_, flag)| !flag.is_empty() && header.flags.contains(*flag));
            put("value", header.flags.bits().into());
            put("flags", set.map(|(name, _)| name).collect());
            put("sequence", header.seq.into());
            put("port", header.port.into());
        }
        Value::Nest => {}
        Value::Flag => put("value", true.into()),
        Value::Number { value, signed, names } => {
            put("value", if signed { (value as i64).into() } else { value.into() });
            match names {
                Names::None => {}
                Names::Values(table) => put("means", table.name(value).into()),
                Names::Bits(table) => {
                    put("flags", table.bits(value).map(|(_, name)| name).collect());
                }
            }
        }
        Value::Text(text) => put("value", text.to_string().into()),
        Value::Mac(bytes) => put("value", hex(bytes, ":").into()),
        Value::Ip(address) => put("value", address.to_string().into()),
        Value::Bytes(bytes) => put("hex", hex(bytes, "").into()),
        Value::WrongSize(bytes) => {
            put("hex", hex(bytes, "").into());
            put("error", json!("wrong size"));
        }
        Value::Broken(error) => put("error", error.to_string().into()),
    }
    object
}

/// The bits of an attribute's type that are its number.
const CODE: u16 = 0x3fff;

fn hex(bytes: &[u8], between: &str) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(between)
}
