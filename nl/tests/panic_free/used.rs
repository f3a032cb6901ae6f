//! Not for reading: one exported function round each part of the codec, whose machine code
//! `tests/panic_free.rs` looks through for calls that panic. Every public function is used here.
#![allow(missing_docs, unexpected_cfgs)]

use core::fmt::Write;
use core::net::IpAddr;

use nl::annotate::{Annotation, flag_names};
use nl::netfilter::expr::{
    Limited, Logged, Translation, cmp, ct, expression, fib, meta, nat, payload,
};
use nl::netfilter::set::DataType;
use nl::netfilter::verdict::Code;
use nl::netfilter::{
    NfGen, Register, chain, conntrack, data, element, elements, rule, set, table, userdata,
};
use nl::route::route::{self, Hop, RtMsg};
use nl::route::{address, bridge, info, link, macvlan, neighbour, nexthop, tbf, traffic, veth};
use nl::{
    Ack, Attr, Attributes, Batch, EncodeError, Flags, Indexed, Inner, MessageHeader, MessageSchema,
    MessageType, Messages, Protocol, Schema, Text, View, align,
};

type Written<'a> = Result<&'a [u8], EncodeError>;

#[unsafe(no_mangle)]
#[inline(never)]
pub fn write_links<'a>(buf: &'a mut [u8], seq: u32, name: &str, mac: &[u8]) -> Written<'a> {
    let mut batch = Batch::new(buf, seq);
    batch.push(link::NEW, Flags::CREATE, link::IfInfo::default(), |m| {
        m.put(link::IFNAME, name).put_some(link::MTU, Some(seq)).put(link::ADDRESS, mac);
        m.nest(link::LINKINFO, |i| {
            i.put(info::KIND, "veth").nest(info::VETH, |d| {
                d.header_nest(veth::PEER, link::IfInfo::default(), |p| {
                    p.put(link::IFNAME, name).put(link::NET_NS_FD, seq);
                });
            });
        });
    });
    batch.push(link::NEW, Flags::CREATE, link::IfInfo::default(), |m| {
        m.nest(link::LINKINFO, |i| {
            i.put(info::KIND, "bridge").nest(info::BRIDGE, |d| {
                d.put(bridge::STP_STATE, 0).put(bridge::FDB_FLUSH, ());
            });
        });
    });
    batch.push(link::DEL, Flags::ACK, link::IfInfo::default(), |m| {
        m.put_text(link::IFNAME, mac).put_raw(99, mac);
    });
    batch.finish()
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn write_routes<'a>(buf: &'a mut [u8], ip: IpAddr, hops: &[(u8, IpAddr)]) -> Written<'a> {
    let mut batch = Batch::new(buf, 1);
    batch.push(address::NEW, Flags::CREATE, address::IfAddr::default(), |m| {
        m.put(address::LOCAL, ip).put(address::FLAGS, address::AddressFlags::NODAD);
    });
    batch.push(route::NEW, Flags::CREATE, RtMsg::default(), |m| {
        m.put(route::DST, ip).put(route::VIA, ip).hops(route::MULTIPATH, |list| {
            for &(weight, gateway) in hops {
                list.push(Hop { hops: weight, ..Hop::default() }, |h| {
                    h.put(route::GATEWAY, gateway);
                });
            }
        });
    });
    batch.push(traffic::NEW_QDISC, Flags::CREATE, traffic::TcMsg::default(), |m| {
        m.put(traffic::KIND, "tbf").nest(traffic::TBF, |t| {
            t.put(tbf::PARMS, tbf::Parameters::default()).put(tbf::RATE64, 7);
        });
    });
    batch.finish()
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn write_rules<'a>(buf: &'a mut [u8], name: &str, key: &[u8], mark: u32) -> Written<'a> {
    let mut batch = Batch::new(buf, 1);
    batch.push(table::NEW, Flags::CREATE, NfGen::INET, |m| {
        m.put(table::NAME, name);
    });
    batch.push(chain::NEW, Flags::CREATE, NfGen::INET, |m| {
        m.put(chain::NAME, name).base("nat", chain::Hook::PRE_ROUTING, -100);
    });
    batch.push(set::NEW, Flags::CREATE, NfGen::INET, |m| {
        m.put(set::NAME, name).put(set::FLAGS, set::SetFlags::MAP).put(set::ID, mark);
    });
    batch.push(elements::NEW, Flags::CREATE, NfGen::INET, |m| {
        let comment = userdata::Comment::new(name);
        m.nest(elements::ELEMENTS, |l| {
            l.element(|e| {
                e.key(key).key_end(key).data(key).put(element::TIMEOUT, 1);
                e.put_some(element::USERDATA, comment.as_ref().map(|text| text.as_bytes()));
            });
        });
    });
    batch.push(rule::NEW, Flags::APPEND, NfGen::INET, |m| {
        m.put(rule::TABLE, name).expressions(|e| {
            e.meta(meta::Key::MARK, Register::R1).set_meta(meta::Key::MARK, Register::R1);
            e.cmp(Register::R1, cmp::Op::EQ, &mark.to_ne_bytes());
            e.payload(payload::Base::NETWORK_HEADER, 16, 4, Register::R1);
            e.bitwise(Register::R1, Register::R1, key, key).range(
                Register::R1,
                Default::default(),
                key,
                key,
            );
            e.lookup(name, Register::R1).lookup_not((name, 1), Register::R1);
            e.map(name, Register::R1, Register::R2).verdict_map(name, Register::R1);
            e.ct(ct::Key::STATE, Register::R1).set_ct(ct::Key::MARK, Register::R1);
            e.fib(fib::FibFlags::DADDR, fib::Result::ADDRTYPE, Register::R1);
            e.immediate(Register::R1, key).counter().limit(Limited::default());
            e.log(Logged { prefix: Some(name), ..Logged::default() }).quota(1, Default::default());
            e.nat(Translation { address: Some(Register::R1), ..Translation::default() });
            e.masquerade(nat::NatFlags::PERSISTENT)
                .redirect(Some(Register::R1), nat::NatFlags::empty());
            e.reject(Default::default(), 3).object(Default::default(), name).bare("notrack");
            e.accept().drop().jump(name).goto(name).return_();
            e.verdict(Code(mark as i32), Some(name));
            e.expression(name, expression::META, |d| {
                d.put(meta::KEY, meta::Key(mark)).put(meta::DREG, Register(mark));
            });
        });
    });
    batch.push(elements::NEW, Flags::CREATE, NfGen::INET, |m| {
        m.nest(elements::ELEMENTS, |l| {
            l.nest(elements::List::at(mark as u16), |e| {
                e.verdict(Code(mark as i32), Some(name)).nest(element::DATA, |d| {
                    d.verdict(Code::JUMP, Some(name)).put(data::VALUE, key);
                });
            });
        });
    });
    batch.push(set::NEW, Flags::CREATE, NfGen::INET, |m| {
        let key = DataType(mark).then(DataType(mark));
        m.put(set::KEY_TYPE, key).put(set::KEY_LEN, u32::from(key.has(DataType(mark))));
    });
    if batch.is_empty() || batch.next_seq() == mark {
        return Ok(&[]);
    }
    batch.push(conntrack::DEL, Flags::empty(), NfGen::IPV4, |m| {
        m.nest(conntrack::TUPLE_ORIG, |t| {
            t.nest(conntrack::tuple::PROTO, |p| {
                p.put(conntrack::proto::DST_PORT, 80);
            });
        });
    });
    batch.finish()
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn read_links(datagram: &[u8]) -> u64 {
    let mut sum = 0;
    for message in Messages::new(datagram).flatten() {
        let Ok((header, view)) = message.decode(link::NEW) else { continue };
        sum += u64::from(header.flags.bits());
        if let Ok((name, mtu, info)) = view.pick((link::IFNAME, link::MTU, link::LINKINFO)) {
            sum += name.map_or(0, |name| name.as_bytes().len() as u64);
            sum += u64::from(mtu.unwrap_or(0));
            sum += u64::from(info.is_some_and(|info| info.get(info::KIND).is_ok()));
        }
        if let Ok(Some(stats)) = view.get(link::STATS64) {
            sum += stats.rx_bytes().unwrap_or(0) + stats.nth(header.index as usize).unwrap_or(0);
        }
        if let Ok(Some(list)) = view.nest(link::PROP_LIST) {
            sum += list.all(link::ALT_IFNAME).flatten().count() as u64;
        }
        if let Ok(Some(info)) = view.nest(link::LINKINFO) {
            if let Ok(Some(veth)) = info.nest(info::VETH)
                && let Ok(Some((peer, _))) = veth.header_nest(veth::PEER)
            {
                sum += u64::from(peer.arphrd);
            }
            if let Ok(Some(data)) = info.nest(info::MACVLAN) {
                sum += u64::from(data.get(macvlan::MODE).ok().flatten().unwrap_or_default().0);
            }
            if let Ok(Some(data)) = info.nest(info::BRIDGE) {
                sum += u64::from(
                    data.get(bridge::BRIDGE_ID).ok().flatten().unwrap_or_default().priority,
                );
            }
        }
    }
    sum
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn read_others(datagram: &[u8]) -> u64 {
    let mut sum = 0;
    for message in Messages::new(datagram).flatten() {
        if let Ok((_, view)) = message.decode(route::NEW) {
            if let Ok(hops) = view.hops(route::MULTIPATH) {
                sum += hops.flatten().map(|(hop, _)| u64::from(hop.hops)).sum::<u64>();
            }
            sum += u64::from(
                view.get(route::VIA).is_ok_and(|via| via.is_some_and(|via| via.ip().is_some())),
            );
        }
        if let Ok((_, view)) = message.decode(address::NEW) {
            sum += u64::from(view.get(address::CACHEINFO).is_ok());
            sum += u64::from(view.get(address::LOCAL).is_ok());
        }
        if let Ok((_, view)) = message.decode(neighbour::NEW) {
            sum += u64::from(view.get(neighbour::LLADDR).is_ok());
        }
        if let Ok((_, view)) = message.decode(nexthop::NEW)
            && let Ok(Some(group)) = view.get(nexthop::GROUP)
        {
            sum += nexthop::Members::new(group).map(|member| u64::from(member.id)).sum::<u64>();
        }
        if let Ok((_, view)) = message.decode(rule::NEW)
            && let Ok(Some(list)) = view.nest(rule::EXPRESSIONS)
        {
            sum += list.iter().flatten().map(|one| one.value.len() as u64).sum::<u64>();
            if let Ok(Some(bytes)) = view.get(rule::USERDATA) {
                sum += userdata::comment(bytes).map_or(0, |text| text.as_bytes().len() as u64);
            }
        }
    }
    sum
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn read_ack(datagram: &[u8], request: &[u8], out: &mut dyn Write) -> bool {
    Messages::new(datagram).flatten().all(|message| match Ack::decode(&message) {
        Ok(Some(ack)) => {
            let told = ack.message.is_none_or(|text| write!(out, "{text}").is_ok());
            let path = ack.path(Protocol::Route, request);
            told && path.is_none_or(|path| write!(out, "{path}").is_ok())
        }
        Ok(None) => true,
        Err(error) => write!(out, "{error}").is_ok(),
    })
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn read_in_words(datagram: &[u8], out: &mut dyn Write) -> bool {
    let items = Annotation::new(Protocol::Generic, datagram);
    let inner = items.filter(|item| item.value.has_items()).count();
    write!(out, "{inner}{}", Annotation::new(Protocol::Netfilter, datagram)).is_ok()
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn read_raw(bytes: &[u8], head: &[u8; 16], code: u16) -> u64 {
    let header = MessageHeader::from_bytes(head);
    let own = header.to_bytes().iter().map(|&byte| u64::from(byte)).sum::<u64>();
    let mut sum = own + align(bytes.len()) as u64 + header.seq as u64;
    for attr in Attributes::raw(bytes).flatten() {
        sum += u64::from(attr.code()) + u64::from(attr.is_nested());
        sum += attr.read(link::MTU).map_or(0, u64::from);
        let inside = attr.attributes::<link::Link>();
        sum += inside.find(code).ok().flatten().map_or(0, |attr| attr.value.len() as u64);
    }
    let view = View::<Indexed<nl::value::U16>>::new(bytes);
    sum += view.get(Indexed::at(code)).ok().flatten().map_or(0, u64::from);
    let key: Attr<link::Link, nl::value::U64> = Attr::new(code);
    sum += View::new(bytes).get(key).ok().flatten().unwrap_or(u64::from(key.code()));
    let text = Text::until_nul(bytes);
    sum += text.to_str().map_or(0, |text| text.len() as u64) + text.as_bytes().len() as u64;
    sum + userdata::records(bytes)
        .map(|(kind, value)| u64::from(kind) + value.len() as u64)
        .sum::<u64>()
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn look_up(protocol: Protocol, schema: &Schema, code: u16, siblings: &[u8]) -> usize {
    let kind: MessageType<link::IfInfo, link::Link> = MessageType::new(code);
    let own = MessageSchema::of::<link::IfInfo, link::Link>(kind.code(), "OWN");
    let message = protocol.message(code).unwrap_or(&own);
    let mut sum = protocol.messages().count() + message.header_len;
    if let Some(field) = schema.field(code) {
        if let Inner::Attributes { skip, .. } = field.shape.inner(code as u8, siblings) {
            sum += skip;
        }
        if let nl::Shape::Opaque(len) = field.shape.chosen(code as u8, siblings) {
            sum += len;
        }
    }
    sum += Code(code.into()).name().map_or(0, str::len);
    sum += Code::NAMES.bits(code.into()).count();
    sum + flag_names(code, Some(message.name)).map(|(name, _)| name.len()).sum::<usize>()
}

/// The test must find this one, or it finds nothing.
#[cfg(with_a_panic)]
#[unsafe(no_mangle)]
#[inline(never)]
pub fn read_carelessly(datagram: &[u8], at: usize) -> u8 {
    datagram[at]
}
