//! What each fuzz target of the codec does with its bytes. Also run over the corpus on the stable
//! toolchain, by `nl/tests/corpus.rs`.
//!
//! - `decode`: typed reading of any bytes, of every family.
//! - `reencode`: what can be read, written again, is what a slow and obvious encoder writes.
//! - `roundtrip`: values out of the bytes, written, read back equal; with every size of buffer.
//! - `ack`: acknowledgements of any bytes; and true ones, whose paths must name the attribute.
//! - `annotate`: any bytes in words; nothing outside the bytes, nothing lost, no end missing.

mod ack;
mod annotate;
mod decode;
mod input;
mod reencode;
mod roundtrip;

pub use ack::ack;
pub use annotate::annotate;
pub use decode::decode;
pub use reencode::reencode;
pub use roundtrip::roundtrip;
