//! Expressions, verdicts and values, as libnftnl prints them.

use nl::View;
use nl::netfilter::expr::expression::{self, Expression};
use nl::netfilter::expr::{
    bitwise, byteorder, cmp, connlimit, counter, ct, dup, dynset, exthdr, fib, fwd, hash,
    immediate, limit, log, lookup, masq, meta, nat, numgen, objref, payload, quota, range, redir,
    reject, rt, socket,
};
use nl::netfilter::verdict::{self, Code, Verdict};
use nl::netfilter::{Register, data};

use crate::{get, nested};

fn register(register: Register) -> u32 {
    register.0
}

/// Bytes as libnftnl prints them: words of 32 bits in host byte order.
fn words(bytes: &[u8]) -> String {
    let word = |chunk: &[u8]| {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        u32::from_ne_bytes(word)
    };
    let words: Vec<_> = bytes.chunks(4).map(word).collect();
    words.iter().map(|word| format!("0x{word:08x}")).collect::<Vec<_>>().join(" ")
}

fn verdict(view: View<'_, Verdict>) -> String {
    let code = get(&view, verdict::CODE);
    let name = code.name().unwrap().to_lowercase();
    match view.get(verdict::CHAIN).unwrap() {
        Some(chain) => {
            assert!(matches!(code, Code::JUMP | Code::GOTO));
            format!("{name} -> {chain}")
        }
        None => name,
    }
}

pub(crate) fn value(view: View<'_, data::Data>) -> String {
    match view.nest(data::VERDICT).unwrap() {
        Some(view) => verdict(view),
        None => words(get(&view, data::VALUE)),
    }
}

fn a_limit(view: View<'_, limit::Limit>) -> String {
    let unit = match get(&view, limit::UNIT) {
        1 => "second",
        60 => "minute",
        other => panic!("{other}"),
    };
    let kind = match get(&view, limit::TYPE) {
        limit::Type::PKTS => "packets",
        limit::Type::PKT_BYTES => "bytes",
        other => panic!("{other:?}"),
    };
    let (rate, burst) = (get(&view, limit::RATE), get(&view, limit::BURST));
    let flags = get(&view, limit::FLAGS).bits();
    format!("limit rate {rate}/{unit} burst {burst} type {kind} flags 0x{flags:x}")
}

/// An expression as libnftnl prints it.
pub(crate) fn words_of(view: View<'_, Expression>) -> String {
    let name = get(&view, expression::NAME).to_string();
    let low = |name: Option<&str>| name.expect("a known number").to_lowercase();
    match name.as_str() {
        "meta" => {
            let e = nested(&view, expression::META);
            let key = low(get(&e, meta::KEY).name());
            match e.get(meta::SREG).unwrap() {
                Some(from) => format!("meta set {key} with reg {}", register(from)),
                None => format!("meta load {key} => reg {}", register(get(&e, meta::DREG))),
            }
        }
        "payload" => {
            let e = nested(&view, expression::PAYLOAD);
            let base = match get(&e, payload::BASE) {
                payload::Base::LL_HEADER => "link",
                payload::Base::NETWORK_HEADER => "network",
                payload::Base::TRANSPORT_HEADER => "transport",
                other => panic!("{other:?}"),
            };
            let place = format!(
                "{}b @ {base} header + {}",
                get(&e, payload::LEN),
                get(&e, payload::OFFSET)
            );
            match e.get(payload::SREG).unwrap() {
                Some(from) => format!(
                    "payload write reg {} => {place} csum_type {} csum_off {} csum_flags 0x{:x}",
                    register(from),
                    get(&e, payload::CSUM_TYPE),
                    get(&e, payload::CSUM_OFFSET),
                    get(&e, payload::CSUM_FLAGS).bits(),
                ),
                None => {
                    format!("payload load {place} => reg {}", register(get(&e, payload::DREG)))
                }
            }
        }
        "cmp" => {
            let e = nested(&view, expression::CMP);
            let (op, from) = (low(get(&e, cmp::OP).name()), register(get(&e, cmp::SREG)));
            format!("cmp {op} reg {from} {}", value(nested(&e, cmp::DATA)))
        }
        "range" => {
            let e = nested(&view, expression::RANGE);
            format!(
                "range {} reg {} {} {}",
                low(get(&e, range::OP).name()),
                register(get(&e, range::SREG)),
                value(nested(&e, range::FROM_DATA)),
                value(nested(&e, range::TO_DATA)),
            )
        }
        "bitwise" => {
            let e = nested(&view, expression::BITWISE);
            assert_eq!(get(&e, bitwise::OP), bitwise::Op::MASK_XOR);
            let mask = nested(&e, bitwise::MASK);
            assert_eq!(get(&mask, data::VALUE).len(), get(&e, bitwise::LEN) as usize);
            format!(
                "bitwise reg {} = ( reg {} & {} ) ^ {}",
                register(get(&e, bitwise::DREG)),
                register(get(&e, bitwise::SREG)),
                value(mask),
                value(nested(&e, bitwise::XOR)),
            )
        }
        "byteorder" => {
            let e = nested(&view, expression::BYTEORDER);
            format!(
                "byteorder reg {} = {}(reg {}, {}, {})",
                register(get(&e, byteorder::DREG)),
                low(get(&e, byteorder::OP).name()),
                register(get(&e, byteorder::SREG)),
                get(&e, byteorder::SIZE),
                get(&e, byteorder::LEN),
            )
        }
        "lookup" => {
            let e = nested(&view, expression::LOOKUP);
            let to = e.get(lookup::DREG).unwrap();
            let to = to.map_or(String::new(), |to| format!("dreg {} ", register(to)));
            format!(
                "lookup reg {} set {} {to}0x{:x}",
                register(get(&e, lookup::SREG)),
                get(&e, lookup::SET),
                e.get(lookup::FLAGS).unwrap().unwrap_or_default().bits(),
            )
        }
        "nat" => {
            let e = nested(&view, expression::NAT);
            let family = match get(&e, nat::FAMILY) {
                2 => "ip",
                other => panic!("{other}"),
            };
            let mut text = format!("nat {} {family}", low(get(&e, nat::TYPE).name()));
            for (name, key) in [
                ("addr_min", nat::REG_ADDR_MIN),
                ("addr_max", nat::REG_ADDR_MAX),
                ("proto_min", nat::REG_PROTO_MIN),
                ("proto_max", nat::REG_PROTO_MAX),
            ] {
                if let Some(from) = e.get(key).unwrap() {
                    text += &format!(" {name} reg {}", register(from));
                }
            }
            format!("{text} flags 0x{:x}", get(&e, nat::FLAGS).bits())
        }
        "masq" => {
            let e = nested(&view, expression::MASQ);
            format!("masq flags 0x{:x}", get(&e, masq::FLAGS).bits())
        }
        "redir" => {
            let e = nested(&view, expression::REDIR);
            format!(
                "redir proto_min reg {} proto_max reg {} flags 0x{:x}",
                register(get(&e, redir::REG_PROTO_MIN)),
                register(get(&e, redir::REG_PROTO_MAX)),
                get(&e, redir::FLAGS).bits(),
            )
        }
        "ct" => {
            let e = nested(&view, expression::CT);
            let key = low(get(&e, ct::KEY).name());
            let direction = e.get(ct::DIRECTION).unwrap();
            let direction =
                direction.map_or("", |n| [" , dir original", " , dir reply"][n as usize]);
            match e.get(ct::SREG).unwrap() {
                Some(from) => format!("ct set {key} with reg {}", register(from)),
                None => {
                    format!("ct load {key} => reg {}{direction}", register(get(&e, ct::DREG)))
                }
            }
        }
        "fib" => {
            let e = nested(&view, expression::FIB);
            let mut by: Vec<_> =
                get(&e, fib::FLAGS).iter_names().map(|(name, _)| name.to_lowercase()).collect();
            let present = by.last().is_some_and(|last| last == "present");
            if present {
                by.pop();
            }
            format!(
                "fib {} {}{} => reg {}",
                by.join(" . "),
                low(get(&e, fib::RESULT).name()),
                if present { " present" } else { "" },
                register(get(&e, fib::DREG)),
            )
        }
        "immediate" => {
            let e = nested(&view, expression::IMMEDIATE);
            let to = register(get(&e, immediate::DREG));
            format!("immediate reg {to} {}", value(nested(&e, immediate::DATA)))
        }
        "counter" => {
            let e = nested(&view, expression::COUNTER);
            let (packets, bytes) = (get(&e, counter::PACKETS), get(&e, counter::BYTES));
            format!("counter pkts {packets} bytes {bytes}")
        }
        "limit" => a_limit(nested(&view, expression::LIMIT)),
        "quota" => {
            let e = nested(&view, expression::QUOTA);
            let (bytes, used) = (get(&e, quota::BYTES), get(&e, quota::CONSUMED));
            format!("quota bytes {bytes} consumed {used} flags {}", get(&e, quota::FLAGS).bits())
        }
        "log" => {
            let e = nested(&view, expression::LOG);
            let prefix = get(&e, log::PREFIX);
            match e.get(log::GROUP).unwrap() {
                Some(group) => format!(
                    "log prefix {prefix} group {group} snaplen {} qthreshold {}",
                    e.get(log::SNAPLEN).unwrap().unwrap_or(0),
                    e.get(log::QTHRESHOLD).unwrap().unwrap_or(0),
                ),
                None => format!("log prefix {prefix} level {}", get(&e, log::LEVEL).0),
            }
        }
        "reject" => {
            let e = nested(&view, expression::REJECT);
            let code = e.get(reject::ICMP_CODE).unwrap().unwrap_or(0);
            format!("reject type {} code {code}", get(&e, reject::TYPE).0)
        }
        "objref" => {
            let e = nested(&view, expression::OBJREF);
            format!(
                "objref type {} name {}",
                get(&e, objref::IMM_TYPE).0,
                get(&e, objref::IMM_NAME)
            )
        }
        "dynset" => {
            let e = nested(&view, expression::DYNSET);
            format!(
                "dynset {} reg_key {} set {} timeout {}ms expr [ {} ]",
                low(get(&e, dynset::OP).name()),
                register(get(&e, dynset::SREG_KEY)),
                get(&e, dynset::SET_NAME),
                e.get(dynset::TIMEOUT).unwrap().unwrap_or(0),
                words_of(nested(&e, dynset::EXPR)),
            )
        }
        "connlimit" => {
            let e = nested(&view, expression::CONNLIMIT);
            format!(
                "connlimit count {} flags {}",
                get(&e, connlimit::COUNT),
                get(&e, connlimit::FLAGS)
            )
        }
        "exthdr" => {
            let e = nested(&view, expression::EXTHDR);
            let of = get(&e, exthdr::OP);
            let place = format!(
                "{}b @ {} + {}",
                get(&e, exthdr::LEN),
                get(&e, exthdr::TYPE),
                get(&e, exthdr::OFFSET)
            );
            let of = low(of.name());
            let present = e.get(exthdr::FLAGS).unwrap().unwrap_or(0) == 1;
            match e.get(exthdr::SREG).unwrap() {
                Some(from) => format!("exthdr write {of} reg {} => {place}", register(from)),
                None => format!(
                    "exthdr load {of} {place}{} => reg {}",
                    if present { " present" } else { "" },
                    register(get(&e, exthdr::DREG)),
                ),
            }
        }
        "numgen" => {
            let e = nested(&view, expression::NUMGEN);
            let kind = low(get(&e, numgen::TYPE).name());
            let to = register(get(&e, numgen::DREG));
            format!("numgen reg {to} = {kind} mod {}", get(&e, numgen::MODULUS))
        }
        "hash" => {
            let e = nested(&view, expression::HASH);
            assert_eq!(get(&e, hash::TYPE), hash::Type::JENKINS);
            format!(
                "hash reg {} = jhash(reg {}, {}, 0x{:x}) % mod {}",
                register(get(&e, hash::DREG)),
                register(get(&e, hash::SREG)),
                get(&e, hash::LEN),
                get(&e, hash::SEED),
                get(&e, hash::MODULUS),
            )
        }
        "rt" => {
            let e = nested(&view, expression::RT);
            format!(
                "rt load {} => reg {}",
                low(get(&e, rt::KEY).name()),
                register(get(&e, rt::DREG))
            )
        }
        "socket" => {
            let e = nested(&view, expression::SOCKET);
            let key = low(get(&e, socket::KEY).name());
            format!("socket load {key} => reg {}", register(get(&e, socket::DREG)))
        }
        "fwd" => {
            let e = nested(&view, expression::FWD);
            format!("fwd sreg_dev {}", register(get(&e, fwd::SREG_DEV)))
        }
        "dup" => {
            let e = nested(&view, expression::DUP);
            format!("dup sreg_dev {}", register(get(&e, dup::SREG_DEV)))
        }
        "notrack" => name,
        other => panic!("{other}"),
    }
}
