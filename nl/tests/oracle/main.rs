//! The kernel as the judge: random specifications, written by this crate, sent to a real kernel
//! in a network namespace of the test's own, listed, decoded by this crate, and compared with the
//! specification.

mod links;
mod refusals;
mod routing;
mod ruleset;
#[path = "../world/mod.rs"]
mod world;

use std::net::{Ipv4Addr, Ipv6Addr};

use links::{links, ports};
use nl::route::LinkFlags;
use nl::route::link::{self, IfInfo};
use nl::socket::Socket;
use nl::wire::Header;
use nl::{Attrs, Batch, Flags, MessageType, Protocol, Set, View};
use refusals::refusals;
use routing::{addresses, neighbours, routes, rules};
use ruleset::ruleset;
use world::{leave_the_machine, send, skipped};

/// Namespaces per run.
const WORLDS: u64 = 12;

/// xorshift64*: the same specifications for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn range(&mut self, least: u32, most: u32) -> u32 {
        least + ((self.next() >> 32) % (u64::from(most - least) + 1)) as u32
    }

    fn yes(&mut self) -> bool {
        self.next() >> 63 == 1
    }

    fn mac(&mut self) -> [u8; 6] {
        let [a, b, c, d, ..] = self.next().to_be_bytes();
        [0x02, 0x10, a, b, c, d]
    }

    fn text(&mut self, least: u32, most: u32) -> String {
        let len = self.range(least, most);
        (0..len).map(|_| char::from(b'a' + self.range(0, 25) as u8)).collect()
    }

    fn v4(&mut self, net: u8) -> Ipv4Addr {
        let [a, b, c, ..] = self.next().to_be_bytes();
        Ipv4Addr::new(net, a, b, c.clamp(1, 254))
    }

    fn v6(&mut self) -> Ipv6Addr {
        Ipv6Addr::from(0xfd00 << 112 | u128::from(self.next()) | 1)
    }
}

/// Lists, and gives each answer decoded to `each`.
fn list<H: Header, S: Set>(
    socket: &mut Socket,
    (ask, answer): (MessageType<H, S>, MessageType<H, S>),
    header: H,
    fill: impl FnOnce(&mut Attrs<'_, S>),
    mut each: impl FnMut(H, View<'_, S>),
) {
    let mut buf = [0; 256];
    let mut batch = Batch::new(&mut buf, socket.seq());
    batch.push(ask, Flags::DUMP, header, fill);
    let request = batch.finish().unwrap().to_vec();
    let answered = socket.dump(&request, |message| {
        let (header, view) = message.decode(answer)?;
        each(header, view);
        Ok(None::<()>)
    });
    answered.unwrap().unwrap();
}

fn world(seed: u64) {
    let mut random = Random(seed | 1);
    for _ in 0..4 {
        random.next();
    }
    let mut socket = Socket::open(Protocol::Route).unwrap();
    let indexes = links(&mut socket, &mut random);
    send(&mut socket, |batch| {
        for (n, name) in ["br", "a", "b"].iter().enumerate() {
            let up = IfInfo { flags: LinkFlags::UP, change: LinkFlags::UP, ..IfInfo::default() };
            let last = if n == 2 { Flags::ACK } else { Flags::empty() };
            batch.push(link::SET, last, up, |m| {
                m.put(link::IFNAME, name);
            });
        }
    });
    ports(&mut socket, &mut random, indexes["a"]);
    addresses(&mut socket, &mut random, indexes["br"] as u32);
    routes(&mut socket, &mut random, indexes["br"]);
    neighbours(&mut socket, &mut random, indexes["b"]);
    rules(&mut socket, &mut random);
    refusals(&mut socket);
    ruleset(&mut random);
}

#[test]
fn the_kernel_makes_what_was_specified_and_we_read_it_back() {
    let seed = match std::env::var("NL_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64,
    };
    for n in 0..WORLDS {
        let seed = seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        // A thread each: the namespace goes with it.
        let world = std::thread::spawn(move || match leave_the_machine() {
            Ok(()) => {
                println!("NL_SEED={seed}");
                world(seed);
                true
            }
            Err(error) => {
                skipped(&format!("no network namespace of its own: {error}"));
                false
            }
        });
        match world.join() {
            Ok(true) => (),
            Ok(false) => return,
            Err(panic) => {
                eprintln!("run again with NL_SEED={seed}");
                std::panic::resume_unwind(panic);
            }
        }
    }
}
