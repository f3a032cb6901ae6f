//! Adds an element to an nf_tables map from (protocol, port) to (address, port), as a NAT rule
//! would look it up; makes table and map when they are not there:
//! `cargo run -p nl --features socket --example add_map_element -- 8080 10.0.0.2 80`, as root.
//! Try it in a namespace of your own: `unshare --net --fork bash`, then `nft list ruleset`.

use std::env;
use std::error::Error;
use std::net::Ipv4Addr;

use nl::netfilter::set::{self, DataType, SetFlags};
use nl::netfilter::{NfGen, batch, element, elements, table, userdata};
use nl::socket::Socket;
use nl::{Batch, Flags, Protocol};

const TCP: u8 = 6;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port, address, to] = &arguments[..] else { return Err("say PORT ADDRESS PORT".into()) };
    let (port, to): (u16, u16) = (port.parse()?, to.parse()?);
    let address: Ipv4Addr = address.parse()?;

    // Each field of a key or of data takes a multiple of 4 bytes.
    let ([a, b], [c, d]) = (port.to_be_bytes(), to.to_be_bytes());
    let [e, f, g, h] = address.octets();
    let key = [TCP, 0, 0, 0, a, b, 0, 0];
    let data = [e, f, g, h, c, d, 0, 0];
    let comment = userdata::Comment::new("an example").ok_or("too long")?;

    let mut socket = Socket::open(Protocol::Netfilter)?;
    let mut buf = [0; 1024];
    let mut changes = Batch::new(&mut buf, socket.seq());
    changes.push(batch::BEGIN, Flags::empty(), NfGen::BATCH, |_| {});
    changes.push(table::NEW, Flags::CREATE, NfGen::INET, |m| {
        m.put(table::NAME, "example");
    });
    changes.push(set::NEW, Flags::CREATE, NfGen::INET, |m| {
        m.put(set::TABLE, "example").put(set::NAME, "ports").put(set::FLAGS, SetFlags::MAP);
        m.put(set::KEY_TYPE, DataType::INET_PROTOCOL.then(DataType::INET_SERVICE));
        m.put(set::KEY_LEN, key.len() as u32);
        m.put(set::DATA_TYPE, DataType::IPADDR.then(DataType::INET_SERVICE));
        m.put(set::DATA_LEN, data.len() as u32).put(set::ID, 1);
    });
    changes.push(elements::NEW, Flags::CREATE | Flags::EXCL | Flags::ACK, NfGen::INET, |m| {
        m.put(elements::TABLE, "example").put(elements::SET, "ports").put(elements::SET_ID, 1);
        m.nest(elements::ELEMENTS, |l| {
            l.element(|e| {
                e.key(&key).data(&data).put(element::USERDATA, comment.as_bytes());
            });
        });
    });
    changes.push(batch::END, Flags::empty(), NfGen::BATCH, |_| {});

    match socket.transact(changes.finish()?, |_| Ok(()))?.first() {
        None => println!("tcp port {port} now means {address} port {to}"),
        Some(refusal) => return Err(format!("cannot add the element: {refusal}").into()),
    }
    Ok(())
}
