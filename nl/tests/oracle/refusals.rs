//! What the kernel refuses.

use nl::route::link::{self, IfInfo};
use nl::route::route::{self, Kind, RtMsg};
use nl::route::{INET, info, veth};
use nl::socket::Socket;
use nl::{Batch, Flags};

/// What the kernel refuses, it names; and the name is the attribute's.
pub(crate) fn refusals(socket: &mut Socket) {
    let mut buf = [0; 512];
    let mut batch = Batch::new(&mut buf, socket.seq());
    let header = RtMsg { family: INET, dst_len: 24, kind: Kind::UNICAST, ..RtMsg::default() };
    batch.push(link::NEW, Flags::CREATE, IfInfo::default(), |m| {
        m.nest(link::LINKINFO, |i| {
            i.put(info::KIND, "veth").nest(info::VETH, |d| {
                d.header_nest(veth::PEER, IfInfo::default(), |p| {
                    p.put(link::IFNAME, "a-name-that-is-too-long");
                });
            });
        });
    });
    batch.push(route::NEW, Flags::CREATE | Flags::ACK, header, |m| {
        m.put_raw(route::DST.code(), &[10, 0]).put(route::OIF, 1);
    });
    let bytes = batch.finish().unwrap().to_vec();
    let refused = socket.transact(&bytes, |_| Ok(())).unwrap();
    let told: Vec<_> =
        refused.iter().map(|one| (one.index, one.errno, one.path.as_deref())).collect();
    let expected =
        [(0, libc::ERANGE, Some("linkinfo.data.peer.ifname")), (1, libc::ERANGE, Some("dst"))];
    assert_eq!(told, expected, "{refused:?}");
}
