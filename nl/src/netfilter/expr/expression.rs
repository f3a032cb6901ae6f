//! The name and data of an expression (`linux/netfilter/nf_tables.h`).

use crate::attr::{Attr, Nest, attributes};
use crate::netfilter::expr::bitwise::Bitwise;
use crate::netfilter::expr::byteorder::Byteorder;
use crate::netfilter::expr::cmp::Cmp;
use crate::netfilter::expr::connlimit::Connlimit;
use crate::netfilter::expr::counter::Counter;
use crate::netfilter::expr::ct::Ct;
use crate::netfilter::expr::dup::Dup;
use crate::netfilter::expr::dynset::Dynset;
use crate::netfilter::expr::exthdr::Exthdr;
use crate::netfilter::expr::fib::Fib;
use crate::netfilter::expr::flow_offload::FlowOffload;
use crate::netfilter::expr::fwd::Fwd;
use crate::netfilter::expr::hash::Hash;
use crate::netfilter::expr::immediate::Immediate;
use crate::netfilter::expr::last::Last;
use crate::netfilter::expr::limit::Limit;
use crate::netfilter::expr::log::Log;
use crate::netfilter::expr::lookup::Lookup;
use crate::netfilter::expr::masq::Masq;
use crate::netfilter::expr::matching::Match;
use crate::netfilter::expr::meta::Meta;
use crate::netfilter::expr::nat::Nat;
use crate::netfilter::expr::numgen::Numgen;
use crate::netfilter::expr::objref::Objref;
use crate::netfilter::expr::payload::Payload;
use crate::netfilter::expr::queue::Queue;
use crate::netfilter::expr::quota::Quota;
use crate::netfilter::expr::range::Range;
use crate::netfilter::expr::redir::Redir;
use crate::netfilter::expr::reject::Reject;
use crate::netfilter::expr::rt::Rt;
use crate::netfilter::expr::socket::Socket;
use crate::netfilter::expr::target::Target;
use crate::netfilter::expr::tproxy::Tproxy;
use crate::value::{Bytes, Str};

attributes! {
    /// One expression (`NFTA_EXPR_*`).
    Expression = "NFTA_EXPR" {
        /// Its name, such as `cmp`.
        NAME: Str = 1;
        /// What is particular to it, raw; typed under its name.
        DATA: Bytes = 2 => NAME {
            "meta": Nest<Meta>,
            "payload": Nest<Payload>,
            "cmp": Nest<Cmp>,
            "range": Nest<Range>,
            "bitwise": Nest<Bitwise>,
            "byteorder": Nest<Byteorder>,
            "lookup": Nest<Lookup>,
            "nat": Nest<Nat>,
            "masq": Nest<Masq>,
            "redir": Nest<Redir>,
            "fib": Nest<Fib>,
            "ct": Nest<Ct>,
            "immediate": Nest<Immediate>,
            "counter": Nest<Counter>,
            "limit": Nest<Limit>,
            "quota": Nest<Quota>,
            "log": Nest<Log>,
            "reject": Nest<Reject>,
            "objref": Nest<Objref>,
            "dynset": Nest<Dynset>,
            "queue": Nest<Queue>,
            "tproxy": Nest<Tproxy>,
            "socket": Nest<Socket>,
            "connlimit": Nest<Connlimit>,
            "exthdr": Nest<Exthdr>,
            "numgen": Nest<Numgen>,
            "hash": Nest<Hash>,
            "rt": Nest<Rt>,
            "fwd": Nest<Fwd>,
            "dup": Nest<Dup>,
            "match": Nest<Match>,
            "target": Nest<Target>,
            "last": Nest<Last>,
            "flow_offload": Nest<FlowOffload>,
        };
    }
}

/// Defines the typed keys of `NFTA_EXPR_DATA`.
macro_rules! expressions {
    ($( $NAME:ident: $Set:ty, $name:literal; )*) => {$(
        #[doc = concat!("`NFTA_EXPR_DATA` of `", $name, "`.")]
        pub const $NAME: Attr<Expression, Nest<$Set>> = Attr::new(2);
    )*};
}

expressions! {
    META: Meta, "meta";
    PAYLOAD: Payload, "payload";
    CMP: Cmp, "cmp";
    RANGE: Range, "range";
    BITWISE: Bitwise, "bitwise";
    BYTEORDER: Byteorder, "byteorder";
    LOOKUP: Lookup, "lookup";
    NAT: Nat, "nat";
    MASQ: Masq, "masq";
    REDIR: Redir, "redir";
    FIB: Fib, "fib";
    CT: Ct, "ct";
    IMMEDIATE: Immediate, "immediate";
    COUNTER: Counter, "counter";
    LIMIT: Limit, "limit";
    QUOTA: Quota, "quota";
    LOG: Log, "log";
    REJECT: Reject, "reject";
    OBJREF: Objref, "objref";
    DYNSET: Dynset, "dynset";
    QUEUE: Queue, "queue";
    TPROXY: Tproxy, "tproxy";
    SOCKET: Socket, "socket";
    CONNLIMIT: Connlimit, "connlimit";
    EXTHDR: Exthdr, "exthdr";
    NUMGEN: Numgen, "numgen";
    HASH: Hash, "hash";
    RT: Rt, "rt";
    FWD: Fwd, "fwd";
    DUP: Dup, "dup";
    MATCHING: Match, "match";
    TARGET: Target, "target";
    LAST: Last, "last";
    FLOW_OFFLOAD: FlowOffload, "flow_offload";
}
