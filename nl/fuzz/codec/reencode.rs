//! Reading and writing again.

use nl::wire::{self, MessageHeader};
use nl::{Attr, Attributes, Attrs, Batch, Flags, MessageType, Messages, Nest, Schema, Set};

/// A set that knows nothing.
enum Any {}

impl Set for Any {
    const NAME: &'static str = "any";

    fn schema() -> &'static Schema {
        static NOTHING: Schema = Schema { name: "any", fields: &[] };
        &NOTHING
    }
}

/// Attributes as they were read: number with flags, and bytes or what is inside.
enum Tree {
    Value(u16, Vec<u8>),
    Nest(u16, Vec<Tree>),
}

fn tree(bytes: &[u8], depth: usize) -> Option<Vec<Tree>> {
    let mut out = Vec::new();
    for attr in Attributes::raw(bytes) {
        let attr = attr.ok()?;
        let inside = (attr.is_nested() && depth < 40).then(|| tree(attr.value, depth + 1));
        out.push(match inside.flatten() {
            Some(inside) => Tree::Nest(attr.code(), inside),
            None => Tree::Value(attr.kind, attr.value.to_vec()),
        });
    }
    Some(out)
}

/// With the crate.
fn write(tree: &[Tree], attrs: &mut Attrs<'_, Any>) {
    for attr in tree {
        match attr {
            Tree::Value(kind, bytes) => attrs.put_raw(*kind, bytes),
            Tree::Nest(code, inside) => {
                attrs.nest(Attr::<Any, Nest<Any>>::new(*code), |n| write(inside, n))
            }
        };
    }
}

/// Without.
fn plainly(tree: &[Tree], out: &mut Vec<u8>) {
    for attr in tree {
        let start = out.len();
        out.extend([0; 4]);
        let kind = match attr {
            Tree::Value(kind, bytes) => {
                out.extend(bytes);
                *kind
            }
            Tree::Nest(code, inside) => {
                plainly(inside, out);
                *code | wire::NESTED
            }
        };
        let len = (out.len() - start) as u16;
        out[start..start + 2].copy_from_slice(&len.to_ne_bytes());
        out[start + 2..start + 4].copy_from_slice(&kind.to_ne_bytes());
        while !out.len().is_multiple_of(4) {
            out.push(0);
        }
    }
}

/// What can be read, written again, is what a slow and obvious encoder writes.
pub fn reencode(data: &[u8]) {
    for message in Messages::new(data).flatten() {
        let Some((head, attrs)) = message.body.split_first_chunk::<4>() else { continue };
        let Some(tree) = tree(attrs, 0) else { continue };
        let kind = MessageType::<nl::generic::GenHeader, Any>::new(message.header.kind);
        let header = nl::generic::GenHeader { command: head[0], version: head[1] };
        let mut buf = vec![0xff; data.len() * 2 + 64];
        let mut batch = Batch::new(&mut buf, message.header.seq);
        batch.push(kind, message.header.flags, header, |m| write(&tree, m));
        let ours = batch.finish().expect("it was read from as many bytes");
        let mut body = vec![head[0], head[1], 0, 0];
        plainly(&tree, &mut body);
        let header = MessageHeader {
            len: (body.len() + wire::MESSAGE_HEADER) as u32,
            flags: message.header.flags | Flags::REQUEST,
            port: 0,
            ..message.header
        };
        assert_eq!(ours, [&header.to_bytes()[..], &body].concat());
    }
}
