//! Turns a refusal of the kernel into words: its errno, its own text, and the attribute it means.
//! Needs no socket and no rights: `cargo run -p nl --example error_in_words`.

use std::error::Error;

use nl::route::{info, link, veth};
use nl::{Ack, Batch, Flags, MessageHeader, Messages, Protocol};

fn main() -> Result<(), Box<dyn Error>> {
    // What was asked: a veth whose other end has too long a name.
    let mut buf = [0; 256];
    let mut batch = Batch::new(&mut buf, 7);
    batch.push(link::NEW, Flags::CREATE | Flags::ACK, link::IfInfo::default(), |m| {
        m.put(link::IFNAME, "web").nest(link::LINKINFO, |i| {
            i.put(info::KIND, "veth").nest(info::VETH, |d| {
                d.header_nest(veth::PEER, link::IfInfo::default(), |p| {
                    p.put(link::IFNAME, "a-name-of-more-than-15-bytes");
                });
            });
        });
    });
    let request = batch.finish()?;

    // What a kernel with extended acknowledgements answers: -ERANGE, the header of the request,
    // then its text (1) and where in the request the attribute begins (2).
    let mut body = (-34i32).to_ne_bytes().to_vec();
    body.extend(request.iter().take(16));
    for (kind, value) in [
        (1u16, b"Attribute failed policy validation\0\0".to_vec()),
        (2, 80u32.to_ne_bytes().to_vec()),
    ] {
        body.extend((value.len() as u16 + 4).to_ne_bytes());
        body.extend(kind.to_ne_bytes());
        body.extend(value);
    }
    let header = MessageHeader {
        len: body.len() as u32 + 16,
        kind: nl::ERROR,
        flags: Flags::CAPPED | Flags::ACK_TLVS,
        seq: 7,
        port: 0,
    };
    let answer = [&header.to_bytes()[..], &body].concat();

    for message in Messages::new(&answer) {
        let Some(ack) = Ack::decode(&message?)? else { continue };
        let error = std::io::Error::from_raw_os_error(ack.errno);
        println!("refused: {error}");
        if let Some(words) = ack.message {
            println!("the kernel says: {words}");
        }
        if let Some(path) = ack.path(Protocol::Route, request) {
            println!("it means: {path}");
        }
    }
    Ok(())
}
