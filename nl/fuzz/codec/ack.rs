//! Acknowledgements.

use nl::netfilter::table;
use nl::route::{info, link, veth};
use nl::wire::{self, MessageHeader};
use nl::{Ack, Batch, Flags, Messages, Protocol};

use super::input::Input;

/// Acknowledgements of any bytes; and true ones, whose paths must name the attribute.
pub fn ack(data: &[u8]) {
    // The bytes as an acknowledgement, of the bytes as a request.
    let (head, request) = data.split_at(data.len() / 2);
    for message in Messages::new(head).flatten() {
        if let Ok(Some(ack)) = Ack::decode(&message) {
            for protocol in Protocol::ALL {
                if let Some(path) = ack.path(protocol, request) {
                    assert!(!path.to_string().is_empty());
                }
            }
            let _ = ack.message.map(|text| text.to_string());
            let _ = ack.policy.map(|policy| policy.iter().count());
        }
    }

    // The bytes as a request that a true acknowledgement is about.
    let mut input = Input(data);
    let name = input.text(40);
    let wanted = usize::from(input.u8());
    let wide = input.u8() & 1 == 1;
    let mut buf = [0; 512];
    let mut batch = Batch::new(&mut buf, input.u32());
    batch.push(link::NEW, Flags::CREATE, link::IfInfo::default(), |m| {
        m.put(link::IFNAME, &name).nest(link::LINKINFO, |i| {
            i.put(info::KIND, "veth").nest(info::VETH, |d| {
                d.header_nest(veth::PEER, link::IfInfo::default(), |p| {
                    p.put(link::IFNAME, &name).put(link::MTU, 1);
                });
            });
        });
    });
    batch.push(table::NEW, Flags::CREATE, Default::default(), |m| {
        m.put(table::NAME, &name);
    });
    let request = batch.finish().expect("512 bytes are enough");
    let padded = wire::align(name.len() + 1);
    // Where each attribute of the first message begins, and its path.
    let linkinfo = 32 + 4 + padded;
    let places = [
        (32, "ifname"),
        (linkinfo, "linkinfo"),
        (linkinfo + 4, "linkinfo.kind"),
        (linkinfo + 16, "linkinfo.data"),
        (linkinfo + 20, "linkinfo.data.peer"),
        (linkinfo + 40, "linkinfo.data.peer.ifname"),
        (linkinfo + 44 + padded, "linkinfo.data.peer.mtu"),
    ];
    let (offset, path) = places[wanted % places.len()];
    let first = Messages::new(request).next().unwrap().unwrap();
    let mut answer = Vec::new();
    answer.extend((-22i32).to_ne_bytes());
    answer.extend(&request[..if wide { first.header.len as usize } else { 16 }]);
    answer.extend([8u16.to_ne_bytes(), 2u16.to_ne_bytes()].as_flattened());
    answer.extend((offset as u32).to_ne_bytes());
    let header = MessageHeader {
        len: (answer.len() + wire::MESSAGE_HEADER) as u32,
        kind: nl::ERROR,
        flags: if wide { Flags::ACK_TLVS } else { Flags::ACK_TLVS | Flags::CAPPED },
        seq: first.header.seq,
        port: 7,
    };
    let ours = [&header.to_bytes()[..], &answer].concat();
    let message = Messages::new(&ours).next().unwrap().unwrap();
    let ack = Ack::decode(&message).unwrap().unwrap();
    assert_eq!((ack.errno, ack.offset), (22, Some(offset as u32)));
    let told = ack.path(Protocol::Route, request).expect("it is there").to_string();
    assert_eq!(told, path);
}
