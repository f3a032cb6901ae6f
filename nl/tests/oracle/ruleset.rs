//! A table of nf_tables with a chain, a map and a rule.

use std::collections::BTreeMap;

use nl::netfilter::expr::{Translation, cmp, ct, expression, meta, nat, payload};
use nl::netfilter::{
    Family, NfGen, Register, batch, chain, data, element, elements, rule as nft_rule, set, table,
    userdata,
};
use nl::route::INET;
use nl::socket::Socket;
use nl::{Attrs, Flags, Protocol, View};

use crate::world::{send, skipped};
use crate::{Random, list};

pub(crate) fn ruleset(random: &mut Random) {
    let mut socket = match Socket::open(Protocol::Netfilter) {
        Ok(socket) => socket,
        Err(error) => return skipped(&format!("no nf_tables: {error}")),
    };
    // Protocol and port, to address and port; a comment says whose it is.
    let wanted: BTreeMap<[u8; 8], ([u8; 8], String)> = (0..random.range(1, 60))
        .map(|_| {
            let [a, b] = (random.range(1, 65_535) as u16).to_be_bytes();
            let [c, d] = (random.range(1, 65_535) as u16).to_be_bytes();
            let protocol = if random.yes() { 6 } else { 17 };
            let [e, f, g, h] = random.v4(10).octets();
            let key = [protocol, 0, 0, 0, a, b, 0, 0];
            (key, ([e, f, g, h, c, d, 0, 0], random.text(1, 128)))
        })
        .collect();
    let mark = random.range(0, u32::MAX).to_ne_bytes();
    // Translation comes after connection tracking, which has priority -200.
    let priority = random.range(1, 400) as i32 - 200;
    let comment = random.text(1, 128);
    send(&mut socket, |b| {
        let inet = NfGen::INET;
        b.push(batch::BEGIN, Flags::empty(), NfGen::BATCH, |_| {});
        b.push(table::NEW, Flags::CREATE | Flags::EXCL, inet, |m| {
            m.put(table::NAME, "t");
        });
        b.push(chain::NEW, Flags::CREATE, inet, |m| {
            m.put(chain::TABLE, "t").put(chain::NAME, "c");
            m.base("nat", chain::Hook::PRE_ROUTING, priority);
        });
        b.push(set::NEW, Flags::CREATE, inet, |m| {
            use set::DataType as T;
            m.put(set::TABLE, "t").put(set::NAME, "m").put(set::FLAGS, set::SetFlags::MAP);
            m.put(set::KEY_TYPE, T::INET_PROTOCOL.then(T::INET_SERVICE)).put(set::KEY_LEN, 8);
            m.put(set::DATA_TYPE, T::IPADDR.then(T::INET_SERVICE)).put(set::DATA_LEN, 8);
            m.put(set::ID, 1);
        });
        b.push(elements::NEW, Flags::CREATE, inet, |m| {
            m.put(elements::TABLE, "t").put(elements::SET, "m").put(elements::SET_ID, 1);
            m.nest(elements::ELEMENTS, |l| {
                for (key, (to, whose)) in &wanted {
                    l.element(|e| {
                        let whose = userdata::Comment::new(whose).unwrap();
                        e.key(key).data(to).put(element::USERDATA, whose.as_bytes());
                    });
                }
            });
        });
        b.push(nft_rule::NEW, Flags::CREATE | Flags::APPEND, inet, |m| {
            m.put(nft_rule::TABLE, "t").put(nft_rule::CHAIN, "c").expressions(|e| {
                let (r1, eq) = (Register::R1, cmp::Op::EQ);
                e.meta(meta::Key::MARK, r1).cmp(r1, cmp::Op::NEQ, &mark);
                e.ct(ct::Key::STATE, r1).bitwise(r1, r1, &[8, 0, 0, 0], &[0; 4]);
                e.meta(meta::Key::NFPROTO, r1).cmp(r1, eq, &[INET]);
                e.meta(meta::Key::L4PROTO, r1);
                e.payload(payload::Base::TRANSPORT_HEADER, 2, 2, Register::W1);
                e.map(("m", 1), r1, r1).nat(Translation {
                    kind: nat::Type::DNAT,
                    family: Family::IPV4,
                    address: Some(r1),
                    port: Some(Register::W1),
                    ..Translation::default()
                });
            });
            let comment = userdata::Comment::new(&comment).unwrap();
            m.put(nft_rule::USERDATA, comment.as_bytes());
        });
        b.push(table::NEW, Flags::ACK, inet, |m| {
            m.put(table::NAME, "t");
        });
        b.push(batch::END, Flags::empty(), NfGen::BATCH, |_| {});
    });

    let mut found = BTreeMap::new();
    let whose = |m: &mut Attrs<'_, elements::Elements>| {
        m.put(elements::TABLE, "t").put(elements::SET, "m");
    };
    list(&mut socket, (elements::GET, elements::NEW), NfGen::INET, whose, |_, view| {
        let Some(list) = view.nest(elements::ELEMENTS).unwrap() else { return };
        for entry in list.iter() {
            let one: View<'_, element::Element> = entry.unwrap().attributes();
            let bytes = |key| {
                let value = one.nest(key).unwrap().unwrap().get(data::VALUE).unwrap().unwrap();
                <[u8; 8]>::try_from(value).unwrap()
            };
            let text = one.get(element::USERDATA).unwrap().and_then(userdata::comment).unwrap();
            found.insert(bytes(element::KEY), (bytes(element::DATA), text.to_string()));
        }
    });
    assert_eq!(found, wanted);

    let mut seen = 0;
    let whose = |m: &mut Attrs<'_, nft_rule::Rule>| {
        m.put(nft_rule::TABLE, "t");
    };
    list(&mut socket, (nft_rule::GET, nft_rule::NEW), NfGen::INET, whose, |_, view| {
        let list = view.nest(nft_rule::EXPRESSIONS).unwrap().unwrap();
        let all: Vec<View<'_, expression::Expression>> =
            list.iter().map(|entry| entry.unwrap().attributes()).collect();
        let names: Vec<_> =
            all.iter().map(|one| one.get(expression::NAME).unwrap().unwrap().to_string()).collect();
        let expected =
            ["meta", "cmp", "ct", "bitwise", "meta", "cmp", "meta", "payload", "lookup", "nat"];
        assert_eq!(names, expected);
        let first = all[1].nest(expression::CMP).unwrap().unwrap();
        let value = first.nest(cmp::DATA).unwrap().unwrap().get(data::VALUE).unwrap().unwrap();
        assert_eq!(value, mark);
        let last = all[9].nest(expression::NAT).unwrap().unwrap();
        assert_eq!(last.get(nat::TYPE), Ok(Some(nat::Type::DNAT)));
        let told = view.get(nft_rule::USERDATA).unwrap().and_then(userdata::comment).unwrap();
        assert!(told == comment.as_str());
        seen += 1;
    });
    assert_eq!(seen, 1);

    let mut seen = 0;
    list(
        &mut socket,
        (chain::GET, chain::NEW),
        NfGen::INET,
        |_| {},
        |_, view| {
            let at = view.nest(chain::HOOK).unwrap().unwrap();
            assert_eq!(at.get(nl::netfilter::hook::PRIORITY), Ok(Some(priority)));
            seen += 1;
        },
    );
    assert_eq!(seen, 1);
}
