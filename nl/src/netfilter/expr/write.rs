//! Methods that write expressions, one each.

use crate::attr::{Attr, Nest, Set};
use crate::encode::Attrs;
use crate::netfilter::Family;
use crate::netfilter::data::{self, Register};
use crate::netfilter::expr::expression::{self, NAME};
use crate::netfilter::expr::list::{ELEM, Expression, Expressions};
use crate::netfilter::expr::{
    bitwise, cmp, ct, fib, immediate, limit, log, lookup, masq, meta, nat, objref, payload, quota,
    range, redir, reject,
};
use crate::netfilter::object;
use crate::netfilter::set::SetRef;
use crate::netfilter::verdict::Code;

/// What [`Attrs::nat`] does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Translation {
    /// Which end.
    pub kind: nat::Type,
    /// Family of the address.
    pub family: Family,
    /// Register with the address, or the first one.
    pub address: Option<Register>,
    /// Register with the last address.
    pub last_address: Option<Register>,
    /// Register with the port, or the first one.
    pub port: Option<Register>,
    /// Register with the last port.
    pub last_port: Option<Register>,
    /// Flags.
    pub flags: nat::NatFlags,
}

/// What [`Attrs::limit`] does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limited {
    /// Packets or bytes per unit of time.
    pub rate: u64,
    /// Unit of time, in seconds.
    pub unit: u64,
    /// Packets or bytes above the rate.
    pub burst: u32,
    /// What is counted.
    pub kind: limit::Type,
    /// Flags.
    pub flags: limit::LimitFlags,
}

/// What [`Attrs::log`] does: to a group of `NETLINK_NETFILTER`, or to the kernel log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Logged<'a> {
    /// Text before it, at most 127 bytes.
    pub prefix: Option<&'a str>,
    /// Group.
    pub group: Option<u16>,
    /// Bytes of the packet to send to the group.
    pub length: Option<u32>,
    /// Messages to send to the group at once.
    pub threshold: Option<u16>,
    /// Level of the kernel log.
    pub level: Option<log::Level>,
}

/// Expressions, in the order the kernel shall run them. Attributes come in the order nft gives
/// them.
impl Attrs<'_, Expressions> {
    /// Any expression: its name, the key of its data, and the data.
    #[inline]
    pub fn expression<T: Set>(
        &mut self,
        name: &str,
        key: Attr<Expression, Nest<T>>,
        fill: impl FnOnce(&mut Attrs<'_, T>),
    ) -> &mut Self {
        self.nest(ELEM, |e| {
            e.put(NAME, name).nest(key, fill);
        })
    }

    /// An expression without data, such as `notrack`.
    #[inline]
    pub fn bare(&mut self, name: &str) -> &mut Self {
        self.nest(ELEM, |e| {
            e.put(NAME, name);
        })
    }

    /// Loads what the kernel knows about a packet.
    #[inline]
    pub fn meta(&mut self, key: meta::Key, to: Register) -> &mut Self {
        self.expression("meta", expression::META, |d| {
            d.put(meta::KEY, key).put(meta::DREG, to);
        })
    }

    /// Sets what the kernel knows about a packet.
    #[inline]
    pub fn set_meta(&mut self, key: meta::Key, from: Register) -> &mut Self {
        self.expression("meta", expression::META, |d| {
            d.put(meta::KEY, key).put(meta::SREG, from);
        })
    }

    /// Loads `len` bytes of a packet.
    #[inline]
    pub fn payload(
        &mut self,
        base: payload::Base,
        offset: u32,
        len: u32,
        to: Register,
    ) -> &mut Self {
        self.expression("payload", expression::PAYLOAD, |d| {
            d.put(payload::DREG, to)
                .put(payload::BASE, base)
                .put(payload::OFFSET, offset)
                .put(payload::LEN, len);
        })
    }

    /// Goes on when the comparison with `data` holds.
    #[inline]
    pub fn cmp(&mut self, from: Register, op: cmp::Op, data: &[u8]) -> &mut Self {
        self.expression("cmp", expression::CMP, |d| {
            d.put(cmp::SREG, from).put(cmp::OP, op).nest(cmp::DATA, |d| {
                d.put(data::VALUE, data);
            });
        })
    }

    /// Goes on when the register is inside the range, or outside.
    #[inline]
    pub fn range(&mut self, from: Register, op: range::Op, first: &[u8], last: &[u8]) -> &mut Self {
        self.expression("range", expression::RANGE, |d| {
            d.put(range::SREG, from)
                .put(range::OP, op)
                .nest(range::FROM_DATA, |d| {
                    d.put(data::VALUE, first);
                })
                .nest(range::TO_DATA, |d| {
                    d.put(data::VALUE, last);
                });
        })
    }

    /// Keeps the bits of `mask`, then flips the bits of `xor`, which must be as long.
    #[inline]
    pub fn bitwise(&mut self, from: Register, to: Register, mask: &[u8], xor: &[u8]) -> &mut Self {
        self.expression("bitwise", expression::BITWISE, |d| {
            d.put(bitwise::SREG, from)
                .put(bitwise::DREG, to)
                .put(bitwise::LEN, mask.len() as u32)
                .nest(bitwise::MASK, |d| {
                    d.put(data::VALUE, mask);
                })
                .nest(bitwise::XOR, |d| {
                    d.put(data::VALUE, xor);
                });
        })
    }

    #[inline]
    fn look_up(
        &mut self,
        set: SetRef<'_>,
        key: Register,
        to: Option<Register>,
        flags: Option<lookup::LookupFlags>,
    ) -> &mut Self {
        self.expression("lookup", expression::LOOKUP, |d| {
            d.put(lookup::SREG, key)
                .put_some(lookup::DREG, to)
                .put(lookup::SET, set.name)
                .put_some(lookup::SET_ID, set.id)
                .put_some(lookup::FLAGS, flags);
        })
    }

    /// Goes on when the key is in the set.
    #[inline]
    pub fn lookup<'a>(&mut self, set: impl Into<SetRef<'a>>, key: Register) -> &mut Self {
        self.look_up(set.into(), key, None, None)
    }

    /// Goes on when the key is not in the set.
    #[inline]
    pub fn lookup_not<'a>(&mut self, set: impl Into<SetRef<'a>>, key: Register) -> &mut Self {
        self.look_up(set.into(), key, None, Some(lookup::LookupFlags::INV))
    }

    /// Goes on when the key is in the map, with the data it gives.
    #[inline]
    pub fn map<'a>(
        &mut self,
        map: impl Into<SetRef<'a>>,
        key: Register,
        to: Register,
    ) -> &mut Self {
        self.look_up(map.into(), key, Some(to), None)
    }

    /// The verdict that the verdict map gives for the key, if any.
    #[inline]
    pub fn verdict_map<'a>(&mut self, map: impl Into<SetRef<'a>>, key: Register) -> &mut Self {
        self.look_up(map.into(), key, Some(Register::VERDICT), None)
    }

    /// Loads what connection tracking knows.
    #[inline]
    pub fn ct(&mut self, key: ct::Key, to: Register) -> &mut Self {
        self.expression("ct", expression::CT, |d| {
            d.put(ct::KEY, key).put(ct::DREG, to);
        })
    }

    /// Sets what connection tracking knows.
    #[inline]
    pub fn set_ct(&mut self, key: ct::Key, from: Register) -> &mut Self {
        self.expression("ct", expression::CT, |d| {
            d.put(ct::KEY, key).put(ct::SREG, from);
        })
    }

    /// Loads what a look-up of a route gives.
    #[inline]
    pub fn fib(&mut self, by: fib::FibFlags, result: fib::Result, to: Register) -> &mut Self {
        self.expression("fib", expression::FIB, |d| {
            d.put(fib::FLAGS, by).put(fib::RESULT, result).put(fib::DREG, to);
        })
    }

    /// Loads a value.
    #[inline]
    pub fn immediate(&mut self, to: Register, value: &[u8]) -> &mut Self {
        self.expression("immediate", expression::IMMEDIATE, |d| {
            d.put(immediate::DREG, to).nest(immediate::DATA, |d| {
                d.put(data::VALUE, value);
            });
        })
    }

    /// A verdict; `chain` is where [`Code::JUMP`] and [`Code::GOTO`] lead.
    #[inline]
    pub fn verdict(&mut self, code: Code, chain: Option<&str>) -> &mut Self {
        self.expression("immediate", expression::IMMEDIATE, |d| {
            d.put(immediate::DREG, Register::VERDICT).nest(immediate::DATA, |d| {
                d.verdict(code, chain);
            });
        })
    }

    /// The packet passes this base chain.
    #[inline]
    pub fn accept(&mut self) -> &mut Self {
        self.verdict(Code::ACCEPT, None)
    }

    /// The packet is dropped.
    #[inline]
    pub fn drop(&mut self) -> &mut Self {
        self.verdict(Code::DROP, None)
    }

    /// Another chain decides, then the next rule.
    #[inline]
    pub fn jump(&mut self, chain: &str) -> &mut Self {
        self.verdict(Code::JUMP, Some(chain))
    }

    /// Another chain decides, then the caller of this one.
    #[inline]
    pub fn goto(&mut self, chain: &str) -> &mut Self {
        self.verdict(Code::GOTO, Some(chain))
    }

    /// The caller of this chain goes on.
    #[inline]
    pub fn return_(&mut self) -> &mut Self {
        self.verdict(Code::RETURN, None)
    }

    /// Counts packets and bytes.
    #[inline]
    pub fn counter(&mut self) -> &mut Self {
        self.expression("counter", expression::COUNTER, |_| {})
    }

    /// Goes on while the rate is kept.
    #[inline]
    pub fn limit(&mut self, limit: Limited) -> &mut Self {
        self.expression("limit", expression::LIMIT, |d| {
            d.put(limit::RATE, limit.rate)
                .put(limit::UNIT, limit.unit)
                .put(limit::BURST, limit.burst)
                .put(limit::TYPE, limit.kind)
                .put(limit::FLAGS, limit.flags);
        })
    }

    /// Goes on until so many bytes have passed, or after that.
    #[inline]
    pub fn quota(&mut self, bytes: u64, flags: quota::QuotaFlags) -> &mut Self {
        self.expression("quota", expression::QUOTA, |d| {
            d.put(quota::BYTES, bytes).put(quota::FLAGS, flags).put(quota::CONSUMED, 0);
        })
    }

    /// Writes a log message.
    #[inline]
    pub fn log(&mut self, log: Logged<'_>) -> &mut Self {
        self.expression("log", expression::LOG, |d| {
            d.put_some(log::PREFIX, log.prefix)
                .put_some(log::GROUP, log.group)
                .put_some(log::SNAPLEN, log.length)
                .put_some(log::QTHRESHOLD, log.threshold)
                .put_some(log::LEVEL, log.level);
        })
    }

    /// Drops with an answer.
    #[inline]
    pub fn reject(&mut self, kind: reject::Type, code: u8) -> &mut Self {
        self.expression("reject", expression::REJECT, |d| {
            d.put(reject::TYPE, kind).put(reject::ICMP_CODE, code);
        })
    }

    /// Translates an address, a port, or both. Skipped for packets of another family.
    #[inline]
    pub fn nat(&mut self, nat: Translation) -> &mut Self {
        self.expression("nat", expression::NAT, |d| {
            d.put(nat::TYPE, nat.kind)
                .put(nat::FAMILY, nat.family.0.into())
                .put_some(nat::REG_ADDR_MIN, nat.address)
                .put_some(nat::REG_ADDR_MAX, nat.last_address)
                .put_some(nat::REG_PROTO_MIN, nat.port)
                .put_some(nat::REG_PROTO_MAX, nat.last_port)
                .put_some(nat::FLAGS, (!nat.flags.is_empty()).then_some(nat.flags));
        })
    }

    /// Gives packets the source address of the link they go out by.
    #[inline]
    pub fn masquerade(&mut self, flags: nat::NatFlags) -> &mut Self {
        self.expression("masq", expression::MASQ, |d| {
            d.put_some(masq::FLAGS, (!flags.is_empty()).then_some(flags));
        })
    }

    /// Sends packets to this host, to the port in a register when there is one.
    #[inline]
    pub fn redirect(&mut self, port: Option<Register>, flags: nat::NatFlags) -> &mut Self {
        self.expression("redir", expression::REDIR, |d| {
            d.put_some(redir::REG_PROTO_MIN, port)
                .put_some(redir::FLAGS, (!flags.is_empty()).then_some(flags));
        })
    }

    /// Uses an object.
    #[inline]
    pub fn object(&mut self, kind: object::Type, name: &str) -> &mut Self {
        self.expression("objref", expression::OBJREF, |d| {
            d.put(objref::IMM_TYPE, kind).put(objref::IMM_NAME, name);
        })
    }
}
