//! Expressions: what rules are made of (`linux/netfilter/nf_tables.h`). Write them with the methods
//! of [`Attrs`](crate::Attrs) for [`list::Expressions`]; read them with [`crate::View`].

pub mod bitwise;
pub mod byteorder;
pub mod cmp;
pub mod connlimit;
pub mod counter;
pub mod ct;
pub mod dup;
pub mod dynset;
pub mod expression;
pub mod exthdr;
pub mod fib;
pub mod flow_offload;
pub mod fwd;
pub mod hash;
pub mod immediate;
pub mod last;
pub mod limit;
pub mod list;
pub mod log;
pub mod lookup;
pub mod masq;
pub mod matching;
pub mod meta;
pub mod nat;
pub mod numgen;
pub mod objref;
pub mod payload;
pub mod queue;
pub mod quota;
pub mod range;
pub mod redir;
pub mod reject;
pub mod rt;
pub mod socket;
pub mod target;
pub mod tproxy;
pub mod write;

pub use write::{Limited, Logged, Translation};
