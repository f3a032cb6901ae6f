//! Lists the links of this namespace: `cargo run -p nl --features socket --example list_links`.

use std::error::Error;

use nl::route::{LinkFlags, info, link};
use nl::socket::Socket;
use nl::{Batch, Flags, Protocol};

fn main() -> Result<(), Box<dyn Error>> {
    let mut socket = Socket::open(Protocol::Route)?;
    let mut buf = [0; 64];
    let mut batch = Batch::new(&mut buf, socket.seq());
    batch.push(link::GET, Flags::DUMP, link::IfInfo::default(), |m| {
        m.put(link::EXT_MASK, link::SKIP_STATS);
    });
    let request = batch.finish()?;

    let lines = socket.dump(request, |message| {
        let (header, view) = message.decode(link::NEW)?;
        let (name, mtu, info) = view.pick((link::IFNAME, link::MTU, link::LINKINFO))?;
        let kind = info.map(|info| info.get(info::KIND)).transpose()?.flatten();
        Ok(Some(format!(
            "{:>3} {:<15} {:<10} mtu {:<6} {}",
            header.index,
            name.unwrap_or_default(),
            kind.unwrap_or_default(),
            mtu.unwrap_or_default(),
            if header.flags.contains(LinkFlags::UP) { "up" } else { "down" },
        )))
    })??;
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}
