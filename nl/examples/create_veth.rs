//! Creates a veth whose other end is inside another namespace, in one message:
//! `cargo run -p nl --features socket --example create_veth -- NAME PID PEER`, as root.
//!
//! PID is a process in the other namespace. Try it in a namespace of your own:
//! `unshare --net --fork bash`.

use std::env;
use std::error::Error;

use nl::route::{LinkFlags, info, link, veth};
use nl::socket::Socket;
use nl::{Batch, Flags, Protocol};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, pid, peer] = &arguments[..] else { return Err("say NAME PID PEER".into()) };
    let pid: u32 = pid.parse()?;

    let mut socket = Socket::open(Protocol::Route)?;
    let mut buf = [0; 256];
    let mut batch = Batch::new(&mut buf, socket.seq());
    let up = link::IfInfo { flags: LinkFlags::UP, change: LinkFlags::UP, ..Default::default() };
    batch.push(link::NEW, Flags::CREATE | Flags::EXCL | Flags::ACK, up, |m| {
        m.put(link::IFNAME, name).nest(link::LINKINFO, |i| {
            i.put(info::KIND, "veth").nest(info::VETH, |d| {
                // The other end must be created down.
                d.header_nest(veth::PEER, link::IfInfo::default(), |p| {
                    p.put(link::IFNAME, peer).put(link::NET_NS_PID, pid);
                });
            });
        });
    });
    let refusals = socket.transact(batch.finish()?, |_| Ok(()))?;
    match refusals.first() {
        None => println!("created {name}; {peer} is in the namespace of process {pid}"),
        Some(refusal) => return Err(format!("cannot create {name}: {refusal}").into()),
    }
    Ok(())
}
