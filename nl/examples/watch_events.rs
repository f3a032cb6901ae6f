//! Prints what happens to links, addresses and routes, in words, until interrupted:
//! `cargo run -p nl --features socket --example watch_events`.

use std::error::Error;

use nl::Protocol;
use nl::annotate::Annotation;
use nl::route::Group;
use nl::socket::{Socket, SocketError};

const GROUPS: [Group; 5] =
    [Group::LINK, Group::IPV4_IFADDR, Group::IPV4_ROUTE, Group::IPV6_IFADDR, Group::IPV6_ROUTE];

fn main() -> Result<(), Box<dyn Error>> {
    let mut socket = Socket::open(Protocol::Route)?;
    for group in GROUPS {
        socket.join(group.0)?;
    }
    loop {
        match socket.receive() {
            Ok(datagram) => println!("{}", Annotation::new(Protocol::Route, datagram)),
            Err(SocketError::Overrun) => eprintln!("events were lost: list again what you need"),
            Err(error) => return Err(error.into()),
        }
    }
}
