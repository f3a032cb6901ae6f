//! Attributes collected while a command line is read, to be written into a request afterwards.

use nl::route::link::IfInfo;
use nl::route::route::Hop;
use nl::{Attr, Attrs, HeaderNest, Hops, MessageType, Nest, Schema, Set, Value};

use super::failure::{Failure, Result};

/// Stands for every set: only numbers count here, so that one code writes all.
#[derive(Debug)]
pub(super) enum Any {}

impl Set for Any {
    const NAME: &'static str = "any";

    fn schema() -> &'static Schema {
        &Schema { name: "any", fields: &[] }
    }
}

/// The same type of message, with attributes of any set.
pub(super) fn any<H, S>(kind: MessageType<H, S>) -> MessageType<H, Any> {
    MessageType::new(kind.code())
}

/// Attributes, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings(Vec<(u16, Payload)>);

#[derive(Clone, Debug)]
enum Payload {
    Bytes(Vec<u8>),
    Nest(Settings),
    Headed(IfInfo, Settings),
    Hops(Vec<(Hop, Settings)>),
}

impl Settings {
    /// Adds an attribute.
    pub(super) fn put<S, V: Value>(&mut self, key: Attr<S, V>, value: V::In<'_>) {
        V::encode(value, |bytes, nul| self.add(key.code(), bytes, nul));
    }

    /// Adds an attribute by its number.
    pub(super) fn raw(&mut self, code: u16, bytes: &[u8]) {
        self.add(code, bytes, false);
    }

    fn add(&mut self, code: u16, bytes: &[u8], nul: bool) {
        let mut bytes = bytes.to_vec();
        if nul {
            bytes.push(0);
        }
        self.0.push((code, Payload::Bytes(bytes)));
    }

    /// Adds an attribute that holds others.
    pub(super) fn nest<S, T>(&mut self, key: Attr<S, Nest<T>>, inner: Settings) {
        self.0.push((key.code(), Payload::Nest(inner)));
    }

    /// Adds an attribute that holds a link.
    pub(super) fn headed<S, T>(
        &mut self,
        key: Attr<S, HeaderNest<IfInfo, T>>,
        header: IfInfo,
        inner: Settings,
    ) {
        self.0.push((key.code(), Payload::Headed(header, inner)));
    }

    /// Adds an attribute that holds next hops.
    pub(super) fn hops<S, T>(&mut self, key: Attr<S, Hops<Hop, T>>, hops: Vec<(Hop, Settings)>) {
        self.0.push((key.code(), Payload::Hops(hops)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether attribute number `code` is there.
    pub(super) fn has(&self, code: u16) -> bool {
        self.0.iter().any(|(own, _)| *own == code)
    }

    /// Refuses `word` as a second value of the option that one of these attributes stands for.
    pub(super) fn once(&self, option: &str, codes: &[u16], word: &str) -> Result<()> {
        match codes.iter().any(|code| self.has(*code)) {
            true => Err(Failure::duplicate(option, word)),
            false => Ok(()),
        }
    }

    /// Those that hold no others: number and bytes.
    pub(super) fn plain(&self) -> impl Iterator<Item = (u16, &[u8])> {
        self.0.iter().filter_map(|(code, payload)| match payload {
            Payload::Bytes(bytes) => Some((*code, bytes.as_slice())),
            _ => None,
        })
    }

    /// Writes them.
    pub(super) fn write(&self, m: &mut Attrs<'_, Any>) {
        for (code, payload) in &self.0 {
            match payload {
                Payload::Bytes(bytes) => {
                    m.put_raw(*code, bytes);
                }
                Payload::Nest(inner) => {
                    m.nest(Attr::<Any, Nest<Any>>::new(*code), |m| inner.write(m));
                }
                Payload::Headed(header, inner) => {
                    let key = Attr::<Any, HeaderNest<IfInfo, Any>>::new(*code);
                    m.header_nest(key, *header, |m| inner.write(m));
                }
                Payload::Hops(hops) => {
                    m.hops(Attr::<Any, Hops<Hop, Any>>::new(*code), |list| {
                        for (hop, inner) in hops {
                            list.push(*hop, |m| inner.write(m));
                        }
                    });
                }
            }
        }
    }
}
