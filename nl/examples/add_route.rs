//! Adds a route: `cargo run -p nl --features socket --example add_route -- PREFIX GATEWAY`,
//! as root. Try it in a namespace of your own: `unshare --net --fork bash`.

use std::env;
use std::error::Error;
use std::net::IpAddr;

use nl::route::route::{self, Kind, Protocol as MadeBy, RtMsg};
use nl::route::{INET, INET6};
use nl::socket::Socket;
use nl::{Batch, Flags, Protocol};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [prefix, gateway] = &arguments[..] else { return Err("say PREFIX GATEWAY".into()) };
    let (destination, length) = prefix.split_once('/').ok_or("say a prefix, such as 10.0.0.0/8")?;
    let (destination, gateway): (IpAddr, IpAddr) = (destination.parse()?, gateway.parse()?);

    let header = RtMsg {
        family: if destination.is_ipv4() { INET } else { INET6 },
        dst_len: length.parse()?,
        table: route::RT_TABLE_MAIN,
        protocol: MadeBy::STATIC,
        kind: Kind::UNICAST,
        ..RtMsg::default()
    };
    let mut socket = Socket::open(Protocol::Route)?;
    let mut buf = [0; 128];
    let mut batch = Batch::new(&mut buf, socket.seq());
    batch.push(route::NEW, Flags::CREATE | Flags::EXCL | Flags::ACK, header, |m| {
        m.put(route::DST, destination);
        if gateway.is_ipv4() == destination.is_ipv4() {
            m.put(route::GATEWAY, gateway);
        } else {
            // IPv4 by way of an IPv6 neighbour (RFC 5549).
            m.put(route::VIA, gateway);
        }
    });
    match socket.transact(batch.finish()?, |_| Ok(()))?.first() {
        None => println!("added {prefix} via {gateway}"),
        Some(refusal) => return Err(format!("cannot add {prefix} via {gateway}: {refusal}").into()),
    }
    Ok(())
}
