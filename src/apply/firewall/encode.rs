//! Changes of the ruleset as netlink messages, one each.

use std::net::IpAddr;

use nl::netfilter::expr::{cmp, ct, fib, list::Expressions, meta, nat, payload};
use nl::netfilter::verdict::Code;
use nl::netfilter::{
    self as nf, NfGen, Register, chain, element, elements, rule, set, table, userdata,
};
use nl::{Attrs, Batch, Flags};

use super::value;
use crate::plan::firewall::rule::{Base, Chain, Family, Hook, Kind, Rule, Side, Term};
use crate::plan::firewall::set::{Element, Field, Given, Gives, Set};
use crate::plan::firewall::{Change, TABLE, VERSION};

/// Protocol and type of what says to be a router (RFC 4861).
const ICMPV6: u8 = 58;
const ROUTER_ADVERTISEMENT: u8 = 134;

/// Writes one change.
pub(super) fn encode(change: &Change, batch: &mut Batch<'_>, flags: Flags) {
    let create = flags | Flags::CREATE;
    match change {
        Change::AddTable => {
            batch.push(table::NEW, create | Flags::EXCL, NfGen::INET, |m| {
                m.put(table::NAME, TABLE);
                put_comment(VERSION, |bytes| {
                    m.put(table::USERDATA, bytes);
                });
            });
        }
        Change::RemoveTable => {
            batch.push(table::DEL, flags, NfGen::INET, |m| {
                m.put(table::NAME, TABLE);
            });
        }
        Change::AddSet(set) => add_set(set, batch, create),
        Change::AddChain(Chain { name, base }) => {
            batch.push(chain::NEW, create, NfGen::INET, |m| {
                m.put(chain::TABLE, TABLE).put(chain::NAME, name);
                if let Some(base) = base {
                    add_base(base, m);
                }
            });
        }
        Change::Flush(name) => {
            batch.push(rule::DEL, flags, NfGen::INET, |m| {
                m.put(rule::TABLE, TABLE).put(rule::CHAIN, name);
            });
        }
        Change::RemoveChain(name) => {
            batch.push(chain::DEL, flags, NfGen::INET, |m| {
                m.put(chain::TABLE, TABLE).put(chain::NAME, name);
            });
        }
        Change::AddRule(Rule { chain, terms }) => {
            batch.push(rule::NEW, create | Flags::APPEND, NfGen::INET, |m| {
                m.put(rule::TABLE, TABLE).put(rule::CHAIN, chain).expressions(|e| {
                    for term in terms {
                        write_term(term, e);
                    }
                });
            });
        }
        Change::Add(added) => {
            batch.push(elements::NEW, create, NfGen::INET, |m| write_element(added, true, m));
        }
        Change::Claim(claimed) => {
            batch.push(elements::NEW, create | Flags::EXCL, NfGen::INET, |m| {
                write_element(claimed, true, m);
            });
        }
        Change::Remove(removed) => {
            batch.push(elements::DEL, flags, NfGen::INET, |m| write_element(removed, false, m));
        }
    }
}

fn put_comment(text: &str, put: impl FnOnce(&[u8])) {
    if let Some(comment) = userdata::Comment::new(text) {
        put(comment.as_bytes());
    }
}

fn add_base(base: &Base, m: &mut Attrs<'_, chain::Chain>) {
    let kind = match base.kind {
        Kind::Filter => "filter",
        Kind::Nat => "nat",
    };
    let hook = match base.hook {
        Hook::Prerouting => chain::Hook::PRE_ROUTING,
        Hook::Forward => chain::Hook::FORWARD,
        Hook::Output => chain::Hook::LOCAL_OUT,
        Hook::Postrouting => chain::Hook::POST_ROUTING,
    };
    m.base(kind, hook, base.priority).put(chain::POLICY, Code::ACCEPT);
}

fn add_set(made: &Set, batch: &mut Batch<'_>, flags: Flags) {
    let data_type = |fields: &[Field]| {
        let mut types = fields.iter().map(|field| match field {
            Field::Ipv4 => set::DataType::IPADDR,
            Field::Ipv6 => set::DataType::IP6ADDR,
            Field::Protocol => set::DataType::INET_PROTOCOL,
            Field::Port => set::DataType::INET_SERVICE,
            Field::Link => set::DataType::IFNAME,
        });
        let first = types.next().unwrap_or_default();
        types.fold(first, set::DataType::then)
    };
    let mut own = set::SetFlags::empty();
    own.set(set::SetFlags::MAP, made.gives != Gives::Nothing);
    own.set(set::SetFlags::INTERVAL, made.prefixes);
    // By this nft(8) knows in which order to print bytes.
    let order: u8 = match made.key {
        [Field::Link] if made.prefixes => 2,
        [Field::Link] => 1,
        [_] => 2,
        _ => 0,
    };
    let order = [0, 4, order, 0, 0, 0];
    batch.push(set::NEW, flags, NfGen::INET, |m| {
        m.put(set::TABLE, TABLE).put(set::NAME, made.name).put(set::FLAGS, own);
        m.put(set::KEY_TYPE, data_type(made.key));
        m.put(set::KEY_LEN, value::length(made.key) as u32);
        match made.gives {
            Gives::Nothing => {}
            Gives::Verdict => {
                m.put(set::DATA_TYPE, set::DataType::VERDICT).put(set::DATA_LEN, 0);
            }
            Gives::Fields(fields) => {
                m.put(set::DATA_TYPE, data_type(fields));
                m.put(set::DATA_LEN, value::length(fields) as u32);
            }
        }
        // The kernel wants a number; rules here go by name.
        m.put(set::ID, 1).put(set::USERDATA, &order);
    });
}

/// To remove an element its key is enough.
fn write_element(written: &Element, whole: bool, m: &mut Attrs<'_, elements::Elements>) {
    let key = value::bytes(&written.key);
    m.put(elements::TABLE, TABLE).put(elements::SET, written.set.name);
    m.nest(elements::ELEMENTS, |list| {
        list.element(|e| {
            e.key(&key);
            match &written.gives {
                _ if !whole => {}
                Given::Nothing => {}
                Given::Values(values) => {
                    e.data(&value::bytes(values));
                }
                Given::Jump(chain) => {
                    e.verdict(Code::JUMP, Some(chain));
                }
            }
            if let Some(comment) = written.comment.as_ref().filter(|_| whole) {
                put_comment(comment, |bytes| {
                    e.put(element::USERDATA, bytes);
                });
            }
        });
        let end = written.key.first().filter(|_| written.set.prefixes).and_then(value::end);
        if let Some(end) = end {
            list.element(|e| {
                e.key(&end).put(element::FLAGS, element::ElementFlags::INTERVAL_END);
            });
        }
    });
}

/// Where an address is in the header of its packets: offset of the source, and its length.
fn source(family: Family) -> (u32, u32) {
    match family {
        Family::V4 => (12, 4),
        Family::V6 => (8, 16),
    }
}

fn number(family: Family) -> nf::Family {
    match family {
        Family::V4 => nf::Family::IPV4,
        Family::V6 => nf::Family::IPV6,
    }
}

/// Goes on with packets of this family only.
fn only(family: Family, e: &mut Attrs<'_, Expressions>) -> nf::Family {
    let own = number(family);
    e.meta(meta::Key::NFPROTO, Register::R1).cmp(Register::R1, cmp::Op::EQ, &[own.0]);
    own
}

/// Loads an address: the destination follows the source.
fn load(family: Family, destination: bool, e: &mut Attrs<'_, Expressions>) -> nf::Family {
    let own = only(family, e);
    let (offset, len) = source(family);
    let offset = if destination { offset + len } else { offset };
    e.payload(payload::Base::NETWORK_HEADER, offset, len, Register::R1);
    own
}

fn load_link(side: Side, into: Register, e: &mut Attrs<'_, Expressions>) {
    let key = match side {
        Side::In => meta::Key::IIFNAME,
        Side::Out => meta::Key::OIFNAME,
    };
    e.meta(key, into);
}

fn write_term(term: &Term, e: &mut Attrs<'_, Expressions>) {
    let key = Register::R1;
    let compare_link = |side: Side, op, name: &[u8], e: &mut Attrs<'_, Expressions>| {
        load_link(side, key, e);
        e.cmp(key, op, name);
    };
    let whole =
        |name: &String| value::bytes(&[crate::plan::firewall::set::Value::Link(name.clone())]);
    match term {
        Term::Link(side, name) => compare_link(*side, cmp::Op::EQ, &whole(name), e),
        Term::NotLink(side, name) => compare_link(*side, cmp::Op::NEQ, &whole(name), e),
        Term::LinksFrom(side, start) => compare_link(*side, cmp::Op::EQ, start.as_bytes(), e),
        Term::NotLinksFrom(side, start) => compare_link(*side, cmp::Op::NEQ, start.as_bytes(), e),
        Term::LinkIn(side, set) => {
            load_link(*side, key, e);
            e.lookup(set.name, key);
        }
        Term::LinkNotIn(side, set) => {
            load_link(*side, key, e);
            e.lookup_not(set.name, key);
        }
        Term::LinksIn(first, second, set) | Term::LinksNotIn(first, second, set) => {
            load_link(*first, key, e);
            load_link(*second, Register::R2, e);
            match term {
                Term::LinksIn(..) => e.lookup(set.name, key),
                _ => e.lookup_not(set.name, key),
            };
        }
        Term::LinkVerdict(side, map) => {
            load_link(*side, key, e);
            e.verdict_map(map.name, key);
        }
        Term::IsBridge(side) => {
            let kind = match side {
                Side::In => meta::Key::IIFKIND,
                Side::Out => meta::Key::OIFKIND,
            };
            e.meta(kind, key).cmp(key, cmp::Op::EQ, &whole(&"bridge".into()));
        }
        Term::Of(family) => {
            only(*family, e);
        }
        Term::SourceIn(family, set) => {
            load(*family, false, e);
            e.lookup(set.name, key);
        }
        Term::SourceVerdict(family, map) => {
            load(*family, false, e);
            e.verdict_map(map.name, key);
        }
        Term::To(prefix) | Term::NotTo(prefix) => {
            load(Family::V4, true, e);
            e.bitwise(key, key, &prefix.netmask().octets(), &[0; 4]);
            let op = if matches!(term, Term::To(_)) { cmp::Op::EQ } else { cmp::Op::NEQ };
            e.cmp(key, op, &prefix.network().octets());
        }
        Term::NotToLoopback6 => {
            load(Family::V6, true, e);
            e.cmp(key, cmp::Op::NEQ, &std::net::Ipv6Addr::LOCALHOST.octets());
        }
        Term::NotToMulticast6 => {
            only(Family::V6, e);
            e.payload(payload::Base::NETWORK_HEADER, 24, 1, key);
            e.cmp(key, cmp::Op::NEQ, &[0xff]);
        }
        Term::RouterAdvertisement => {
            e.meta(meta::Key::L4PROTO, key).cmp(key, cmp::Op::EQ, &[ICMPV6]);
            e.payload(payload::Base::TRANSPORT_HEADER, 0, 1, key);
            e.cmp(key, cmp::Op::EQ, &[ROUTER_ADVERTISEMENT]);
        }
        Term::FromHost => of_host(fib::FibFlags::SADDR, e),
        Term::ToHost => of_host(fib::FibFlags::DADDR, e),
        Term::Established => {
            let states = ct::State::ESTABLISHED | ct::State::RELATED;
            has_bit(ct::Key::STATE, states.bits(), e);
        }
        Term::Translated => {
            let bit = nf::conntrack::Status::DST_NAT;
            has_bit(ct::Key::STATUS, bit.bits(), e);
        }
        Term::Publish(family, map, by_address) => publish(*family, map, *by_address, e),
        Term::Masquerade => {
            e.masquerade(nat::NatFlags::empty());
        }
        Term::Source(address) => {
            let family = match address {
                IpAddr::V4(address) => {
                    e.immediate(key, &address.octets());
                    nf::Family::IPV4
                }
                IpAddr::V6(address) => {
                    e.immediate(key, &address.octets());
                    nf::Family::IPV6
                }
            };
            e.nat(nf::expr::Translation {
                kind: nat::Type::SNAT,
                family,
                address: Some(key),
                ..nf::expr::Translation::default()
            });
        }
        Term::Accept => {
            e.accept();
        }
        Term::Drop => {
            e.drop();
        }
        Term::Return => {
            e.return_();
        }
        Term::Jump(chain) => {
            e.jump(chain);
        }
    }
}

/// Goes on when the address is one of this host.
fn of_host(by: fib::FibFlags, e: &mut Attrs<'_, Expressions>) {
    let local = u32::from(nl::route::route::Kind::LOCAL.0);
    e.fib(by, fib::Result::ADDRTYPE, Register::R1);
    e.cmp(Register::R1, cmp::Op::EQ, &local.to_ne_bytes());
}

fn has_bit(what: ct::Key, bits: u32, e: &mut Attrs<'_, Expressions>) {
    e.ct(what, Register::R1);
    e.bitwise(Register::R1, Register::R1, &bits.to_ne_bytes(), &[0; 4]);
    e.cmp(Register::R1, cmp::Op::NEQ, &[0; 4]);
}

/// The key begins in the first register and goes on in the next words.
fn publish(family: Family, map: &Set, by_address: bool, e: &mut Attrs<'_, Expressions>) {
    let (protocol, port) = match (by_address, family) {
        (false, _) => (Register::R1, Register::W1),
        (true, Family::V4) => (Register::W1, Register::W2),
        (true, Family::V6) => (Register::W4, Register::W5),
    };
    // Without the address nothing here tells IPv4 from IPv6, except the translation itself: the
    // kernel skips it for packets of the other.
    let own = if by_address { load(family, true, e) } else { number(family) };
    e.meta(meta::Key::L4PROTO, protocol);
    e.payload(payload::Base::TRANSPORT_HEADER, 2, 2, port);
    e.map(map.name, Register::R1, Register::R1);
    let port = match family {
        Family::V4 => Register::W1,
        Family::V6 => Register::W4,
    };
    e.nat(nf::expr::Translation {
        kind: nat::Type::DNAT,
        family: own,
        address: Some(Register::R1),
        port: Some(port),
        ..nf::expr::Translation::default()
    });
}
